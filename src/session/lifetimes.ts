import type { JwtClaims } from '../mutx/jwt.ts';
import { instantText } from '../rotation/instant.ts';
import type { Duration, Instant } from '../rotation/ports.ts';
import type { SessionWarning } from './session.ts';

const HOUR: Duration = 3_600_000;
const DAY: Duration = 24 * HOUR;

/** From one use to the next; but the end of the login, 30 days after it began, comes first (mutx-api, "Sessions"). */
const SLIDING: Duration = 7 * DAY;

/** Claims and `Date` are in whole seconds, `Date` may be seconds old, and clocks are not quite the same. */
const ROUNDING: Duration = 60_000;

/** A token with these claims is dead, or as good as. */
export function isAtItsEnd(claims: JwtClaims | undefined, now: Instant): boolean {
  return (claims?.exp ?? Number.POSITIVE_INFINITY) - now < ROUNDING;
}

/**
 * What the claims say about how long a schedule can go on. A successor that lives for less than the sliding
 * lifetime was cut short by the end of its login, which is how that end shows. Its `iat` says nothing about how
 * long it lives: MUTX keeps the login's through every exchange.
 * @param spent claims of the token that was exchanged
 * @param now by MUTX's clock, when it was exchanged
 */
export function lifetimeWarnings(
  spent: JwtClaims | undefined,
  successor: JwtClaims | undefined,
  now: Instant,
): readonly SessionWarning[] {
  const ends = successor?.exp;
  if (ends !== undefined && ends - now < SLIDING - ROUNDING) {
    return [
      {
        type: 'warning',
        code: 'log-in-again',
        message: `log in again before ${instantText(ends)} and store the new refresh token: this login ends then, 30 days after it began, however often it is used`,
        loginAgainBefore: ends,
      },
    ];
  }
  const left = (spent?.exp ?? Number.POSITIVE_INFINITY) - now;
  if (left > DAY) return [];
  return [
    {
      type: 'warning',
      code: 'schedule-too-slow',
      message: `the refresh token was used with ${hours(left)} left of its 7 days; let the schedule run more often, or a late run finds it dead`,
    },
  ];
}

function hours(duration: Duration): string {
  return duration < HOUR ? 'less than an hour' : `${Math.floor(duration / HOUR)} h`;
}
