import { FENCE, MARGIN } from '../core/limits.ts';
import type { KeyRecord, KeySummary, RotationSettings } from './ports.ts';
import { placesTaken, type Room, roomFor, summarize } from './room.ts';
import {
  candidatesFor,
  currentOfAll,
  graceEnd,
  type InGrace,
  isExpired,
  isExpiredForSure,
  isSuperseded,
  isUsedElsewhere,
  lastWriteOf,
  type NotStored,
  notInAnyTarget,
  type SparedKey,
  type StoredSecret,
  sparedBy,
  sparedKeys,
  works,
} from './rules.ts';
import { keysOfName, type Snapshot } from './snapshot.ts';

export interface PlannedRevocation {
  readonly key: KeySummary;
  readonly rule: 'expired' | 'not-stored';
  readonly why: 'expired' | NotStored['kind'];
}

/** Whether to rotate. `current`: the key that every target holds, where that is known. */
type Dueness =
  | { readonly due: true; readonly why: string; readonly current: KeyRecord | undefined }
  | { readonly due: false; readonly why: string; readonly current: KeyRecord };

/** What a run is going to do, decided from one look; `why` is one line for people. */
export type Plan = Dueness & {
  /**
   * What rules E and W revoke before a create, as far as it needs the places; all that they allow, where none is due.
   */
  readonly makeRoom: readonly PlannedRevocation[];
  /** What they allow beside that: it goes once the new key is in every target. */
  readonly afterStore: readonly PlannedRevocation[];
  /** Other keys that rule R is expected to allow once the new one is stored. */
  readonly supersedes: readonly KeySummary[];
  /** Keys that would go, were they not more than `max-revocations`. */
  readonly held: readonly KeySummary[];
  /** Keys that no run stored and that someone uses: not touched by rule W, and warned about. */
  readonly usedElsewhere: readonly KeySummary[];
  /** Not due, with a grace period: what this look may name as superseded, whether that is over or not. */
  readonly superseded: readonly KeySummary[];
  /** Those of them whose grace period is not over. */
  readonly inGrace: InGrace | undefined;
  /** Keys that are too young to go, whatever is decided; the current one too, if it is to be replaced. */
  readonly spared: readonly SparedKey[];
  readonly room: Room;
};

/** Active, not expired and older than the fence: what rule R would allow if a key were made and stored now. */
function olderKeys(look: Snapshot, settings: RotationSettings): readonly KeyRecord[] {
  const { date } = look;
  if (date === undefined) return [];
  return keysOfName(look, settings).filter(
    (key) => key.isActive && key.createdAt < date - FENCE && !isExpired(key, date),
  );
}

/**
 * Whether a decision needs the targets' metadata (protocol, step 2): to know the current key, to keep a grace
 * period, to make room, or to tell never-stored keys from stored ones before counting revocations.
 */
export function needsSecrets(look: Snapshot, settings: RotationSettings): boolean {
  return (
    settings.renewBefore !== undefined ||
    settings.gracePeriod > 0 ||
    look.conflicted ||
    (look.places !== undefined && placesTaken(look.keys) + 1 >= look.places) ||
    olderKeys(look, settings).length > settings.maxRevocations
  );
}

interface Removable {
  readonly key: KeyRecord;
  readonly why: PlannedRevocation['why'];
}

/** A key that no run stored is missed by nobody; a superseded one takes the most inference. */
const GOES_FIRST: readonly Removable['why'][] = ['never-stored', 'expired', 'superseded'];

/** What rules E and W allow to revoke at this look, what goes first before the others, and the keys they keep away from. */
function removable(look: Snapshot, settings: RotationSettings) {
  const keys = keysOfName(look, settings);
  const found: Removable[] = [];
  const usedElsewhere: KeyRecord[] = [];
  const { date, secrets } = look;
  if (date === undefined) return { found, usedElsewhere };
  for (const key of keys) {
    if (!key.isActive) continue;
    if (isExpiredForSure(key, date, look.githubDate)) {
      found.push({ key, why: 'expired' });
      continue;
    }
    if (secrets === undefined || !canTellWhatIsStored(look)) continue;
    const how = notInAnyTarget(key, secrets, keys, settings.gracePeriod);
    if (how === undefined || date <= how.revocableFrom) continue;
    if (isUsedElsewhere(key, how)) usedElsewhere.push(key);
    else found.push({ key, why: how.kind });
  }
  return { found: GOES_FIRST.flatMap((why) => found.filter((one) => one.why === why)), usedElsewhere };
}

/** Rule W compares times of two servers, and believes no single reading. */
function canTellWhatIsStored({ clocksApart, contradicted }: Snapshot): boolean {
  return !clocksApart && !contradicted;
}

/**
 * Whether a plan does, before the new key is in every target, what only two readings of the targets that agree allow:
 * to revoke a key because it is in none, or to name one as superseded. With a grace period, after that too: what is
 * in its grace period, no store of a new key tells.
 */
export function restsOnSecrets(plan: Plan, { gracePeriod }: RotationSettings): boolean {
  const allowed = [...plan.makeRoom, ...plan.afterStore];
  const isBefore = plan.makeRoom.length > 0 || gracePeriod > 0;
  const isReplaced = plan.room.kind === 'replace';
  return (
    isReplaced ||
    (isBefore && allowed.some(({ rule }) => rule === 'not-stored')) ||
    plan.superseded.length > 0
  );
}

/** Whether to rotate, and why (protocol, step 3). `forced`: a run that must repeat a late write is due. */
function dueness(look: Snapshot, settings: RotationSettings, forced: boolean): Dueness {
  const { date, secrets } = look;
  const { renewBefore, gracePeriod } = settings;
  const current =
    secrets === undefined || date === undefined || isBeyondComparison(look) || isOlderThanList(look)
      ? undefined
      : currentOfAll(secrets, keysOfName(look, settings), date);
  if (forced) return { due: true, why: 'the last write came too late to be relied on', current };
  if (renewBefore === undefined && gracePeriod === 0) return { due: true, why: 'every run rotates', current };
  if (date === undefined || secrets === undefined || current === undefined) {
    return { due: true, why: whyUncertain(look, settings), current };
  }
  const lastWrite = lastWriteOf(secrets);
  const others = mayBeStoredToo(keysOfName(look, settings), secrets, current);
  const maybe = { due: true, why: 'another key of the name may still be stored', current } as const;
  // With the margin: before it, rule W could not yet free what the last rotation superseded.
  if (gracePeriod > 0 && date - lastWrite <= gracePeriod + MARGIN) {
    // To rotate would supersede one more key and free none, so only where the other would end before a later run.
    const soonOver = lastWrite + gracePeriod + FENCE;
    if (others.some(({ expiresAt }) => expiresAt !== undefined && expiresAt < soonOver)) return maybe;
    return { due: false, why: 'the last rotation is less than the grace period ago', current };
  }
  if (renewBefore === undefined) return { due: true, why: 'every run rotates', current };
  if (others.length > 0) return maybe;
  if (current.expiresAt === undefined) return { due: true, why: 'the current key never expires', current };
  // By the later of both clocks: the end of the stored key is what must not be missed.
  return current.expiresAt - Math.max(date, look.githubDate ?? date) > renewBefore
    ? { due: false, why: 'the current key lives longer than renew-before', current }
    : { due: true, why: 'the current key has less than renew-before left', current };
}

/** Whether the secrets' dates say nothing of which key a target holds. */
function isBeyondComparison({ clocksFarApart, readingsDiffer }: Snapshot): boolean {
  return clocksFarApart === true || readingsDiffer === true;
}

/** Whether a secret is so old that its key may not be among those that were read. */
function isOlderThanList({ secrets = [], unreadBefore = Number.NEGATIVE_INFINITY }: Snapshot): boolean {
  return secrets.some(
    ({ updatedAt }) => updatedAt !== undefined && updatedAt - FENCE - MARGIN < unreadBefore,
  );
}

/** What is not known of the targets, as exactly as that can be told. */
function whyUncertain(look: Snapshot, settings: RotationSettings): string {
  const keys = keysOfName(look, settings);
  if (!keys.some((key) => key.isActive)) return 'no key of this name is active';
  const { date = Number.NEGATIVE_INFINITY, secrets = [] } = look;
  if (secrets.some(({ updatedAt }) => updatedAt === undefined)) return 'not every target has the secret yet';
  if (look.clocksFarApart === true) return 'the times of MUTX and GitHub cannot be compared';
  if (look.readingsDiffer === true) return 'GitHub gives two different answers about a secret';
  if (isOlderThanList(look)) return 'a target has a secret from before the oldest key that was read';
  const candidates = secrets.map((secret) => candidatesFor(secret.updatedAt, keys));
  if (candidates.some(({ length }) => length > 1)) {
    return 'keys of this name were made so close together that it is not certain which one a target holds';
  }
  if (candidates.flat().some((key) => !works(key, date))) {
    return 'a target holds a key that does not work any more';
  }
  return 'it is not certain that every target holds the same working key';
}

/**
 * The other active keys, expired ones too, that may be what a target really holds. An organisation secret's date moves
 * when its audience is edited, so that an orphan can look like the current key; its use shows that it is not one.
 */
function mayBeStoredToo(
  keys: readonly KeyRecord[],
  secrets: readonly StoredSecret[],
  current: KeyRecord,
): readonly KeyRecord[] {
  const isInUse = current.lastUsed !== undefined && current.lastUsed > current.createdAt + FENCE;
  if (secrets.length === 1 && isInUse) return [];
  return keys.filter(
    (key) => key.id !== current.id && key.isActive && notInAnyTarget(key, secrets, keys, 0) === undefined,
  );
}

/**
 * What a rotation would spare if it were now. Where none is due, the current key is known, so a young one beside it
 * is in no target (rules.ts: `currentOf`); but its run may store it yet, and then it has a grace period before it.
 * @param staying keys of the name that are old enough to go, and that this run would leave
 */
function tooYoung(
  look: Snapshot,
  settings: RotationSettings,
  { due, current }: Dueness,
  staying: number,
): readonly SparedKey[] {
  const { date } = look;
  if (date === undefined) return [];
  const young = sparedBy(keysOfName(look, settings), { createdAt: date }).filter(
    (key) => !isExpired(key, date),
  );
  // The new key will be one more.
  if (due) return sparedKeys(young, settings, staying + 1);
  const beside = young.filter((key) => key.id !== current.id);
  const spared = sparedKeys(beside, settings, staying + young.length - beside.length);
  return settings.gracePeriod > 0 ? spared.map((key) => ({ ...key, next: 'open' })) : spared;
}

/** The plan of a run: a pure function of its look. */
export function makePlan(look: Snapshot, settings: RotationSettings, forced: boolean): Plan {
  const decision = dueness(look, settings, forced);
  const { found, usedElsewhere } = removable(look, settings);
  const foundIds = new Set(found.map(({ key }) => key.id));
  const older = olderKeys(look, settings).filter((key) => !foundIds.has(key.id));
  const superseding = decision.due ? older : [];
  const counted = [
    ...found.filter(({ key, why }) => why === 'superseded' && !isDead(key, look)).map(({ key }) => key),
    ...(settings.gracePeriod === 0 ? superseding : []),
  ];
  const tooMany = counted.length > settings.maxRevocations;
  const allowed = (tooMany ? found.filter(({ why }) => why !== 'superseded') : found).map(plannedRevocation);
  const superseded = decision.due ? [] : nameable(look, settings);
  return {
    ...decision,
    ...split(allowed, look, settings, decision),
    supersedes: superseding.map(summarize),
    held: tooMany ? counted.map(summarize) : [],
    usedElsewhere: usedElsewhere.map(summarize),
    superseded: superseded.map(summarize),
    inGrace: inGraceOf(
      superseded.filter((key) => !foundIds.has(key.id)),
      look,
      settings,
    ),
    spared: tooYoung(look, settings, decision, decision.due && !tooMany ? 0 : older.length),
  };
}

/** By one clock, which does to tell keys that work from keys that do not. */
function isDead(key: KeyRecord, { date }: Snapshot): boolean {
  return date !== undefined && isExpired(key, date);
}

function plannedRevocation({ key, why }: Removable): PlannedRevocation {
  return { key: summarize(key), rule: why === 'expired' ? 'expired' : 'not-stored', why };
}

/**
 * What of the allowed revocations comes before the create, as few as it needs (protocol, step 4): none where there is
 * no room after all of them. What is not needed now goes after the store, when it takes no inference.
 */
function split(
  allowed: readonly PlannedRevocation[],
  look: Snapshot,
  settings: RotationSettings,
  { due, current }: Dueness,
): Pick<Plan, 'makeRoom' | 'afterStore' | 'room'> {
  const roomWithout = (few: readonly PlannedRevocation[]) =>
    roomFor(look, settings, new Set(few.map(({ key }) => key.id)), current);
  const room = roomWithout(allowed);
  if (!due) return { makeRoom: allowed, afterStore: [], room };
  if (room.kind === 'full' || room.kind === 'too-soon') return { makeRoom: [], afterStore: [], room };
  let needed = look.conflicted ? allowed.length : 0;
  while (needed < allowed.length && roomWithout(allowed.slice(0, needed)).kind !== 'fits') needed += 1;
  const makeRoom = allowed.slice(0, needed);
  return { makeRoom, afterStore: allowed.slice(needed), room: roomWithout(makeRoom) };
}

/** What a look may name as superseded (protocol, "Named as superseded"): an order to revoke it. */
function nameable(look: Snapshot, settings: RotationSettings): readonly KeyRecord[] {
  const { secrets } = look;
  if (settings.gracePeriod === 0 || secrets === undefined || !canTellWhatIsStored(look)) return [];
  const keys = keysOfName(look, settings);
  return keys.filter((key) => isSuperseded(key, secrets, keys));
}

function inGraceOf(
  keys: readonly KeyRecord[],
  { secrets = [] }: Snapshot,
  settings: RotationSettings,
): InGrace | undefined {
  if (keys.length === 0) return undefined;
  return { ids: keys.map(({ id }) => id), until: graceEnd(lastWriteOf(secrets), settings) };
}
