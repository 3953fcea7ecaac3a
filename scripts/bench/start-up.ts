import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAMS, type Program } from './actions.ts';
import { canCount, instructionsOf, NOT_INSTALLED } from './instructions.ts';
import { rounded, type Section } from './report.ts';
import { median } from './statistics.ts';
import { timed } from './timed.ts';
import { type BenchWorld, startWorld } from './world.ts';

const DIST = new URL('../../dist/', import.meta.url);
const FLOOR = fileURLToPath(new URL('floor.cjs', import.meta.url));
const RUNNER_FILES = ['GITHUB_STATE', 'GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_STEP_SUMMARY'];
const MOST = 2.5;

/** A program that is measured beside ours; of ours the time is that of a run with all its inputs. */
interface Row {
  readonly program: string;
  readonly firstLine: readonly number[];
  readonly whole: readonly number[];
  /** What is run to count instructions: without any input, so that it ends when it has read them. */
  readonly counted: readonly string[];
  readonly isOurs: boolean;
}

/**
 * How long a job waits before it sees anything of a step, beside what Node takes to do nothing and to load what any
 * program needs that sends a request.
 * @param beside files of other actions' programs, run without inputs
 */
export async function startUp(turns: number, beside: readonly string[]): Promise<Section> {
  await using world = await startWorld(1);
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const env = Object.fromEntries(RUNNER_FILES.map((name) => [name, join(folder, name)]));
  for (const file of Object.values(env)) await writeFile(file, '');
  const bare: number[] = [];
  const floor: number[] = [];
  const ours = PROGRAMS.map((program) => ({ program, firstLine: [] as number[], whole: [] as number[] }));
  const others = beside.map((file) => ({ file, firstLine: [] as number[], whole: [] as number[] }));
  for (let turn = 0; turn < turns; turn++) {
    bare.push((await timed(['-e', '0'])).exit);
    floor.push((await timed([FLOOR])).exit);
    let state: Readonly<Record<string, string>> = {};
    for (const { program, firstLine, whole } of ours) {
      const step = await run(world, program, state);
      state = step.state;
      firstLine.push(step.since.firstLine ?? Number.NaN);
      whole.push(step.since.exit);
    }
    for (const { file, firstLine, whole } of others) {
      const { firstWords, exit } = await timed([file], env);
      firstLine.push(firstWords);
      whole.push(exit);
    }
  }
  const rows: readonly Row[] = [
    { program: 'the floor', firstLine: floor, whole: floor, counted: [FLOOR], isOurs: false },
    ...ours.map(({ program: { action, phase, launcher }, ...times }) => {
      const counted = [fileURLToPath(new URL(launcher, DIST))];
      return { program: `${action}, ${phase}`, ...times, counted, isOurs: true };
    }),
    ...others.map(({ file, ...times }) => ({
      program: file.split('/').slice(-3).join('/'),
      ...times,
      counted: [file],
      isOurs: false,
    })),
  ];
  const nothing = median(bare);
  const bareCount = canCount() ? instructionsOf(['-e', '0']) : undefined;
  const cells = rows.map(({ program, firstLine, whole, counted }) => ({
    program,
    'first line, ms': rounded(median(firstLine)),
    'node -e 0, ms': rounded(nothing),
    ratio: rounded(median(firstLine) / nothing, 2),
    'of the floor': rounded(median(firstLine) / median(floor), 2),
    'ratio of instructions':
      bareCount === undefined ? NOT_INSTALLED : rounded(instructionsOf(counted, env) / bareCount, 2),
    'whole step, ms': rounded(median(whole)),
  }));
  await rm(folder, { recursive: true, force: true });
  return {
    name: 'Start-up',
    how: `From the start of the process to its first line, and a bare \`node -e 0\` to its end, in turns: medians of ${turns}. The floor is a Node that loads http, https, tls and crypto, to its end. The whole step is against servers that answer at once. Instructions are counted to the end of a process without inputs, which sends nothing; so is everything of other actions.`,
    rows: cells,
    bounds: cells
      .filter((_, index) => rows[index]?.isOurs === true)
      .map(({ program, ratio }) => ({
        what: `${program}: at most ${MOST} × a bare node (${ratio})`,
        holds: ratio <= MOST,
      })),
  };
}

function run(world: BenchWorld, { action, phase }: Program, state: Readonly<Record<string, string>>) {
  return world.run({ action, options: phase === 'post' ? { phase, state } : {} });
}
