import type { CallFailure, Reply } from '../core/call.ts';
import { patientCalls, Stopwatch } from '../core/retry.ts';
import type { Duration, Instant } from '../core/time.ts';
import { planOn, readSettledSnapshot } from './engine.ts';
import type { RotationFailure } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { Account, KeyRecord, KeyService, RotationSettings, SecretTarget } from './ports.ts';
import { placesOf } from './room.ts';
import { graceEnd, keysByName, lastWriteOf } from './rules.ts';
import { eachOf, type RotationPorts, Run } from './run.ts';

/** Keys looked at side by side; each of them reads a few targets at a time, and GitHub's pace holds for all. */
const SIDE_BY_SIDE = 4;

interface FleetEntry {
  readonly settings: RotationSettings;
  readonly targets: readonly SecretTarget[];
}

/** What a run of one key's rotation would do now. */
export type Finding =
  | {
      readonly kind: 'planned';
      readonly plan: Plan;
      /** Superseded and alive, where a grace period keeps them and rule R allows to revoke them after it. */
      readonly superseded: readonly string[];
      /** When the grace period is over, by GitHub's clock; undefined where nothing is superseded. */
      readonly revocableFrom: Instant | undefined;
    }
  /** Its secrets could not be looked at: whether it is due is for its own run to find out. */
  | { readonly kind: 'unreadable'; readonly failure: RotationFailure };

export type FleetPlans =
  | { readonly ok: true; readonly findings: readonly Finding[]; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly failure: RotationFailure };

type SurveyPorts = Pick<RotationPorts, 'keys' | 'clock' | 'random' | 'sessionEndsAt'>;

/**
 * The plans of many rotations from one list of the account's keys, each decided as its own run would decide it.
 * Changes nothing. Whether a target can be written is left to the run that writes it. Rule W needs both servers'
 * times close together, so where the list is more than half a minute old when a secret is read, the plan does not
 * count on what W would revoke; the run that follows looks anew. A secret that was written after the list is looked at
 * once more, with a list of its own.
 */
export async function planFleet(entries: readonly FleetEntry[], ports: SurveyPorts): Promise<FleetPlans> {
  const warnings = new Set<string>();
  // No single key's settings have a say in these two, and it is no single key's run that tells of them.
  const call = patientCalls(ports);
  let sent = new Stopwatch(ports.clock);
  const [list, account] = await Promise.all([
    call(() => {
      sent = new Stopwatch(ports.clock);
      return ports.keys.list();
    }),
    call(() => ports.keys.account()),
  ]);
  const got = new Stopwatch(ports.clock);
  if (!list.ok) return { ok: false, failure: unreadableList(list.failure) };
  // It has been tried often enough.
  const asked: typeof account = account.ok
    ? account
    : { ok: false, failure: { ...account.failure, retryable: false } };
  const plan = account.ok ? account.value.plan : undefined;
  const keysFor = byName(list.value, placesOf(plan));
  const tooMany = tooManyFor(entries, list.value, plan);
  if (tooMany !== undefined) warnings.add(tooMany);
  const age = () => (list.reading === undefined ? sent.elapsed() : list.reading.lastAsked + got.elapsed());
  const findings = await eachOf(entries, SIDE_BY_SIDE, ({ settings, targets }) => {
    const mine = { ...list, value: keysFor(settings.keyName) };
    const run = new Run(settings, {
      ...ports,
      keys: seen(mine, asked, age, () => ports.keys.list()),
      targets: targets.map(readOnly),
      report: (event) => {
        if (event.type === 'warning') warnings.add(event.message);
      },
    });
    return find(run);
  });
  return { ok: true, findings, warnings: [...warnings] };
}

/**
 * What of the list one key's plan needs: the keys of its name and, where the account's places are limited, those that
 * take one. Each plan goes through its keys several times, so that with all of them a fleet would take the square of
 * its size.
 */
function byName(
  keys: readonly KeyRecord[],
  places: number | undefined,
): (name: string) => readonly KeyRecord[] {
  const named = keysByName(keys);
  if (places === undefined || !Number.isFinite(places)) return (name) => named.get(name) ?? [];
  const active = keys.filter(({ isActive }) => isActive);
  return (name) => [...active, ...(named.get(name) ?? []).filter(({ isActive }) => !isActive)];
}

/** That the account's plan cannot hold the fleet; undefined: it can, or its limit is not known. */
function tooManyFor(
  entries: readonly FleetEntry[],
  keys: readonly KeyRecord[],
  plan: string | undefined,
): string | undefined {
  const places = placesOf(plan);
  if (plan === undefined || places === undefined) return undefined;
  const names = new Set(entries.map(({ settings }) => settings.keyName));
  const others = keys.filter(({ isActive, name }) => isActive && !names.has(name)).length;
  const needed = names.size + 1 + others;
  if (needed <= places) return undefined;
  const rest = others === 0 ? '' : `, and ${others} of other names that are active`;
  return `the fleet needs ${needed} keys, the plan ${plan} allows ${places} (${names.size} of the fleet, one more while one of them is rotated${rest})`;
}

async function find(run: Run): Promise<Finding> {
  const looked = await readSettledSnapshot(run, { places: undefined, full: false, conflicted: false });
  if (!looked.ok) return { kind: 'unreadable', failure: looked.failure };
  const { look, plan } = await planOn(run, looked.look, false);
  const superseded = withinLimit(run, plan, look.date);
  const over = graceEnd(lastWriteOf(look.secrets ?? []), run.settings);
  const revocableFrom = superseded.length === 0 ? undefined : over;
  return { kind: 'planned', plan, superseded, revocableFrom };
}

/** None where they are more than `max-revocations`: then a person has to look, as in a rotation. */
function withinLimit(run: Run, { superseded }: Plan, date: Instant | undefined): readonly string[] {
  const living = superseded.filter(
    ({ expiresAt }) => date === undefined || expiresAt === undefined || expiresAt >= date,
  );
  if (living.length <= run.settings.maxRevocations) return superseded.map(({ id }) => id);
  run.holdBack(living.map(({ id }) => id));
  return [];
}

/**
 * The key service as it was seen once. The list is as old as it is when a key's secrets are looked at.
 * @param again where one look does not do
 */
function seen(
  list: Extract<Reply<readonly KeyRecord[]>, { ok: true }>,
  account: Reply<Account>,
  age: () => Duration,
  again: KeyService['list'],
): KeyService {
  const { lastDate = list.date, since } = list.reading ?? {};
  let isSeen = false;
  return {
    list: () => {
      if (isSeen) return again();
      isSeen = true;
      const reading = { lastDate, lastAsked: age(), since };
      return Promise.resolve({ ...list, reading });
    },
    account: () => Promise.resolve(account),
    create: unwanted,
    verify: unwanted,
    revoke: unwanted,
  };
}

function unwanted(): never {
  throw new Error('a survey changes nothing');
}

/** Without the preflight, which costs two or three requests for each target. */
function readOnly(target: SecretTarget): SecretTarget {
  return {
    label: target.label,
    secretName: target.secretName,
    shared: target.shared,
    prepare: () => Promise.resolve({ ok: true, value: true, date: undefined }),
    metadata: () => target.metadata(),
    listed: () => target.listed(),
    write: unwanted,
  };
}

function unreadableList(failure: CallFailure): RotationFailure {
  return {
    reason: 'look',
    code: 'look-failed',
    message: 'the keys could not be read, so nothing is planned',
    failures: [failure],
  };
}
