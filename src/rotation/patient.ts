import { CALL_PATIENCE } from './constants.ts';
import type { CallFailure, Clock, Duration, Instant, Reply } from './ports.ts';
import { idempotent, type RetryPolicy, Stopwatch, tryCall } from './retry.ts';

export interface PatientPorts {
  readonly clock: Clock;
  /** Uniform in [0, 1); for jitter only. */
  readonly random: () => number;
  /** By this process's wall clock; undefined: it does not end, or can be renewed. No wait may outlive it. */
  readonly sessionEndsAt?: Instant | undefined;
}

/** What may be tried again of a call, in the time that is left for it. */
export type CallPolicy = (timeLeft: () => Duration) => RetryPolicy;

/** Makes a call, again and again as far as patience and its policy go: by default, one that may be repeated. */
export type PatientCall = <T>(attempt: () => Promise<Reply<T>>, policy?: CallPolicy) => Promise<Reply<T>>;

/**
 * For what is not one key's run: each call within the limits of a rotation's.
 * @param allInAll for how long, from now on, anything may still be tried again
 */
export function patientCalls(
  { clock, random, sessionEndsAt = Number.POSITIVE_INFINITY }: PatientPorts,
  allInAll: Duration = Number.POSITIVE_INFINITY,
  onRetry: (failure: CallFailure, attempt: number, wait: Duration) => void = () => {},
): PatientCall {
  const since = new Stopwatch(clock);
  return (attempt, policy = idempotent) => {
    const watch = new Stopwatch(clock);
    const timeLeft = () =>
      Math.min(CALL_PATIENCE - watch.elapsed(), allInAll - since.elapsed(), sessionEndsAt - clock.now());
    return tryCall(attempt, policy(timeLeft), { clock, random, onRetry });
  };
}
