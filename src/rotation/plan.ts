import { FENCE, LINGER, MARGIN } from './constants.ts';
import { type InGrace, inGraceBeside, lastWriteOf } from './grace.ts';
import type { KeySummary } from './outcome.ts';
import type { Instant, KeyRecord } from './ports.ts';
import { placesTaken, settledAt } from './quota.ts';
import {
  candidatesFor,
  currentOfAll,
  isExpired,
  isUsedElsewhere,
  type NotStored,
  notInAnyTarget,
  type StoredSecret,
  works,
} from './rules.ts';
import type { RotationSettings } from './settings.ts';
import { type SparedKey, sparedBy, sparedKeys } from './spared.ts';

/** What a run saw, in the order in which protocol step 2 asks it to look. */
export interface Look {
  /** The MUTX server's time of the list: the time of the look. Unknown: rules E and W do not apply. */
  readonly date: Instant | undefined;
  /** Every key of the account. */
  readonly keys: readonly KeyRecord[];
  /** Places in the account's plan; undefined: no limit is known. */
  readonly places: number | undefined;
  /** The targets' secrets, read after the list; undefined where no decision needs them. */
  readonly secrets: readonly StoredSecret[] | undefined;
  /** The two servers' clocks differ too much for rule W. */
  readonly clocksApart: boolean;
  /** MUTX's times at which creates of this run were already sent whose fate is unknown. */
  readonly lostCreates: readonly Instant[];
  /**
   * The secret holds a dead key, written too late by this run: P1 goes before the waiting rule, whose only aim
   * is that a two-key plan does not get stuck.
   */
  readonly repairs: boolean;
  /** No key made before this is among them; undefined: the list was read to its end. */
  readonly unreadBefore?: Instant | undefined;
}

export interface PlannedRevocation {
  readonly key: KeySummary;
  readonly rule: 'E' | 'W';
  readonly why: 'expired' | NotStored['kind'];
}

/** The room in the account's plan for one more key. `at` is MUTX's time; undefined where no rule frees any. */
export type Room =
  | { readonly kind: 'fits'; readonly lastPlace: boolean }
  /** The last place, while a key of the name is too young to be told apart from the next. */
  | { readonly kind: 'too-soon'; readonly at: Instant | undefined; readonly inTheWay: readonly KeySummary[] }
  | {
      readonly kind: 'full';
      readonly at: Instant | undefined;
      readonly inTheWay: readonly KeySummary[];
      /** Keys beyond the places there are, so that one of them less would still be too many. */
      readonly over: number;
    }
  /** No place, and `on-quota: replace` accepts the gap: this key goes first. */
  | { readonly kind: 'replace'; readonly victim: KeySummary };

/** Whether to rotate. `current`: the key that every target holds, where that is known. */
export type Dueness =
  | { readonly due: true; readonly why: string; readonly current: KeyRecord | undefined }
  | { readonly due: false; readonly why: string; readonly current: KeyRecord };

/** What a run is going to do, decided from one look; `why` is one line for people. */
export type Plan = Dueness & {
  readonly makeRoom: readonly PlannedRevocation[];
  /** Keys that rule R is expected to allow once the new one is stored. */
  readonly supersedes: readonly KeySummary[];
  /** Keys that would go, were they not more than `max-revocations`. */
  readonly held: readonly KeySummary[];
  /** Keys that no run stored and that someone uses: not touched by rule W, and warned about. */
  readonly usedElsewhere: readonly KeySummary[];
  /** Not due: what the last rotation superseded, in its grace period. */
  readonly inGrace: InGrace | undefined;
  /** Keys that are too young to go, whatever is decided; the current one too, if it is to be replaced. */
  readonly spared: readonly SparedKey[];
  readonly room: Room;
};

export function summarize(key: KeyRecord): KeySummary {
  return { id: key.id, name: key.name, expiresAt: key.expiresAt };
}

function ofName(look: Look, settings: RotationSettings): readonly KeyRecord[] {
  return look.keys.filter((key) => key.name === settings.keyName);
}

/** Active, not expired and older than the fence: what rule R would allow if a key were made and stored now. */
function olderKeys(look: Look, settings: RotationSettings): readonly KeyRecord[] {
  const { date } = look;
  if (date === undefined) return [];
  return ofName(look, settings).filter(
    (key) => key.isActive && key.createdAt < date - FENCE && !isExpired(key, date),
  );
}

/**
 * Whether a decision needs the targets' metadata (protocol, step 2): to know the current key, to keep a grace
 * period, to make room, or to tell never-stored keys from stored ones before counting revocations.
 */
export function needsSecrets(look: Look, settings: RotationSettings): boolean {
  const { date } = look;
  const expired =
    date === undefined
      ? 0
      : ofName(look, settings).filter((key) => key.isActive && isExpired(key, date)).length;
  return (
    settings.renewBefore !== undefined ||
    settings.gracePeriod > 0 ||
    (look.places !== undefined && placesTaken(look.keys) - expired + 1 >= look.places) ||
    olderKeys(look, settings).length > settings.maxRevocations
  );
}

interface Removable {
  readonly key: KeyRecord;
  readonly why: PlannedRevocation['why'];
}

/** What rules E and W allow to revoke at this look, and the keys they keep away from. */
function removable(look: Look, settings: RotationSettings) {
  const keys = ofName(look, settings);
  const found: Removable[] = [];
  const usedElsewhere: KeyRecord[] = [];
  const { date, secrets } = look;
  if (date === undefined) return { found, usedElsewhere };
  for (const key of keys) {
    if (!key.isActive) continue;
    if (isExpired(key, date)) {
      found.push({ key, why: 'expired' });
      continue;
    }
    if (secrets === undefined || look.clocksApart) continue;
    const how = notInAnyTarget(key, secrets, keys, settings.gracePeriod);
    if (how === undefined || date <= how.revocableFrom) continue;
    if (isUsedElsewhere(key, how)) usedElsewhere.push(key);
    else found.push({ key, why: how.kind });
  }
  return { found, usedElsewhere };
}

/** Whether to rotate, and why (protocol, step 3). `forced`: a run that must repeat a late write is due. */
function dueness(look: Look, settings: RotationSettings, forced: boolean): Dueness {
  const { date, secrets } = look;
  const { renewBefore, gracePeriod } = settings;
  const current =
    secrets === undefined || date === undefined || isOlderThanList(look)
      ? undefined
      : currentOfAll(secrets, ofName(look, settings), date);
  if (forced) return { due: true, why: 'the last write came too late to be relied on', current };
  if (renewBefore === undefined && gracePeriod === 0) return { due: true, why: 'every run rotates', current };
  if (date === undefined || secrets === undefined || current === undefined) {
    return { due: true, why: whyUncertain(look, settings), current };
  }
  const lastWrite = lastWriteOf(secrets);
  // With the margin: before it, rule W could not yet free what the last rotation superseded.
  if (gracePeriod > 0 && date - lastWrite <= gracePeriod + MARGIN) {
    return { due: false, why: 'the last rotation is less than the grace period ago', current };
  }
  if (renewBefore === undefined) return { due: true, why: 'every run rotates', current };
  if (gracePeriod === 0 && mayBeStoredToo(ofName(look, settings), secrets, current, date)) {
    return { due: true, why: 'another key of the name may still be stored', current };
  }
  if (current.expiresAt === undefined) return { due: true, why: 'the current key never expires', current };
  return current.expiresAt - date > renewBefore
    ? { due: false, why: 'the current key lives longer than renew-before', current }
    : { due: true, why: 'the current key has less than renew-before left', current };
}

/** Whether a secret is so old that its key may not be among those that were read. */
function isOlderThanList({ secrets = [], unreadBefore = Number.NEGATIVE_INFINITY }: Look): boolean {
  return secrets.some(
    ({ updatedAt }) => updatedAt !== undefined && updatedAt - FENCE - MARGIN < unreadBefore,
  );
}

/** What is not known of the targets, as exactly as that can be told. */
function whyUncertain(look: Look, settings: RotationSettings): string {
  const keys = ofName(look, settings);
  if (!keys.some((key) => key.isActive)) return 'no key of this name is active';
  const { date = Number.NEGATIVE_INFINITY, secrets = [] } = look;
  if (secrets.some(({ updatedAt }) => updatedAt === undefined)) return 'not every target has the secret yet';
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
 * Whether another working key may be what a target really holds. An organisation secret's date moves when its
 * audience is edited, so that an orphan can look like the current key.
 */
function mayBeStoredToo(
  keys: readonly KeyRecord[],
  secrets: readonly StoredSecret[],
  current: KeyRecord,
  date: Instant,
): boolean {
  return keys.some(
    (key) =>
      key.id !== current.id &&
      key.isActive &&
      !isExpired(key, date) &&
      notInAnyTarget(key, secrets, keys, 0) === undefined,
  );
}

/** When a rule frees a place, at the earliest; undefined when none will. */
function nextPlaceAt(
  look: Look,
  settings: RotationSettings,
  active: readonly KeyRecord[],
): Instant | undefined {
  const keys = ofName(look, settings);
  let earliest: Instant | undefined;
  for (const key of active) {
    if (key.name !== settings.keyName) continue;
    const how =
      look.secrets === undefined || look.clocksApart
        ? undefined
        : notInAnyTarget(key, look.secrets, keys, settings.gracePeriod);
    // A key that may be stored is no hope: the end of its life is the outage that nobody wants to wait for.
    if (how === undefined) continue;
    const expiry = key.expiresAt ?? Number.POSITIVE_INFINITY;
    const soonest = isUsedElsewhere(key, how) ? expiry : Math.min(how.revocableFrom, expiry);
    // What could have gone already and did not (`max-revocations`) will not go by itself either.
    if (!Number.isFinite(soonest) || (look.date !== undefined && soonest < look.date)) continue;
    const others = active.filter((other) => other.name === settings.keyName && other.id !== key.id);
    const at = Math.max(soonest, ...others.map(settledAt));
    earliest = Math.min(earliest ?? at, at);
  }
  return earliest;
}

/** Whether one more key fits once `gone` are revoked (protocol, step 4 and "Where even that leaves no room"). */
export function roomFor(
  look: Look,
  settings: RotationSettings,
  gone: ReadonlySet<string>,
  current: KeyRecord | undefined,
): Room {
  const { date, places } = look;
  if (places === undefined) return { kind: 'fits', lastPlace: false };
  const active = look.keys.filter((key) => key.isActive && !gone.has(key.id));
  const mine = active.filter((key) => key.name === settings.keyName);
  if (active.length + 1 > places) {
    const old = date === undefined ? [] : mine.filter((key) => key.createdAt + FENCE < date);
    const victim =
      old.find((key) => key.id === current?.id) ?? old.toSorted((a, b) => a.createdAt - b.createdAt)[0];
    if (settings.onQuota === 'replace' && victim !== undefined && active.length === places) {
      const after = roomFor(look, settings, new Set([...gone, victim.id]), current);
      return after.kind === 'fits' ? { kind: 'replace', victim: summarize(victim) } : after;
    }
    const over = active.length - places;
    return { kind: 'full', at: nextPlaceAt(look, settings, active), inTheWay: active.map(summarize), over };
  }
  // A create whose reply was lost may still be on its way: until it must have arrived it takes a place too.
  const onTheirWay = look.lostCreates
    .map((sent) => sent + LINGER)
    .filter((by) => date === undefined || date < by);
  const lastPlace = active.length + onTheirWay.length + 1 >= places;
  const young = date === undefined ? mine : mine.filter((key) => date < settledAt(key));
  if (lastPlace && !look.repairs && young.length + onTheirWay.length > 0) {
    const at = date === undefined ? undefined : Math.max(...young.map(settledAt), ...onTheirWay);
    return { kind: 'too-soon', at, inTheWay: young.map(summarize) };
  }
  return { kind: 'fits', lastPlace };
}

/**
 * What a rotation would spare if it were now. Where none is due, the current key is known, so a young one beside it
 * is in no target (rules.ts: `currentOf`); but its run may store it yet, and then it has a grace period before it.
 * @param staying keys of the name that are old enough to go, and that this run would leave
 */
function tooYoung(
  look: Look,
  settings: RotationSettings,
  { due, current }: Dueness,
  staying: number,
): readonly SparedKey[] {
  const { date } = look;
  if (date === undefined) return [];
  const young = sparedBy(ofName(look, settings), { createdAt: date }).filter((key) => !isExpired(key, date));
  // The new key will be one more.
  if (due) return sparedKeys(young, settings, staying + 1);
  const beside = young.filter((key) => key.id !== current.id);
  const spared = sparedKeys(beside, settings, staying + young.length - beside.length);
  return settings.gracePeriod > 0 ? spared.map((key) => ({ ...key, next: 'open' })) : spared;
}

/** The plan of a run: a pure function of its look. */
export function makePlan(look: Look, settings: RotationSettings, forced: boolean): Plan {
  const decision = dueness(look, settings, forced);
  const { found, usedElsewhere } = removable(look, settings);
  const foundIds = new Set(found.map(({ key }) => key.id));
  const older = olderKeys(look, settings).filter((key) => !foundIds.has(key.id));
  const superseding = decision.due ? older : [];
  const counted = [
    ...found.filter(({ why }) => why === 'superseded').map(({ key }) => key),
    ...(settings.gracePeriod === 0 ? superseding : []),
  ];
  const tooMany = counted.length > settings.maxRevocations;
  const makeRoom = tooMany ? found.filter(({ why }) => why !== 'superseded') : found;
  return {
    ...decision,
    makeRoom: makeRoom.map(({ key, why }) => ({
      key: summarize(key),
      rule: why === 'expired' ? 'E' : 'W',
      why,
    })),
    supersedes: superseding.map(summarize),
    held: tooMany ? counted.map(summarize) : [],
    usedElsewhere: usedElsewhere.map(summarize),
    inGrace: decision.due
      ? undefined
      : inGraceBeside(
          decision.current,
          ofName(look, settings).filter((key) => !foundIds.has(key.id)),
          look,
          settings,
        ),
    spared: tooYoung(look, settings, decision, decision.due && !tooMany ? 0 : older.length),
    room: roomFor(look, settings, new Set(makeRoom.map(({ key }) => key.id)), decision.current),
  };
}
