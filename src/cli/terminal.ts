import { appendFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import type { Annotation, Sink } from '../messages/sink.ts';

interface TerminalOptions {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** What stdout is for: what is said; or the result alone, or another's words, and then what is said goes to stderr. */
  readonly onStdout: 'log' | 'secret' | 'json' | 'others';
  /** Where the summary goes, in Markdown; undefined: nowhere. */
  readonly summaryFile: string | undefined;
  /** Whether to leave out what needs no attention, asked for each line; absent: nothing is left out. */
  readonly quiet?: () => boolean;
  /** Puts advice in the words of its reader; absent: it stays as it is. */
  readonly worded?: (text: string) => string;
}

/** A sink that keeps the outputs, for who wants them as JSON. */
interface Terminal extends Sink {
  readonly outputs: ReadonlyMap<string, string>;
  /** Whether the credential that stdout is for has arrived there; true where there was none. */
  readonly delivered: () => Promise<boolean>;
}

type Style = Parameters<typeof styleText>[0];

/** How a line looks that begins with one of these. */
const MARKS: ReadonlyMap<string, Style> = new Map([
  ['✓', 'green'],
  ['!', 'yellow'],
  ['✗', 'red'],
]);

/** What a verb says, for a person in front of a terminal: colours only there, and not where `NO_COLOR` is set. */
export function terminal({
  stdout,
  stderr,
  onStdout,
  summaryFile,
  quiet = () => false,
  worded = (text) => text,
}: TerminalOptions): Terminal {
  const log = onStdout === 'log' ? stdout : stderr;
  const outputs = new Map<string, string>();
  let delivered = Promise.resolve(true);
  let indent = '';
  const styled = (style: Style, text: string, stream: Writable) => styleText(style, text, { stream });
  const note = (style: Style, level: string) => (annotation: Annotation) => {
    const [first = '', ...rest] = worded(annotation.message).split('\n');
    const lines = [`${level}: ${annotation.title}: ${first}`, ...rest.map((line) => `  ${line}`)];
    stderr.write(`${styled(style, lines.join('\n'), stderr)}\n`);
  };
  const warning = note('yellow', 'warning');
  return {
    outputs,
    delivered: () => delivered,
    line: (text) => {
      const mark = MARKS.get(text.slice(0, 2).trim());
      if (quiet() && mark !== 'yellow' && mark !== 'red') return;
      const said = worded(text);
      log.write(`${indent}${mark === undefined ? said : styled(mark, said, log)}\n`);
    },
    debug: (text) => stderr.write(`${styled('dim', text, stderr)}\n`),
    group: (title) => {
      if (quiet()) return;
      log.write(`${styled('bold', title, log)}\n`);
      indent = '  ';
    },
    endGroup: () => {
      indent = '';
    },
    notice: (annotation) => {
      if (!quiet()) note('cyan', 'notice')(annotation);
    },
    warning,
    error: note('red', 'error'),
    output: (name, value) => outputs.set(name, value),
    // A command has no later phase that could read it.
    state: () => {},
    secretOutput: (name, value) => {
      outputs.set(name, value.expose());
      if (onStdout === 'secret') delivered = written(stdout, `${value.expose()}\n`);
    },
    secretVariable: () => {},
    summary: (markdown) => {
      if (summaryFile === undefined) return;
      try {
        appendFileSync(summaryFile, markdown);
      } catch (error) {
        // Whether a key was rotated does not depend on it.
        const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
        warning({ title: 'Summary not written', message: `${summaryFile} cannot be written (${why})` });
      }
    },
  };
}

/** @returns whether it was taken: nobody may be there to read it */
export function written(stream: Writable, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    stream.write(text, (error) => resolve(error === null || error === undefined));
  });
}
