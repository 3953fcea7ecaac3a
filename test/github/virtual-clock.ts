import type { Clock } from '../../src/core/time.ts';

/** Time that passes only while someone sleeps; sleepers wake in the order of their times. */
export class VirtualClock implements Clock {
  time = 0;
  readonly #sleepers: { at: number; wake: () => void }[] = [];

  now() {
    return this.time;
  }

  monotonic() {
    return this.time;
  }

  sleep(duration: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ at: this.time + duration, wake }));
  }

  /** Lets `work` run to its end. */
  async until<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const finish = () => {
      done = true;
    };
    work.then(finish, finish);
    for (;;) {
      await new Promise(setImmediate);
      if (done) return work;
      this.#sleepers.sort((a, b) => a.at - b.at);
      const next = this.#sleepers.shift();
      if (next === undefined) throw new Error('nothing happens any more');
      this.time = next.at;
      next.wake();
    }
  }
}
