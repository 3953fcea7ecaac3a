import type { Writable } from 'node:stream';

/**
 * Lets a run go on to its end when nobody reads its words any more: `| head`, a runner that closes the pipe, a disk
 * that is full. What cannot be written is dropped, and the exit code is by what the run came to. An end in the
 * middle could leave a key that no secret holds, and no words that say so.
 */
export function outliveReaders(...streams: readonly Writable[]): void {
  // Without a listener Node throws each failed write as an exception (https://nodejs.org/api/events.html#error-events).
  for (const stream of streams) stream.on('error', () => {});
}
