import { parseArgs } from 'node:util';
import type { Counterexample } from './explore.ts';
import { MUTANTS } from './mutants.ts';
import { replay } from './replay.ts';
import type { Scenario } from './scenario.ts';
import { EXHAUSTIVE, RANDOM } from './scenarios.ts';
import { REAL } from './system.ts';
import { scenarioNamed, type Task, type TaskResult, workAll } from './tasks.ts';

/**
 * `npm run simulate` (docs/protocol.md, "How it is proved").
 *
 *   --states N      states per exhaustive scenario (default 200,000)
 *   --schedules N   random schedules per scenario (default 10,000)
 *   --seed N        first seed (default 1)
 *   --processes N   so many scenarios at a time (default 1)
 *   --scenario T    only scenarios whose name contains T
 *   --mutants       show for each mutant the schedule that kills it
 *   --replay JSON   play one schedule of --scenario (an array of steps, as printed) and show every step
 */
const { values } = parseArgs({
  options: {
    states: { type: 'string', default: '200000' },
    schedules: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    processes: { type: 'string', default: '1' },
    scenario: { type: 'string', default: '' },
    mutants: { type: 'boolean', default: false },
    replay: { type: 'string' },
  },
});

/** Schedules of one task: so few that all processes have something to do until the end. */
const CHUNK = 2_500;

const chosen = (scenarios: readonly Scenario[]) =>
  scenarios.filter(({ name }) => name.includes(values.scenario));
const say = (line: string) => process.stdout.write(`${line}\n`);
const count = (n: number) => n.toLocaleString('en-US');
const begun = performance.now();
let failures = 0;

function tell(found: Counterexample): void {
  failures += 1;
  say(`  VIOLATED ${found.violations.join('; ')}`);
  say(found.seed === undefined ? '  schedule, shrunk:' : `  seed ${found.seed}, schedule, shrunk:`);
  for (const step of found.schedule) say(`    ${step}`);
  say(
    `  again: npm run simulate -- --scenario '${found.scenario}' --replay '${JSON.stringify(found.schedule)}'`,
  );
}

function describe(scenario: Scenario): string {
  const {
    faults,
    faultsPerRun,
    lies = [],
    liesPerRun = 0,
    ticks,
    maxTicks,
    deeds = [],
    maxDeeds = 0,
  } = scenario;
  const { jobs = 0, plans = 0, audits = 0, buttons = 0 } = scenario;
  const others = [
    ['revoke jobs', jobs],
    ['plans', plans],
    ['audits', audits],
    ['emergencies', buttons],
  ] as const;
  const parts = [
    [
      `${scenario.runs} runs`,
      ...others.filter(([, many]) => many > 0).map(([what, many]) => `${many} ${what}`),
    ].join(', '),
    `${scenario.targets.length} targets`,
    `faults: ${faultsPerRun} of ${faults.join('/') || 'none'}`,
    `time jumps: ${maxTicks} of ${ticks.map((tick) => `${tick / 1_000} s`).join('/')}`,
  ];
  if (liesPerRun > 0) parts.push(`wrong answers: ${liesPerRun} of ${lies.join('/')}`);
  if (maxDeeds > 0) parts.push(`people: ${maxDeeds} of ${deeds.join('/')}`);
  if (scenario.places !== undefined) parts.push(`${scenario.places} keys allowed`);
  return parts.join('; ');
}

interface Tally {
  readonly left: Set<Task>;
  schedules: number;
  steps: number;
  readonly outcomes: Map<string, number>;
  found: Counterexample | undefined;
}

/** The states of one exhaustive scenario each, and chunks of the random ones. */
function tasksOfAll(): readonly Task[] {
  const explorations = chosen(EXHAUSTIVE).map(
    ({ name }): Task => ({ kind: 'explore', scenario: name, states: Number(values.states) }),
  );
  const walks = chosen(RANDOM).flatMap(({ name }): Task[] => {
    const tasks: Task[] = [];
    for (let done = 0; done < Number(values.schedules); done += CHUNK) {
      const schedules = Math.min(CHUNK, Number(values.schedules) - done);
      tasks.push({ kind: 'walk', scenario: name, seed: Number(values.seed) + done, schedules });
    }
    return tasks;
  });
  return [...explorations, ...walks];
}

async function everything(): Promise<void> {
  const tasks = tasksOfAll();
  const tallies = new Map<string, Tally>();
  let states = 0;
  let schedules = 0;
  await workAll(tasks, Number(values.processes), (task, result) => {
    if (task.kind === 'explore' && result.kind === 'explore') {
      const { explored } = result;
      states += explored.states;
      const bound = explored.complete ? 'all of them' : `the first ${count(task.states)}`;
      say(`exhaustive: ${task.scenario} (${describe(scenarioNamed(task.scenario))})`);
      say(
        `  ${count(explored.states)} distinct states (${bound}), ${count(explored.schedules)} schedules, ${count(explored.ended)} of them to the end`,
      );
      if (explored.counterexample !== undefined) tell(explored.counterexample);
      return;
    }
    if (task.kind !== 'walk' || result.kind !== 'walk') return;
    schedules += result.walked.schedules;
    const tally = tallyOf(task.scenario, tasks, tallies);
    add(tally, task, result);
    if (tally.left.size === 0) tellWalks(task.scenario, tally);
  });
  say(`exhaustive, together: ${count(states)} distinct states`);
  say(`random, together: ${count(schedules)} schedules, seeds from ${values.seed}`);
}

function tallyOf(scenario: string, tasks: readonly Task[], tallies: Map<string, Tally>): Tally {
  const known = tallies.get(scenario);
  if (known !== undefined) return known;
  const left = new Set(tasks.filter((task) => task.kind === 'walk' && task.scenario === scenario));
  const tally: Tally = { left, schedules: 0, steps: 0, outcomes: new Map(), found: undefined };
  tallies.set(scenario, tally);
  return tally;
}

function add(tally: Tally, task: Task, { walked }: Extract<TaskResult, { kind: 'walk' }>): void {
  tally.left.delete(task);
  tally.schedules += walked.schedules;
  tally.steps += walked.steps;
  for (const [name, n] of walked.outcomes) tally.outcomes.set(name, (tally.outcomes.get(name) ?? 0) + n);
  tally.found ??= walked.counterexample;
}

function tellWalks(scenario: string, { schedules, steps, outcomes, found }: Tally): void {
  const sorted = [...outcomes].sort((a, b) => b[1] - a[1]).map(([name, n]) => `${name} ${count(n)}`);
  say(`random: ${scenario} (${describe(scenarioNamed(scenario))})`);
  say(`  ${count(schedules)} schedules, ${count(steps)} steps; runs: ${sorted.join(', ')}`);
  if (found !== undefined) tell(found);
}

async function mutants(): Promise<void> {
  const tasks = MUTANTS.filter(({ name, shownBy }) => `${name} ${shownBy}`.includes(values.scenario)).map(
    ({ name }): Task => ({ kind: 'kill', mutant: name }),
  );
  await workAll(tasks, Number(values.processes), (task, result) => {
    if (task.kind !== 'kill' || result.kind !== 'kill') return;
    const { found } = result;
    if (found === undefined) {
      failures += 1;
      say(`mutant: ${task.mutant}: SURVIVED`);
      return;
    }
    say(
      `mutant: ${task.mutant}: caught in "${found.scenario}" with seed ${found.seed}: ${found.violations[0]}`,
    );
    for (const step of found.schedule) say(`    ${step}`);
  });
}

async function replayOne(text: string): Promise<void> {
  const [scenario] = chosen([...EXHAUSTIVE, ...RANDOM]);
  if (scenario === undefined) throw new Error(`no scenario is named "${values.scenario}"`);
  const steps: unknown = JSON.parse(text);
  if (!Array.isArray(steps)) throw new Error('--replay takes a JSON array of steps');
  const { violations, played } = await replay(scenario, REAL, steps.map(String));
  for (const step of played) say(`  ${step}`);
  say(violations.length === 0 ? 'nothing violated' : `VIOLATED ${violations.join('; ')}`);
  if (violations.length > 0) failures += 1;
}

if (values.replay !== undefined) await replayOne(values.replay);
else if (values.mutants) await mutants();
else await everything();
say(`in ${((performance.now() - begun) / 60_000).toFixed(1)} minutes`);
say(failures === 0 ? 'found: nothing' : `found: ${failures}`);
process.exitCode = failures === 0 ? 0 : 1;
