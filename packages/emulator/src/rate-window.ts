import type { Instant } from './clock.ts';

/** Counts events per subject in a window that slides with a server's clock. */
export class RateWindow {
  readonly #limit: number;
  readonly #length: number;
  readonly #events = new Map<string, Instant[]>();

  /** @param length of the window, in milliseconds */
  constructor(limit: number, length: number) {
    this.#limit = limit;
    this.#length = length;
  }

  /** Milliseconds until there is room for one more; 0: now. */
  wait(subject: string, now: Instant): number {
    const events = this.#recent(subject, now);
    const oldest = events[events.length - this.#limit];
    return oldest === undefined ? 0 : oldest + this.#length - now;
  }

  count(subject: string, now: Instant): void {
    this.#recent(subject, now).push(now);
  }

  #recent(subject: string, now: Instant): Instant[] {
    const recent = (this.#events.get(subject) ?? []).filter((at) => at > now - this.#length);
    this.#events.set(subject, recent);
    return recent;
  }
}
