import { constants } from 'node:os';
import { ENDING_SIGNALS, type EndingSignal, type Unfinished } from '../commands/context.ts';
import type { Gate } from '../commands/gate.ts';
import { earlyFailure, type FailureReport } from '../messages/failure.ts';
import { NotHandedOn } from '../messages/sink.ts';

/** The runner gives a cancelled step 7.5 s after SIGINT, and 2.5 s more after SIGTERM. */
const CLEAN_UP_MS = 6_000;

interface EarlyEnd {
  /** Ends the process for an exception, in the same way. */
  readonly broken: (error: unknown) => void;
  /** From now on an end is not early any more. */
  readonly standDown: () => void;
}

/**
 * Stands by for an end in the middle: a cancelled job, a bug. Either way nothing new is begun, what was opened
 * is closed, what is on its way may arrive, and then the log says, once, in which state things are.
 * @param alwaysGreen the exit code is 0, whatever happened
 */
export function onEarlyEnd(
  gate: Gate,
  unfinished: Unfinished,
  tell: (news: string | FailureReport) => void,
  alwaysGreen = false,
): EarlyEnd {
  let ending = false;
  const end = async (code: number, report: () => FailureReport) => {
    // Whatever else happens on the way out changes nothing about why and how the run ends.
    if (ending) return;
    ending = true;
    gate.close();
    tell(`the run ends here: nothing new is begun, and what is on its way has ${CLEAN_UP_MS / 1_000} s`);
    const limit = new Promise((resolve) => setTimeout(resolve, CLEAN_UP_MS));
    await Promise.race([Promise.allSettled([gate.settled(), unfinished.cleanUp()]), limit]);
    try {
      tell(report());
    } finally {
      process.exit(alwaysGreen ? 0 : code);
    }
  };
  const cancelled = (signal: EndingSignal) => {
    if (unfinished.takesSignal?.(signal) === true) return;
    void end(128 + constants.signals[signal], () => cancellation(signal, unfinished));
  };
  const broken = (error: unknown) => {
    const report = () =>
      error instanceof NotHandedOn ? notHandedOn(error, unfinished) : bug(error, unfinished);
    void end(1, report);
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, cancelled);
  process.on('uncaughtException', broken).on('unhandledRejection', broken);
  return {
    broken,
    standDown: () => {
      for (const signal of ENDING_SIGNALS) process.off(signal, cancelled);
      process.off('uncaughtException', broken).off('unhandledRejection', broken);
    },
  };
}

function cancellation(signal: string, unfinished: Unfinished): FailureReport {
  return earlyFailure({
    code: 'cancelled',
    message: `the run was cancelled (${signal})`,
    state: unfinished.state(),
  });
}

/** The runner, or the disk, is not as it has to be. */
function notHandedOn({ code, message }: NotHandedOn, unfinished: Unfinished): FailureReport {
  return earlyFailure({
    code,
    message: `what later steps need could not be handed on: ${message}`,
    state: unfinished.state(),
  });
}

/** An exception is a bug of ours: what it says is for the report of it, and the state is what the log knows. */
function bug(error: unknown, unfinished: Unfinished): FailureReport {
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
