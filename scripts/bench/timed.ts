import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Milliseconds from the start of a process. */
export interface Timed {
  /** Its first words, on stdout or stderr; NaN: it said nothing. */
  readonly firstWords: number;
  readonly exit: number;
}

/** A Node with these arguments, and nothing of our own environment but `PATH`. */
export async function timed(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Timed> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let firstWords = Number.NaN;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', () => {
      if (Number.isNaN(firstWords)) firstWords = performance.now() - started;
    });
  }
  await once(child, 'close');
  return { firstWords, exit: performance.now() - started };
}
