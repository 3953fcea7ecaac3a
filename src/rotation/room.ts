import { FENCE, LINGER, MARGIN } from '../core/limits.ts';
import type { Instant } from '../core/time.ts';
import type { KeyRecord, KeySummary, RotationSettings } from './ports.ts';
import {
  couldHaveWritten,
  isUsedElsewhere,
  lastWriteOf,
  notInAnyTarget,
  type StoredSecret,
} from './rules.ts';
import { keysOfName, type Snapshot, timeOf } from './snapshot.ts';

/** Places of each plan (mutx-api: "Quota"); Infinity: no limit. */
const PLACES: ReadonlyMap<string, number> = new Map([
  ['FREE', 2],
  ['STARTER', 10],
  ['PRO', 50],
  ['ENTERPRISE', Number.POSITIVE_INFINITY],
]);

/** How many active keys a plan allows; undefined for a plan this version does not know. */
export function placesOf(plan: string | undefined): number | undefined {
  return plan === undefined ? undefined : PLACES.get(plan.toUpperCase());
}

/** Every active key takes a place, of any name, expired ones included. */
export function placesTaken(keys: readonly KeyRecord[]): number {
  return keys.filter((key) => key.isActive).length;
}

/**
 * From when on a key made, or a secret written, at that time is old enough that another key may take the plan's last
 * place: two younger than this would fill a two-key plan with keys that no rule can tell apart (protocol, step 4).
 */
export function settledAt(time: Instant): Instant {
  return time + FENCE + 2 * MARGIN;
}

/** A key that holds a place of the plan. */
export interface KeyInTheWay extends KeySummary {
  /** undefined: never used, or not known */
  readonly lastUsed?: Instant | undefined;
  /** Labels of this run's targets that hold it, as far as their dates tell: to revoke it is an outage. */
  readonly heldBy?: readonly string[];
}

/** The room in the account's plan for one more key. `at` is MUTX's time; undefined where no rule frees any. */
export type Room =
  | { readonly kind: 'fits'; readonly lastPlace: boolean }
  /**
   * The last place, while a key of the name, or the last write of a target, is too young to be told apart from the
   * next, or a create whose reply was lost may still arrive. `inTheWay`: the young keys.
   */
  | {
      readonly kind: 'too-soon';
      readonly at: Instant | undefined;
      readonly inTheWay: readonly KeyInTheWay[];
      /** What is too young, in words. */
      readonly because: string;
    }
  | {
      readonly kind: 'full';
      readonly at: Instant | undefined;
      readonly inTheWay: readonly KeyInTheWay[];
      /** Keys beyond the places there are, so that one of them less would still be too many. */
      readonly over: number;
    }
  /** No place, and `on-quota: replace` accepts the gap: this key goes first. */
  | { readonly kind: 'replace'; readonly victim: KeySummary };

export function summarize(key: KeyRecord): KeySummary {
  return { id: key.id, name: key.name, expiresAt: key.expiresAt };
}

/** Whether one more key fits once `gone` are revoked (protocol, step 4 and "Where even that leaves no room"). */
export function roomFor(
  look: Snapshot,
  settings: RotationSettings,
  gone: ReadonlySet<string>,
  current: KeyRecord | undefined,
): Room {
  const { places } = look;
  if (places === undefined) return { kind: 'fits', lastPlace: false };
  const active = look.keys.filter((key) => key.isActive && !gone.has(key.id));
  const mine = active.filter((key) => key.name === settings.keyName);
  if (active.length + 1 > places) {
    const isAccepted = settings.onQuota === 'replace' && look.gaveUp !== true;
    const victim = isAccepted ? keyToReplace(look, settings, mine, current) : undefined;
    if (victim !== undefined && active.length === places) {
      const after = roomFor(look, settings, new Set([...gone, victim.id]), current);
      return after.kind === 'fits' ? { kind: 'replace', victim: summarize(victim) } : after;
    }
    const over = active.length - places;
    return { kind: 'full', at: nextPlaceAt(look, settings, active), inTheWay: active.map(summarize), over };
  }
  // A create whose reply was lost may still be on its way: until it must have arrived it takes a place too.
  const now = timeOf(look);
  const onTheirWay = look.lostCreates
    .map((sent) => sent + LINGER)
    .filter((by) => now === undefined || now < by);
  const lastPlace = active.length + onTheirWay.length + 1 >= places;
  if (!lastPlace || look.repairs) return { kind: 'fits', lastPlace };
  const young = mine.filter(({ createdAt }) => now === undefined || now < settledAt(createdAt));
  const written = writesSettledAt(look);
  const soonest = [...young.map(({ createdAt }) => settledAt(createdAt)), ...written, ...onTheirWay];
  if (soonest.length === 0) return { kind: 'fits', lastPlace };
  const at = now === undefined ? undefined : ifFinite(Math.max(...soonest));
  return { kind: 'too-soon', at, inTheWay: young.map(summarize), because: whatIsYoung(young, written) };
}

function whatIsYoung(keys: readonly KeyRecord[], writes: readonly Instant[]): string {
  if (keys.length > 0) return 'another key of the name is too young';
  if (writes.includes(Number.POSITIVE_INFINITY)) {
    return "the last write of a target is in the future by GitHub's own time, so it is not known when it was";
  }
  return writes.length > 0
    ? 'the last write of a target is too recent'
    : 'a create whose reply was lost may still be on its way';
}

/**
 * When the last write of a target is old enough, by the clock of {@link timeOf}; empty where it is. GitHub's clock is
 * asked about GitHub's times; only where it does not say, MUTX's. Never, where a write is said to be still to come: at
 * least one of the two times is wrong then.
 */
function writesSettledAt(look: Snapshot): readonly Instant[] {
  const now = look.githubDate ?? look.date;
  const lastWrite = lastWriteOf(look.secrets ?? []);
  const settled = settledAt(lastWrite);
  if (now === undefined || now >= settled) return [];
  if (lastWrite > now + MARGIN) return [Number.POSITIVE_INFINITY];
  return [settled - now + (look.date ?? now)];
}

/** When a rule frees a place, at the earliest; undefined when none will. */
function nextPlaceAt(
  look: Snapshot,
  settings: RotationSettings,
  active: readonly KeyRecord[],
): Instant | undefined {
  const keys = keysOfName(look, settings);
  let earliest: Instant | undefined;
  for (const key of active) {
    if (key.name !== settings.keyName) continue;
    const how =
      look.secrets === undefined || look.clocksApart || look.contradicted
        ? undefined
        : notInAnyTarget(key, look.secrets, keys, settings.gracePeriod);
    // A key that may be stored is no hope: the end of its life is the outage that nobody wants to wait for.
    if (how === undefined) continue;
    const expiry = (key.expiresAt ?? Number.POSITIVE_INFINITY) + MARGIN;
    const soonest = isUsedElsewhere(key, how) ? expiry : Math.min(how.revocableFrom, expiry);
    // What could have gone already and did not (`max-revocations`) will not go by itself either.
    if (!Number.isFinite(soonest) || (look.date !== undefined && soonest < look.date)) continue;
    const others = active.filter((other) => other.name === settings.keyName && other.id !== key.id);
    const settled = others.map(({ createdAt }) => settledAt(createdAt));
    const at = Math.max(soonest, ...settled, ...writesSettledAt(look));
    earliest = Math.min(earliest ?? at, at);
  }
  return earliest === undefined ? undefined : ifFinite(earliest);
}

function ifFinite(instant: Instant): Instant | undefined {
  return Number.isFinite(instant) ? instant : undefined;
}

/**
 * The key that `on-quota: replace` gives up: the one least likely to be stored. First those made after the last write
 * of every target, the youngest before the others; then one whose run can have written no target and whose grace
 * period is over; then the current one, and the oldest where that is not known. None that a run may still be writing, by
 * the time of both services, and none where it cannot be told which is which.
 */
function keyToReplace(
  look: Snapshot,
  settings: RotationSettings,
  mine: readonly KeyRecord[],
  current: KeyRecord | undefined,
): KeyRecord | undefined {
  const { date, secrets = [] } = look;
  if (date === undefined || look.clocksApart || look.contradicted) return undefined;
  const now = Math.min(date, look.githubDate ?? date);
  const oldestFirst = mine
    .filter((key) => key.createdAt + FENCE < now)
    .toSorted((a, b) => a.createdAt - b.createdAt);
  const graceIsOver = now > lastWriteOf(secrets) + settings.gracePeriod + MARGIN;
  return (
    oldestFirst.findLast((key) => secrets.length > 0 && isAfterEveryWrite(key, secrets)) ??
    (graceIsOver ? oldestFirst.find((key) => isOutsideEveryWindow(key, secrets)) : undefined) ??
    oldestFirst.find((key) => key.id === current?.id) ??
    oldestFirst[0]
  );
}

function isAfterEveryWrite({ createdAt }: KeyRecord, secrets: readonly StoredSecret[]): boolean {
  return secrets.every(({ updatedAt }) => updatedAt === undefined || createdAt > updatedAt + MARGIN);
}

function isOutsideEveryWindow(key: KeyRecord, secrets: readonly StoredSecret[]): boolean {
  return secrets.every(({ updatedAt }) => updatedAt === undefined || !couldHaveWritten(key, updatedAt));
}
