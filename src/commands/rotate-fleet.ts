import type { PlanInputs } from '../config/fleet/load-plan.ts';
import { earlyFailure } from '../messages/failure.ts';
import { RotationLog } from '../messages/log.ts';
import {
  fleetHeadline,
  mostUrgentFirst,
  needsJob,
  type PlannedKey,
} from '../messages/rotation/fleet-plan.ts';
import {
  fleetFailure,
  fleetOutcome,
  fleetResultJson,
  fleetResultLines,
  fleetResultSummary,
  type RotatedKey,
} from '../messages/rotation/fleet-result.ts';
import { Progress } from '../messages/rotation/progress.ts';
import { count, durationText } from '../messages/words.ts';
import { rotate } from '../rotation/engine.ts';
import type { FleetPlans } from '../rotation/plan-fleet.ts';
import { type Connection, connect, inSession } from './connect.ts';
import type { CommandContext } from './context.ts';
import { handOn } from './outputs.ts';
import { loadFleetInputs, lookAtFleet, plannedKeys } from './plan.ts';
import { portsOf } from './rotate.ts';
import { usableInputs } from './usable-inputs.ts';

/**
 * Rotates a fleet in one process, key by key, where there is no matrix to spread it over: the same plan, the same
 * pace, and one table at the end. What fails for one key does not keep the others from theirs.
 */
export async function rotateFleetCommand(context: CommandContext): Promise<void> {
  const { env, secrets, sink, fail } = context;
  const inputs = await usableInputs(loadFleetInputs(env, secrets, false), context);
  if (inputs === undefined) return;
  const keyNames = new Set(inputs.keys.map(({ settings }) => settings.keyName));
  const connection = connect(inputs, context, { keyNames });
  const ended = await inSession(connection, inputs, context, async () => {
    const looked = await context.gate.pass(lookAtFleet(inputs, connection, context));
    return looked.ok ? rotateAll(inputs, looked, connection, context) : looked;
  });
  if (ended === undefined) return;
  if ('ok' in ended) {
    const { failures, ...failure } = ended.failure;
    return fail(earlyFailure({ ...failure, calls: failures }));
  }
  handOn([['results', fleetResultJson(ended)]], sink);
  for (const line of [fleetOutcome(ended), ...fleetResultLines(ended)]) sink.line(line);
  const summary = fleetResultSummary(ended);
  const failure = fleetFailure(ended);
  if (failure === undefined) sink.summary(summary);
  else fail(failure, summary);
}

async function rotateAll(
  inputs: PlanInputs,
  looked: Extract<FleetPlans, { ok: true }>,
  connection: Connection,
  context: CommandContext,
): Promise<readonly RotatedKey[]> {
  const { sink, unfinished } = context;
  const planned = plannedKeys(inputs, looked);
  for (const warning of looked.warnings) sink.warning({ title: 'Check the fleet', message: warning });
  // The table comes once, at the end; `--dry-run` shows the plan.
  sink.line(fleetHeadline(planned));

  const due = mostUrgentFirst(planned.filter(needsJob));
  const results: RotatedKey[] = planned
    .filter((one) => !needsJob(one))
    .map(({ key, finding }) => ({
      key,
      outcome: undefined,
      givenUp: [],
      why: finding.kind === 'planned' ? finding.plan.why : '',
    }));
  for (const [index, one] of due.entries()) {
    const progress = new Progress();
    unfinished.state = () => [
      `${count(results.length, 'key')} of ${planned.length} done; keys after ${one.key.settings.keyName} were not begun`,
      ...progress.state(),
    ];
    sink.line(`[${index + 1}/${due.length}] ${one.key.settings.keyName}`);
    await forPace(one, connection, context);
    results.push(await rotateOne(inputs, one, { connection, context, progress }));
  }
  return results;
}

/** A key whose writes the hour has no room for is not made before it has. */
async function forPace(
  { key }: PlannedKey,
  { github, clock }: Connection,
  { sink, gate }: CommandContext,
): Promise<void> {
  const wait = github?.limiter.waitForRoom(key.targets.length) ?? 0;
  if (wait <= 0) return;
  sink.line(`waiting ${durationText(wait)}: GitHub allows 500 writes an hour`);
  await gate.pass(clock.sleep(wait));
}

interface Tools {
  readonly connection: Connection;
  readonly context: CommandContext;
  readonly progress: Progress;
}

async function rotateOne(
  inputs: PlanInputs,
  { key }: PlannedKey,
  { connection, context, progress }: Tools,
): Promise<RotatedKey> {
  const log = new RotationLog(context.sink, key.settings.keyName);
  const outcome = await context.gate.pass(
    rotate(key.settings, {
      ...portsOf({ ...inputs, ...key }, connection, context),
      report: (event) => {
        progress.event(event);
        log.event(event);
      },
    }),
  );
  log.end();
  return { key, outcome, givenUp: progress.givenUp, why: '' };
}
