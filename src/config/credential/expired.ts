import { type Duration, type Instant, instantText } from '../../core/time.ts';
import type { Credential } from '../../mutx/session/credential.ts';
import { allowedText } from '../kinds.ts';
import type { InputProblem } from '../problem.ts';
import { specOf } from '../table.ts';

/** How far this machine's clock may be ahead of MUTX's. */
const LEEWAY: Duration = 60_000;

/**
 * What the credential's own claims say against using it: it has expired. To be asked before it is sent.
 * @param now by whichever clock
 * @param by reads on from when it expired: that clock, where it need not be right
 */
export function credentialProblems(credential: Credential, now: Instant, by = ''): readonly InputProblem[] {
  switch (credential.kind) {
    case 'access-jwt':
      return expired(credential, now, by, 'an access JWT', ACCESS_FIX);
    case 'refresh-token':
      return expired(credential, now, by, 'a refresh JWT', REFRESH_FIX);
    case 'password':
    case 'opaque':
      return [];
  }
}

const ACCESS_FIX =
  'an access JWT lives for 30 minutes, so one that is kept as a secret is dead by the next run: log in again for a single run; on a schedule give `email` and `password`, or `refresh-token`, instead';

const REFRESH_FIX =
  'log in again and store the new refresh JWT in the secret; one lives for 7 days from its last use and 30 days in all, so let the schedule run at least twice a week';

function expired(
  { input, expiresAt }: Extract<Credential, { readonly expiresAt: Instant | undefined }>,
  now: Instant,
  by: string,
  what: string,
  fix: string,
): readonly InputProblem[] {
  if (expiresAt === undefined || now < expiresAt + LEEWAY) return [];
  const allowed = allowedText(specOf(input).kind);
  return [{ input, message: `holds ${what} that expired at ${instantText(expiresAt)}${by}`, allowed, fix }];
}
