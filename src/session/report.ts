import type { Retrying } from '../rotation/retry.ts';
import type { SessionDependencies } from './create-session.ts';

/** Retries are told like everything else that a session does. */
export function retryingWith({ clock, random, report }: SessionDependencies): Retrying {
  return {
    clock,
    random,
    onRetry: (failure, attempt, wait) => report({ type: 'retrying', failure, attempt, wait }),
  };
}
