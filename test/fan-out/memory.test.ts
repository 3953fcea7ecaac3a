import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import type { ThreadData, ThreadReport } from './emulator-thread.ts';
import { HOUR, runOnce, type Servers, unevenWay } from './fleet.ts';
import { VirtualTime } from './virtual-time.ts';

// Holds invariant 14 of docs/threat-model.md.

const KIB = 1_024;

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;

/** This thread's live heap, in bytes. */
function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

it('is flat: 500 targets take next to nothing more than 100', async () => {
  const time = new VirtualTime();
  const workerData: ThreadData = { time: time.shared, repositories: 500 };
  const thread = new Worker(new URL('./emulator-thread.ts', import.meta.url), { workerData });
  const [servers] = (await once(thread, 'message')) as [Servers];
  const targets = Array.from({ length: 500 }, (_, index) => `acme/r${index}`);
  /** The most that is alive at once while a run writes, in bytes. */
  const peak = async (count: number): Promise<number> => {
    let most = 0;
    const before = heap();
    const { outcome } = await runOnce(time, servers, targets.slice(0, count), {
      onTheWay: unevenWay(),
      onEvent: (event) => {
        if (event.type === 'target-written' && event.done % 50 === 0) most = Math.max(most, heap() - before);
      },
    });
    expect(outcome.kind).toBe('rotated');
    time.pass(HOUR);
    return most;
  };
  // What is loaded and compiled with the first run is no business of the others.
  await peak(50);
  const of100 = await peak(100);
  const of500 = await peak(500);
  const ended = once(thread, 'message');
  thread.postMessage('end', []);
  const [report] = (await ended) as [ThreadReport];
  await once(thread, 'exit');
  expect(report).toEqual({ limited: 0, unexpected: 0 });
  const figures = `100 targets: ${Math.round(of100 / KIB)} KiB, 500 targets: ${Math.round(of500 / KIB)} KiB`;
  expect((of500 - of100) / 400, figures).toBeLessThan(8 * KIB);
});
