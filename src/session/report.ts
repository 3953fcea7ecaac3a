import type { Retrying } from '../rotation/retry.ts';
import type { SessionDependencies } from './create-session.ts';
import type { SessionFailure, SessionWarning } from './session.ts';

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
