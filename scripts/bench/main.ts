/**
 * `npm run bench`: what the committed bundle costs, on this machine, against the emulator. Prints tables, writes
 * them to reports/bench.json too, and exits with 1 if a bound does not hold.
 *
 *   npm run bench -- [--only scale]   the sections whose name begins so
 *                    [--turns 4]      how often each thing is measured
 *                    [--beside <file>…]  the program of another action, whose start-up is measured with ours
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.ts';
import { commandLine } from './command-line.ts';
import { depthOfOne, depthOfTwenty } from './depth.ts';
import { history } from './history.ts';
import { type Section, textOf } from './report.ts';
import { requests } from './requests.ts';
import { scaleAtPace, scaleWithoutPace } from './scale.ts';
import { startUp } from './start-up.ts';

const REPORT = new URL('../../reports/bench.json', import.meta.url);

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    turns: { type: 'string', default: '4' },
    beside: { type: 'string', multiple: true, default: [] },
  },
});
const turns = Number(values.turns);
if (!Number.isSafeInteger(turns) || turns < 1) throw new Error('--turns is a whole number from 1 on');

const measurements: Readonly<Record<string, () => Promise<Section>>> = {
  'start-up': () => startUp(3 * turns, values.beside),
  'command line': () => commandLine(3 * turns),
  'depth of one target': () => depthOfOne(turns),
  'depth of twenty targets': () => depthOfTwenty(Math.ceil(turns / 2)),
  requests,
  'scale without the pace': () => scaleWithoutPace(turns),
  "scale at GitHub's pace": scaleAtPace,
  history,
  bundle,
};
const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
console.log(`${machine}\n`);

const sections: Section[] = [];
for (const [name, measure] of Object.entries(measurements)) {
  if (!name.startsWith(values.only)) continue;
  const section = await measure();
  sections.push(section);
  console.log(textOf(section));
}
await mkdir(new URL('.', REPORT), { recursive: true });
await writeFile(REPORT, `${JSON.stringify({ machine, sections }, null, 2)}\n`);
console.log(`${Math.round(performance.now() / 1_000)} s; written: ${fileURLToPath(REPORT)}`);
if (sections.some(({ bounds }) => bounds.some(({ holds }) => !holds))) process.exitCode = 1;
