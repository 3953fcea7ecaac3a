import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchWorld } from './world.ts';

export interface Sample {
  /** Milliseconds. */
  readonly wall: number;
  /** Bytes: the most that the process had, Node included. */
  readonly peak: number;
  /** Bytes: the most that was alive in its heap; 0 where nobody looked. */
  readonly alive: number;
}

/**
 * A rotation by another clock than the machine's.
 * @param clock the module of this folder that brings it
 * @param env what that module is told, and `BENCH_ALIVE`
 */
export async function sample(
  world: BenchWorld,
  clock: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const file = join(folder, 'memory');
    const load = (name: string) => ['--import', new URL(name, import.meta.url).href];
    const { since } = await world.run({
      options: { nodeOptions: [...load(clock), ...load('memory.mjs')], env: { ...env, BENCH_MEMORY: file } },
    });
    const { peak, alive } = JSON.parse(await readFile(file, 'utf8')) as Omit<Sample, 'wall'>;
    return { wall: since.exit, peak, alive };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
