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

/** Whether a key's life is over, as far as one clock tells. */
export function isExpired(j: KeyRecord, date: Instant): boolean {
  return j.expiresAt !== undefined && j.expiresAt < date;
}

/**
 * Rule E: dead already, but it still counts against the plan's quota. One server's time alone would revoke the stored
 * key when that clock is ahead.
 * @param times MUTX's and GitHub's at the look; undefined where one of them did not say
 */
export function isExpiredForSure(
  { expiresAt }: KeyRecord,
  ...times: readonly (Instant | undefined)[]
): boolean {
  return expiresAt !== undefined && times.every((time) => time !== undefined && expiresAt + MARGIN < time);
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
 * Rule W: whether `j` is in none of the targets, whatever any run still does. It is judged from one reading of the
 * targets; what cannot be undone takes two that agree (second-reading.ts).
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
  let revocableFrom = j.createdAt + FENCE;
  for (const secret of secrets) {
    const { updatedAt } = secret;
    // With less than the fence between, clocks that were wrong at the write would make the stored key an orphan.
    if (updatedAt === undefined || j.createdAt > updatedAt + FENCE + MARGIN) {
      // A write at the very end of the fence, and a replica that lags, look as if there had been none.
      const lag = updatedAt === undefined ? FENCE : 2 * MARGIN;
      revocableFrom = Math.max(revocableFrom, j.createdAt + FENCE + lag);
      lastWrite = Math.max(lastWrite, updatedAt ?? 0);
      continue;
    }
    lastWrite = Math.max(lastWrite, updatedAt);
    if (!isOverwritten(j, secret, keysOfName)) return undefined;
    superseded = true;
  }
  if (!superseded) return { kind: 'never-stored', revocableFrom };
  if (gracePeriod === 0) return { kind: 'superseded', revocableFrom };
  return { kind: 'superseded', revocableFrom: Math.max(revocableFrom, lastWrite + gracePeriod + MARGIN) };
}

/**
 * Whether a known later write is over `j`. The writer has to be active: without a living writer, a person may have
 * saved the very value of `j` again by hand. Editing an organisation secret's audience moves its date, so nothing is
 * known of those.
 */
function isOverwritten(
  j: KeyRecord,
  { updatedAt, shared }: StoredSecret,
  keysOfName: readonly KeyRecord[],
): boolean {
  return (
    !shared &&
    updatedAt !== undefined &&
    updatedAt > j.createdAt + FENCE + MARGIN &&
    keysOfName.some((key) => key.id !== j.id && key.isActive && couldHaveWritten(key, updatedAt))
  );
}

/**
 * Whether a look alone may name `j` as superseded: an order to revoke it, once its grace period is over. What is in
 * an organisation secret no look can tell.
 */
export function isSuperseded(
  j: KeyRecord,
  secrets: readonly StoredSecret[],
  keysOfName: readonly KeyRecord[],
): boolean {
  return (
    j.isActive &&
    secrets.every(({ shared }) => !shared) &&
    notInAnyTarget(j, secrets, keysOfName, 0)?.kind === 'superseded'
  );
}

/** A key that no run ever stored and that was used all the same: someone else uses this name. */
export function isUsedElsewhere(j: KeyRecord, how: NotStored): boolean {
  return how.kind === 'never-stored' && j.lastUsed !== undefined && j.lastUsed >= j.createdAt + FENCE;
}
