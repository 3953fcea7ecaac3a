import { FENCE, MARGIN } from './constants.ts';
import type { Duration, Instant, KeyRecord } from './ports.ts';

/**
 * The rules of docs/protocol.md, as pure functions. Times of keys are the MUTX server's, times of secrets
 * GitHub's; no clock of ours appears here.
 */

/** One target's secret at a look. `updatedAt` undefined: there is no such secret. */
export interface StoredSecret {
  readonly updatedAt: Instant | undefined;
  /** An organisation secret: editing its visibility moves `updated_at` without a new value. */
  readonly shared: boolean;
}

/** Rule R: after `k` is in every target, an active key created more than F before it may be revoked. */
export function isOlderThanFence(j: KeyRecord, k: { readonly createdAt: Instant }): boolean {
  return j.isActive && j.createdAt < k.createdAt - FENCE;
}

/** Rule E: dead already, but it still counts against the plan's quota. */
export function isExpired(j: KeyRecord, date: Instant): boolean {
  return j.expiresAt !== undefined && j.expiresAt < date;
}

/** Whether MUTX accepts a key. */
export function works(j: KeyRecord, date: Instant): boolean {
  return j.isActive && !isExpired(j, date);
}

/** Whether a secret last written at `updatedAt` can have been written by the run that made this key. */
export function couldHaveWritten(key: KeyRecord, updatedAt: Instant): boolean {
  return updatedAt >= key.createdAt - MARGIN && updatedAt <= key.createdAt + FENCE + MARGIN;
}

/**
 * The key a target holds: the one key of the name, active or not, whose run can have written it; undefined
 * when there is none, or more than one.
 */
export function currentOf(secret: StoredSecret, keysOfName: readonly KeyRecord[]): KeyRecord | undefined {
  const candidates = candidatesFor(secret.updatedAt, keysOfName);
  return candidates.length === 1 ? candidates[0] : undefined;
}

/** Every key that may be what a secret of that date holds; undefined: there is no such secret. */
export function candidatesFor(
  updatedAt: Instant | undefined,
  keysOfName: readonly KeyRecord[],
): readonly KeyRecord[] {
  return updatedAt === undefined ? [] : keysOfName.filter((key) => couldHaveWritten(key, updatedAt));
}

/** The same known, active, unexpired key in every target. */
export function currentOfAll(
  secrets: readonly StoredSecret[],
  keysOfName: readonly KeyRecord[],
  date: Instant,
): KeyRecord | undefined {
  const [first, ...rest] = secrets.map((secret) => currentOf(secret, keysOfName));
  if (first === undefined || rest.some((key) => key?.id !== first.id)) return undefined;
  return works(first, date) ? first : undefined;
}

/** How rule W sees a key: where it is not, and from when on (MUTX's time) it may be revoked. */
export interface NotStored {
  readonly kind: 'never-stored' | 'superseded';
  readonly revocableFrom: Instant;
}

/**
 * Rule W: whether `j` is in none of the targets, whatever any run still does.
 * @returns undefined while that cannot be known; otherwise the moment after which it may be revoked
 */
export function notInAnyTarget(
  j: KeyRecord,
  secrets: readonly StoredSecret[],
  keysOfName: readonly KeyRecord[],
  gracePeriod: Duration,
): NotStored | undefined {
  let superseded = false;
  let lastWrite = 0;
  for (const secret of secrets) {
    const { updatedAt, shared } = secret;
    if (updatedAt === undefined) continue;
    lastWrite = Math.max(lastWrite, updatedAt);
    if (j.createdAt > updatedAt + MARGIN) continue;
    // Without a known later writer, someone may have saved the very value of `j` again by hand.
    const overwritten =
      !shared &&
      updatedAt > j.createdAt + FENCE + MARGIN &&
      keysOfName.some((key) => key.id !== j.id && couldHaveWritten(key, updatedAt));
    if (!overwritten) return undefined;
    superseded = true;
  }
  const fenced = j.createdAt + FENCE;
  return superseded
    ? {
        kind: 'superseded',
        revocableFrom: gracePeriod === 0 ? fenced : Math.max(fenced, lastWrite + gracePeriod + MARGIN),
      }
    : { kind: 'never-stored', revocableFrom: fenced };
}

/** A key that no run ever stored and that was used all the same: someone else uses this name. */
export function isUsedElsewhere(j: KeyRecord, how: NotStored): boolean {
  return how.kind === 'never-stored' && j.lastUsed !== undefined && j.lastUsed >= j.createdAt + FENCE;
}
