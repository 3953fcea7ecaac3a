import type { Clock, Duration } from '../core/time.ts';

/**
 * GitHub takes requests worth 900 points a minute, of which one that reads costs 1 and one that writes 5; more
 * is a secondary rate limit. With this burst and interval no minute sees more than 871, and a run with a few
 * targets never waits.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#calculating-points-for-the-secondary-rate-limit
 */
const BURST = 300;
const INTERVAL: Duration = 106;
const READ = 1;
const WRITE = 5;

/** Spaces the requests of a run that has very many of them to make. First come, first served. */
export class RequestBudget {
  readonly #clock: Clock;
  /** When all points given out so far will have been earned again, save for the burst. */
  #due = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the request may be made; at once, while there are points left. */
  async take(method: string): Promise<void> {
    const now = this.#clock.monotonic();
    const points = method === 'GET' ? READ : WRITE;
    this.#due = Math.max(this.#due, now - BURST * INTERVAL) + points * INTERVAL;
    const wait = this.#due - now;
    if (wait > 0) await this.#clock.sleep(wait);
  }
}
