import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rounded, type Section } from './report.ts';
import { sample } from './sample.ts';
import { median } from './statistics.ts';
import { startWorld } from './world.ts';

const COUNTS = [1, 10, 100, 500] as const;

const KIB = 1_024;
const MIB = KIB * KIB;

/** Of the time for each further target, in the last step above the one before. */
const MOST_GROWTH = 0.1;

/** Bytes in the heap for each further target. */
const MOST_ALIVE = 8 * KIB;

/** Time passes so many times as fast where GitHub's pace is kept: 500 writes take seven minutes. */
const SPEED = 20;

/** What many targets cost by themselves: nobody waits. */
export async function scaleWithoutPace(turns: number): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const files = COUNTS.map((count) => join(folder, String(count)));
  const worlds = await Promise.all(
    files.map(async (file, index) => {
      await writeFile(file, '0');
      const machineClock = () => Date.now() + Number(readFileSync(file, 'utf8'));
      return startWorld(COUNTS[index] ?? 0, { mutx: { machineClock }, github: { machineClock } });
    }),
  );
  const skipping = (index: number) => ({ BENCH_SKIPPED: files[index] ?? '' });
  const walls = COUNTS.map((): number[] => []);
  const peaks = COUNTS.map((): number[] => []);
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, world] of worlds.entries()) {
      const { wall, peak } = await sample(world, 'without-waits.mjs', skipping(index));
      walls[index]?.push(wall);
      peaks[index]?.push(peak);
    }
  }
  const alive: number[] = [];
  for (const [index, world] of worlds.entries()) {
    const env = { BENCH_ALIVE: 'true', ...skipping(index) };
    alive.push((await sample(world, 'without-waits.mjs', env)).alive);
    await world[Symbol.asyncDispose]();
  }
  await rm(folder, { recursive: true, force: true });
  const wall = walls.map(median);
  const [, , upTo100 = Number.NaN, upTo500 = Number.NaN] = further(wall);
  const [, , , aliveEach = Number.NaN] = further(alive);
  const growth = upTo500 / upTo100 - 1;
  return {
    name: 'Scale, without the pace',
    how: `The servers answer at once and waits for GitHub's pace take no time: medians of ${turns}. Peak memory is the most that the process had, Node included; alive is the most that was in its heap when all garbage was collected, in a run of its own.`,
    rows: COUNTS.map((count, index) => ({
      targets: count,
      'whole step, ms': Math.round(wall[index] ?? 0),
      'each further target, ms': rounded(further(wall)[index] ?? 0, 2),
      'peak memory, MiB': rounded(median(peaks[index] ?? []) / MIB),
      'alive, MiB': rounded((alive[index] ?? 0) / MIB, 2),
    })),
    bounds: [
      {
        what: `a further target takes no longer from 100 to 500 than from 10 to 100, within ${100 * MOST_GROWTH} % (${rounded(100 * growth, 0)} %)`,
        holds: growth <= MOST_GROWTH,
      },
      {
        what: `memory is flat: at most ${MOST_ALIVE / KIB} KiB stay alive for each further target (${rounded(aliveEach / KIB)} KiB)`,
        holds: aliveEach <= MOST_ALIVE,
      },
    ],
  };
}

/** What many targets take at GitHub's pace, to which a fan-out keeps. */
export async function scaleAtPace(): Promise<Section> {
  const seconds: number[] = [];
  const peaks: number[] = [];
  let limited = 0;
  for (const count of COUNTS) {
    const origin = Date.now();
    const machineClock = () => origin + (Date.now() - origin) * SPEED;
    await using world = await startWorld(count, {
      mutx: { machineClock },
      github: { machineClock, limits: true },
    });
    const env = { BENCH_SPEED: String(SPEED), BENCH_ORIGIN: String(origin) };
    const { wall, peak } = await sample(world, 'fast-clock.mjs', env);
    seconds.push((wall * SPEED) / 1_000);
    peaks.push(peak);
    limited += world.emulator.github.limited;
  }
  return {
    name: "Scale, at GitHub's pace",
    how: `The emulator refuses what GitHub would. Time passes ${SPEED} times as fast for everyone, so what is computed counts ${SPEED} times. One run each.`,
    rows: COUNTS.map((count, index) => ({
      targets: count,
      'whole step, s': rounded(seconds[index] ?? 0),
      'each further target, s': rounded(further(seconds)[index] ?? 0, 2),
      'limits alone, s': rounded(limits(count)),
      'peak memory, MiB': rounded((peaks[index] ?? 0) / MIB),
    })),
    bounds: [{ what: `no request is refused for a limit (${limited})`, holds: limited === 0 }],
  };
}

/**
 * What GitHub's limits ask for (src/github/limiter.ts): writes 0.85 s apart after the first five,
 * and reads, two for each target before the first write, 0.106 s apart after the first 300.
 */
function limits(count: number): number {
  return Math.max(0, count - 5) * 0.85 + Math.max(0, 2 * count - 300) * 0.106;
}

/** For each count, by how much a target more than the count before takes more; for the first: what it takes. */
function further(values: readonly number[]): readonly number[] {
  return values.map((value, index) => {
    const [count = 0, before = 0] = [COUNTS[index], COUNTS[index - 1]];
    return (value - (values[index - 1] ?? 0)) / (count - before);
  });
}
