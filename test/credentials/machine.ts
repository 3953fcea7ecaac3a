import { clock } from '../../src/actions/clock.ts';

/**
 * The clock of the machine that a run is on, which the servers' clocks run with: it stands still, except that a
 * run that sleeps finds the time passed at once, and a test moves it. One at a time in a process.
 */
export class Machine implements Disposable {
  /** What runs slept, in order. */
  readonly slept: number[] = [];
  readonly #own = { ...clock };
  #now: number;

  /** @param now at the start */
  constructor(now: number) {
    this.#now = now;
    Object.assign(clock, {
      now: this.now,
      monotonic: this.now,
      sleep: (duration: number) => this.#sleep(duration),
    });
  }

  readonly now = (): number => this.#now;

  advance(duration: number): void {
    this.#now += duration;
  }

  async #sleep(duration: number): Promise<void> {
    this.slept.push(duration);
    const wakes = this.#now + duration;
    await new Promise(setImmediate);
    this.#now = Math.max(this.#now, wakes);
  }

  [Symbol.dispose](): void {
    Object.assign(clock, this.#own);
  }
}
