import type { Clock } from '../core/time.ts';
import type { FailureReport } from '../messages/failure.ts';
import type { Sink } from '../messages/sink.ts';
import type { SecretRegistry } from '../secrets/registry.ts';
import type { Gate } from './gate.ts';

/** What a verb tells of itself while it runs, for an end that it does not choose. */
export interface Unfinished {
  /** In which state things are at this moment, a line each. */
  state: () => readonly string[];
  /** What has been done by this moment, as a title; undefined or absent: what the run was for was not done. */
  title?: () => string | undefined;
  /** What must not be left open: the session that was logged in. */
  cleanUp: () => Promise<unknown>;
  /** Asked first, where it is there: whether it takes this signal, which then is not the end. */
  takesSignal?: ((signal: EndingSignal) => boolean) | undefined;
}

/** The signals that ask a process to end and let it say how. */
export const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

export type EndingSignal = (typeof ENDING_SIGNALS)[number];

/** What every verb gets, be it from the runner or from a shell. */
export interface CommandContext {
  /** Its inputs, and where it runs, as the runner's variables: `INPUT_…`, `GITHUB_…`. */
  readonly env: NodeJS.ProcessEnv;
  readonly secrets: SecretRegistry;
  /** Guarded: nothing with a credential in it leaves. */
  readonly sink: Sink;
  readonly clock: Clock;
  /** Whatever is asked of MUTX or GitHub goes through it, so that a cancelled run begins nothing new. */
  readonly gate: Gate;
  /** Kept up to date by the verb, for an end that it does not choose. */
  readonly unfinished: Unfinished;
  /** Tells of a failure in the log, as an annotation and in the summary: what was asked for was not done. */
  readonly fail: (report: FailureReport, summary?: string) => void;
}
