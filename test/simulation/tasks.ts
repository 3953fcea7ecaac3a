import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Counterexample, type Explored, explore } from './explore.ts';
import { kill, MUTANTS } from './mutants.ts';
import { shrink } from './replay.ts';
import type { Scenario } from './scenario.ts';
import { EXHAUSTIVE, RANDOM } from './scenarios.ts';
import { REAL } from './system.ts';
import { type Walked, walk } from './walk.ts';

/** A part of a long simulation that needs nothing of the others. */
export type Task =
  | { readonly kind: 'explore'; readonly scenario: string; readonly states: number }
  | { readonly kind: 'walk'; readonly scenario: string; readonly seed: number; readonly schedules: number }
  | { readonly kind: 'kill'; readonly mutant: string };

export type TaskResult =
  | { readonly kind: 'explore'; readonly explored: Explored }
  | { readonly kind: 'walk'; readonly walked: Walked }
  | { readonly kind: 'kill'; readonly found: Counterexample | undefined };

export function scenarioNamed(name: string): Scenario {
  const scenario = [...EXHAUSTIVE, ...RANDOM].find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`no scenario is named "${name}"`);
  return scenario;
}

async function work(task: Task): Promise<TaskResult> {
  switch (task.kind) {
    case 'explore': {
      const scenario = scenarioNamed(task.scenario);
      const explored = await explore(scenario, REAL, task.states);
      return { kind: 'explore', explored: { ...explored, ...(await shrunk(scenario, explored)) } };
    }
    case 'walk': {
      const scenario = scenarioNamed(task.scenario);
      const walked = await walk(scenario, REAL, task.seed, task.schedules);
      return { kind: 'walk', walked: { ...walked, ...(await shrunk(scenario, walked)) } };
    }
    case 'kill': {
      const mutant = MUTANTS.find(({ name }) => name === task.mutant);
      if (mutant === undefined) throw new Error(`no mutant is named "${task.mutant}"`);
      return { kind: 'kill', found: await kill(mutant) };
    }
  }
}

async function shrunk(scenario: Scenario, { counterexample }: Pick<Walked, 'counterexample'>) {
  if (counterexample === undefined) return {};
  return { counterexample: await shrink(scenario, REAL, counterexample) };
}

/** Does all tasks, so many at a time, each in a process; `done` is called as they end. */
export async function workAll(
  tasks: readonly Task[],
  processes: number,
  done: (task: Task, result: TaskResult) => void,
): Promise<void> {
  const queue = [...tasks];
  await Promise.all(
    Array.from({ length: Math.min(processes, tasks.length) }, async () => {
      const child = fork(fileURLToPath(import.meta.url), [WORKS], { serialization: 'advanced' });
      for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
        done(task, await answerOf(child, task));
      }
      child.disconnect();
    }),
  );
}

function answerOf(child: ChildProcess, task: Task): Promise<TaskResult> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null) =>
      reject(new Error(`a process ended with ${code} at ${JSON.stringify(task)}`));
    child.once('exit', died);
    child.once('message', (result) => {
      child.removeListener('exit', died);
      resolve(result as TaskResult);
    });
    child.send(task);
  });
}

/** How a process knows that it is one of {@link workAll}. */
const WORKS = '--works';

if (process.argv[2] === WORKS) {
  process.on('message', (task: Task) => {
    void work(task).then((result) => process.send?.(result));
  });
}
