import type { CallFailure } from '../rotation/ports.ts';
import type { SessionFailure } from '../session/session.ts';

/** A call to MUTX that failed for good, after what may be tried again was. Holds no credential, header or body. */
export class MutxCallError extends Error {
  override readonly name = 'MutxCallError';
  /** What was tried, the status, the cause; `kind` `unclear`: it may have been done all the same. */
  readonly failure: CallFailure;

  constructor(failure: CallFailure) {
    super(`${failure.call}: ${failure.message} [${failure.code}]`);
    this.failure = failure;
  }
}

/** MUTX gave no session for the credential; no call was made. `failure.state` says what is different from before. */
export class MutxSessionError extends Error {
  override readonly name = 'MutxSessionError';
  readonly failure: SessionFailure;

  constructor(failure: SessionFailure) {
    super(`${failure.message} [${failure.code}]`);
    this.failure = failure;
  }
}
