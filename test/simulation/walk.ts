import type { Actor } from './actor.ts';
import { type Action, Execution } from './execution.ts';
import type { Counterexample } from './explore.ts';
import type { Scenario } from './scenario.ts';
import type { System } from './system.ts';

/** Deterministic uniform numbers in [0, 1) from a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

type Chooser = (actions: readonly Action[]) => Action;

/** Each thing that can happen is as likely as its kind is interesting. */
function uniform(random: () => number): Chooser {
  const weights = { start: 3, step: 12, fault: 1, lie: 1, tick: 1.5, deed: 0.7, arrival: 2 };
  return (actions) => {
    const sums = new Map<Action['kind'], number>();
    for (const { kind } of actions) sums.set(kind, (sums.get(kind) ?? 0) + 1);
    let total = 0;
    for (const kind of sums.keys()) total += weights[kind];
    let at = random() * total;
    for (const [kind, count] of sums) {
      at -= weights[kind];
      if (at >= 0) continue;
      const among = actions.filter((action) => action.kind === kind);
      return among[Math.floor(random() * count)] as Action;
    }
    return actions[actions.length - 1] as Action;
  };
}

/**
 * Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): the run with the highest priority goes,
 * and at a few random moments the leader falls to the end. Finds bugs that need few preemptions with a known
 * probability. Time, people, faults and the network happen at random moments of their own.
 */
function byPriority(random: () => number, runs: number): Chooser {
  const priority = Array.from({ length: runs }, () => random() + 1);
  const changes = new Set(Array.from({ length: 3 }, () => Math.floor(random() * 30)));
  const happenings = new Set(Array.from({ length: 5 }, () => Math.floor(random() * 40)));
  let step = 0;
  let floor = 0.5;
  return (actions) => {
    step += 1;
    const others = actions.filter((action) => !isMove(action));
    const moves = actions.filter(isMove);
    if (moves.length === 0 || (happenings.has(step) && others.length > 0)) {
      return others[Math.floor(random() * others.length)] as Action;
    }
    const best = Math.max(...moves.map((action) => priority[action.actor as number] ?? 0));
    const among = moves.filter((action) => (priority[action.actor as number] ?? 0) === best);
    const chosen = among[Math.floor(random() * among.length)] as Action;
    if (changes.has(step)) {
      priority[chosen.actor as number] = floor;
      floor /= 2;
    }
    return chosen;
  };
}

function isMove({ kind, actor }: Action): boolean {
  return actor !== undefined && kind !== 'fault' && kind !== 'lie';
}

export interface Walked {
  readonly schedules: number;
  readonly steps: number;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly counterexample: Counterexample | undefined;
}

/** One walk per seed; odd seeds by priority, even ones uniform. A seed and a scenario give one schedule. */
export async function walk(
  scenario: Scenario,
  system: System,
  firstSeed: number,
  count: number,
): Promise<Walked> {
  let steps = 0;
  const outcomes = new Map<string, number>();
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const { execution, schedule } = await walkOnce(scenario, system, seed);
    steps += schedule.length;
    for (const actor of execution.actors) {
      if (actor.isClean) continue;
      const name = nameOf(actor);
      outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
    }
    const { violations } = execution;
    if (violations.length > 0) {
      const counterexample = { scenario: scenario.name, violations, schedule, seed };
      return { schedules: seed - firstSeed + 1, steps, outcomes, counterexample };
    }
  }
  return { schedules: count, steps, outcomes, counterexample: undefined };
}

async function walkOnce(scenario: Scenario, system: System, seed: number) {
  const random = randomFrom(seed);
  const execution = new Execution(scenario, system);
  const choose = seed % 2 === 0 ? uniform(random) : byPriority(random, execution.actors.length);
  const schedule: string[] = [];
  for (let actions = execution.actions(); actions.length > 0; actions = execution.actions()) {
    const action = choose(actions);
    schedule.push(action.label);
    await execution.perform(action);
    if (execution.violations.length > 0) return { execution, schedule };
  }
  await execution.close();
  return { execution, schedule };
}

/** What an actor came to, for the tally. */
function nameOf({ name, kind, status, outcome, revocation }: Actor): string {
  if (status === 'idle' || status === 'running') return kind === 'run' ? 'unfinished' : `${kind} ${status}`;
  if (status === 'dead') return kind === 'run' ? 'died' : `${kind} died`;
  if (outcome !== undefined)
    return outcome.kind === 'failed' ? `failed: ${outcome.failure.code}` : outcome.kind;
  return revocation === undefined ? name.replace(/\d+$/, '') : `${kind} ${revocation.kind}`;
}
