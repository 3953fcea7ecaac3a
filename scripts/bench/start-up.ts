import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PROGRAMS, type Program } from './actions.ts';
import { rounded, type Section } from './report.ts';
import { median } from './statistics.ts';
import { type BenchWorld, startWorld } from './world.ts';

const MOST = 2.5;

/** How long a job waits before it sees anything of a step, beside what Node takes to do nothing. */
export async function startUp(turns: number): Promise<Section> {
  await using world = await startWorld(1);
  const bare: number[] = [];
  const firstLines = PROGRAMS.map((): number[] => []);
  const wholes = PROGRAMS.map((): number[] => []);
  for (let turn = 0; turn < turns; turn++) {
    bare.push(await bareNode());
    let state: Readonly<Record<string, string>> = {};
    for (const [index, program] of PROGRAMS.entries()) {
      const step = await run(world, program, state);
      state = step.state;
      firstLines[index]?.push(step.since.firstLine ?? Number.NaN);
      wholes[index]?.push(step.since.exit);
    }
  }
  const nothing = median(bare);
  const rows = PROGRAMS.map(({ action, phase }, index) => {
    const first = median(firstLines[index] ?? []);
    return {
      program: `${action}, ${phase}`,
      'first line, ms': rounded(first),
      'node -e 0, ms': rounded(nothing),
      ratio: rounded(first / nothing, 2),
      'whole step, ms': rounded(median(wholes[index] ?? [])),
    };
  });
  return {
    name: 'Start-up',
    how: `From the start of the process to its first line, and a bare \`node -e 0\` to its end, in turns: medians of ${turns}. The whole step is against servers that answer at once.`,
    rows,
    bounds: rows.map(({ program, ratio }) => ({
      what: `${program}: at most ${MOST} × a bare node (${ratio})`,
      holds: ratio <= MOST,
    })),
  };
}

function run(world: BenchWorld, { action, phase }: Program, state: Readonly<Record<string, string>>) {
  return world.run({ action, options: phase === 'post' ? { phase, state } : {} });
}

async function bareNode(): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child, 'exit');
  return performance.now() - started;
}
