import type { CommandContext, Unfinished } from '../commands/context.ts';
import { Gate } from '../commands/gate.ts';
import { clock } from '../core/time.ts';
import { type FailureReport, failureAnnotation, failureLines, withoutWorkflow } from '../messages/failure.ts';
import { guarded } from '../messages/guard.ts';
import type { Sink } from '../messages/sink.ts';
import { failureSummary } from '../messages/summary.ts';
import { SecretRegistry } from '../secrets/registry.ts';
import { Cancelled } from './cancelled.ts';
import { onEarlyEnd } from './ending.ts';

/** What a runner and a shell do not share. */
interface Host {
  readonly env: NodeJS.ProcessEnv;
  /** Not guarded yet. */
  readonly sink: Sink;
  /** Hides a text in what is printed from now on. */
  readonly mask: (form: string) => void;
  /** Takes note of a failure. @returns the exit code of a run that ended so */
  readonly failed: (report: FailureReport) => number;
  /** Whether a failure is also told as an annotation: a page beside the log shows it. */
  readonly annotates: boolean;
  /** A failure is only a warning, and the exit code 0, after a signal or an exception too. */
  readonly alwaysGreen?: boolean;
}

/**
 * Runs one verb, or one phase of it, in this process, to its end, which may be a signal. The exit code is that of
 * the host for a run that did not do what was asked for, 130 or 143 if it was cancelled.
 * @param title of a failure: what was not done
 * @throws Cancelled
 */
export async function runProcess(
  run: (context: CommandContext) => Promise<void>,
  title: string,
  host: Host,
): Promise<void> {
  const secrets = new SecretRegistry(host.mask);
  const sink = guarded(host.sink, secrets);
  const unfinished: Unfinished = {
    state: () => ['nothing was changed: no key was made or revoked, no secret was written'],
    cleanUp: async () => {},
  };
  const failAs = (as: string, told: FailureReport, summary: string) => {
    // Where nobody reads annotations, no workflow is at hand either.
    const report = host.annotates ? told : withoutWorkflow(told);
    process.exitCode = host.failed(report);
    for (const line of failureLines(as, report)) sink.line(line);
    const annotation = failureAnnotation(as, report);
    if (host.annotates && host.alwaysGreen === true) sink.warning(annotation);
    else if (host.annotates) sink.error(annotation);
    sink.summary(summary);
  };
  const fail = (told: FailureReport, summary = failureSummary(title, told)) => failAs(title, told, summary);
  const endInTheMiddle = (news: string | FailureReport) => {
    sink.endGroup();
    if (typeof news === 'string') sink.line(news);
    else {
      const done = unfinished.title?.() ?? title;
      failAs(done, news, failureSummary(done, news));
    }
  };
  const gate = new Gate();
  const { broken, standDown } = onEarlyEnd(gate, unfinished, endInTheMiddle, host.alwaysGreen);
  try {
    await run({ env: host.env, secrets, sink, clock, gate, unfinished, fail });
    standDown();
  } catch (error) {
    if (error instanceof Cancelled) {
      await unfinished.cleanUp();
      standDown();
      throw error;
    }
    broken(error);
  }
}
