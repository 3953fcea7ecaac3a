import { MARGIN } from '../rotation/constants.ts';
import type { Clock, Duration, Instant, Reply } from '../rotation/ports.ts';
import { Stopwatch } from '../rotation/retry.ts';

/**
 * Whether MUTX's times can be compared with GitHub's: their clocks may differ by half of the margin that the rules
 * allow. What passes here between two replies is no difference, but how much of it passed between the moments in
 * which their dates were written is known only within bounds: both have to be near.
 */
export class ClockComparison {
  readonly #clock: Clock;
  #listing: Stopwatch;
  #listed: Stopwatch;
  #mutx: Instant | undefined;
  /** How long before the list was there its date was asked for. */
  #lead: Duration | undefined;
  #areApart = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#listing = new Stopwatch(clock);
    this.#listed = this.#listing;
  }

  /** One attempt to read the list of MUTX. */
  async ofMutx<T>(attempt: () => Promise<Reply<T>>): Promise<Reply<T>> {
    this.#listing = new Stopwatch(this.#clock);
    const reply = await attempt();
    this.#listed = new Stopwatch(this.#clock);
    // A list of many pages takes minutes: what can be compared is the date of the last of them.
    const reading = reply.ok ? reply.reading : undefined;
    this.#lead = reading?.lastAsked;
    this.#mutx = reading === undefined ? dateOf(reply) : reading.lastDate;
    return reply;
  }

  /** One attempt to read something of GitHub, after the list. */
  async ofGithub<T>(attempt: () => Promise<Reply<T>>): Promise<Reply<T>> {
    const least = this.#listed.leastElapsed();
    const reply = await attempt();
    const most = this.#lead === undefined ? this.#listing.elapsed() : this.#lead + this.#listed.elapsed();
    if (reply.ok && this.#isApart(reply.date, least, most)) this.#areApart = true;
    return reply;
  }

  /** Also where either server does not say what time it is. */
  get areApart(): boolean {
    return this.#mutx === undefined || this.#areApart;
  }

  /** For how long the list has been known, from before it was asked for. */
  elapsed(): Duration {
    return this.#listing.elapsed();
  }

  #isApart(github: Instant | undefined, least: Duration, most: Duration): boolean {
    if (github === undefined || this.#mutx === undefined) return true;
    const apart = github - this.#mutx;
    return [least, most].some((passed) => Math.abs(apart - passed) > MARGIN / 2);
  }
}

function dateOf(reply: Reply<unknown>): Instant | undefined {
  return reply.ok ? reply.date : undefined;
}
