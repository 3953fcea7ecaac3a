import * as core from '@actions/core';
import type { Verb } from '../inputs/table.ts';
import { type FailureReport, failureAnnotation, failureLines } from '../report/failure.ts';
import { guarded } from '../report/guard.ts';
import { failureSummary } from '../report/summary.ts';
import { FAILURE_TITLE } from '../report/titles.ts';
import { SecretRegistry } from '../secrets/registry.ts';
import { clock } from '../verbs/clock.ts';
import type { Unfinished, VerbContext } from '../verbs/context.ts';
import { Gate } from '../verbs/gate.ts';
import { rotateVerb } from '../verbs/rotate.ts';
import { onEarlyEnd } from './ending.ts';
import { runnerSink } from './runner-sink.ts';

interface Entry {
  readonly run: (context: VerbContext) => Promise<void>;
  /** The action it is a phase of. */
  readonly verb: Verb;
}

const ENTRIES = {
  rotate: { run: rotateVerb, verb: 'rotate' },
} as const satisfies Readonly<Record<string, Entry>>;

/**
 * Entry of dist/, called by the launcher of each action: runs one of its phases to the end. The exit code is 1 if what
 * was asked for was not done, 130 or 143 if the job was cancelled.
 */
export async function main(entry: keyof typeof ENTRIES): Promise<void> {
  const { run, verb } = ENTRIES[entry];
  const title = FAILURE_TITLE[verb];
  const secrets = new SecretRegistry(core.setSecret);
  const sink = guarded(runnerSink, secrets);
  const unfinished: Unfinished = {
    state: () => ['nothing was changed: no key was made or revoked, no secret was written'],
    cleanUp: async () => {},
  };
  const fail = (report: FailureReport, summary = failureSummary(title, report)) => {
    process.exitCode = 1;
    for (const line of failureLines(title, report)) sink.line(line);
    sink.error(failureAnnotation(title, report));
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
    await run({ env: process.env, secrets, sink, clock, gate, unfinished, fail });
    standDown();
  } catch (error) {
    broken(error);
  }
}
