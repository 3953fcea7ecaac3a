import type { CallFailure } from '../../core/call.ts';
import type { Instant } from '../../core/time.ts';
import type { SecretTarget } from '../../rotation/ports.ts';
import type { SessionFailure } from './session.ts';
import type { Stored } from './successor.ts';

/** The target's secret cannot be written: found out before anything was spent. */
export function unwritable(cause: CallFailure, target: SecretTarget, now: Instant): SessionFailure {
  return {
    code: 'session-successor-unwritable',
    message: `${placeOf(target)}, which has to take the refresh token's successor, cannot be written, so the token was not used: ${cause.message}`,
    cause,
    state: [],
    retryAt: retryAtOf(cause, now),
  };
}

/**
 * The exchange did not give a pair: not done, refused, or nobody knows.
 * @param expired by its own claims the token is at its end
 */
export function exchangeFailure(
  failure: CallFailure,
  target: SecretTarget,
  now: Instant,
  expired: boolean,
): SessionFailure {
  const retryAt = retryAtOf(failure, now);
  switch (failure.kind) {
    case 'not-sent':
    case 'throttled':
      return notExchanged(failure, retryAt);
    case 'unclear':
      return lostExchange(failure, target);
    case 'refused':
      return failure.status === 401 || failure.status === 403
        ? refusedExchange(failure, target, expired)
        : notExchanged(failure, retryAt);
  }
}

function notExchanged(cause: CallFailure, retryAt: Instant | undefined): SessionFailure {
  return {
    code: 'session-refresh-failed',
    message: `the refresh token was not exchanged, and is not spent: ${cause.message}`,
    cause,
    state: [],
    retryAt,
  };
}

function refusedExchange(failure: CallFailure, target: SecretTarget, expired: boolean): SessionFailure {
  const code = 'session-refresh-refused';
  const why = expired ? 'has expired' : 'is spent, expired or revoked';
  return {
    code,
    message: `MUTX does not take the refresh token, which ${why}: ${failure.message}`,
    cause: { ...failure, code, hint: `${logInAgain(target)}; ${expired ? SLOW : TWO_RUNS}` },
    state: ['the refresh token that was given does not work (any more)'],
    retryAt: undefined,
  };
}

const SLOW =
  'one lives for 7 days from its last use and 30 days in all, so let the schedule run at least twice a week';

const TWO_RUNS =
  'if two runs used the same token, a `concurrency:` group in the workflow keeps them apart, and an environment secret, which is read when the job starts, keeps a queued run from holding a spent one';

function lostExchange(failure: CallFailure, target: SecretTarget): SessionFailure {
  const code = 'session-refresh-lost';
  return {
    code,
    message: `the exchange of the refresh token got no usable reply, so the token may be spent; it is not used again, because that would end its login for good: ${failure.message}`,
    cause: { ...failure, code, hint: logInAgain(target) },
    state: [`the refresh token that was given is probably spent; ${placeOf(target)} was not written`],
    retryAt: undefined,
  };
}

/** The worst: spent, and the successor is nowhere. */
export function lostSuccessor(
  { failure, perhaps }: Extract<Stored, { ok: false }>,
  target: SecretTarget,
): SessionFailure {
  const place = placeOf(target);
  return {
    code: 'session-successor-lost',
    message: `the refresh token was exchanged, but its successor could not be stored in ${place} within ten minutes: ${failure.message}`,
    cause: { ...failure, hint: `${logInAgain(target)}; then mend this: ${failure.hint ?? failure.message}` },
    state: [
      'the refresh token that was given is spent',
      perhaps
        ? `${place} may hold its successor, or still the spent token`
        : `its successor is lost: ${place} does not hold it`,
    ],
    retryAt: undefined,
  };
}

function logInAgain(target: SecretTarget): string {
  return `log in to MUTX again and store the new refresh token in ${placeOf(target)}; do not use the old one again`;
}

function placeOf({ secretName, label }: SecretTarget): string {
  return `the secret ${secretName} of ${label}`;
}

function retryAtOf({ retryAfter }: CallFailure, now: Instant): Instant | undefined {
  return retryAfter === undefined ? undefined : now + retryAfter;
}
