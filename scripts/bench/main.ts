/**
 * `npm run bench`: what the committed bundle costs, on this machine, against the emulator. Prints tables, writes
 * reports/bench.json, and exits with 1 if a bound does not hold.
 *
 *   npm run bench -- [--only depth]   sections whose name begins so
 *                    [--turns 15]     how often each thing is measured
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { depthOfOne, depthOfTwenty } from './depth.ts';
import { type Section, textOf } from './report.ts';
import { startUp } from './start-up.ts';

const { values } = parseArgs({ options: { turns: { type: 'string', default: '5' } } });
const turns = Number(values.turns);

const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
console.log(`${machine}\n`);
const sections: Section[] = [];
const show = (section: Section) => {
  sections.push(section);
  console.log(textOf(section));
};
const start = await startUp(turns * 3);
show(start);
show(await depthOfOne(turns, start.firstLine));
show(await depthOfTwenty());
await mkdir('reports', { recursive: true });
await writeFile('reports/bench.json', JSON.stringify({ machine, sections }, null, 2));
if (sections.some(({ bounds }) => bounds.some(({ holds }) => !holds))) process.exitCode = 1;
