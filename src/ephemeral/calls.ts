import type { Reply } from '../core/call.ts';
import { CALL_PATIENCE } from '../core/limits.ts';
import { idempotent, type Retrying, type RetryPolicy, Stopwatch, tryCall } from '../core/retry.ts';
import type { Duration, Instant } from '../core/time.ts';
import type { EphemeralEvent, EphemeralWarning } from './events.ts';
import type { CallPorts } from './ports.ts';

/** Calls with retries, told as they happen, and no longer than patience and the session last. */
export class Calls {
  readonly report: (event: EphemeralEvent) => void;
  readonly #retrying: Retrying;
  readonly #patience: Duration;
  readonly #sessionEndsAt: Instant | undefined;

  /**
   * @param sessionEndsAt or whatever else no wait may outlive
   * @param patience how long a single call may be tried again, waits included
   */
  constructor(
    { clock, random, report }: CallPorts,
    sessionEndsAt?: Instant,
    patience: Duration = CALL_PATIENCE,
  ) {
    this.report = report;
    this.#sessionEndsAt = sessionEndsAt;
    this.#patience = patience;
    this.#retrying = {
      clock,
      random,
      onRetry: (failure, attempt, wait) => report({ type: 'retrying', failure, attempt, wait }),
    };
  }

  /** An idempotent call, unless the policy says otherwise. */
  call<T>(
    attempt: () => Promise<Reply<T>>,
    policy: (timeLeft: () => Duration) => RetryPolicy = idempotent,
  ): Promise<Reply<T>> {
    const watch = new Stopwatch(this.#retrying.clock);
    const timeLeft = () => Math.min(this.#patience - watch.elapsed(), this.sessionLeft());
    return tryCall(attempt, policy(timeLeft), this.#retrying);
  }

  /** Infinite for a session that does not end. */
  sessionLeft(): Duration {
    const ends = this.#sessionEndsAt;
    return ends === undefined ? Number.POSITIVE_INFINITY : ends - this.#retrying.clock.now();
  }

  warn(code: EphemeralWarning, message: string): void {
    this.report({ type: 'warning', code, message });
  }
}
