import { FENCE, MARGIN } from '../../src/core/limits.ts';
import type { Outcome } from '../../src/rotation/outcome.ts';
import type { RotationSettings } from '../../src/rotation/ports.ts';
import type { Execution } from './execution.ts';

const MINUTE = 60_000;

/** Rotations after which even an orphan that was made within the fence of the last write must be gone. */
const MOST_RUNS = 5;

/**
 * P3 and P4 at the end of a schedule: time passes, and then one clean run leaves one active key of the name in every
 * target. With a grace period that takes the run after it, and one more for an orphan that was made within F + m of a
 * write (docs/protocol.md, P3).
 */
export async function close(execution: Execution): Promise<void> {
  const { world, actors, scenario, violations } = execution;
  const calm = actors.every(
    ({ kind, outcome }) => kind !== 'run' || outcome?.kind === 'rotated' || outcome?.kind === 'not-due',
  );
  if (calm) world.checkStored();
  const { settings } = execution;
  world.time += 19 * MINUTE;
  let outcome = await cleanRun(execution, settings);
  for (let runs = 1; runs < MOST_RUNS && outcome !== undefined; runs++) {
    const left = excess(execution, outcome, settings);
    if (left.length === 0 && holdsEverywhere(execution, outcome)) break;
    if (settings.gracePeriod === 0 && outcome.kind === 'rotated') break;
    world.time += settings.gracePeriod + 19 * MINUTE;
    // A look by which nothing can be told apart leaves it to the next rotation (rule R).
    const rotation = settings.gracePeriod > 0 ? settings : { ...settings, renewBefore: undefined };
    if (outcome.kind === 'not-due' && !mayLeave(execution, left)) break;
    outcome = await cleanRun(execution, rotation);
  }
  if (outcome === undefined) return;
  const { key } = outcome;
  world.secrets.forEach((_, index) => {
    const value = world.valueOf(index);
    // With A2 broken, a key can be believed to be stored that is not, until the stored one ends.
    if (value !== key.id && !world.looksWrittenByAnother(index))
      violations.push(`P4: after a clean run target ${index} holds ${value}, not ${key.id}`);
  });
  const active = world.activeOfName();
  const left = excess(execution, outcome, settings);
  if ((left.length > 0 && scenario.mayLeaveKeys !== true) || !active.includes(key.id)) {
    violations.push(`P3: after a clean run these are active: ${active.join(', ')}`);
  }
}

type Whole = Extract<Outcome, { kind: 'rotated' | 'not-due' }>;

/** undefined: it found no way, and that was a finding or one of the exceptions to P4. */
async function cleanRun(execution: Execution, settings: RotationSettings): Promise<Whole | undefined> {
  const { scenario, violations, world } = execution;
  const { outcome } = await execution.cleanRun(settings);
  world.checkStored();
  if (outcome === undefined) return undefined;
  if (outcome.kind === 'planned') throw new Error('a clean run is no dry run');
  if (outcome.kind !== 'failed') return outcome;
  const { code, message } = outcome.failure;
  if (scenario.mayEndWith?.includes(code) !== true)
    violations.push(`P4: the clean run failed: ${code}: ${message}`);
  return undefined;
}

function holdsEverywhere({ world }: Execution, { key }: Whole): boolean {
  return world.secrets.every((_, index) => world.valueOf(index) === key.id);
}

/** Active keys of the name beside the stored one and those in their grace period. */
function excess({ world }: Execution, { key }: Whole, { gracePeriod }: RotationSettings): readonly string[] {
  return world.activeOfName().filter((id) => {
    const superseded = world.supersededAt.get(id);
    const inGrace =
      gracePeriod > 0 && superseded !== undefined && world.time < superseded + gracePeriod + 3 * MINUTE;
    return id !== key.id && !inGrace;
  });
}

/** Whether a run that is not due may leave these: no look can tell where keys are that were made close to a write. */
function mayLeave({ world, scenario }: Execution, left: readonly string[]): boolean {
  if (world.areClocksApart()) return true;
  return left.every((id) => {
    const key = world.keys.get(id);
    if (key === undefined || scenario.mayLeaveKeys === true) return true;
    return world.secrets.some((_, index) => {
      const { updatedAt } = world.latest(index);
      return updatedAt !== undefined && key.createdAt <= updatedAt + FENCE + 2 * MARGIN;
    });
  });
}
