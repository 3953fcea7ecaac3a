import { type FailureReport, failureAnnotation, failureLines } from '../report/failure.ts';
import { guarded } from '../report/guard.ts';
import type { Sink } from '../report/sink.ts';
import { failureSummary } from '../report/summary.ts';
import type { Clock } from '../rotation/ports.ts';
import { SecretRegistry } from '../secrets/registry.ts';
import { clock } from './clock.ts';
import { onEarlyEnd, type Unfinished } from './ending.ts';
import { Gate } from './gate.ts';
import { rotateAction } from './rotate.ts';
import { runnerSink } from './runner-sink.ts';
import { setSecret } from './workflow-commands.ts';

/** What every verb gets. */
export interface ActionContext {
  readonly env: NodeJS.ProcessEnv;
  readonly secrets: SecretRegistry;
  /** Guarded: nothing with a credential in it leaves. */
  readonly sink: Sink;
  readonly clock: Clock;
  /** Whatever is asked of MUTX or GitHub goes through it, so that a cancelled run begins nothing new. */
  readonly gate: Gate;
  /** Kept up to date by the verb, for an end that it does not choose. */
  readonly unfinished: Unfinished;
  /** Tells of a failure in the log, as an annotation and in the summary. */
  readonly fail: (report: FailureReport, summary?: string) => void;
}

const VERBS = { rotate: rotateAction } as const;

/**
 * Entry of dist/, called by the launcher of each action: runs one verb to its end. The exit code is 1 if what
 * was asked for was not done, 130 or 143 if the job was cancelled.
 */
export async function main(verb: keyof typeof VERBS): Promise<void> {
  const secrets = new SecretRegistry(setSecret);
  const sink = guarded(runnerSink, secrets);
  const unfinished: Unfinished = {
    state: () => ['nothing was changed: no key was made or revoked, no secret was written'],
    cleanUp: async () => {},
  };
  const fail = (report: FailureReport, summary = failureSummary(report)) => {
    process.exitCode = 1;
    for (const line of failureLines(report)) sink.line(line);
    sink.error(failureAnnotation(report));
    sink.summary(summary);
  };
  const endInTheMiddle = (news: string | FailureReport) => {
    sink.endGroup();
    if (typeof news === 'string') sink.line(news);
    else fail(news);
  };
  const gate = new Gate();
  const { broken, standDown } = onEarlyEnd(gate, unfinished, endInTheMiddle);
  try {
    await VERBS[verb]({ env: process.env, secrets, sink, clock, gate, unfinished, fail });
    standDown();
  } catch (error) {
    broken(error);
  }
}
