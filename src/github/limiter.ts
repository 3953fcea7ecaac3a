import type { Clock, Duration, Instant } from '../core/time.ts';
import type { HttpReply } from '../http/result.ts';
import { rateLimitWait } from './rate-limit.ts';

/**
 * GitHub takes requests worth 900 points a minute, of which one that reads costs 1 and one that writes 5; more
 * is a secondary rate limit. With this burst and interval no minute sees more than 871, and a run with a few
 * targets never waits.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#calculating-points-for-the-secondary-rate-limit
 */
const POINTS_BURST = 300;
const POINT_INTERVAL: Duration = 106;
const READ = 1;
const WRITE = 5;

/**
 * GitHub's secondary limits on requests that create content are about 80 a minute and 500 an hour.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 * With this spacing and burst no minute sees more than 76 starts, which leaves room for some that arrive
 * closer together than they left.
 */
const WRITE_SPACING: Duration = 850;
const WRITE_BURST = 5;
const WRITES_PER_HOUR = 500;
const HOUR: Duration = 60 * 60 * 1_000;

/** How often a waiting write looks whether its time is over. */
const LONGEST_NAP: Duration = 5_000;

/**
 * Keeps what one token sends within GitHub's limits, before GitHub has to refuse anything and after it did:
 *
 * - any request takes its points of the minute's budget ({@link admit});
 * - a write of content takes its turn first, spaced and counted by the hour ({@link takeTurn});
 * - a rest that GitHub asks for holds for all of them ({@link heed}).
 *
 * Times are of the monotonic clock. First come, first served.
 */
export class Limiter {
  readonly #clock: Clock;
  /** When all points given out so far will have been earned again, save for the burst. */
  #pointsDue = Number.NEGATIVE_INFINITY;
  /** When the next write would be due if all came evenly spaced (the "generic cell rate algorithm"). */
  #writeDue = Number.NEGATIVE_INFINITY;
  /** Writes that created content or may have, within the last hour, oldest first. */
  #counted: number[] = [];
  #restsUntil = Number.NEGATIVE_INFINITY;
  /** Of writes alone: a server that is in trouble asked for it. */
  #writesPausedUntil = Number.NEGATIVE_INFINITY;
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Resolves when the request may be made: without a wait while there are points left.
   * @returns what is left of a rest that GitHub has asked for, so that nothing is to be sent; 0: there is none
   */
  async admit(method: string): Promise<Duration> {
    const resting = this.#rest();
    if (resting > 0) return resting;
    const now = this.#clock.monotonic();
    const points = method === 'GET' ? READ : WRITE;
    this.#pointsDue =
      Math.max(this.#pointsDue, now - POINTS_BURST * POINT_INTERVAL) + points * POINT_INTERVAL;
    const wait = this.#pointsDue - now;
    if (wait > 0) await this.#clock.sleep(wait);
    // A reply to another request may have asked for a rest meanwhile.
    return this.#rest();
  }

  /** Reads a reply for what it says of limits: where it asks for a rest, nothing is sent before that is over. */
  heed(reply: HttpReply): void {
    const wait = rateLimitWait(reply);
    if (wait !== undefined) this.#restsUntil = Math.max(this.#restsUntil, this.#clock.monotonic() + wait);
  }

  /**
   * Waits for the turn of a write and counts it.
   * @param mayStart asked before each wait
   * @returns when the write starts; undefined: its time was over before its turn came
   */
  takeTurn(mayStart: (ahead: Duration) => boolean): Promise<Instant | undefined> {
    const turn = this.#lastTurn.then(() => this.#nextTurn(mayStart));
    this.#lastTurn = turn;
    return turn;
  }

  /** Counts a write that nobody waited for; those to come wait for it, too. */
  startWrite(): Instant {
    const now = this.#clock.monotonic();
    this.#writeDue = Math.max(this.#writeDue, now) + WRITE_SPACING;
    this.#counted.push(now);
    return now;
  }

  /** GitHub answered the write that started at `at` with an error: it does not count as content. */
  releaseWrite(at: Instant): void {
    const index = this.#counted.indexOf(at);
    if (index >= 0) this.#counted.splice(index, 1);
  }

  pauseWrites(time: Duration): void {
    this.#writesPausedUntil = Math.max(this.#writesPausedUntil, this.#clock.monotonic() + time);
  }

  /** How long until the hour's limit has room for so many writes more, where it has so many at all. */
  waitForRoom(writes: number): Duration {
    const now = this.#clock.monotonic();
    this.#forget(now);
    const over = this.#counted.length + Math.min(writes, WRITES_PER_HOUR) - WRITES_PER_HOUR;
    const freed = over <= 0 ? undefined : this.#counted[over - 1];
    return freed === undefined ? 0 : freed + HOUR - now;
  }

  async #nextTurn(mayStart: (ahead: Duration) => boolean): Promise<Instant | undefined> {
    for (;;) {
      const wait = this.#untilWrite();
      if (wait === 0) return this.startWrite();
      if (!mayStart(wait)) return undefined;
      await this.#clock.sleep(Math.min(wait, LONGEST_NAP));
    }
  }

  #untilWrite(): Duration {
    const now = this.#clock.monotonic();
    this.#forget(now);
    const full = this.#counted[this.#counted.length - WRITES_PER_HOUR];
    const due = [
      this.#writeDue - (WRITE_BURST - 1) * WRITE_SPACING,
      full === undefined ? now : full + HOUR,
      this.#writesPausedUntil,
      this.#restsUntil,
    ];
    return Math.max(0, ...due.map((at) => at - now));
  }

  #rest(): Duration {
    return Math.max(0, this.#restsUntil - this.#clock.monotonic());
  }

  #forget(now: Instant): void {
    this.#counted = this.#counted.filter((at) => now - at < HOUR);
  }
}

/** How long `count` writes take at GitHub's pace at least, from the first one's start to the last one's. */
export function estimateWriteTime(count: number): Duration {
  const full = Math.max(0, Math.ceil(count / WRITES_PER_HOUR) - 1);
  const rest = count - full * WRITES_PER_HOUR;
  return full * HOUR + Math.max(0, rest - WRITE_BURST) * WRITE_SPACING;
}

/** How many writes can start within `time` at GitHub's pace. */
export function writesWithin(time: Duration): number {
  const hours = Math.floor(time / HOUR);
  return (
    hours * WRITES_PER_HOUR +
    Math.min(WRITES_PER_HOUR, WRITE_BURST + Math.floor((time - hours * HOUR) / WRITE_SPACING))
  );
}
