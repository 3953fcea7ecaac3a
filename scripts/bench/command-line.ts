import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../../packages/emulator/src/index.ts';
import { canCount, instructionsOf, NOT_INSTALLED } from './instructions.ts';
import { rounded, type Section } from './report.ts';
import { median } from './statistics.ts';
import { timed } from './timed.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Times a bare node. */
const MOST_FOR_WORDS = 2.5;
const MOST_FOR_A_REQUEST = 4.5;

interface Measured {
  readonly args: readonly string[];
  readonly until: 'its end' | 'its first request';
  readonly most: number;
}

const COMMANDS: readonly Measured[] = [
  { args: ['--version'], until: 'its end', most: MOST_FOR_WORDS },
  { args: ['--help'], until: 'its end', most: MOST_FOR_WORDS },
  { args: ['keys', 'list'], until: 'its first request', most: MOST_FOR_A_REQUEST },
];

/** How long a person waits for the command line as npm installs it, beside what Node takes to do nothing. */
export async function commandLine(turns: number): Promise<Section> {
  const main = await compiled();
  await using emulator = await startEmulator();
  let arrived = Number.NaN;
  emulator.onRequest(({ point }) => {
    if (point === 'before' && Number.isNaN(arrived)) arrived = performance.now();
    return undefined;
  });
  const user = emulator.mutx.addUser({ plan: 'PRO' });
  const env = {
    MUTX_API_URL: emulator.mutx.url,
    MUTX_EMAIL: user.email,
    MUTX_PASSWORD: user.password,
    GITHUB_REPOSITORY: 'acme/web',
  };
  const bare: number[] = [];
  const times = COMMANDS.map((): number[] => []);
  for (let turn = 0; turn < turns; turn++) {
    bare.push((await timed(['-e', '0'])).exit);
    for (const [index, { args, until }] of COMMANDS.entries()) {
      arrived = Number.NaN;
      const started = performance.now();
      const { exit } = await timed([main, ...args], env);
      times[index]?.push(until === 'its end' ? exit : arrived - started);
    }
  }
  const counts = canCount();
  const bareCount = counts ? instructionsOf(['-e', '0']) : Number.NaN;
  const nothing = median(bare);
  const rows = COMMANDS.map(({ args, until }, index) => ({
    command: `mutx-api-key ${args.join(' ')}`,
    until,
    ms: rounded(median(times[index] ?? [])),
    'node -e 0, ms': rounded(nothing),
    ratio: rounded(median(times[index] ?? []) / nothing, 2),
    // Without credentials `keys list` ends when it has loaded all it needs.
    'ratio of instructions': counts ? rounded(instructionsOf([main, ...args]) / bareCount, 2) : NOT_INSTALLED,
  }));
  return {
    name: 'Command line',
    how: `\`lib/\` as npm installs it, and a bare \`node -e 0\` to its end, in turns: medians of ${turns}. Instructions are counted to the end of a process without credentials, which sends nothing.`,
    rows,
    bounds: rows.map(({ command, until, ratio }, index) => {
      const { most = 0 } = COMMANDS[index] ?? {};
      return {
        what: `${command} until ${until}: at most ${most} × a bare node (${ratio})`,
        holds: ratio <= most,
      };
    }),
  };
}

/** The package's `lib/`, in a folder from which it finds its dependencies. @returns the way in to the command line */
async function compiled(): Promise<string> {
  const folder = join(ROOT, 'reports', 'bench-package');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const project = ['-p', join(ROOT, 'tsconfig.lib.json'), '--outDir', join(folder, 'lib')];
  execFileSync(process.execPath, [tsc, ...project], { stdio: 'inherit' });
  return join(folder, 'lib', 'src', 'cli', 'main.js');
}
