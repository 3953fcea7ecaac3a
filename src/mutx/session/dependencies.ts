import type { Retrying } from '../../core/retry.ts';
import type { Clock } from '../../core/time.ts';
import type { MutxApi } from '../api.ts';
import type { SessionEvent, SessionFailure, SessionWarning, SuccessorPlace } from './session.ts';

export interface SessionDependencies {
  readonly api: MutxApi;
  readonly clock: Clock;
  /** Uniform in [0, 1); for jitter only. */
  readonly random: () => number;
  readonly report: (event: SessionEvent) => void;
  /** Where the successor of a refresh token goes; needed for that kind of credential only. */
  readonly successor?: SuccessorPlace | undefined;
}

/** Retries are told like everything else that a session does. */
export function retryingWith({ clock, random, report }: SessionDependencies): Retrying {
  return {
    clock,
    random,
    onRetry: (failure, attempt, wait) => report({ type: 'retrying', failure, attempt, wait }),
  };
}

/** The run may end well on the token at hand, so this must not be left to its own failure to tell. */
export function renewalFailed({ message, cause }: SessionFailure): SessionWarning {
  return {
    type: 'warning',
    code: 'renewal-failed',
    message: `the MUTX session could not be renewed during the run: ${message}`,
    fix: cause.hint,
  };
}
