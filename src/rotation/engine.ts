import { LINGER, LONGEST_QUOTA_WAIT, MARGIN, WRITE_DEADLINE } from './constants.ts';
import { failed, quotaFailure } from './failures.ts';
import { warnOfOtherTargets } from './other-targets.ts';
import type { Outcome, RotationFailure, TargetResult, TargetStatus } from './outcome.ts';
import { type Look, makePlan, type Plan, type Room, summarize } from './plan.ts';
import type { Instant, RotationPorts } from './ports.ts';
import { olderKeys, type Round, replaceKey, type Tries } from './replace-key.ts';
import { eachOf, Run } from './run.ts';
import type { RotationSettings } from './settings.ts';
import { takeLook } from './take-look.ts';

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
    lost: 0,
    lostAt: [],
    lateWrites: 0,
    quotaHits: 0,
    surprises: 0,
    waited: 0,
    learned: { places: undefined, full: false },
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
  /** MUTX's time at the first look after each lost create. */
  readonly lostAt: Instant[];
  /** Milliseconds spent waiting for a place in the plan. */
  waited: number;
}

async function oneRound(run: Run, tries: RoundTries): Promise<Round> {
  const looked = await takeLook(run, tries.learned);
  if (!looked.ok) return failed(run, notAgain(run, tries, looked.failure));
  // Known only now: an environment that has to be made takes a write of its own.
  const tooMany = moreThanFit(run.ports);
  if (tooMany !== undefined) return failed(run, tooMany);
  const { date } = looked.look;
  const look: Look = {
    ...looked.look,
    lostCreates: lostCreates(tries, date),
    repairs: repairs(run, looked.look),
  };
  const plan = makePlan(look, run.settings, tries.lateWrites > 0);
  run.ports.report({ type: 'planned', plan });
  warnAbout(run, plan);
  await warnOfOtherTargets(run, look, plan);
  if (run.settings.dryRun) {
    return { kind: 'planned', plan, targets: allTargets(run, 'skipped'), keys: run.keysNow() };
  }
  if (!plan.due) {
    await makeRoom(run, plan);
    return notDue(run, look, plan);
  }
  if (plan.room.kind === 'full' || plan.room.kind === 'too-soon') {
    return noRoom(run, tries, look, plan.room);
  }
  await makeRoom(run, plan);
  return replaceKey(run, tries, look, plan);
}

/** What a look that failed has to say when an earlier round has changed something. */
function notAgain(run: Run, { lost }: RoundTries, failure: RotationFailure): RotationFailure {
  if (lost === 0 && run.late === undefined && run.keysNow().revoked.length === 0) return failure;
  const what =
    failure.reason === 'preflight'
      ? 'not every target can be written any more'
      : 'the keys or the secrets could not be read again';
  const orphan =
    lost === 0
      ? ''
      : '; a create was lost before that: a key may exist whose text nobody knows, and a later run revokes it';
  return { ...failure, message: what + orphan };
}

/** MUTX's times by which the lost creates were sent; a look without a time counts them and learns nothing. */
function lostCreates({ lost, lostAt }: RoundTries, date: Instant | undefined): readonly Instant[] {
  const unseen = new Array<Instant>(lost - lostAt.length).fill(date ?? 0);
  if (date !== undefined) lostAt.push(...unseen);
  return date === undefined ? [...lostAt, ...unseen] : lostAt;
}

/**
 * Whether a secret holds a dead key through this run, because it was stored too late or given up for its place
 * (`on-quota: replace`): then a swap cannot wait.
 */
function repairs({ late, gaveUp }: Run, { keys }: Look): boolean {
  if (gaveUp) return true;
  return late !== undefined && !keys.some((key) => key.id === late.minted.id && key.isActive);
}

function warnAbout(run: Run, plan: Plan): void {
  if (plan.held.length > 0 && !run.settings.dryRun) run.holdBack(plan.held.map((key) => key.id));
  for (const key of plan.usedElsewhere) {
    run.warn(
      'name-used-elsewhere',
      `key ${key.id} was stored in no target and is in use: something else uses the name ${run.settings.keyName}; it does not go to make room, but as any older key of the name does`,
    );
  }
}

/** Nothing has been changed yet: stop and say when it would work, or wait for that moment. */
async function noRoom(
  run: Run,
  tries: RoundTries,
  look: Look,
  room: Extract<Room, { kind: 'full' | 'too-soon' }>,
): Promise<Round> {
  if (run.settings.onQuota === 'replace' && room.kind === 'full') {
    const why =
      room.over > 0
        ? 'giving one up would not be enough'
        : 'no key of this name can be given up: none is older than 15 minutes';
    return failed(run, quotaFailure(room, why));
  }
  if (run.settings.onQuota !== 'wait') return failed(run, quotaFailure(room));
  if (room.at === undefined || look.date === undefined) {
    return failed(run, quotaFailure(room, 'waiting would not help: no rule frees a place by itself'));
  }
  // A `Date` header is in whole seconds, so the moment has surely passed one second later.
  const wait = Math.max(0, room.at - look.date) + 1_000;
  const longest = LONGEST_QUOTA_WAIT + MARGIN + (tries.lost > 0 ? LINGER : 0);
  if (tries.waited + wait > longest) {
    return failed(run, quotaFailure(room, 'the wait would be longer than on-quota: wait ever waits'));
  }
  if (wait >= run.sessionLeft()) {
    return failed(run, quotaFailure(room, 'the bootstrap credential would expire during the wait'));
  }
  tries.waited += wait;
  run.ports.report({ type: 'waiting', for: 'a place in the plan', wait, until: room.at });
  await run.ports.clock.sleep(wait);
  return 'again';
}

/**
 * What rules E and W allow, and the key that `on-quota: replace` gives up. A revocation that fails is found
 * again in the last check of the room, if its place is needed.
 */
async function makeRoom(run: Run, plan: Plan): Promise<void> {
  const victim = plan.due && plan.room.kind === 'replace' ? plan.room.victim : undefined;
  if (plan.makeRoom.length === 0 && victim === undefined) return;
  await run.step(
    'make-room',
    async () => {
      const revoked = await eachOf(plan.makeRoom, run.settings.concurrency, ({ key, rule }) =>
        run.revoke(key.id, rule),
      );
      if (victim !== undefined) {
        run.gaveUp = await run.revoke(victim.id, 'replace');
        revoked.push(run.gaveUp);
      }
      return revoked;
    },
    (revoked) => revoked.every(Boolean),
  );
}

function notDue(run: Run, look: Look, plan: Extract<Plan, { due: false }>): Outcome {
  run.spare(plan.spared);
  if (run.settings.gracePeriod > 0) {
    run.supersede(
      olderKeys(run, look, plan.current).map((key) => key.id),
      plan.inGrace?.until,
    );
  }
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
