import { setSecret } from '@actions/core';
import { auditCommand } from '../commands/audit.ts';
import type { CommandContext } from '../commands/context.ts';
import { ephemeralCommand } from '../commands/ephemeral/ephemeral.ts';
import { ephemeralPostCommand } from '../commands/ephemeral/post.ts';
import { issueCommand } from '../commands/issue.ts';
import { revokeCommand } from '../commands/revoke.ts';
import { rotateCommand } from '../commands/rotate.ts';
import { FAILURE_TITLE } from '../messages/words.ts';
import { runProcess } from '../process/run-process.ts';
import { outliveReaders } from '../process/unread.ts';
import { type RunnerFile, requireFile, runnerSink } from './runner-sink.ts';

interface Entry {
  readonly run: (context: CommandContext) => Promise<void>;
  /** What was not done, where it fails. */
  readonly title: string;
  /** Files of the runner without which its work would be for nothing, or could not be undone: nothing is begun then. */
  readonly needs?: readonly RunnerFile[];
  /** Runs after the job's own steps: what it cannot do is a warning, and never turns a green job red. */
  readonly post?: true;
}

const ENTRIES = {
  rotate: { run: rotateCommand, title: FAILURE_TITLE.rotate },
  ephemeral: {
    run: ephemeralCommand,
    title: FAILURE_TITLE.ephemeral,
    needs: ['GITHUB_STATE', 'GITHUB_OUTPUT', 'GITHUB_ENV'],
  },
  'ephemeral-post': { run: ephemeralPostCommand, title: 'MUTX API key not revoked', post: true },
  revoke: { run: revokeCommand, title: FAILURE_TITLE.revoke },
  audit: { run: auditCommand, title: FAILURE_TITLE.audit },
  plan: { run: plan, title: FAILURE_TITLE.plan },
  issue: { run: issueCommand, title: FAILURE_TITLE.issue },
} as const satisfies Readonly<Record<string, Entry>>;

/** Late: it brings a parser of YAML along, which the others need not pay for. */
async function plan(context: CommandContext): Promise<void> {
  const { planCommand: planVerb } = await import(/* webpackChunkName: "fleet" */ '../commands/plan.ts');
  await planVerb(context, { forJobs: true });
}

/**
 * Entry of dist/, called by the launchers that each `action.yml` names: runs one phase of an action to its end. The
 * exit code is 1 if what was asked for was not done, 130 or 143 if the job was cancelled; of a post step it is
 * always 0.
 */
export async function main(entry: keyof typeof ENTRIES): Promise<void> {
  const { run, title, needs = [], post }: Entry = ENTRIES[entry];
  outliveReaders(process.stdout, process.stderr);
  const prepared = async (context: CommandContext) => {
    for (const file of needs) requireFile(file);
    await run(context);
  };
  await runProcess(prepared, title, {
    env: process.env,
    sink: runnerSink,
    mask: setSecret,
    failed: () => (post === true ? 0 : 1),
    annotates: true,
    alwaysGreen: post === true,
  });
}
