import type { CallFailure, Reply } from '../core/call.ts';
import { MARGIN, READS } from '../core/limits.ts';
import { Stopwatch } from '../core/retry.ts';
import type { Instant } from '../core/time.ts';
import type { RotationFailure } from './outcome.ts';
import { needsSecrets } from './plan.ts';
import type { SecretTarget } from './ports.ts';
import { placesOf, placesTaken } from './room.ts';
import type { StoredSecret } from './rules.ts';
import { accountRefused, eachOf, failuresOf, isAccountRefused, type Run, valuesOf } from './run.ts';
import type { Snapshot } from './snapshot.ts';

export type SnapshotResult =
  | { readonly ok: true; readonly look: Snapshot }
  | { readonly ok: false; readonly failure: RotationFailure };

export interface Learned {
  places: number | undefined;
  /** A create has just been refused for the quota: the keys listed next are all that fit. */
  full: boolean;
  /** A create has been refused with a 409 that is not the quota's. */
  conflicted: boolean;
}

/**
 * Protocol step 2. The list and everything that has no order (the account, public keys, permissions,
 * audiences) go out together; the targets' metadata only after the list's reply, and only if needed: in this
 * order a decision stays true however long the run sleeps before acting on it.
 * @param learned what creates that were refused have taught about the plan's places; learns more here
 */
export async function readSnapshot(run: Run, learned: Learned): Promise<SnapshotResult> {
  const { ports, settings } = run;
  // From before the list was sent: what passes till then only makes the clocks look further apart.
  let listed = new Stopwatch(ports.clock);
  let listTook = 0;
  const listNow = async () => {
    listed = new Stopwatch(ports.clock);
    const reply = await ports.keys.list();
    listTook = listed.elapsed();
    // A list of many pages takes minutes: what can be compared is the date of the last of them.
    if (reply.ok && reply.reading !== undefined) listed = new Stopwatch(ports.clock);
    return reply;
  };
  const [list, account, prepared] = await Promise.all([
    run.step(
      'list',
      () => run.call(listNow),
      (reply) => reply.ok,
    ),
    askPlaces(run),
    run.step(
      'preflight',
      () => eachOf(ports.targets, READS, (target) => run.askGithub(() => target.prepare())),
      (replies) => failuresOf(replies).length === 0,
    ),
  ]);
  const unwritable = failuresOf(prepared);
  if (unwritable.length > 0) return fail('preflight', [...unwritable, ...failuresOf([list])]);
  if (!list.ok) return fail('look', [list.failure]);
  if (account.refused !== undefined) return { ok: false, failure: accountRefused(account.refused) };

  const { date, lead } = listDate(list);
  run.listed({ date, since: listed, lead, took: list.reading === undefined ? listTook : lead });
  if (learned.full) {
    learned.places = placesTaken(list.value);
    learned.full = false;
  }
  const first: Snapshot = {
    date: list.date,
    githubDate: earliestDate(prepared),
    keys: list.value,
    places: fewest(account.places, learned.places),
    secrets: undefined,
    clocksApart: false,
    contradicted: false,
    lostCreates: [],
    repairs: false,
    conflicted: learned.conflicted,
    unreadBefore: list.reading?.since,
  };
  ports.report({
    type: 'looked',
    active: placesTaken(first.keys),
    ofName: first.keys.filter((key) => key.isActive && key.name === settings.keyName).length,
    plan: account.plan,
    places: first.places,
    date: first.date,
  });
  if (!needsSecrets(first, settings)) return { ok: true, look: first };

  const metadata = await run.step(
    'metadata',
    () => eachOf(ports.targets, READS, (target) => readSecret(run, target)),
    (replies) => failuresOf(replies).length === 0,
  );
  const unreadable = failuresOf(metadata);
  if (unreadable.length > 0) return fail('look', unreadable);
  const elapsed = lead + listed.elapsed();
  const clocksApart = areClocksApart(date, metadata, elapsed);
  const clocksFarApart = areSurelyApart(date, metadata, elapsed);
  if (clocksApart) {
    run.warn(
      'clocks-apart',
      'the times of MUTX and GitHub cannot be compared closely enough (clocks more than 30 s apart, a reply without a Date, or slow replies): this run revokes no key for being in no secret',
    );
  }
  const githubDate = earliestDate([...prepared, ...metadata]);
  return {
    ok: true,
    look: { ...first, githubDate, secrets: valuesOf(metadata), clocksApart, clocksFarApart },
  };
}

/** GitHub's time in the earliest of its replies: the later ones only say that more has passed. */
export function earliestDate(replies: readonly Reply<unknown>[]): Instant | undefined {
  const dates = replies.flatMap((reply) => (reply.ok ? (reply.date ?? []) : []));
  return dates.length === 0 ? undefined : Math.min(...dates);
}

/** The date of the list's last page, and how long before the list was there it was asked for. */
function listDate({ date, reading }: Extract<Reply<unknown>, { ok: true }>) {
  return reading === undefined ? { date, lead: 0 } : { date: reading.lastDate, lead: reading.lastAsked };
}

function fewest(...limits: readonly (number | undefined)[]): number | undefined {
  const known = limits.filter((limit) => limit !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

async function readSecret(run: Run, target: SecretTarget): Promise<Reply<StoredSecret>> {
  const reply = await run.askGithub(() => target.metadata());
  if (!reply.ok) return reply;
  return { ...reply, value: { updatedAt: reply.value?.updatedAt, shared: target.shared } };
}

interface AskedPlaces {
  readonly plan: string | undefined;
  readonly places: number | undefined;
  /** MUTX does not let the account in. */
  readonly refused?: CallFailure;
}

async function askPlaces(run: Run): Promise<AskedPlaces> {
  const reply = await run.call(() => run.ports.keys.account());
  if (reply.ok) return { plan: reply.value.plan, places: placesOf(reply.value.plan) };
  if (isAccountRefused(reply.failure)) return { plan: undefined, places: undefined, refused: reply.failure };
  // Only a courtesy: without it the quota is found out by a 409 (protocol, step 4).
  run.warn('account-unreadable', `the account could not be read: ${reply.failure.message}`);
  return { plan: undefined, places: undefined };
}

/**
 * Rule W needs both servers' times to be comparable. Both the plain difference of their `Date` headers and
 * the difference less the time that passed here between the two replies must be small: either alone could
 * hide a real difference behind a slow reply.
 */
export function areClocksApart(
  mutx: Instant | undefined,
  metadata: readonly Reply<unknown>[],
  elapsed: number,
): boolean {
  if (mutx === undefined) return true;
  return metadata.some((reply) => {
    if (!reply.ok || reply.date === undefined) return true;
    const apart = reply.date - mutx;
    return Math.abs(apart) > MARGIN / 2 || Math.abs(apart - elapsed) > MARGIN / 2;
  });
}

/**
 * Whether the clocks are apart by more than the margin, whenever in the time that passed here the replies were given: then
 * the dates of secrets say nothing of which key they hold. A look that merely took long is no reason for that.
 */
function areSurelyApart(
  mutx: Instant | undefined,
  metadata: readonly Reply<unknown>[],
  elapsed: number,
): boolean {
  if (mutx === undefined) return true;
  return metadata.some((reply) => {
    if (!reply.ok || reply.date === undefined) return true;
    const apart = reply.date - mutx;
    return apart < -MARGIN || apart > elapsed + MARGIN;
  });
}

function fail(reason: 'preflight' | 'look', failures: RotationFailure['failures']): SnapshotResult {
  return {
    ok: false,
    failure: {
      reason,
      code: `${reason}-failed`,
      message:
        reason === 'preflight'
          ? 'not every target can be written, so no key was made'
          : 'the keys or the secrets could not be read, so nothing was changed',
      failures,
    },
  };
}

/**
 * Reads every target's secret a second time, from the list of the place it is in, before something is done that
 * cannot be undone: one reply may be a replica's, a gateway's or a passing error. Where the two readings differ for
 * any target, or the second cannot be had, the look is contradicted, and rule W rests for this run.
 */
export async function readAgain(
  run: Run,
  look: Snapshot,
  secrets: readonly StoredSecret[],
): Promise<Snapshot> {
  const doubts = await run.step(
    'second-reading',
    () =>
      eachOf(run.ports.targets, READS, (target, index) => doubtOf(run, target, secrets[index]?.updatedAt)),
    (found) => found.every((doubt) => doubt === undefined),
  );
  const known = doubts.filter((doubt) => doubt !== undefined);
  const [first] = known;
  if (first === undefined) return look;
  run.warn(
    'readings-differ',
    `${first.what}: this run revokes no key for being in no secret, and names none as superseded`,
  );
  return { ...look, contradicted: true, readingsDiffer: known.some(({ differs }) => differs) };
}

/** Why the second reading does not confirm the first. */
interface Doubt {
  readonly what: string;
  /** It was had, and says something else. */
  readonly differs: boolean;
}

async function doubtOf(
  run: Run,
  target: SecretTarget,
  updatedAt: Instant | undefined,
): Promise<Doubt | undefined> {
  const reply = await run.askGithub(() => target.listed());
  if (!reply.ok) {
    const { code, message } = reply.failure;
    const what = `the secrets of ${target.label} could not be listed (${code}: ${message})`;
    return { what, differs: false };
  }
  if (reply.value?.updatedAt === updatedAt) return undefined;
  const what = `GitHub gives two different answers about ${target.secretName} of ${target.label}`;
  return { what, differs: true };
}
