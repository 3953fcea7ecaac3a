import { type Action, Execution } from './execution.ts';
import type { Counterexample } from './explore.ts';
import type { Scenario } from './scenario.ts';
import type { System } from './system.ts';

/**
 * Plays the steps of a schedule that are possible when their turn comes, lets everything still running end
 * without faults, and closes. What it finds is a function of its arguments alone.
 */
export async function replay(
  scenario: Scenario,
  system: System,
  schedule: readonly string[],
): Promise<{ readonly violations: readonly string[]; readonly played: readonly string[] }> {
  const execution = new Execution(scenario, system);
  const played: string[] = [];
  for (const label of schedule) {
    const action = execution.actions().find((one) => one.label === label);
    if (action === undefined) continue;
    played.push(label);
    await execution.perform(action);
    if (execution.violations.length > 0) return { violations: execution.violations, played };
  }
  for (let steps = 0; steps < 500; steps++) {
    const first = execution.actions().find((one) => isPlain(one, execution));
    if (first === undefined) break;
    await execution.perform(first);
    if (execution.violations.length > 0) return { violations: execution.violations, played };
  }
  await execution.close();
  return { violations: execution.violations, played };
}

/** What goes on by itself: no fault, and no job, plan or audit begins that the schedule has not begun. */
function isPlain({ kind, actor }: Action, { actors }: Execution): boolean {
  if (kind === 'step' || kind === 'arrival') return true;
  return kind === 'start' && actor !== undefined && actors[actor]?.kind === 'run';
}

/** The same kind of violation with as few steps as leaving out one at a time can find. */
export async function shrink(
  scenario: Scenario,
  system: System,
  found: Counterexample,
): Promise<Counterexample> {
  const kind = kindOf(found.violations);
  let { schedule } = found;
  let { violations } = found;
  for (let size = Math.ceil(schedule.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < schedule.length; ) {
      const shorter = [...schedule.slice(0, at), ...schedule.slice(at + size)];
      const result = await replay(scenario, system, shorter);
      if (kindOf(result.violations) === kind) {
        schedule = result.played.length < shorter.length ? result.played : shorter;
        violations = result.violations;
      } else {
        at += size;
      }
    }
  }
  return { ...found, schedule, violations };
}

function kindOf(violations: readonly string[]): string | undefined {
  return violations[0]?.slice(0, 2);
}
