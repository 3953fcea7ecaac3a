import type { CallFailure } from '../core/call.ts';
import type { SessionFailure } from '../mutx/session/session.ts';

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

/** An option that cannot be used. All texts are one printable line each and never hold a credential. */
export interface OptionProblem {
  /** Its path: `expiresInDays`, `mutx.credential.password`. */
  readonly option: string;
  /** What is wrong with it; reads on from the path. */
  readonly message: string;
  /** What was given, bounded and cleaned; absent for credentials, and where nothing was given. */
  readonly given?: string;
  /** The values it takes. */
  readonly allowed: string;
  /** What to do. */
  readonly fix: string;
}

/** Options that cannot be used: every one of them, told at once. Nothing was called. */
export class InvalidOptionsError extends Error {
  override readonly name = 'InvalidOptionsError';
  readonly problems: readonly OptionProblem[];

  constructor(problems: readonly OptionProblem[]) {
    super(['these options cannot be used:', ...problems.map(problemText)].join('\n'));
    this.problems = problems;
  }
}

function problemText({ option, message, given, allowed, fix }: OptionProblem): string {
  const what = given === undefined ? '' : ` (given: \`${given}\`)`;
  return `- \`${option}\` ${message}${what}; it takes ${allowed}. Fix: ${fix}`;
}
