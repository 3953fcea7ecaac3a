import { constants } from 'node:os';
import { earlyFailure, type FailureReport } from '../report/failure.ts';

/** The runner gives a cancelled step 7.5 s after SIGINT, and 2.5 s more after SIGTERM. */
const CLEAN_UP_MS = 6_000;

/** What a verb tells of itself while it runs, for an end that it does not choose. */
export interface Unfinished {
  /** In which state things are at this moment, a line each. */
  state: () => readonly string[];
  /** What must not be left open: the session that was logged in. */
  cleanUp: () => Promise<unknown>;
}

/**
 * Stands by for an end in the middle: a cancelled job, a bug. Either way the log says in which state things
 * are, and what was opened is closed.
 * @returns stands down
 */
export function onEarlyEnd(unfinished: Unfinished, tell: (report: FailureReport) => void): () => void {
  const end = (code: number, report: FailureReport) => {
    tell(report);
    // What is still on its way in the engine ends with the process.
    const limit = new Promise((resolve) => setTimeout(resolve, CLEAN_UP_MS));
    const cleaned = unfinished.cleanUp().catch(() => {});
    void Promise.race([cleaned, limit]).then(() => process.exit(code));
  };
  const cancelled = (signal: 'SIGINT' | 'SIGTERM') => {
    stop();
    end(128 + constants.signals[signal], cancellation(signal, unfinished));
  };
  const broken = (error: unknown) => {
    stop();
    end(1, bug(error, unfinished));
  };
  const stop = () => {
    process.off('SIGINT', cancelled).off('SIGTERM', cancelled);
    process.off('uncaughtException', broken).off('unhandledRejection', broken);
  };
  process.on('SIGINT', cancelled).on('SIGTERM', cancelled);
  process.on('uncaughtException', broken).on('unhandledRejection', broken);
  return stop;
}

function cancellation(signal: string, unfinished: Unfinished): FailureReport {
  return earlyFailure({
    code: 'cancelled',
    message: `the run was cancelled (${signal})`,
    state: unfinished.state(),
  });
}

/** An exception is a bug of ours: what it says is for the report of it, and the state is what the log knows. */
export function bug(error: unknown, unfinished: Unfinished): FailureReport {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return earlyFailure({
    code: 'internal-error',
    message: 'this action has a bug, or the machine it runs on is broken',
    details: text.split('\n').map((line) => line.trim()),
    state: [
      ...unfinished.state(),
      "to be sure, compare the account's keys at MUTX with the dates of the secrets in the repository's settings",
    ],
  });
}
