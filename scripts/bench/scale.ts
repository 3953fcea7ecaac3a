import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rounded, type Section } from './report.ts';
import { median, slope, spread } from './statistics.ts';
import { type BenchWorld, startWorld } from './world.ts';

const COUNTS = [1, 10, 100, 500] as const;

/** Time passes so many times as fast where GitHub's pace is kept: 500 writes take seven minutes. */
const SPEED = 20;

/** What GitHub's limits ask for (src/github/pace.ts): so far apart, and so many at once in the beginning. */
const SPACING = 0.85;
const BURST = 5;

/** Milliseconds that a request takes on a good day. */
const USUAL = 50;

const MOST_SPREAD = 0.1;
const MOST_GROWTH = 1.25;

interface Sample {
  /** Milliseconds. */
  readonly wall: number;
  /** MiB. */
  readonly peak: number;
}

/** What many targets cost by themselves: nobody waits for GitHub's pace. */
export async function scaleWithoutPace(turns: number): Promise<Section> {
  const samples = COUNTS.map((): Sample[] => []);
  const worlds = await Promise.all(COUNTS.map((count) => startWorld(count)));
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, world] of worlds.entries()) {
      samples[index]?.push(await sample(world, 'without-waits.mjs', {}, USUAL));
    }
  }
  for (const world of worlds) await world[Symbol.asyncDispose]();
  const walls = samples.map((all) => median(all.map(({ wall }) => wall)));
  const peaks = samples.map((all) => median(all.map(({ peak }) => peak)));
  const [first = 0] = walls;
  const each = walls.map((wall, index) => (wall - first) / ((COUNTS[index] ?? 0) - 1));
  const perTarget = slope(COUNTS.map((count, index) => [count, (peaks[index] ?? 0) * 1_024]));
  const [, ...further] = each;
  const growth = (peaks.at(-1) ?? 0) / (peaks[1] ?? 1);
  return {
    name: 'Scale, without the pace',
    how: `A request takes ${USUAL} ms; the waits for GitHub's pace are left out: medians of ${turns}. Peak memory is the most that the process ever had, Node included.`,
    rows: COUNTS.map((count, index) => ({
      targets: count,
      'whole step, ms': Math.round(walls[index] ?? 0),
      'each further target, ms': index === 0 ? '' : rounded(each[index] ?? 0, 2),
      'peak memory, MiB': rounded(peaks[index] ?? 0),
    })),
    bounds: [
      {
        what: `the time for each further target is the same from 10 to 500 within ${100 * MOST_SPREAD} % (${rounded(100 * spread(further))} %)`,
        holds: spread(further) <= MOST_SPREAD,
      },
      {
        what: `memory is flat: 500 targets take at most ${MOST_GROWTH} × what 10 take (${rounded(growth, 2)}; ${rounded(perTarget)} KiB for each further target)`,
        holds: growth <= MOST_GROWTH,
      },
    ],
  };
}

/** What many targets take at GitHub's pace, which a fan-out keeps to. */
export async function scaleAtPace(): Promise<Section> {
  const rows: Record<string, number>[] = [];
  const excess: number[] = [];
  let limited = 0;
  for (const count of COUNTS) {
    const origin = Date.now();
    const machineClock = () => origin + (Date.now() - origin) * SPEED;
    await using world = await startWorld(count, {
      mutx: { machineClock },
      github: { machineClock, limits: true },
    });
    const env = { BENCH_SPEED: String(SPEED), BENCH_ORIGIN: String(origin) };
    const { wall, peak } = await sample(world, 'fast-clock.mjs', env, 0);
    limited += world.emulator.github.limited;
    const seconds = (wall * SPEED) / 1_000;
    const pace = Math.max(0, count - BURST) * SPACING;
    if (count >= 100) excess.push(seconds / pace);
    rows.push({
      targets: count,
      'whole step, s': rounded(seconds),
      "GitHub's pace alone, s": rounded(pace),
      'each target, s': rounded(seconds / count, 2),
      'peak memory, MiB': rounded(peak),
    });
  }
  return {
    name: "Scale, at GitHub's pace",
    how: `The emulator refuses what GitHub would; time passes ${SPEED} times as fast for everyone, so what the process computes and what a request takes count ${SPEED} times. One run each.`,
    rows,
    bounds: [{ what: `no request is refused for a limit (${limited})`, holds: limited === 0 }],
  };
}

async function sample(
  world: BenchWorld,
  clock: string,
  env: Readonly<Record<string, string>>,
  latency: number,
): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const file = join(folder, 'peak');
    const load = (name: string) => ['--import', new URL(name, import.meta.url).href];
    const { since } = await world.run({
      latency,
      options: {
        nodeOptions: [...load(clock), ...load('peak-memory.mjs')],
        env: { ...env, BENCH_PEAK: file },
      },
    });
    return { wall: since.exit, peak: Number(await readFile(file, 'utf8')) / 1_024 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
