import type { Duration, KeyRecord } from '../rotation/ports.ts';

/** What an audit holds the keys against; undefined or 0: not looked at. */
export interface AuditPolicy {
  readonly maxAge: Duration;
  readonly expiringWithin: Duration;
  readonly unusedFor: Duration;
  readonly requireExpiry: boolean;
}

const DAY: Duration = 24 * 60 * 60_000;

/** A writer token that ends sooner than this is a finding. */
export const TOKEN_EXPIRING_WITHIN: Duration = 14 * DAY;

/** From this part of the plan's places on, it is nearly full. */
export const NEARLY_FULL = 0.9;

const LONGEST_JOB_KEY: Duration = DAY + 60 * 60_000;

/** A key that lives no longer than that is made for a job; it leaves its place by itself. */
export function isForAJob({ createdAt, expiresAt }: KeyRecord): boolean {
  return expiresAt !== undefined && expiresAt - createdAt <= LONGEST_JOB_KEY;
}

/** A grace period is not known to an audit; none is taken to be shorter or longer than this. */
export const SHORTEST_GRACE: Duration = 1 * DAY;
export const LONGEST_GRACE: Duration = 7 * DAY;
