import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchWorld, Turn } from './world.ts';

export interface Sample {
  /** Milliseconds. */
  readonly wall: number;
  /** Bytes: the most that the process had, Node included. */
  readonly peak: number;
  /** Bytes: the most that was alive in its heap; 0 where nobody looked. */
  readonly alive: number;
}

/**
 * A step by another clock than the machine's.
 * @param clock the module of this folder that brings it
 * @param env what that module is told, and `BENCH_ALIVE`
 * @param turn default: a rotation
 */
export async function sample(
  world: BenchWorld,
  clock: string,
  env: Readonly<Record<string, string>> = {},
  turn: Turn = {},
): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const file = join(folder, 'memory');
    const load = (name: string) => ['--import', new URL(name, import.meta.url).href];
    const { since } = await world.run({
      ...turn,
      options: { nodeOptions: [...load(clock), ...load('memory.mjs')], env: { ...env, BENCH_MEMORY: file } },
    });
    const { peak, alive } = JSON.parse(await readFile(file, 'utf8')) as Omit<Sample, 'wall'>;
    return { wall: since.exit, peak, alive };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
