import * as core from '@actions/core';
import { type FailureReport, failureAnnotation, failureLines } from '../report/failure.ts';
import { guarded } from '../report/guard.ts';
import { failureSummary } from '../report/summary.ts';
import { FAILURE_TITLE } from '../report/titles.ts';
import { SecretRegistry } from '../secrets/registry.ts';
import { clock } from '../verbs/clock.ts';
import type { Unfinished, VerbContext } from '../verbs/context.ts';
import { ephemeralVerb } from '../verbs/ephemeral.ts';
import { ephemeralPostVerb } from '../verbs/ephemeral-post.ts';
import { Gate } from '../verbs/gate.ts';
import { rotateVerb } from '../verbs/rotate.ts';
import { onEarlyEnd } from './ending.ts';
import { runnerSink } from './runner-sink.ts';

interface Entry {
  readonly run: (context: VerbContext) => Promise<void>;
  /** What was not done, where it fails. */
  readonly title: string;
  /** Runs after the job's own steps: what it cannot do is a warning, and never turns a green job red. */
  readonly post?: true;
}

const ENTRIES = {
  rotate: { run: rotateVerb, title: FAILURE_TITLE.rotate },
  ephemeral: { run: ephemeralVerb, title: FAILURE_TITLE.ephemeral },
  'ephemeral-post': { run: ephemeralPostVerb, title: 'MUTX API key not revoked', post: true },
} as const satisfies Readonly<Record<string, Entry>>;

/**
 * Entry of dist/, called by the launcher of each action: runs one of its phases to the end. The exit code is 1 if what
 * was asked for was not done, 130 or 143 if the job was cancelled; of a post step it is always 0.
 */
export async function main(entry: keyof typeof ENTRIES): Promise<void> {
  const { run, title, post }: Entry = ENTRIES[entry];
  const secrets = new SecretRegistry(core.setSecret);
  const sink = guarded(runnerSink, secrets);
  const unfinished: Unfinished = {
    state: () => ['nothing was changed: no key was made or revoked, no secret was written'],
    cleanUp: async () => {},
  };
  const fail = (report: FailureReport, summary = failureSummary(title, report)) => {
    for (const line of failureLines(title, report)) sink.line(line);
    if (post === true) sink.warning(failureAnnotation(title, report));
    else {
      process.exitCode = 1;
      sink.error(failureAnnotation(title, report));
    }
    sink.summary(summary);
  };
  const endInTheMiddle = (news: string | FailureReport) => {
    sink.endGroup();
    if (typeof news === 'string') sink.line(news);
    else fail(news);
  };
  const gate = new Gate();
  const { broken, standDown } = onEarlyEnd(gate, unfinished, endInTheMiddle, post === true);
  try {
    await run({ env: process.env, secrets, sink, clock, gate, unfinished, fail });
    standDown();
  } catch (error) {
    broken(error);
  }
}
