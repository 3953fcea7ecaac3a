import type { Reply } from '../../core/call.ts';
import type { Stopwatch } from '../../core/retry.ts';
import type { Duration } from '../../core/time.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { SessionFailure } from './session.ts';

/** Renewed when less than this is left of it: enough for any one call, and for clocks that do not agree. */
const MARGIN: Duration = 120_000;

interface AccessToken {
  readonly token: Secret;
  readonly lifetime: Duration;
  /** Its age, at the most. */
  readonly since: Stopwatch;
}

export type Renewal =
  | { readonly ok: true; readonly value: AccessToken }
  | { readonly ok: false; readonly failure: SessionFailure };

/**
 * An access token that is replaced in time, by one renewal for all who ask. A renewal that failed is not tried
 * again in this run: a token that may be spent must not be used again, and logging in not be hammered.
 */
export class RenewableToken {
  readonly #get: () => Promise<Renewal>;
  readonly #failed: (failure: SessionFailure) => void;
  #current: AccessToken | undefined;
  #renewal: Promise<Renewal> | undefined;

  /** @param failed told when a token that worked could not be replaced; the first failure is `renew`'s to tell */
  constructor(get: () => Promise<Renewal>, failed: (failure: SessionFailure) => void) {
    this.#get = get;
    this.#failed = failed;
  }

  async bearer(): Promise<Reply<Secret>> {
    if (this.#current !== undefined && left(this.#current) > marginOf(this.#current)) {
      return usable(this.#current);
    }
    const renewal = await this.renew();
    if (renewal.ok) return usable(renewal.value);
    // What could not be renewed can still be used up.
    if (this.#current !== undefined && left(this.#current) > 0) return usable(this.#current);
    const { code, message, cause } = renewal.failure;
    return { ok: false, failure: { ...cause, kind: 'not-sent', code, message, retryable: false } };
  }

  renew(): Promise<Renewal> {
    this.#renewal ??= this.#renewNow();
    return this.#renewal;
  }

  /** Waits for a renewal that is under way. */
  async settled(): Promise<void> {
    await this.#renewal;
  }

  async #renewNow(): Promise<Renewal> {
    const renewal = await this.#get();
    if (renewal.ok) {
      this.#current = renewal.value;
      this.#renewal = undefined;
    } else if (this.#current !== undefined) {
      this.#failed(renewal.failure);
    }
    return renewal;
  }
}

function usable({ token }: AccessToken): Reply<Secret> {
  return { ok: true, value: token, date: undefined };
}

function left({ lifetime, since }: AccessToken): Duration {
  return lifetime - since.elapsed();
}

/** A server with short-lived tokens is not asked for one before each call. */
function marginOf({ lifetime }: AccessToken): Duration {
  return Math.min(MARGIN, lifetime / 4);
}
