import type { Verb } from '../config/table.ts';
import { printable } from '../core/text.ts';
import { type Duration, type Instant, instantText } from '../core/time.ts';
import type { StepName } from '../rotation/events.ts';
import type { TargetResult } from '../rotation/outcome.ts';
import type { Plan, PlannedRevocation } from '../rotation/plan.ts';
import type { KeyInTheWay, Room } from '../rotation/room.ts';
import type { SparedKey } from '../rotation/rules.ts';

export { instantText };

/** `84 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function durationText(duration: Duration): string {
  const ms = Math.max(0, Math.round(duration));
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return twoUnits(seconds, 60, 'min', 1, 's');
  if (seconds < 86_400) return twoUnits(seconds, 3_600, 'h', 60, 'min');
  return twoUnits(seconds, 86_400, 'd', 3_600, 'h');
}

function twoUnits(seconds: number, large: number, name: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small);
  const first = `${Math.floor(seconds / large)} ${name}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}

/** A time after which something holds: rounded up, so that it is not told too early. */
export function afterText(instant: Instant): string {
  return instantText(Math.ceil(instant / 1_000) * 1_000);
}

/** Why a key is not looked for by its name. */
export const NOBODY_CAN_TELL =
  'nobody can tell which it is, because others may use the name, so it is not looked for';

export function expiryText(expiresAt: Instant | undefined): string {
  return expiresAt === undefined ? 'never expires' : `expires ${instantText(expiresAt)}`;
}

/** `1 key`, `2 keys`. */
export function count(many: number, one: string, several = `${one}s`): string {
  return `${many} ${many === 1 ? one : several}`;
}

/** As many keys as a STARTER plan has. Nobody reads five hundred names; for machines there are the outputs. */
export const MOST_NAMED = 10;

/** Where a run writes down all of what its log cuts short. */
export const ALL_OF_IT = 'the job summary, or the file that `--summary` names,';

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

/** All items or, of many, the first ones and in what the others are found: `a, b and 7 more (… has them all)`. */
export function someOf(items: readonly string[], all: string): string {
  const more = items.length - MOST_NAMED;
  if (more <= 0) return list(items);
  return `${items.slice(0, MOST_NAMED).join(', ')} and ${more} more (${all} has them all)`;
}

/** `MUTX_API_KEY in owner/repo@production`. */
export function placeText(result: Pick<TargetResult, 'secret' | 'target'>): string {
  return `${result.secret} in ${result.target}`;
}

/** The part of the log under which a step's lines stand. Steps of one phase may run side by side. */
export const PHASE_OF: Readonly<Record<StepName, string>> = {
  preflight: 'Look at keys and targets',
  list: 'Look at keys and targets',
  metadata: 'Look at keys and targets',
  'second-reading': 'Look at keys and targets',
  'make-room': 'Make room',
  create: 'Create and verify the new key',
  verify: 'Create and verify the new key',
  store: 'Store the new key',
  'check-late': 'Store the new key',
  revoke: 'Revoke what the new key supersedes',
};

/** What a step's line says when the step was done, and when it was not. */
export const STEP_TEXT: Readonly<Record<StepName, readonly [done: string, notDone: string]>> = {
  // Whether it can be written GitHub tells at the write only.
  preflight: ['the public key of every target read', 'not every target can be written'],
  list: ['keys listed', 'keys could not be listed'],
  metadata: ["the secrets' dates read", "the secrets' dates could not be read"],
  'second-reading': ["the secrets' dates confirmed", "the secrets' dates could not be confirmed"],
  'make-room': ['room made', 'not all of the room could be made'],
  create: ['key created', 'no key created, as far as is known'],
  verify: ['MUTX accepts the new key', 'MUTX did not confirm the new key'],
  store: ['stored in every target', 'not stored in every target'],
  'check-late': ['the stored key is still active', 'the stored key is not known to be active any more'],
  revoke: ['superseded keys revoked', 'not every superseded key revoked'],
};

const WHY_REMOVED: Readonly<Record<PlannedRevocation['why'], string>> = {
  expired: 'expired',
  'never-stored': 'never stored in any target',
  superseded: 'superseded, and in no target any more',
};

/** What a run is going to do, a line each. */
export function planLines(plan: Plan): readonly string[] {
  const lines = [plan.due ? `rotate: ${plan.why}` : `do not rotate: ${plan.why}`];
  if (plan.current !== undefined) {
    lines.push(`current key: ${plan.current.id} (${expiryText(plan.current.expiresAt)})`);
  }
  for (const { key, why } of plan.makeRoom) lines.push(`revoke ${key.id}: ${WHY_REMOVED[why]}`);
  if (plan.due) {
    lines.push(...roomLines(plan.room));
    for (const key of plan.supersedes) lines.push(`${key.id} is superseded by the new key`);
    for (const { key, why } of plan.afterStore) {
      // Where it was stored until then is of no account any more, and may rest on one reading.
      lines.push(`revoke ${key.id} once the new key is stored${why === 'expired' ? ': expired' : ''}`);
    }
  }
  for (const key of plan.held) lines.push(`keep ${key.id}: more keys than max-revocations would go`);
  for (const key of plan.usedElsewhere) lines.push(`keep ${key.id}: something else uses it`);
  if (plan.inGrace !== undefined) {
    const { ids, until } = plan.inGrace;
    lines.push(`keep ${ids.join(', ')}: superseded, with a grace period until ${afterText(until)}`);
  }
  for (const key of plan.spared) lines.push(`keep ${sparedText([key], 'this look')}`);
  return lines;
}

/**
 * Until when the grace period of superseded keys lasts, where that is known; reads on from their ids. It may be over,
 * where no rule revokes them (an organisation's secret, clocks apart).
 */
export function graceText(graceEnds: Instant | undefined): string {
  return graceEnds === undefined ? '' : ` (grace period until ${afterText(graceEnds)})`;
}

/** Keys that no run revokes by itself, and what is to be done about them. */
export function heldText(held: readonly string[], show = (id: string): string => id): string {
  return `not revoked, because together they are more than max-revocations allows; revoke them, or raise it: ${held.map(show).join(', ')}`;
}

/**
 * Which keys are too young to go, why, and what becomes of them: reads on from `keep` or `Not revoked by this run`.
 * @param keys at least one, all of one run
 * @param since what their age was taken at; they are older when this is read
 * @param show how an id is shown
 */
export function sparedText(
  keys: readonly SparedKey[],
  since: 'this look' | 'the new key',
  show = (id: string): string => id,
): string {
  const it = keys.length === 1 ? 'it' : 'them';
  const times = keys.map((key) => key.until);
  const does = keys.some((key) => key.next === 'superseded')
    ? `supersedes ${it}, and the grace period begins`
    : `revokes ${it}`;
  const next = keys.some((key) => key.next === 'open')
    ? `no rotation but its own revokes ${it} before ${instantText(Math.min(...times))}`
    : `a rotation after ${afterText(Math.max(...times))} ${does}`;
  const ids = keys.map(({ id }) => show(id)).join(', ');
  return `${ids}: made less than 15 minutes before ${since}, so another run may still be storing ${it}; ${next}`;
}

function roomLines(room: Room): readonly string[] {
  switch (room.kind) {
    case 'fits':
      return [];
    case 'replace':
      return [`revoke ${room.victim.id} first: the plan has no place for both (on-quota: replace)`];
    case 'full':
    case 'too-soon': {
      const when = room.at === undefined ? '' : ` before ${instantText(room.at)}`;
      const young = room.kind === 'too-soon' && room.inTheWay.length === 0 ? `; ${room.because}` : '';
      return [`there is no place for one more key${when}${young}`, ...inTheWay(room.inTheWay)];
    }
  }
}

/** After every expiry, and a number that can be subtracted from itself. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** The keys that hold the places of a plan, a line each, the one to revoke first. What a target holds comes last, and is marked. */
export function inTheWay(keys: readonly KeyInTheWay[]): readonly string[] {
  const named = keys
    .toSorted(
      (a, b) => Number(isHeld(a)) - Number(isHeld(b)) || (a.expiresAt ?? NEVER) - (b.expiresAt ?? NEVER),
    )
    .slice(0, MOST_NAMED)
    .map(keyInTheWay);
  const more = keys.length - named.length;
  return more > 0 ? [...named, `and ${count(more, 'more key')}`] : named;
}

/** `in the way: old (8d7f…), expires …`, or that a target uses it. */
function keyInTheWay({ id, name, expiresAt, lastUsed, heldBy = [] }: KeyInTheWay): string {
  const key = `${printable(name, 100)} (${id})`;
  if (heldBy.length > 0)
    return `in use by ${someOf(heldBy, ALL_OF_IT)}: keep ${key}, ${expiryText(expiresAt)}`;
  const used = lastUsed === undefined ? '' : `, last used at ${instantText(lastUsed)}`;
  return `in the way: ${key}, ${expiryText(expiresAt)}${used}`;
}

function isHeld({ heldBy = [] }: KeyInTheWay): boolean {
  return heldBy.length > 0;
}

/** What was not done, as the title of a failure. */
export const FAILURE_TITLE: Readonly<Record<Verb | 'issue', string>> = {
  rotate: 'MUTX API key not rotated',
  ephemeral: 'No MUTX API key for this job',
  revoke: 'MUTX API keys not revoked',
  audit: 'Audit of the MUTX API keys failed',
  plan: 'Fleet of MUTX API keys not planned',
  issue: 'The issue about failures was not kept up to date',
};
