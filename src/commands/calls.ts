import { type CallPolicy, type PatientCall, patientCalls } from '../core/retry.ts';
import type { Clock, Duration } from '../core/time.ts';
import { retryText } from '../messages/log.ts';
import type { Sink } from '../messages/sink.ts';
import type { CommandContext } from './context.ts';

/** Calls that a verb makes itself, for which no engine has a say. Nothing is said of tries that are made again. */
export function quietCalls(clock: Clock): PatientCall {
  return patientCalls({ clock, random: Math.random });
}

/** The same, and a line for each try that is made again. */
export function reportedCalls({
  gate,
  clock,
  sink,
}: Pick<CommandContext, 'gate' | 'clock'> & { readonly sink: Pick<Sink, 'line'> }): PatientCall {
  const ports = { clock: gate.clock(clock), random: Math.random };
  return patientCalls(ports, undefined, (failure, attempt, wait) =>
    sink.line(retryText(failure, attempt, wait)),
  );
}

/** A person waits for the answer, and the run that is asked about has its own patience. */
const LONGEST: Duration = 10_000;

/** For what changes nothing, and is only to be told of. */
export const twice: CallPolicy = (timeLeft) => ({
  tries: 2,
  again: () => true,
  timeLeft: () => Math.min(LONGEST, timeLeft()),
});
