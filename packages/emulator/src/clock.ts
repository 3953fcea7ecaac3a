/** Milliseconds since the Unix epoch. */
export type Instant = number;

/**
 * A server's own time. It runs with the machine's clock, or stands still, and moves on top of that only when a
 * test moves it: tokens, keys, rate limits and timestamps of that server follow it.
 */
export class EmulatorClock {
  readonly #machine: () => Instant;
  #stoppedAt: Instant | undefined;
  #offset = 0;
  readonly #watchers = new Set<() => void>();

  /**
   * @param machine what it runs with; default: the machine's clock
   * @param still an instant to stand still at from the start
   */
  constructor(machine: () => Instant = Date.now, still?: Instant) {
    this.#machine = machine;
    this.#stoppedAt = still;
  }

  /** The server's time, in milliseconds since the epoch. */
  now(): Instant {
    return this.#stoppedAt ?? this.#machine() + this.#offset;
  }

  /** Moves the clock by so many milliseconds; negative ones move it back. */
  advance(ms: number): void {
    this.set(this.now() + ms);
  }

  /** Puts the clock at an instant. */
  set(instant: Instant): void {
    if (!Number.isFinite(instant)) throw new TypeError(`not an instant: ${instant}`);
    if (this.#stoppedAt === undefined) this.#offset = instant - this.#machine();
    else this.#stoppedAt = instant;
    for (const watcher of this.#watchers) watcher();
  }

  /** Stands still from now on. */
  stop(): void {
    this.#stoppedAt = this.now();
  }

  /** Runs on from where it stands. */
  run(): void {
    if (this.#stoppedAt === undefined) return;
    this.#offset = this.#stoppedAt - this.#machine();
    this.#stoppedAt = undefined;
  }

  /**
   * Calls back after the clock was moved by hand; not as it runs.
   * @returns stops watching
   */
  onMove(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
