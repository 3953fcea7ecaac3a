import { parseArgs } from 'node:util';
import { type Counterexample, explore } from './explore.ts';
import { kill, MUTANTS } from './mutants.ts';
import { replay, shrink } from './replay.ts';
import type { Scenario } from './scenario.ts';
import { HARSH_EXHAUSTIVE, HARSH_RANDOM, SEEN } from './harsh.ts';
import { EXHAUSTIVE, RANDOM } from './scenarios.ts';
import { REAL } from './system.ts';
import { walk } from './walk.ts';

/**
 * `npm run simulate` (docs/protocol.md, "How it is proved").
 *
 *   --states N      states per exhaustive scenario (default 200,000)
 *   --schedules N   random schedules per scenario (default 10,000)
 *   --seed N        first seed (default 1)
 *   --scenario T    only scenarios whose name contains T
 *   --mutants       show for each mutant the schedule that kills it
 *   --replay JSON   play one schedule of --scenario (an array of steps, as printed) and show every step
 */
const { values } = parseArgs({
  options: {
    states: { type: 'string', default: '200000' },
    schedules: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    scenario: { type: 'string', default: '' },
    mutants: { type: 'boolean', default: false },
    replay: { type: 'string' },
  },
});

const chosen = (scenarios: readonly Scenario[]) =>
  scenarios.filter(({ name }) => name.includes(values.scenario));
const say = (line: string) => process.stdout.write(`${line}\n`);
const count = (n: number) => n.toLocaleString('en-US');
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
  const { faults, faultsPerRun, ticks, maxTicks, deeds = [], maxDeeds = 0 } = scenario;
  const parts = [
    `${scenario.runs} runs`,
    `${scenario.targets.length} targets`,
    `faults per run: ${faultsPerRun} of ${faults.join('/') || 'none'}`,
    `time jumps: ${maxTicks} of ${ticks.map((tick) => `${tick / 1_000} s`).join('/')}`,
  ];
  if (maxDeeds > 0) parts.push(`people: ${maxDeeds} of ${deeds.join('/')}`);
  if (scenario.places !== undefined) parts.push(`${scenario.places} keys allowed`);
  return parts.join('; ');
}

async function exhaustive(): Promise<void> {
  let states = 0;
  for (const scenario of chosen([...EXHAUSTIVE, ...HARSH_EXHAUSTIVE])) {
    const most = Number(values.states);
    const result = await explore(scenario, REAL, most);
    states += result.states;
    const bound = result.complete ? 'all of them' : `the first ${count(most)}`;
    say(`exhaustive: ${scenario.name} (${describe(scenario)})`);
    say(
      `  ${count(result.states)} distinct states (${bound}), ${count(result.schedules)} schedules, ${count(result.ended)} of them to the end`,
    );
    if (result.counterexample !== undefined) tell(await shrink(scenario, REAL, result.counterexample));
  }
  say(`exhaustive, together: ${count(states)} distinct states`);
}

async function random(): Promise<void> {
  let schedules = 0;
  for (const scenario of chosen([...RANDOM, ...SEEN, ...HARSH_RANDOM])) {
    const result = await walk(scenario, REAL, Number(values.seed), Number(values.schedules));
    schedules += result.schedules;
    const outcomes = [...result.outcomes]
      .sort((a, b) => b[1] - a[1])
      .map(([name, n]) => `${name} ${count(n)}`);
    say(`random: ${scenario.name} (${describe(scenario)})`);
    say(`  ${count(result.schedules)} schedules, ${count(result.steps)} steps; runs: ${outcomes.join(', ')}`);
    if (result.counterexample !== undefined) tell(await shrink(scenario, REAL, result.counterexample));
  }
  say(`random, together: ${count(schedules)} schedules, seeds from ${values.seed}`);
}

async function mutants(): Promise<void> {
  for (const mutant of MUTANTS) {
    const found = await kill(mutant);
    if (found === undefined) {
      failures += 1;
      say(`mutant: ${mutant.name}: SURVIVED`);
      continue;
    }
    say(
      `mutant: ${mutant.name}: caught in "${found.scenario}" with seed ${found.seed}: ${found.violations[0]}`,
    );
    for (const step of found.schedule) say(`    ${step}`);
  }
}

async function replayOne(text: string): Promise<void> {
  const [scenario] = chosen([...EXHAUSTIVE, ...HARSH_EXHAUSTIVE, ...RANDOM, ...SEEN, ...HARSH_RANDOM]);
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
else {
  await exhaustive();
  await random();
}
say(failures === 0 ? 'found: nothing' : `found: ${failures}`);
process.exitCode = failures === 0 ? 0 : 1;
