import { type Duration, type Instant, instantText } from '../core/time.ts';

const DAY: Duration = 24 * 60 * 60 * 1_000;

/** A writer token that dies sooner than this is worth a warning. */
const SOON: Duration = 14 * DAY;

const EXPIRATION = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}) (?:UTC|([+-]\d{2}):?(\d{2}))$/;

/**
 * Reads the header `github-authentication-token-expiration`, which GitHub sends with every reply to a personal
 * access token that ends: `2026-12-01 10:00:00 UTC` or `2026-12-01 10:00:00 +0000`.
 * @returns undefined if it is something else: nothing depends on it but a warning
 */
export function parseTokenExpiration(header: string): Instant | undefined {
  const match = EXPIRATION.exec(header.trim());
  if (match === null) return undefined;
  const [, date, time, hours, minutes] = match;
  const instant = Date.parse(`${date}T${time}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
  return Number.isNaN(instant) ? undefined : instant;
}

export interface TokenExpiryWarning {
  readonly expiresAt: Instant;
  /** Whole days left, 0 on the last one. */
  readonly daysLeft: number;
  /** One line for people. */
  readonly message: string;
}

/** What to tell about a writer token that dies within 14 days of `now`; undefined: nothing. */
export function tokenExpiryWarning(
  expiresAt: Instant | undefined,
  now: Instant,
): TokenExpiryWarning | undefined {
  if (expiresAt === undefined || expiresAt - now > SOON) return undefined;
  const daysLeft = Math.max(0, Math.floor((expiresAt - now) / DAY));
  const left = daysLeft === 0 ? 'less than a day' : `${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}`;
  return {
    expiresAt,
    daysLeft,
    message:
      `the github-token expires at ${instantText(expiresAt)}, in ${left}; after that no secret can be written: ` +
      'create a new personal access token, or use a GitHub App, whose tokens are made for each run',
  };
}
