import type { Clock } from '../../src/core/time.ts';

/** Turns of the event loop without a request under way after which nobody is going to do anything more. */
const SETTLED = 3;
const STUCK = 2_000;

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * Time of the client and of both servers, which passes only while everyone sleeps: what goes over the
 * loopback interface takes none, and is waited for.
 */
export class VirtualTime implements Clock {
  /** The moment it is, where another thread can see it too. */
  readonly shared = new Float64Array(new SharedArrayBuffer(8));
  /** In the order of their times, the next one last. */
  readonly #sleepers: Sleeper[] = [];
  #outside = 0;

  constructor() {
    this.shared[0] = Date.UTC(2026, 10, 23, 12);
  }

  readonly now = (): number => this.shared[0] ?? Number.NaN;

  monotonic(): number {
    return this.now();
  }

  sleep(duration: number): Promise<void> {
    return new Promise((wake) => {
      const at = this.now() + duration;
      const place = this.#sleepers.findLastIndex((sleeper) => sleeper.at > at);
      this.#sleepers.splice(place + 1, 0, { at, wake });
    });
  }

  pass(duration: number): void {
    this.shared[0] = this.now() + duration;
  }

  /** Work that time stands still for: a real request and its reply. */
  async outside<T>(work: () => Promise<T>): Promise<T> {
    this.#outside += 1;
    try {
      return await work();
    } finally {
      this.#outside -= 1;
    }
  }

  /** Lets `work` run to its end. */
  async until<T>(work: Promise<T>): Promise<T> {
    const state = { over: false };
    const end = () => {
      state.over = true;
    };
    work.then(end, end);
    let idle = 0;
    while (!state.over) {
      await new Promise(setImmediate);
      idle = this.#outside > 0 ? 0 : idle + 1;
      if (idle < SETTLED) continue;
      const next = this.#sleepers.pop();
      if (next !== undefined) {
        this.shared[0] = Math.max(this.now(), next.at);
        next.wake();
        idle = 0;
      } else if (idle > STUCK) throw new Error('nothing happens any more');
    }
    return work;
  }
}
