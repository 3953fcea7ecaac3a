import type { Clock } from '../../src/core/time.ts';

/**
 * The clock of the machine that a run is on, which the servers' clocks run with: it stands still, except that a
 * run that sleeps finds the time passed at once, and a test moves it.
 */
export class Machine implements Clock {
  /** What runs slept, in order. */
  readonly slept: number[] = [];
  #now: number;

  /** @param now at the start */
  constructor(now: number) {
    this.#now = now;
  }

  readonly now = (): number => this.#now;
  readonly monotonic = this.now;

  advance(duration: number): void {
    this.#now += duration;
  }

  readonly sleep = async (duration: number): Promise<void> => {
    this.slept.push(duration);
    const wakes = this.#now + duration;
    await new Promise(setImmediate);
    this.#now = Math.max(this.#now, wakes);
  };
}
