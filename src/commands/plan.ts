import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadPlanInputs, type PlanInputs, type ReadText } from '../config/fleet/load-plan.ts';
import { jobsWithin, matricesOf } from '../config/fleet/matrix.ts';
import type { Loaded } from '../config/problem.ts';
import { WRITE_DEADLINE } from '../core/limits.ts';
import { writesWithin } from '../github/limiter.ts';
import { createTarget } from '../github/targets/create-target.ts';
import { earlyFailure } from '../messages/failure.ts';
import {
  fleetHeadline,
  fleetJson,
  fleetLines,
  fleetSummary,
  isDue,
  laterText,
  mostUrgentFirst,
  needsJob,
  type PlannedKey,
  unreadableText,
} from '../messages/rotation/fleet-plan.ts';
import { instantText } from '../messages/words.ts';
import { type FleetPlans, planFleet } from '../rotation/plan-fleet.ts';
import type { SecretRegistry } from '../secrets/registry.ts';
import { type Connection, connect, inSession } from './connect.ts';
import type { CommandContext } from './context.ts';
import { usableInputs } from './usable-inputs.ts';

/**
 * GitHub counts a job's outputs as UTF-16, at most 1 MB of them.
 * https://docs.github.com/actions/writing-workflows/choosing-what-your-workflow-does/passing-information-between-jobs
 */
const MOST_CHARACTERS = 450_000;

/** Keys that one job revokes; the next run takes up the rest. */
const MOST_SUPERSEDED = 1_000;

/**
 * What of a fleet is due: inputs and file → one list of keys, the secrets' dates → a plan for each key.
 * @param forJobs whether the runner hands the outputs to other jobs
 */
export async function planCommand(context: CommandContext, { forJobs = false } = {}): Promise<void> {
  const { env, secrets, sink, fail } = context;
  const inputs = await usableInputs(loadFleetInputs(env, secrets, forJobs), context);
  if (inputs === undefined) return;
  const keyNames = new Set(inputs.keys.map(({ settings }) => settings.keyName));
  const connection = connect(inputs, context, { keyNames });
  const looked = await inSession(connection, inputs, context, () => lookAtFleet(inputs, connection, context));
  if (looked === undefined) return;
  if (!looked.ok) {
    const { failures, ...failure } = looked.failure;
    return fail(earlyFailure({ ...failure, calls: failures }));
  }
  for (const warning of looked.warnings) sink.warning({ title: 'Check the fleet', message: warning });
  tell(plannedKeys(inputs, looked), context);
}

/** The plan of each key of a fleet, as its own run would make it; changes nothing. */
export function lookAtFleet(
  { keys }: PlanInputs,
  { keys: service, github, clock, session }: Connection,
  { secrets }: CommandContext,
): Promise<FleetPlans> {
  if (github === undefined) throw new Error('a plan has a github-token: its inputs say so');
  const entries = keys.map(({ settings, targets, audience, createEnvironment }) => ({
    settings,
    targets: targets.map((target) => createTarget(target, { github, secrets, audience, createEnvironment })),
  }));
  return planFleet(entries, { keys: service, clock, random: Math.random, sessionEndsAt: session.endsAt });
}

function tell(planned: readonly PlannedKey[], { sink, fail }: CommandContext): void {
  const { now: jobs, later } = jobsWithin(mostUrgentFirst(planned.filter(needsJob)), MOST_CHARACTERS);
  const matrices = matricesOf(jobs.map(({ key }) => key));
  sink.line(fleetHeadline(planned));
  for (const line of fleetLines(planned)) sink.line(line);
  if (later.length > 0 && jobs.length === 0) {
    const message = `the job of a single key takes more than the ${MOST_CHARACTERS} characters that GitHub hands over from one job to the next`;
    fail(earlyFailure({ code: 'fleet-too-large', message }), fleetSummary(planned));
    return;
  }
  if (later.length > 0) {
    sink.warning({ title: 'Check the fleet', message: laterText(later, MOST_CHARACTERS) });
  }
  // The table has the reason for each.
  const unknown = unreadableText(jobs);
  if (unknown !== undefined) sink.warning({ title: 'Check the fleet', message: unknown });
  sink.output('due', String(planned.filter(isDue).length));
  sink.output('jobs', String(jobs.length));
  sink.output('later', String(later.length));
  sink.output('shards', JSON.stringify([...matrices.keys()]));
  sink.output('matrices', JSON.stringify(matrices));
  sink.output('plan', fleetJson(planned));
  tellSuperseded(planned, sink);
  sink.summary(fleetSummary(planned));
}

function tellSuperseded(planned: readonly PlannedKey[], sink: CommandContext['sink']): void {
  const superseded = planned.flatMap(({ finding }) =>
    finding.kind === 'planned' && finding.revocableFrom !== undefined
      ? [{ ids: finding.superseded, from: finding.revocableFrom }]
      : [],
  );
  const ids = superseded.flatMap((one) => one.ids);
  const now = ids.slice(0, MOST_SUPERSEDED);
  sink.output('superseded-key-ids', JSON.stringify(now));
  sink.output('superseded', String(now.length));
  if (ids.length === 0) return;
  sink.output('revoke-after', instantText(Math.max(...superseded.map(({ from }) => from))));
}

/** The inputs of a command about a fleet, and the file that they name. */
export function loadFleetInputs(
  env: NodeJS.ProcessEnv,
  secrets: SecretRegistry,
  forJobs: boolean,
): Loaded<PlanInputs> {
  return loadPlanInputs(env, secrets, {
    readText: readerOf(env),
    mostTargets: writesWithin(WRITE_DEADLINE),
    forJobs,
  });
}

/** Each key of the fleet with what was found of it. */
export function plannedKeys(
  { keys }: PlanInputs,
  { findings }: Extract<FleetPlans, { ok: true }>,
): readonly PlannedKey[] {
  return keys.flatMap((key, index) => {
    const finding = findings[index];
    return finding === undefined ? [] : [{ key, finding }];
  });
}

/** Files of the working folder: on a runner that is where the repository was checked out. */
function readerOf({ GITHUB_WORKSPACE: workspace = '.' }: NodeJS.ProcessEnv): ReadText {
  return (path) => {
    try {
      return readFileSync(resolve(workspace, path), 'utf8');
    } catch {
      return undefined;
    }
  };
}
