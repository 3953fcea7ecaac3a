import type { Clock, Duration } from '../core/time.ts';

const MINUTE: Duration = 60_000;

/**
 * Pages in any minute, of the hundred requests that MUTX takes from one address or API key (mutx-api, "Sessions"): a
 * quarter is left for what the list is read for, and for others.
 */
const PER_MINUTE = 75;

/**
 * Between two pages once a limit was met: others share it, and have creates to send. Of 24 jobs with one API key, eight
 * at a time, some fail with half of it.
 */
const WIDE_SPACING: Duration = 9_600;
const CLOSE_SPACING: Duration = MINUTE / PER_MINUTE;

/** Pages without a refusal after which the spacing is halved: a long list that was refused once still comes to its end. */
const CALM = 10;

/** When the next page of a list may be asked for, so that others who share MUTX's limit are left some of it. */
export class PagePace {
  readonly #clock: Clock;
  /** Of the pages of the last minute, oldest first. Times are of the monotonic clock. */
  #starts: number[] = [];
  #spacing: Duration = 0;
  #calm = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** When the last refusal was seen. */
  #limitedAt = Number.NEGATIVE_INFINITY;
  #last: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a page that is not waited for: the first of a list is what a run begins with. */
  start(): number {
    const now = this.#clock.monotonic();
    this.#starts = [...this.#starts.filter((at) => now - at < MINUTE), now];
    return now;
  }

  /**
   * Waits for a turn, first come, first served.
   * @returns when the page may be asked for: now; undefined: there is not enough time left
   */
  turn(timeLeft: () => Duration): Promise<number | undefined> {
    const turn = this.#last.then(async () => {
      for (;;) {
        const wait = this.#wait(this.#clock.monotonic());
        if (wait >= timeLeft()) return undefined;
        if (wait <= 0) return this.start();
        await this.#clock.sleep(wait);
      }
    });
    this.#last = turn;
    return turn;
  }

  /**
   * MUTX refused the page that left at `start` for its limit.
   * @param wait before anything else is asked for
   * @returns whether that is news: pages that left before the last refusal did not know of it
   */
  limited(start: number, wait: Duration): boolean {
    this.#calm = 0;
    if (start <= this.#limitedAt) return false;
    const now = this.#clock.monotonic();
    this.#limitedAt = now;
    this.#pausedUntil = Math.max(this.#pausedUntil, now + wait);
    this.#spacing = WIDE_SPACING;
    return true;
  }

  passed(): void {
    this.#calm += 1;
    if (this.#calm < CALM || this.#spacing === 0) return;
    this.#calm = 0;
    this.#spacing = Math.max(CLOSE_SPACING, this.#spacing / 2);
  }

  #wait(now: number): Duration {
    const latest = this.#starts.at(-1);
    const full = this.#starts.at(-PER_MINUTE);
    return Math.max(
      this.#pausedUntil - now,
      latest === undefined ? 0 : latest + this.#spacing - now,
      full === undefined ? 0 : full + MINUTE - now,
    );
  }
}
