import { LINGER, LONGEST_QUOTA_WAIT, MARGIN, WRITE_DEADLINE } from '../core/limits.ts';
import type { Instant } from '../core/time.ts';
import { warnOfOtherTargets, withUse } from './other-targets.ts';
import type { Outcome, RotationFailure, TargetResult, TargetStatus } from './outcome.ts';
import { makePlan, type Plan, restsOnSecrets } from './plan.ts';
import type { RotationSettings } from './ports.ts';
import { type Learned, readAgain, readSnapshot, type SnapshotResult } from './read-snapshot.ts';
import { type Round, replaceKey, type Tries } from './replace-key.ts';
import { type Room, roomFor, summarize } from './room.ts';
import { lastWriteOf } from './rules.ts';
import { failed, quotaFailure, type RotationPorts, Run } from './run.ts';
import { keysOfName, type Snapshot, timeOf } from './snapshot.ts';

/**
 * One rotation: look → plan → make room → create → verify → store everywhere → revoke (docs/protocol.md).
 * Never throws for what a server or the network did: the outcome says what was done, what was not, and in
 * which state keys and secrets are. An exception is a bug of a port or of this engine.
 */
export async function rotate(settings: RotationSettings, ports: RotationPorts): Promise<Outcome> {
  const run = new Run(settings, ports);
  const tooMany = moreThanFit(ports);
  if (tooMany !== undefined) return failed(run, tooMany);
  const tries: RoundTries = {
    creates: 0,
    lost: [],
    inVain: [],
    before: undefined,
    lostAt: [],
    lateWrites: 0,
    quotaHits: 0,
    contradictions: 0,
    surprises: 0,
    waited: 0,
    learned: { places: undefined, full: false, conflicted: false },
  };
  for (;;) {
    const round = await oneRound(run, tries);
    if (round !== 'again') return round;
  }
}

/** Said before anything is called: a fan-out that cannot end before D would leave old and new keys mixed. */
function moreThanFit({ targets, writesWithin }: RotationPorts): RotationFailure | undefined {
  const puts = targets.reduce((sum, target) => sum + (target.puts ?? 1), 0);
  const fit = writesWithin?.(WRITE_DEADLINE) ?? puts;
  if (puts <= fit) return undefined;
  return {
    reason: 'preflight',
    code: 'too-many-targets',
    message: `${targets.length} targets take ${puts} writes, which cannot all start within ${WRITE_DEADLINE / 60_000} minutes at the pace that GitHub allows; ${fit} fit`,
    failures: [],
  };
}

interface RoundTries extends Tries {
  /** The time of the first look after each lost create. */
  readonly lostAt: Instant[];
  /** Milliseconds spent waiting for a place in the plan. */
  waited: number;
}

async function oneRound(run: Run, tries: RoundTries): Promise<Round> {
  const looked = await readSettledSnapshot(run, tries.learned);
  if (!looked.ok) return failed(run, notAgain(run, tries, looked.failure));
  // Known only now: an environment that has to be made takes a write of its own.
  const tooMany = moreThanFit(run.ports);
  if (tooMany !== undefined) return failed(run, tooMany);
  const forced = tries.lateWrites > 0;
  const { look, plan: planned } = await planOn(
    run,
    {
      ...looked.look,
      lostCreates: lostCreates(tries, timeOf(looked.look)),
      repairs: repairs(run, looked.look),
      gaveUp: run.gaveUp,
    },
    forced,
  );
  const labels = run.ports.targets.map(({ label }) => label);
  const plan = withUse(planned, look, labels, run.settings.keyName);
  run.ports.report({ type: 'planned', plan });
  warnAbout(run, plan);
  // It reads more of GitHub, beside what makes the new key; it is there before anything goes.
  const warned = warnOfOtherTargets(run, look, plan);
  if (run.settings.dryRun) {
    await warned;
    return { kind: 'planned', plan, targets: allTargets(run, 'skipped'), keys: run.keysNow() };
  }
  if (plan.makeRoom.length > 0 || !plan.due) await warned;
  if (!plan.due) {
    await makeRoom(run, look, plan);
    return notDue(run, plan);
  }
  if (plan.room.kind === 'full' || plan.room.kind === 'too-soon') {
    await warned;
    return noRoom(run, tries, look, plan.room);
  }
  await makeRoom(run, look, plan);
  const round = await replaceKey(run, tries, look, plan, warned);
  await warned;
  return round;
}

/**
 * A secret that was written while the run looked may hold a key that its list does not have yet: then “not due” would
 * name another. A list that is read after such a write has its key, so looking once more settles it.
 */
export async function readSettledSnapshot(run: Run, learned: Learned): Promise<SnapshotResult> {
  const looked = await readSnapshot(run, learned);
  if (!looked.ok || !isJustWritten(looked.look)) return looked;
  if (makePlan(looked.look, run.settings, false).due) return looked;
  return readSnapshot(run, learned);
}

/** By times of two clocks, which may differ by half a margin. */
function isJustWritten({ date, secrets = [] }: Snapshot): boolean {
  return date !== undefined && lastWriteOf(secrets) > date - MARGIN / 2;
}

/**
 * The plan of a look. What cannot be undone takes a second reading of the targets, and only that: where the two
 * contradict each other, what is planned without them.
 */
export async function planOn(
  run: Run,
  look: Snapshot,
  forced: boolean,
): Promise<{ readonly look: Snapshot; readonly plan: Plan }> {
  const plan = makePlan(look, run.settings, forced);
  const isOpen = restsOnSecrets(plan, run.settings) || isNewerBeside(look, plan, run.settings);
  if (look.secrets === undefined || !isOpen) return { look, plan };
  const again = await readAgain(run, look, look.secrets);
  return { look: again, plan: makePlan(again, run.settings, forced) };
}

/** Not due, beside a newer key of the name: that one is what the secret holds, if its date is an old one. */
function isNewerBeside(look: Snapshot, plan: Plan, settings: RotationSettings): boolean {
  if (plan.due) return false;
  const { createdAt } = plan.current;
  return keysOfName(look, settings).some((key) => key.isActive && key.createdAt > createdAt);
}

/** What a look that failed has to say when an earlier round has changed something. */
function notAgain(run: Run, { lost, creates }: RoundTries, failure: RotationFailure): RotationFailure {
  if (creates === 0 && run.late === undefined && !run.madeRoom) return failure;
  const what =
    failure.reason === 'preflight'
      ? 'not every target can be written any more'
      : 'the keys or the secrets could not be read again';
  const orphan =
    lost.length === 0
      ? ''
      : '; a create was lost before that: a key may exist whose text nobody knows, and a later run revokes it';
  return { ...failure, message: what + orphan };
}

/** The times by which the lost creates were sent; a look without a time counts them and learns nothing. */
function lostCreates({ lost, lostAt }: RoundTries, now: Instant | undefined): readonly Instant[] {
  const unseen = new Array<Instant>(lost.length - lostAt.length).fill(now ?? 0);
  if (now !== undefined) lostAt.push(...unseen);
  return now === undefined ? [...lostAt, ...unseen] : lostAt;
}

/**
 * Whether a secret holds a dead key through this run, because it was stored too late or given up for its place
 * (`on-quota: replace`): then a swap cannot wait.
 */
function repairs({ late, gaveUp }: Run, { keys }: Snapshot): boolean {
  if (gaveUp) return true;
  return late !== undefined && !keys.some((key) => key.id === late.minted.id && key.isActive);
}

function warnAbout(run: Run, plan: Plan): void {
  if (plan.held.length > 0 && !run.settings.dryRun) run.holdBack(plan.held.map((key) => key.id));
  for (const key of plan.usedElsewhere) {
    run.warn(
      'name-used-elsewhere',
      `key ${key.id} is in no target and is in use: something else uses the name ${run.settings.keyName}; it does not go to make room, but as any older key of the name does`,
    );
  }
}

/** Nothing has been changed yet: stop and say when it would work, or wait for that moment. */
async function noRoom(
  run: Run,
  tries: RoundTries,
  look: Snapshot,
  room: Extract<Room, { kind: 'full' | 'too-soon' }>,
): Promise<Round> {
  // What the lost creates came to is a part of why there is no room.
  const stop = (because?: string) => {
    const failure = quotaFailure(room, because);
    return failed(run, { ...failure, failures: [...tries.lost, ...tries.inVain] });
  };
  if (run.settings.onQuota === 'replace' && room.kind === 'full') {
    return stop(room.over > 0 ? 'giving one up would not be enough' : nothingToReplace(look, run.settings));
  }
  if (run.settings.onQuota !== 'wait') return stop();
  const now = timeOf(look);
  if (room.at === undefined || now === undefined) {
    return stop(
      room.kind === 'full'
        ? 'waiting would not help: no rule frees a place by itself'
        : 'it is not known how long to wait',
    );
  }
  // A `Date` header is in whole seconds, so the moment has surely passed one second later.
  const wait = Math.max(0, room.at - now) + 1_000;
  const longest = LONGEST_QUOTA_WAIT + MARGIN + (tries.lost.length > 0 ? LINGER : 0);
  if (tries.waited + wait > longest) return stop('the wait would be longer than on-quota: wait ever waits');
  if (wait >= run.sessionLeft()) return stop('the bootstrap credential would expire during the wait');
  tries.waited += wait;
  run.ports.report({ type: 'waiting', for: 'a place in the plan', wait, until: room.at });
  await run.ports.clock.sleep(wait);
  return 'again';
}

function nothingToReplace(look: Snapshot, settings: RotationSettings): string {
  if (look.gaveUp === true) return 'one key was given up already, and its place was taken';
  if (look.clocksApart || look.contradicted) {
    return 'no key can be given up: it cannot be told which one a secret holds';
  }
  return keysOfName(look, settings).some(({ isActive }) => isActive)
    ? 'no key of this name can be given up: by the times of both MUTX and GitHub, none is older than 15 minutes'
    : 'no key of this name is active, so none can be given up';
}

/**
 * Revokes what rules E and W allow, and then the key that `on-quota: replace` gives up. Where one cannot be revoked,
 * the next that they allow goes in its place, as long as the create needs one.
 */
async function makeRoom(run: Run, look: Snapshot, plan: Plan): Promise<void> {
  const victim = plan.due && plan.room.kind === 'replace' ? plan.room.victim : undefined;
  if (plan.makeRoom.length === 0 && victim === undefined) return;
  const isShort = () =>
    roomFor(look, run.settings, new Set(run.keysNow().revoked), plan.current).kind !== 'fits';
  await run.step(
    'make-room',
    async () => {
      const planned = plan.makeRoom.map(({ key, rule }) => ({ id: key.id, reason: rule }));
      const revoked = [...(await run.revoke(planned))];
      for (const { key, rule } of plan.afterStore) {
        if (revoked.every(Boolean) || !isShort()) break;
        revoked.push(...(await run.revoke([{ id: key.id, reason: rule }])));
      }
      if (victim !== undefined) {
        const [gaveUp = false] = await run.revoke([{ id: victim.id, reason: 'replace' }]);
        run.gaveUp = gaveUp;
        revoked.push(gaveUp);
      }
      run.madeRoom ||= revoked.some(Boolean) || run.keysNow().unclear.length > 0;
      return revoked;
    },
    (revoked) => revoked.every(Boolean),
  );
}

function notDue(run: Run, plan: Extract<Plan, { due: false }>): Outcome {
  run.spare(plan.spared);
  const held = new Set(plan.held.map(({ id }) => id));
  const alive = plan.superseded.filter(({ id }) => !run.isRevoked(id) && !held.has(id));
  run.supersede(
    alive.map(({ id }) => id),
    // By GitHub's clock; whoever revokes them goes by the clock of MUTX. Where they are named, the two are half a margin
    // apart at most, and the end has a whole one.
    plan.inGrace?.until,
  );
  return {
    kind: 'not-due',
    plan,
    key: summarize(plan.current),
    targets: allTargets(run, 'unchanged'),
    keys: run.keysNow(),
  };
}

function allTargets(run: Run, status: TargetStatus): readonly TargetResult[] {
  return run.ports.targets.map((target) => ({ target: target.label, secret: target.secretName, status }));
}
