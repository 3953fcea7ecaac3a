import type { CallFailure, ListReading } from '../core/call.ts';
import { FENCE, MARGIN } from '../core/limits.ts';
import { type Duration, type Instant, instantText } from '../core/time.ts';
import type { KeyRecord, RotationSettings } from './ports.ts';

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

/** What a rotation has superseded and a grace period keeps alive. */
export interface InGrace {
  /** At least one. */
  readonly ids: readonly string[];
  /** When it is over, by GitHub's clock. */
  readonly until: Instant;
}

/** When a grace period that began with this write is over for rule W (docs/protocol.md, "The rules"). */
export function graceEnd(lastWrite: Instant, { gracePeriod }: RotationSettings): Instant {
  return lastWrite + gracePeriod + MARGIN;
}

/** @param secrets if none exists, long ago */
export function lastWriteOf(secrets: readonly StoredSecret[]): Instant {
  return Math.max(...secrets.flatMap(({ updatedAt }) => updatedAt ?? []));
}

/**
 * A key that a rotation leaves alive because it is too young for rule R: whoever made it may still be storing it
 * (docs/protocol.md, "The rules").
 */
export interface SparedKey {
  readonly id: string;
  /** MUTX's time: a rotation whose key is made after it does not spare this one any more. */
  readonly until: Instant;
  /**
   * What such a rotation does with it: revokes it, or counts it as superseded, for its grace period to begin. `open`:
   * that is not certain.
   */
  readonly next: 'revoked' | 'superseded' | 'open';
}

/** The active ones of these keys that rule R keeps from a rotation whose key was, or would be, made at that time. */
export function sparedBy(
  keys: readonly KeyRecord[],
  k: { readonly createdAt: Instant },
): readonly KeyRecord[] {
  return keys.filter((key) => key.isActive && !isOlderThanFence(key, k));
}

/** Until when a key is spared, by MUTX's time. */
export function sparedUntil({ createdAt }: KeyRecord): Instant {
  return createdAt + FENCE;
}

/**
 * What becomes of spared keys that a rotation leaves behind.
 * @param others keys of the name that will be as old then, the new one among them: together they may be too many to go
 */
export function sparedKeys(
  keys: readonly KeyRecord[],
  { gracePeriod, maxRevocations }: RotationSettings,
  others: number,
): readonly SparedKey[] {
  const whole = keys.length + others > maxRevocations ? 'open' : 'revoked';
  const next = gracePeriod > 0 ? 'superseded' : whole;
  return keys.map((key) => ({ id: key.id, until: sparedUntil(key), next }));
}

/** The keys of each name, in the order of the list, for callers that ask for many names. */
export function keysByName(keys: readonly KeyRecord[]): ReadonlyMap<string, readonly KeyRecord[]> {
  const named = new Map<string, KeyRecord[]>();
  for (const key of keys) {
    const siblings = named.get(key.name);
    if (siblings === undefined) named.set(key.name, [key]);
    else siblings.push(key);
  }
  return named;
}

/**
 * Whether a 404 for a key's DELETE means that the key is gone: any server, a gateway before all, has a 404 for what it
 * does not know, so it takes a list of the account, read before the DELETE or after it, that does not show the key as
 * active. Otherwise what became of the key is not known (docs/protocol.md, step 8).
 * @param lists undefined: not read
 */
export function isGone(id: string, ...lists: readonly (readonly KeyRecord[] | undefined)[]): boolean {
  return lists.some((list) => list !== undefined && !showsActive(list, id));
}

/**
 * Why a list that was read after a 404 for a key's DELETE does not show that the key is gone; undefined: it does. A key
 * that was not read is no key that is gone.
 * @param isNew the key was made a moment ago: that a list does not show it is no evidence then, for a replica may be older
 */
export function whyNotGone(
  id: string,
  { value, reading }: { readonly value: readonly KeyRecord[]; readonly reading?: ListReading },
  isNew = false,
): CallFailure | undefined {
  const listed = value.find((key) => key.id.toLowerCase() === id.toLowerCase());
  if (listed !== undefined) return listed.isActive ? notGone(id) : undefined;
  if (isNew) return notListed(id);
  return reading?.since === undefined ? undefined : notLookedFor(id, reading.since);
}

/** Ids are UUIDs, in which case means nothing. */
function showsActive(list: readonly KeyRecord[], id: string): boolean {
  return list.some((key) => key.isActive && key.id.toLowerCase() === id.toLowerCase());
}

/** Why it is not known what became of a key: a 404 for its DELETE, and lists that show it as active. */
export function notGone(id: string): CallFailure {
  return notConfirmed(id, 'lists it as active');
}

/** The same where the list does not show the key, and keys made before that instant were not read. */
export function notLookedFor(id: string, since: Instant): CallFailure {
  return notConfirmed(id, `keys made before ${instantText(since)} were not read`);
}

/** The same of a key made a moment ago, which the list does not show at all. */
export function notListed(id: string): CallFailure {
  return notConfirmed(id, 'its list, which may be older than the key, does not show it');
}

function notConfirmed(id: string, list: string): CallFailure {
  return {
    kind: 'unclear',
    service: 'mutx',
    call: `the revocation of ${id}`,
    status: 404,
    code: 'mutx-not-found',
    message: `MUTX answers that there is no key ${id}, and ${list}`,
    hint: 'Run it again; if it ends like this again, revoke the key at MUTX by hand.',
    retryable: false,
  };
}

/**
 * Whether the key that a secret holds works, as far as the times of both services tell (docs/protocol.md, "current").
 * `candidates` are the keys whose run can have written the secret, newest first.
 */
export type Holding =
  /** Every candidate works. */
  | { readonly kind: 'works'; readonly candidates: readonly KeyRecord[] }
  /** No candidate works. */
  | { readonly kind: 'dead'; readonly candidates: readonly KeyRecord[] }
  /** Some candidates do not work: the newest, which was most likely stored last, or only others. */
  | {
      readonly kind: 'newest-dead' | 'some-dead';
      readonly candidates: readonly KeyRecord[];
      readonly dead: readonly KeyRecord[];
    }
  /** No candidate; but a key that works was there before, and can have been saved again, or the secret's visibility edited. */
  | { readonly kind: 'saved-again' }
  /** No key that works was there by then: MUTX may have forgotten the one that was, because it is revoked. */
  | { readonly kind: 'none' };

/**
 * What is known of the key in a secret.
 * @param updatedAt when the secret was last written, by GitHub's clock
 * @param keysOfName every key that MUTX lists of the name; where it follows its documentation, no revoked ones
 * @param date MUTX's time of that list
 */
export function holdingOf(updatedAt: Instant, keysOfName: readonly KeyRecord[], date: Instant): Holding {
  const candidates = candidatesFor(updatedAt, keysOfName).toSorted((a, b) => b.createdAt - a.createdAt);
  const [newest] = candidates;
  if (newest === undefined) {
    const before = keysOfName.some((key) => works(key, date) && key.createdAt <= updatedAt + MARGIN);
    return { kind: before ? 'saved-again' : 'none' };
  }
  const dead = candidates.filter((key) => !works(key, date));
  if (dead.length === 0) return { kind: 'works', candidates };
  if (dead.length === candidates.length) return { kind: 'dead', candidates };
  return { kind: works(newest, date) ? 'some-dead' : 'newest-dead', candidates, dead };
}
