import type { Bounded } from '../messages/bounded.ts';
import { NotHandedOn, type Sink } from '../messages/sink.ts';
import { count, list } from '../messages/words.ts';

/**
 * Sets the outputs of a verb whose work is done whether or not they can be handed on: one that cannot stays absent, and a
 * warning says so.
 */
export function handOn(
  outputs: Iterable<readonly [name: string, value: string | Bounded]>,
  sink: Pick<Sink, 'output' | 'warning'>,
): void {
  const absent = new Map<string, string[]>();
  for (const [name, value] of outputs) {
    const { text, omitted } = typeof value === 'string' ? { text: value, omitted: 0 } : value;
    try {
      sink.output(name, text);
    } catch (error) {
      if (!(error instanceof NotHandedOn)) throw error;
      absent.set(error.message, [...(absent.get(error.message) ?? []), name]);
      continue;
    }
    if (omitted === 0) continue;
    const message = `\`${name}\` would take more than 100 KiB, so ${count(omitted, 'entry', 'entries')} of it ${omitted === 1 ? 'was' : 'were'} left out; the log has all of them`;
    sink.warning({ title: 'Output cut', message });
  }
  for (const [why, names] of absent) {
    const message = `${list(names.map((name) => `\`${name}\``))} ${names.length === 1 ? 'was' : 'were'} not set: ${why}. The log says what this step did`;
    sink.warning({ title: 'Outputs not set', message });
  }
}
