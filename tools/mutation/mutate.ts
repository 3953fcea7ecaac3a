import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AREA_VARIABLE, AREAS, type Area, areaOf, reportOf } from './areas.ts';
import { compare, parseList, type Report, scoreOf } from './survivors.ts';

/**
 * `npm run mutate [-- [--force] area…]`: changes the source in one place after the other and lets the tests run on it
 * (docs/mutation-testing.md). Fails for a score below the threshold, for a survivor that is not listed there, and for
 * a listed one that is no more. With --force nothing is taken from the run before.
 */
const STRYKER = 'tools/mutation/node_modules/@stryker-mutator/core/bin/stryker.js';
const LIST = 'docs/mutation-testing.md';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { force: { type: 'boolean', default: false } },
});
const areas = positionals.length === 0 ? AREAS : positionals.map(areaOf);
const say = (line: string) => process.stdout.write(`${line}\n`);

const results = areas.map(measure);
say('\n| Area | Mutants | Killed | Timed out | Survived | No coverage | Score | Minutes |');
say('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const { row } of results) say(row);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;

function measure(area: Area): { readonly row: string; readonly passed: boolean } {
  const file = reportOf(area, '.json');
  // So that what is read afterwards is of this run.
  rmSync(file, { force: true });
  const started = performance.now();
  const args = ['run', 'tools/mutation/stryker.config.mjs', ...(values.force ? ['--force'] : [])];
  const { status } = spawnSync(process.execPath, [STRYKER, ...args], {
    env: { ...process.env, [AREA_VARIABLE]: area.name },
    stdio: 'inherit',
  });
  if (!existsSync(file)) return { row: `| ${area.name} | no report |`, passed: false };
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  const { unlisted, gone, killed } = compare(report, parseList(readFileSync(LIST, 'utf8')));
  for (const text of unlisted) say(`not in ${LIST}: ${text}`);
  for (const text of gone) say(`in ${LIST}, and there is no such mutation: ${text}`);
  for (const text of killed) say(`in ${LIST}, and noticed by a test this time: ${text}`);
  const { mutants, killed: k, timedOut, survived, uncovered, percent } = scoreOf(report);
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  return {
    row: `| ${[area.name, mutants, k, timedOut, survived, uncovered, `${percent.toFixed(1)} %`, minutes].join(' | ')} |`,
    passed: status === 0 && unlisted.length === 0 && gone.length === 0,
  };
}
