import type { CallFailure, Reply } from './call.ts';
import { CALL_PATIENCE, TRIES, WRITE_DEADLINE } from './limits.ts';
import type { Clock, Duration, Instant } from './time.ts';

/** What may be tried again, and for how long. Data, so that the decision below stays a pure function. */
export interface RetryPolicy {
  readonly tries: number;
  /** Whether this failure may be tried again at all. */
  readonly again: (failure: CallFailure) => boolean;
  /** How much time is left for waiting and trying, asked before each wait. */
  readonly timeLeft: () => Duration;
}

const FIRST_WAIT: Duration = 1_000;
const LONGEST_WAIT: Duration = 30_000;

/** Everyone who meets a limit in the same minute is asked to wait as long: up to so much of it more, by chance. */
const SPREAD = 0.25;

/**
 * How long to wait before the next try, or undefined to stop. The server's own timing goes before ours; if
 * it does not fit into the time left there is no point in waiting at all. What is asked of all who share a limit is
 * spread, as far as there is time for that.
 * @param attempt tries made so far, from 1
 * @param random uniform in [0, 1)
 */
export function nextWait(
  policy: RetryPolicy,
  failure: CallFailure,
  attempt: number,
  random: number,
): Duration | undefined {
  if (attempt >= policy.tries || !failure.retryable || !policy.again(failure)) return undefined;
  const backoff = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1)) * (0.5 + random / 2);
  const { kind, retryAfter: asked = 0 } = failure;
  const left = policy.timeLeft();
  const spread = kind === 'throttled' ? asked * SPREAD * random : 0;
  return [asked + spread, asked].map((wait) => Math.max(backoff, wait)).find((wait) => wait < left);
}

export interface Retrying {
  readonly clock: Clock;
  readonly random: () => number;
  readonly onRetry: (failure: CallFailure, attempt: number, wait: Duration) => void;
}

/** Calls until it is ok or the policy says stop; the reply is the last one. */
export async function tryCall<T>(
  call: () => Promise<Reply<T>>,
  policy: RetryPolicy,
  retrying: Retrying,
): Promise<Reply<T>> {
  for (let attempt = 1; ; attempt++) {
    const reply = await call();
    if (reply.ok) return reply;
    const wait = nextWait(policy, reply.failure, attempt, retrying.random());
    if (wait === undefined) return reply;
    retrying.onRetry(reply.failure, attempt, wait);
    await retrying.clock.sleep(wait);
  }
}

/**
 * A call with its tries, and whether any of them got no clear answer: then it may have been done, whatever the last one
 * says.
 * @param call with which retries
 */
export async function notingUnclear<T>(
  call: (attempt: () => Promise<Reply<T>>) => Promise<Reply<T>>,
  attempt: () => Promise<Reply<T>>,
): Promise<{ readonly reply: Reply<T>; readonly unclear: boolean }> {
  let unclear = false;
  const reply = await call(async () => {
    const one = await attempt();
    unclear ||= !one.ok && one.failure.kind === 'unclear';
    return one;
  });
  return { reply, unclear };
}

/** For calls that change nothing when repeated: reads, an idempotent PUT, a DELETE. */
export function idempotent(timeLeft: () => Duration): RetryPolicy {
  return { tries: TRIES, again: () => true, timeLeft };
}

/** For calls whose effect must not happen twice: only when it is certain that nothing was done. */
export function onlyIfNotDone(timeLeft: () => Duration): RetryPolicy {
  return {
    tries: TRIES,
    again: (failure) => failure.kind === 'throttled' || failure.kind === 'not-sent',
    timeLeft,
  };
}

/** A point in this process's time; `since` is the larger of wall and monotonic time passed. */
export class Stopwatch {
  readonly #clock: Clock;
  readonly #wall: number;
  readonly #monotonic: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wall = clock.now();
    this.#monotonic = clock.monotonic();
  }

  /**
   * Time since this was made: a suspended machine stops the monotonic clock on some systems, a corrected
   * wall clock goes back, so the larger of both (protocol, step 7).
   */
  elapsed(): Duration {
    return Math.max(...this.#both());
  }

  /** The smaller of both: what has certainly passed. */
  leastElapsed(): Duration {
    return Math.max(0, Math.min(...this.#both()));
  }

  #both(): [Duration, Duration] {
    return [this.#clock.now() - this.#wall, this.#clock.monotonic() - this.#monotonic];
  }

  /** Whether a use or a write of the key whose create started this may still start (protocol: D). */
  readonly beforeDeadline = (ahead: Duration = 0): boolean => this.elapsed() + ahead < WRITE_DEADLINE;
}

/**
 * Whether MUTX itself failed at the call, and not something between it and us: it then answers when it is done
 * with it, so a list that is read afterwards shows what was done.
 */
export function isInternalError({ kind, errorCode }: CallFailure): boolean {
  return kind === 'unclear' && errorCode === 'INTERNAL_ERROR';
}

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
