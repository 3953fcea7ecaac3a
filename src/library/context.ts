import type { CommandContext } from '../commands/context.ts';
import { Gate } from '../commands/gate.ts';
import { clock } from '../core/time.ts';
import { failureLines } from '../messages/failure.ts';
import { guarded } from '../messages/guard.ts';
import type { Annotation, Sink } from '../messages/sink.ts';
import { FAILURE_TITLE } from '../messages/words.ts';
import { SecretRegistry } from '../secrets/registry.ts';
import type { Listeners } from './options.ts';

/** What a verb runs in when it is called as a function: it says what it has to say to listeners only. */
export function contextOf(on: Listeners = {}): CommandContext {
  const secrets = new SecretRegistry(safe(on.mask));
  const sink = guarded(listenerSink(on), secrets);
  return {
    env: on.request === undefined ? {} : { RUNNER_DEBUG: '1' },
    secrets,
    sink,
    clock,
    // Never closed: whoever calls a function waits for what it comes to.
    gate: new Gate(),
    unfinished: { state: () => [], cleanUp: async () => {} },
    fail: (report) => {
      for (const line of failureLines(FAILURE_TITLE.rotate, report)) sink.line(line);
    },
  };
}

/** A listener that cannot break what it listens to: what it throws, at once or later, is ignored. */
export function safe<T>(listener: ((news: T) => unknown) | undefined): (news: T) => void {
  return (news) => {
    try {
      void Promise.resolve(listener?.(news)).catch(() => {});
    } catch {
      // That of somebody else, who would not want a key half rotated for it.
    }
  };
}

function listenerSink(on: Listeners): Sink {
  const [log, warning, request] = [safe(on.log), safe(on.warning), safe(on.request)];
  const text = ({ title, message }: Annotation) => `${title}: ${message}`;
  return {
    line: log,
    group: log,
    endGroup: () => {},
    debug: request,
    warning: (annotation) => warning(text(annotation)),
    // Those of the actions and of the command line; the outcome says all that.
    notice: () => {},
    error: () => {},
    output: () => {},
    state: () => {},
    secretOutput: () => {},
    secretVariable: () => {},
    summary: () => {},
  };
}
