import { CALL_PATIENCE } from './constants.ts';
import type { CallFailure, Clock, Duration, Instant, Reply } from './ports.ts';
import { idempotent, Stopwatch, tryCall } from './retry.ts';

export interface PatientPorts {
  readonly clock: Clock;
  /** Uniform in [0, 1); for jitter only. */
  readonly random: () => number;
  /** By this process's wall clock; undefined: it does not end, or can be renewed. No wait may outlive it. */
  readonly sessionEndsAt?: Instant | undefined;
}

/** Makes a call that may be repeated, again and again as far as patience goes; the reply is the last one. */
export type PatientCall = <T>(attempt: () => Promise<Reply<T>>) => Promise<Reply<T>>;

/**
 * For what is not one key's run: each call within the limits of a rotation's.
 * @param allInAll for how long, from now on, anything may still be tried again
 */
export function patientCalls(
  { clock, random, sessionEndsAt = Number.POSITIVE_INFINITY }: PatientPorts,
  allInAll: Duration,
  onRetry: (failure: CallFailure, attempt: number, wait: Duration) => void,
): PatientCall {
  const since = new Stopwatch(clock);
  return (attempt) => {
    const watch = new Stopwatch(clock);
    const timeLeft = () =>
      Math.min(CALL_PATIENCE - watch.elapsed(), allInAll - since.elapsed(), sessionEndsAt - clock.now());
    return tryCall(attempt, idempotent(timeLeft), { clock, random, onRetry });
  };
}
