import type { Verb } from '../inputs/table.ts';
import { runVerb } from '../process/run-verb.ts';
import { FAILURE_TITLE } from '../report/titles.ts';
import type { VerbContext } from '../verbs/context.ts';
import { rotateVerb } from '../verbs/rotate.ts';
import { runnerSink } from './runner-sink.ts';
import { setSecret } from './workflow-commands.ts';

interface Entry {
  readonly run: (context: VerbContext) => Promise<void>;
  /** The action it is a phase of. */
  readonly verb: Verb;
}

const ENTRIES = {
  rotate: { run: rotateVerb, verb: 'rotate' },
} as const satisfies Readonly<Record<string, Entry>>;

/**
 * Entry of dist/, called by the launchers that each `action.yml` names: runs one phase of an action to its end. The
 * exit code is 1 if what was asked for was not done, 130 or 143 if the job was cancelled.
 */
export async function main(entry: keyof typeof ENTRIES): Promise<void> {
  const { run, verb } = ENTRIES[entry];
  await runVerb(run, FAILURE_TITLE[verb], {
    env: process.env,
    sink: runnerSink,
    mask: setSecret,
    failed: () => 1,
    annotates: true,
  });
}
