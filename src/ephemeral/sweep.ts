import type { Reply } from '../core/call.ts';
import { CREATION_SLACK, FENCE, MARGIN } from '../core/limits.ts';
import { Stopwatch } from '../core/retry.ts';
import { type Clock, type Duration, type Instant, instantText } from '../core/time.ts';
import type { KeyRecord } from '../rotation/ports.ts';
import type { Calls } from './calls.ts';
import type { LeftBehind } from './events.ts';
import type { RunKeys } from './ports.ts';
import type { SweepSettings } from './settings.ts';

/** After the prefix, to the end: `{run_id}.{attempt}/{job}/{random}`; a job that is too long is cut and hashed. */
const REST = /^[1-9]\d{0,19}\.[1-9]\d{0,5}\/[A-Za-z_][\w-]*(?:~[0-9a-f]{16})?\/[0-9a-f]{12}$/;

/** How long one call of a sweep for a place may be tried again: it is not what the job waits for. */
export const SWEEP_PATIENCE: Duration = 30_000;

/** Revoked by one sweep for a place at most. */
const MOST = 20;

/** Revoked beside the making of a key at most, all at the same time. */
const MOST_BESIDE = 5;

/** Nothing of a sweep beside the making of a key starts later than this. */
const LONGEST_BESIDE: Duration = 10_000;

/** Where the clocks of MUTX and of this machine are further apart, one of them is wrong, and nothing counts as over. */
const LARGEST_DIFFERENCE: Duration = FENCE;

/** Pages of the newest thousand keys. */
const PAGES = 10;

/** Whether a name is one of this repository's own per-run names: all of it, not how it begins. */
export function isPerRunName(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && REST.test(name.slice(prefix.length));
}

/**
 * Why this key may be swept; undefined: it may not. Its times are MUTX's; that `date` can be compared with them is for the
 * caller to find out. Never the key of this step itself.
 * @param date of the reply that the record came with; a server that gives none has nothing swept
 */
export function leftBehind(
  key: KeyRecord,
  { prefix, after, own }: SweepSettings,
  date: Instant,
): LeftBehind | undefined {
  if (!key.isActive || key.name === own || !isPerRunName(key.name, prefix)) return undefined;
  if (key.expiresAt !== undefined && key.expiresAt + MARGIN < date) return 'expired';
  return after !== undefined && key.createdAt + after + MARGIN < date ? 'old' : undefined;
}

/**
 * Revokes what earlier runs of this repository left behind, where the plan has no place. That it fails is a warning: it
 * is not the errand.
 * @returns how many keys are revoked now
 */
export async function sweepForRoom(
  calls: Calls,
  { keys, clock }: Pick<BesidePorts, 'keys' | 'clock'>,
  settings: SweepSettings,
): Promise<number> {
  const watch = new Stopwatch(clock);
  const list = await calls.call(() => keys.newest());
  if (!list.ok) {
    notLookedFor(calls, list.failure.message);
    return 0;
  }
  const found = foundIn(list.value, list.date, clock.now(), settings, calls);
  if (found === undefined) return 0;
  if (found.length > 0 && !(await isConfirmed(list.date, calls, keys, watch))) return 0;
  let revoked = 0;
  for (const one of found.slice(0, MOST)) {
    const became = await revokeOne(one, calls, (attempt) => calls.call(attempt), keys);
    if (became === 'failed') break;
    if (became === 'revoked') revoked += 1;
  }
  calls.report({ type: 'sweep-ended', revoked, more: found.length > revoked });
  return revoked;
}

/** One `Date` that is ahead would make the keys of running jobs look expired: another reply has to say the same. */
async function isConfirmed(
  date: Instant | undefined,
  calls: Calls,
  keys: RunKeys,
  watch: Stopwatch,
): Promise<boolean> {
  const again = await calls.call(() => keys.page(0));
  const passed = again.ok && again.date !== undefined && date !== undefined ? again.date - date : Number.NaN;
  if (Math.abs(passed - watch.elapsed()) <= MARGIN / 2) return true;
  notLookedFor(calls, 'MUTX gives two different times, or only one');
  return false;
}

/** What the create of this step brought, by which MUTX's `Date` is held against its own times. */
export interface Created {
  readonly id: string;
  readonly createdAt: Instant;
  readonly date: Instant | undefined;
}

interface BesidePorts {
  readonly keys: RunKeys;
  readonly clock: Clock;
  /** Uniform in [0, 1): which page it looks at, too. */
  readonly random: () => number;
}

/**
 * The same beside the making of a key, which does not wait for it: the newest page of keys and, if that has nothing, one
 * of the nine before it, by chance, so that many jobs share them. Seven requests at the most, none of which is made again:
 * MUTX's limit is for the jobs.
 * @param isOver whether there is a key: then nothing more is looked for
 * @param created what came of the first create; undefined: no key, so nothing is known of MUTX's times
 * @returns how many keys are revoked now
 */
export async function sweepBeside(
  settings: SweepSettings,
  { keys, clock, random }: BesidePorts,
  calls: Calls,
  isOver: () => boolean,
  created: Promise<Created | undefined>,
): Promise<number> {
  const watch = new Stopwatch(clock);
  const look = async (number: number) => {
    const reply = await keys.page(number);
    if (reply.ok) {
      const found = foundIn(reply.value.keys, reply.date, undefined, settings, calls);
      return found && { found, hasMore: reply.value.hasMore, date: reply.date };
    }
    if (reply.failure.kind === 'throttled') calls.report({ type: 'sweep-put-off' });
    else notLookedFor(calls, reply.failure.message);
    return undefined;
  };
  let page = await look(0);
  if (page?.found.length === 0 && page.hasMore && !isOver() && watch.elapsed() < LONGEST_BESIDE) {
    page = await look(1 + Math.floor(random() * (PAGES - 1)));
  }
  if (page === undefined) return 0;
  const { found, date } = page;
  const own = found.length === 0 ? undefined : await created;
  const isTold = found.length === 0 || agree(own, date, watch.elapsed());
  if (!isTold)
    notLookedFor(calls, 'MUTX made no key to hold its time against, or its times contradict each other');
  const others = found.filter(({ key }) => key.id !== own?.id);
  const now = isTold && watch.elapsed() < LONGEST_BESIDE ? others.slice(0, MOST_BESIDE) : [];
  const became = await Promise.all(now.map((one) => revokeOne(one, calls, (attempt) => attempt(), keys)));
  const revoked = became.filter((one) => one === 'revoked').length;
  calls.report({ type: 'sweep-ended', revoked, more: others.length > revoked });
  return revoked;
}

/** Whether the key that was made a moment ago was made at the time that MUTX's replies give. */
function agree(created: Created | undefined, date: Instant | undefined, elapsed: Duration): boolean {
  if (created === undefined) return false;
  const within = CREATION_SLACK + elapsed;
  return [created.date, date].every(
    (time) => time !== undefined && Math.abs(created.createdAt - time) <= within,
  );
}

interface Found {
  readonly key: KeyRecord;
  readonly why: LeftBehind;
}

/**
 * @param now by this machine; undefined: MUTX's time is confirmed in another way
 * @returns undefined: it is not known, which is a warning
 */
function foundIn(
  keys: readonly KeyRecord[],
  date: Instant | undefined,
  now: Instant | undefined,
  settings: SweepSettings,
  calls: Calls,
): readonly Found[] | undefined {
  if (date === undefined) {
    notLookedFor(calls, 'MUTX does not say what time it is');
    return undefined;
  }
  if (now !== undefined && Math.abs(date - now) > LARGEST_DIFFERENCE) {
    notLookedFor(calls, `it is ${instantText(date)} by MUTX and ${instantText(now)} by this machine`);
    return undefined;
  }
  return keys.flatMap((key) => {
    const why = leftBehind(key, settings, date);
    return why === undefined ? [] : [{ key, why }];
  });
}

type Attempt = () => Promise<Reply<'revoked' | 'gone'>>;

/**
 * `gone`: MUTX says that it knows no such key, which any server says of what it does not know, and another job may have
 * swept it in between. What became of it is not asked: it is in the next sweep again if it is still there.
 * @param how with which retries
 */
async function revokeOne(
  { key, why }: Found,
  calls: Calls,
  how: (attempt: Attempt) => ReturnType<Attempt>,
  keys: Pick<RunKeys, 'revoke'>,
): Promise<'revoked' | 'gone' | 'failed'> {
  const reply = await how(() => keys.revoke(key.id));
  if (reply.ok) {
    const { id, name } = key;
    calls.report(
      reply.value === 'gone' ? { type: 'sweep-missed', id, name } : { type: 'swept', id, name, why },
    );
    return reply.value;
  }
  calls.warn(
    'sweep-failed',
    `key ${key.id} was left behind and could not be revoked: ${reply.failure.message}`,
  );
  return 'failed';
}

function notLookedFor(calls: Calls, why: string): void {
  calls.warn('sweep-failed', `keys left behind were not looked for: ${why}`);
}
