import type { CallFailure } from '../core/call.ts';
import { CREATES, MARGIN, WRITE_DEADLINE } from '../core/limits.ts';
import { idempotent, isInternalError, nextWait, type Stopwatch } from '../core/retry.ts';
import type { Duration, Instant } from '../core/time.ts';
import type { Outcome, RotationFailure, TargetResult } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { KeyRecord, MintedKey } from './ports.ts';
import type { Learned } from './read-snapshot.ts';
import { placesTaken, roomFor } from './room.ts';
import { graceEnd, isExpired, isExpiredForSure, isOlderThanFence, sparedBy, sparedKeys } from './rules.ts';
import { failed, quotaFailure, type Run } from './run.ts';
import type { Snapshot } from './snapshot.ts';
import { type Stored, storeEverywhere } from './store.ts';
import { type Contradiction, contradictionOf, mint } from './times.ts';

/** What a round of a run came to: an outcome, or a reason to look again. */
export type Round = Outcome | 'again';

/** What a run has tried so far over all its rounds; each is bounded, so that a run always ends. */
export interface Tries {
  /** Creates sent; each whose reply was lost leaves an orphan. */
  creates: number;
  /** What came instead of a create's reply, for each that was lost. */
  readonly lost: CallFailure[];
  /** Creates at which MUTX itself failed: it is done with them, so the next list shows what became of them. */
  readonly inVain: CallFailure[];
  /** Keys of the name from before the first create: any other is one that was made since. */
  before: ReadonlySet<string> | undefined;
  lateWrites: number;
  /** Creates refused for the quota. */
  quotaHits: number;
  readonly learned: Learned;
  /** Keys that were given up because MUTX's times contradicted each other. */
  contradictions: number;
  /** Lists right before a create that showed another run's new key. */
  surprises: number;
}

/**
 * Protocol steps 5 to 8: create, verify, store everywhere, revoke.
 * @param warned of what the revocation may break, before it begins
 */
export async function replaceKey(
  run: Run,
  tries: Tries,
  planned: Snapshot,
  plan: Plan,
  warned: Promise<void>,
): Promise<Round> {
  const checked = await lookBeforeCreate(run, tries, planned, plan);
  if ('stop' in checked) return checked.stop;

  tries.creates += 1;
  tries.before ??= new Set(checked.look.keys.map(({ id }) => id));
  const attempt = await run.step(
    'create',
    () => mint(run),
    (result) => result.reply.ok,
  );
  const { reply, since, githubBefore } = attempt;
  if (!reply.ok) return notMinted(run, tries, checked.look, reply.failure);
  const minted = reply.value;
  const contradiction = contradictionOf(run, minted.createdAt, reply.date, attempt);
  if (contradiction !== undefined && !mustStore(run, checked.look)) {
    return contradicted(run, tries, minted, contradiction);
  }

  const unverified = await verify(run, minted, since);
  if (unverified !== undefined) return abandon(run, minted, unverified);

  const stored = await run.step(
    'store',
    () => storeEverywhere(run, minted, since, githubBefore),
    (result) => result.failures.length === 0,
  );
  if (contradiction !== undefined && stored.failures.length === 0) {
    const state = stored.late ? 'unknown' : 'alive';
    return failed(run, timesContradict(contradiction), { ...summaryOf(minted), state }, stored.results);
  }
  const storeTook = since.elapsed();
  const inTime = since.beforeDeadline();
  const late = await checkLate(run, minted, stored, storeTook);
  await warned;
  if (late === 'late') return writtenLate(run, tries, minted, stored.results);
  if (stored.failures.length > 0) return notStored(run, minted, stored, inTime);
  if (late === 'in-time') {
    const graceEnds = graceEnd(writtenBy(minted, stored, storeTook), run.settings);
    await revokeOlder(run, checked.look, plan, minted, graceEnds);
  } else run.leave(olderKeys(run, checked.look, minted).map((key) => key.id));
  spareYoung(run, checked.look, minted);
  return {
    kind: 'rotated',
    key: summaryOf(minted),
    targets: stored.results,
    keys: run.keysNow(),
  };
}

/**
 * The last check of the room: with the revocations that really happened, and, where the create takes the
 * plan's last place, with a list read right before it (protocol, step 4).
 */
async function lookBeforeCreate(
  run: Run,
  tries: Tries,
  look: Snapshot,
  plan: Plan,
): Promise<{ readonly look: Snapshot } | { readonly stop: Round }> {
  const gone = new Set(run.keysNow().revoked);
  const room = roomFor(look, run.settings, gone, plan.current);
  if (room.kind !== 'fits') {
    const certain = run.keysNow().unclear.length > 0 ? ' for certain' : '';
    return { stop: failed(run, quotaFailure(room, `a key in the way could not be revoked${certain}`)) };
  }
  if (!room.lastPlace) return { look };
  const list = await run.step(
    'list',
    () => run.call(() => run.ports.keys.list()),
    (reply) => reply.ok,
  );
  if (!list.ok) {
    return {
      stop: failed(run, {
        reason: 'look',
        code: 'look-failed',
        message: `the keys could not be listed again right before the create, so no ${tries.creates > 0 ? 'other ' : ''}key was made`,
        failures: [list.failure],
      }),
    };
  }
  // The earlier of both: what a later date alone says is not believed.
  const date =
    look.date === undefined || list.date === undefined ? undefined : Math.min(look.date, list.date);
  const again: Snapshot = { ...look, date, keys: list.value };
  const roomNow = roomFor(again, run.settings, gone, plan.current);
  if (roomNow.kind === 'fits') return { look: again };
  // Another run has made a key since the look: plan anew. If that keeps happening, say so instead.
  tries.surprises += 1;
  return { stop: tries.surprises < CREATES ? 'again' : failed(run, quotaFailure(roomNow)) };
}

async function notMinted(run: Run, tries: Tries, look: Snapshot, failure: CallFailure): Promise<Round> {
  const conflict = failure.kind === 'refused' && failure.status === 409;
  const quota = conflict && isQuota(run, look, failure);
  const unclear = failure.kind === 'unclear';
  if (quota) {
    tries.quotaHits += 1;
    // Where the plan is known to have room, its place may be free again: no key is given up for one such answer.
    tries.learned.full = look.places === undefined || tries.quotaHits > 1;
    if (tries.quotaHits < CREATES) return 'again';
  }
  // What has gone already for another reason may do so again; a second time it is for a person to look.
  if (conflict && !quota && !tries.learned.conflicted) {
    tries.learned.conflicted = true;
    return 'again';
  }
  if (isInternalError(failure)) {
    tries.inVain.push(failure);
    if (tries.creates < CREATES) return afterWait(run, failure, tries.creates);
    if (await isUnsupported(run, tries)) return failed(run, unsupported(tries.inVain));
  }
  if (unclear && failure.retryable && tries.creates < CREATES) {
    tries.lost.push(failure);
    run.warn(
      'create-lost',
      'the reply to the create was lost; a key may exist whose text nobody knows. It is left alone, and a later run revokes it',
    );
    return 'again';
  }
  return failed(run, {
    reason: quota ? 'quota' : 'create',
    code: quota ? 'quota-full' : unclear ? 'create-lost' : 'create-failed',
    message: madeNone(unclear, tries),
    failures: [failure],
  });
}

function madeNone(unclear: boolean, { lost }: Tries): string {
  if (unclear) {
    return 'it is not known whether MUTX made a key; if it did, nobody knows its text and a later run revokes it';
  }
  return lost.length === 0
    ? 'MUTX made no key'
    : 'MUTX made no key at the last try; what came of an earlier one is not known';
}

/** Looks again after a pause, as before any other call that is tried again. */
async function afterWait(run: Run, failure: CallFailure, attempt: number): Promise<Round> {
  const { clock, random, report } = run.ports;
  const wait = nextWait(idempotent(run.patience()), failure, attempt, random()) ?? 0;
  report({ type: 'retrying', failure, attempt, wait });
  await clock.sleep(wait);
  return 'again';
}

/**
 * Whether MUTX failed at every create of this run and made no key, which a list shows that is read after the last. A
 * server that cannot make such keys at all does so, and no later run finds anything else.
 */
async function isUnsupported(run: Run, { before, inVain }: Tries): Promise<boolean> {
  if (inVain.length < CREATES) return false;
  const list = await run.step(
    'list',
    () => run.call(() => run.ports.keys.list()),
    (reply) => reply.ok,
  );
  const { keyName } = run.settings;
  return list.ok && list.value.every(({ id, name }) => name !== keyName || before?.has(id) === true);
}

function unsupported(failures: readonly CallFailure[]): RotationFailure {
  return {
    reason: 'create',
    code: 'create-unsupported',
    message: `MUTX failed ${failures.length} times at making the key, and made none`,
    failures: failures.map((failure) => ({ ...failure, code: 'create-unsupported' })),
  };
}

/**
 * Any other 409 is not about the plan, and no stored key is given up for it: it is the quota only if MUTX's own error
 * says so, or what is known of the plan.
 */
function isQuota(run: Run, { keys, places }: Snapshot, { code }: CallFailure): boolean {
  const active = keys.filter(({ id }) => !run.isRevoked(id));
  return code === 'mutx-quota' || (places !== undefined && placesTaken(active) + 1 > places);
}

/**
 * Nothing derived from times that contradict each other can be relied on, so the new key goes. Where it is only the
 * time since the look, this machine may have stood still in between: that is found out by looking once more.
 */
async function contradicted(
  run: Run,
  tries: Tries,
  minted: MintedKey,
  contradiction: Contradiction,
): Promise<Round> {
  tries.contradictions += 1;
  const outcome = await abandon(run, minted, timesContradict(contradiction));
  if (!contradiction.maybeOurs || tries.contradictions > 1 || !run.isRevoked(minted.id)) return outcome;
  run.warn('times-contradict', `${contradiction.what}; looking once more`);
  return 'again';
}

function timesContradict({ what }: Contradiction): RotationFailure {
  return {
    reason: 'create',
    code: 'times-contradict',
    message: `the times of MUTX contradict each other: ${what}`,
    failures: [],
  };
}

/**
 * A secret may hold a key that this run has revoked, or that was written too late: then the new one is stored whatever
 * else is wrong, because the stored secret has to work.
 */
function mustStore(run: Run, { repairs }: Snapshot): boolean {
  return repairs || run.madeRoom;
}

/** Protocol step 6. undefined: the key works, or nobody wants to know. */
async function verify(run: Run, minted: MintedKey, since: Stopwatch): Promise<RotationFailure | undefined> {
  if (!run.settings.verify) return undefined;
  const reply = await run.step(
    'verify',
    () => run.call(() => run.ports.keys.verify(minted.key, since.beforeDeadline)),
    (result) => result.ok,
  );
  if (reply.ok) return undefined;
  const refused = reply.failure.kind === 'refused';
  return {
    reason: 'verify',
    code: refused ? 'verify-refused' : 'verify-unclear',
    message: refused
      ? 'MUTX refuses the key it has just made, so it was not stored'
      : 'MUTX gave no clear answer to the new key, so it was not stored',
    failures: [reply.failure],
  };
}

/**
 * Whether the process was frozen between create and store for so long that an overtaking run may have
 * revoked what was just stored (step 7). Without GitHub's own times, or when the writes took long, the
 * question is put to MUTX: is the new key still active? No answer: nothing is revoked either.
 */
async function checkLate(
  run: Run,
  minted: MintedKey,
  stored: Stored,
  elapsed: number,
): Promise<'in-time' | 'late' | 'unknown'> {
  if (stored.late) return 'late';
  const written = stored.results.some((result) => result.status !== 'failed');
  if (!written || (elapsed <= MARGIN && !stored.undated)) return 'in-time';
  const list = await run.step(
    'check-late',
    () => run.call(() => run.ports.keys.list()),
    (reply) => reply.ok && isActive(minted.id, reply.value),
  );
  if (!list.ok) {
    run.warn('revocation-failed', `no key was revoked: ${list.failure.message}`);
    return 'unknown';
  }
  return isActive(minted.id, list.value) ? 'in-time' : 'late';
}

function isActive(id: string, keys: readonly KeyRecord[]): boolean {
  return keys.some((key) => key.id === id && key.isActive);
}

function writtenLate(run: Run, tries: Tries, minted: MintedKey, results: readonly TargetResult[]): Round {
  tries.lateWrites += 1;
  run.late = { minted: summaryOf(minted), results };
  if (tries.lateWrites < 2) {
    run.warn('written-late', `key ${minted.id} was stored too late to be relied on; rotating once more`);
    return 'again';
  }
  return failed(run, {
    reason: 'late',
    code: 'written-late',
    message: 'the new key was stored too late twice; nothing was revoked, but the stored key may be',
    failures: [],
  });
}

async function notStored(run: Run, minted: MintedKey, stored: Stored, inTime: boolean): Promise<Outcome> {
  const failure: RotationFailure = {
    reason: 'store',
    code: inTime && !stored.failures.some(isDeadline) ? 'store-failed' : 'store-deadline',
    message: `the new key could not be stored in ${stored.failures.length} of ${stored.results.length} targets`,
    failures: stored.failures,
  };
  if (stored.certainlyNowhere) return abandon(run, minted, failure, stored.results);
  return failed(run, failure, { ...summaryOf(minted), state: 'alive' }, stored.results);
}

/** Said by whoever asked `mayStart` and was told no (ports.ts). */
function isDeadline({ code }: CallFailure): boolean {
  return code.endsWith('deadline');
}

/** The new key is certainly in no secret, and no write of it is in flight: revoke it and fail. */
async function abandon(
  run: Run,
  minted: MintedKey,
  failure: RotationFailure,
  results?: readonly TargetResult[],
): Promise<Outcome> {
  const [gone = false] = await run.revoke([{ id: minted.id, reason: 'own' }]);
  const state = run.isPerhapsRevoked(minted.id) ? 'perhaps-revoked' : 'alive';
  // What the targets hold then is what the round before stored, and that is what has to be told.
  if (run.late !== undefined) return failed(run, failure);
  return failed(run, failure, { ...summaryOf(minted), state: gone ? 'revoked' : state }, results);
}

/** Keys of the name that rule R allows to revoke once `k` is in every target, and that still live. */
function olderKeys(run: Run, look: Snapshot, k: { readonly createdAt: number }): readonly KeyRecord[] {
  return look.keys.filter(
    (key) => key.name === run.settings.keyName && isOlderThanFence(key, k) && !run.isRevoked(key.id),
  );
}

/** Keys of the name that rule R does not allow to revoke yet, so that the run can say which they are. */
function spareYoung(run: Run, look: Snapshot, minted: MintedKey): void {
  const ofName = look.keys.filter((key) => key.name === run.settings.keyName);
  // The new key will be one more.
  run.spare(sparedKeys(sparedBy(ofName, minted), run.settings, run.keysNow().left.length + 1));
}

/**
 * When the last target had been written. A `Date` of GitHub's may be wrong once, and one from before the create says
 * nothing of the writes: so it is the new key's `created_at`, which was held against other times, and what has passed here
 * since. A `Date` of a PUT is believed only as far as this process can have been frozen unnoticed in between.
 */
function writtenBy({ createdAt }: MintedKey, { lastWrite = createdAt }: Stored, took: Duration): Instant {
  const here = createdAt + took;
  return lastWrite - here > WRITE_DEADLINE + 2 * MARGIN ? here : Math.max(lastWrite, here);
}

/**
 * Protocol step 8: rule R. With a grace period, what is older is superseded, and only what the look allowed beside the
 * create (its grace period is over, or it never had one) and what has expired meanwhile goes now.
 */
async function revokeOlder(
  run: Run,
  look: Snapshot,
  plan: Plan,
  minted: MintedKey,
  graceEnds: Instant,
): Promise<void> {
  const older = olderKeys(run, look, minted);
  const allowed = withinLimit(run, look, plan, older);
  const going = run.settings.gracePeriod > 0 ? ofGraceOver(look, plan, allowed) : allowed;
  if (run.settings.gracePeriod > 0) {
    run.supersede(
      allowed.filter((key) => !going.includes(key)).map((key) => key.id),
      graceEnds,
    );
  }
  if (going.length === 0) return;
  await run.step(
    'revoke',
    () => run.revoke(going.map(({ id }) => ({ id, reason: 'superseded' }))),
    (results) => results.every(Boolean),
  );
}

function ofGraceOver(
  look: Snapshot,
  { afterStore }: Plan,
  older: readonly KeyRecord[],
): readonly KeyRecord[] {
  const allowed = new Set(afterStore.map(({ key }) => key.id));
  return older.filter((key) => allowed.has(key.id) || isExpiredForSure(key, look.date));
}

/** More than `max-revocations` are held back; expired and never-stored ones do not count. */
function withinLimit(
  run: Run,
  { date }: Snapshot,
  { afterStore }: Plan,
  older: readonly KeyRecord[],
): readonly KeyRecord[] {
  const neverStored = new Set(
    afterStore.filter(({ why }) => why === 'never-stored').map(({ key }) => key.id),
  );
  const counted = older.filter(
    (key) => !neverStored.has(key.id) && (date === undefined || !isExpired(key, date)),
  );
  if (counted.length <= run.settings.maxRevocations) return older;
  run.holdBack(counted.map((key) => key.id));
  return older.filter((key) => !counted.includes(key));
}

function summaryOf({ id, name, expiresAt }: MintedKey) {
  return { id, name, expiresAt };
}
