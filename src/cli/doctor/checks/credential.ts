import type { CallFailure } from '../../../core/call.ts';
import type { Duration, Instant } from '../../../core/time.ts';
import { durationText, instantText } from '../../../messages/words.ts';
import type { Credential } from '../../../mutx/session/credential.ts';
import { type Check, fine, fixOf, problem, warning } from './check.ts';

const DAY: Duration = 86_400_000;

/** As long as one call may be tried again. */
const SHORT: Duration = 300_000;

/** What a credential says of itself; nobody has verified it. @param now by this machine's clock */
export function claimChecks(credential: Credential, now: Instant): readonly Check[] {
  switch (credential.kind) {
    case 'access-jwt': {
      const left = (credential.expiresAt ?? Number.POSITIVE_INFINITY) - now;
      if (left >= SHORT) return [];
      return [
        warning(
          'credential',
          `the access JWT ends in ${durationText(left)}, which may be too soon for a rotation`,
          'get a new one right before the run; it lives for 30 minutes',
        ),
      ];
    }
    case 'refresh-token':
      return [refreshClaims(credential.expiresAt, now)];
    case 'password':
    case 'opaque':
      return [];
  }
}

function refreshClaims(endsAt: Instant | undefined, now: Instant): Check {
  const kept = 'it is good for a single use, so it was not exchanged, and whether MUTX takes it is not known';
  if (endsAt === undefined) return fine('credential', `refresh token: it does not say when it ends; ${kept}`);
  const left = endsAt - now;
  if (left > DAY) return fine('credential', `refresh token: ${endText(endsAt, now)}; ${kept}`);
  return warning(
    'credential',
    `the refresh token ends in ${durationText(left)}`,
    'run a rotation before that, which stores its successor, and let the schedule run at least twice a week; or log in again',
  );
}

/** MUTX let it in and listed the keys. */
export function acceptedCheck(
  credential: Exclude<Credential, { kind: 'refresh-token' }>,
  now: Instant,
): Check {
  switch (credential.kind) {
    case 'access-jwt': {
      const { expiresAt } = credential;
      const end = expiresAt === undefined ? 'it does not say when it ends' : endText(expiresAt, now);
      return fine('credential', `access JWT: MUTX takes it; ${end}`);
    }
    case 'password':
      return fine('credential', 'e-mail and password: logged in to MUTX, and out again');
    case 'opaque':
      return fine('credential', 'API key: MUTX lets it manage keys');
  }
}

const OPAQUE_FIX =
  'give `email` and `password` of a service account, or a refresh token: not every MUTX server lets API keys manage API keys';

/** MUTX did not list the keys, for whatever reason. */
export function refusedCheck({ kind }: Credential, failure: CallFailure): Check {
  // A page with such a status is someone else's.
  const isAboutIt = failure.kind === 'refused' && (failure.status === 401 || failure.status === 403);
  if (!isAboutIt) return problem('mutx', `the keys could not be listed: ${failure.message}`, fixOf(failure));
  if (kind === 'opaque') {
    return problem('credential', `MUTX does not take the API key here: ${failure.message}`, OPAQUE_FIX);
  }
  return problem('credential', `MUTX does not take the credential: ${failure.message}`, fixOf(failure));
}

function endText(endsAt: Instant, now: Instant): string {
  return `it ends at ${instantText(endsAt)}, in ${durationText(endsAt - now)}`;
}
