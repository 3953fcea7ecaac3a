import { type Action, Execution } from './execution.ts';
import type { Scenario } from './scenario.ts';
import type { System } from './system.ts';

/** A schedule that breaks a property. */
export interface Counterexample {
  readonly scenario: string;
  readonly violations: readonly string[];
  readonly schedule: readonly string[];
  readonly seed?: number;
}

export interface Explored {
  readonly states: number;
  readonly schedules: number;
  readonly ended: number;
  /** Whether everything within the bound was seen, and not only `maxStates` of it. */
  readonly complete: boolean;
  readonly counterexample: Counterexample | undefined;
}

/** A prefix of a schedule, shared between its continuations. */
interface Prefix {
  readonly parent: Prefix | undefined;
  readonly choice: number;
  readonly length: number;
}

/**
 * Every schedule of a scenario, by re-execution: an engine's state cannot be copied, but it is a function of
 * the replies it got, so a state seen before (servers, time, replies of each run) need not be entered again.
 */
export async function explore(scenario: Scenario, system: System, maxStates: number): Promise<Explored> {
  const seen = new Set<number>();
  const open: (Prefix | undefined)[] = [undefined];
  let schedules = 0;
  let ended = 0;
  let counterexample: Counterexample | undefined;
  while (open.length > 0 && counterexample === undefined) {
    if (seen.size >= maxStates) break;
    const descent = await descend(scenario, system, open.pop(), seen, open);
    schedules += 1;
    if (descent.ended) ended += 1;
    if (descent.violations.length > 0) {
      counterexample = { scenario: scenario.name, violations: descent.violations, schedule: descent.labels };
    }
  }
  const complete = open.length === 0 && counterexample === undefined;
  return { states: seen.size, schedules, ended, complete, counterexample };
}

/** Plays a prefix, then always the first choice, leaving the others open, to a state seen before or the end. */
async function descend(
  scenario: Scenario,
  system: System,
  start: Prefix | undefined,
  seen: Set<number>,
  open: (Prefix | undefined)[],
) {
  const execution = new Execution(scenario, system);
  const { violations } = execution;
  const labels: string[] = [];
  const take = async (action: Action, isKnown: boolean) => {
    labels.push(action.label);
    await execution.perform(action, isKnown);
  };
  const choices = choicesOf(start);
  // The last choice of a prefix is the only one that was not made before.
  for (const [at, choice] of choices.entries()) {
    await take(execution.actions()[choice] as Action, at < choices.length - 1);
  }
  let prefix = start;
  while (violations.length === 0) {
    const state = execution.stateHash();
    if (seen.has(state)) break;
    seen.add(state);
    const actions = execution.actions();
    const [first] = actions;
    if (first === undefined) {
      await execution.close();
      return { violations, labels, ended: true };
    }
    const length: number = (prefix?.length ?? 0) + 1;
    for (let choice = actions.length - 1; choice > 0; choice--) open.push({ parent: prefix, choice, length });
    prefix = { parent: prefix, choice: 0, length };
    await take(first, false);
  }
  return { violations, labels, ended: false };
}

function choicesOf(prefix: Prefix | undefined): number[] {
  const choices: number[] = new Array(prefix?.length ?? 0);
  for (let at = prefix, i = choices.length - 1; at !== undefined; at = at.parent, i--) choices[i] = at.choice;
  return choices;
}
