import type { EmulatorClock } from '../clock.ts';
import type { Reply } from '../message.ts';
import { RateWindow } from '../rate-window.ts';
import { primaryLimit, secondaryLimit } from './errors.ts';
import type { Token } from './tokens.ts';

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
export interface GithubLimits {
  /** Requests per token and hour; default 5000 */
  readonly primaryPerHour: number;
  /** Requests other than GET per token and minute; default 80 */
  readonly contentPerMinute: number;
  /** and hour; default 500 */
  readonly contentPerHour: number;
}

const GITHUBS: GithubLimits = { primaryPerHour: 5_000, contentPerMinute: 80, contentPerHour: 500 };
const HOUR = 3_600_000;

interface Hour {
  readonly resetAt: number;
  used: number;
}

/**
 * Counts requests per token, and refuses those over the limits where that is asked for.
 * @internal
 */
export class RateLimits {
  /** Requests refused so far. */
  refused = 0;
  readonly #limits: GithubLimits;
  readonly #enforced: boolean;
  readonly #clock: EmulatorClock;
  readonly #hours = new Map<number, Hour>();
  readonly #minute: RateWindow;
  readonly #hour: RateWindow;

  constructor(clock: EmulatorClock, limits: boolean | Partial<GithubLimits>) {
    this.#clock = clock;
    this.#enforced = limits !== false;
    this.#limits = { ...GITHUBS, ...(typeof limits === 'boolean' ? {} : limits) };
    this.#minute = new RateWindow(this.#limits.contentPerMinute, 60_000);
    this.#hour = new RateWindow(this.#limits.contentPerHour, HOUR);
  }

  /** Counts a request; a reply: it is one too many. */
  count(token: Token, method: string): Reply | undefined {
    const hour = this.#hourOf(token);
    hour.used += 1;
    if (!this.#enforced) return undefined;
    const refusal =
      hour.used > this.#limits.primaryPerHour ? primaryLimit(token.id) : this.#countContent(token, method);
    if (refusal !== undefined) this.refused += 1;
    return refusal;
  }

  headers(token: Token): Readonly<Record<string, string>> {
    const { limit, remaining, used, reset } = this.state(token);
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-used': String(used),
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-resource': 'core',
    };
  }

  /** Where a token is in its hour; `reset` in seconds since the epoch. */
  state(token: Token) {
    const { used, resetAt } = this.#hourOf(token);
    const limit = this.#limits.primaryPerHour;
    return {
      limit,
      used: Math.min(used, limit),
      remaining: Math.max(0, limit - used),
      reset: Math.ceil(resetAt / 1_000),
    };
  }

  #countContent(token: Token, method: string): Reply | undefined {
    if (method === 'GET') return undefined;
    const subject = String(token.id);
    const now = this.#clock.now();
    const wait = Math.max(this.#minute.wait(subject, now), this.#hour.wait(subject, now));
    if (wait > 0) return secondaryLimit(Math.ceil(wait / 1_000));
    this.#minute.count(subject, now);
    this.#hour.count(subject, now);
    return undefined;
  }

  #hourOf(token: Token): Hour {
    const now = this.#clock.now();
    const known = this.#hours.get(token.id);
    if (known !== undefined && now < known.resetAt) return known;
    const hour: Hour = { resetAt: now + HOUR, used: 0 };
    this.#hours.set(token.id, hour);
    return hour;
  }
}
