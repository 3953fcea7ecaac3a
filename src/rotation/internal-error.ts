import type { CallFailure } from './ports.ts';

/**
 * Whether MUTX itself failed at the call, and not something between it and us: it then answers when it is done
 * with it, so a list that is read afterwards shows what was done.
 */
export function isInternalError({ kind, errorCode }: CallFailure): boolean {
  return kind === 'unclear' && errorCode === 'INTERNAL_ERROR';
}
