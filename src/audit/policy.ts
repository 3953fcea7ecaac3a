import { FENCE, MARGIN } from '../core/limits.ts';
import type { Duration, Instant } from '../core/time.ts';
import type { KeyRecord } from '../rotation/ports.ts';

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
const SHORTEST_GRACE: Duration = 1 * DAY;
const LONGEST_GRACE: Duration = 7 * DAY;

/**
 * Until when a key that was superseded may still be kept on purpose. The rotation's `grace-period` is not known
 * here, but a rotation is not due while the last one is less than that ago (docs/protocol.md, "A run"): so a key
 * is kept no longer after it was superseded than it was in use before. Within a day nothing is said at all, and
 * beyond a week nobody is taken to mean it.
 * @param by when it was superseded: its successor was stored, or, where that is not known, made
 */
export function keptUntil(key: KeyRecord, by: Instant): Instant {
  const inUse = by - key.createdAt;
  return by + Math.min(LONGEST_GRACE, Math.max(SHORTEST_GRACE, inUse)) + FENCE + MARGIN;
}

/** The newest of them; undefined: there is none. */
export function newest(keys: readonly KeyRecord[]): KeyRecord | undefined {
  return keys.toSorted((a, b) => b.createdAt - a.createdAt)[0];
}
