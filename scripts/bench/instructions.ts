import { spawnSync } from 'node:child_process';

/** V8 seeds its hashes by chance, which alone moves a count by a tenth. */
const REPEATABLE = ['--single-threaded', '--hash-seed=7', '--random-seed=7'];

/** What is shown where there is no count. */
export const NOT_INSTALLED = 'valgrind is not installed';

export function canCount(): boolean {
  return spawnSync('valgrind', ['--version'], { stdio: 'ignore' }).status === 0;
}

/**
 * How many instructions a Node executes from its start to its end, on one thread: it does not depend on what else the
 * machine does.
 * @throws Error valgrind gave no count
 */
export function instructionsOf(args: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  const valgrind = ['--tool=callgrind', '--callgrind-out-file=/dev/null'];
  const { stderr } = spawnSync('valgrind', [...valgrind, process.execPath, ...REPEATABLE, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const [, collected] = /Collected : (\d+)/u.exec(stderr) ?? [];
  if (collected === undefined) throw new Error(`valgrind counted nothing:\n${stderr}`);
  return Number(collected);
}
