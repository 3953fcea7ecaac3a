import type { SecretRegistry } from '../secrets/registry.ts';
import { looksLikeCredential } from '../secrets/shapes.ts';
import { type Annotation, NotHandedOn, type Sink } from './sink.ts';

const WITHHELD = '(withheld: the text holds a credential)';

const OUTPUT_WITHHELD = {
  code: 'output-withheld',
  message: 'the value holds a credential, which must not be handed on',
} as const;
const STATE_WITHHELD = {
  code: 'output-withheld',
  message: 'what the post step has to know holds a credential, which must not be handed on',
} as const;

/** GitHub takes at most 1 MiB of summary for a step; beyond it, it drops the whole. */
const SUMMARY_BYTES = 1024 * 1024;
const CUT = '\n\n… the rest of this summary was cut: it would be longer than GitHub takes.\n';

/**
 * The last thing every text passes on its way out. Texts are clean already where they are made; this holds
 * even where that went wrong: nothing that contains a credential leaves, masked or not, nor what only looks like
 * one, and no text of ours or a server's is taken by the runner as a command.
 */
export function guarded(sink: Sink, secrets: SecretRegistry): Sink {
  const holdsOne = (text: string) => secrets.holds(text) || looksLikeCredential(text);
  // What is printed of a text may hold one that the text itself does not: a tab becomes a space.
  const clean = (text: string) => withhold(text, (part) => holdsOne(part) || holdsOne(inert(flat(part))));
  // Escaping puts backslashes between a credential's characters, which must not hide it.
  const cleanMarkdown = (text: string) =>
    withhold(text, (part) => holdsOne(part) || holdsOne(part.replace(/\\([!-/:-@[-`{-~])/gu, '$1')));
  const line = (text: string) => inert(flat(clean(text)));
  const annotation = ({ title, message, at }: Annotation): Annotation => ({
    title: line(title),
    message: linesOf(clean(message))
      .map((one) => inert(flat(one)))
      .join('\n'),
    ...(at === undefined ? {} : { at: { file: line(at.file), line: at.line } }),
  });
  let summaryRoom = SUMMARY_BYTES;
  let endsInLine = false;
  return {
    line: (text) => {
      for (const one of linesOf(clean(text))) sink.line(inert(flat(one)));
    },
    debug: (text) => sink.debug(line(text)),
    group: (title) => sink.group(line(title)),
    endGroup: () => sink.endGroup(),
    notice: (one) => sink.notice(annotation(one)),
    warning: (one) => sink.warning(annotation(one)),
    error: (one) => sink.error(annotation(one)),
    output: (name, value) => {
      if (holdsOne(value)) throw new NotHandedOn(OUTPUT_WITHHELD);
      sink.output(name, value);
    },
    state: (name, value) => {
      if (holdsOne(value)) throw new NotHandedOn(STATE_WITHHELD);
      sink.state(name, value);
    },
    secretOutput: (name, value) => sink.secretOutput(name, value),
    secretVariable: (name, value) => sink.secretVariable(name, value),
    summary: (markdown) => {
      // Two pieces must not make one credential of their halves.
      const apart = endsInLine ? `\n${cleanMarkdown(markdown)}` : cleanMarkdown(markdown);
      endsInLine = !apart.endsWith('\n');
      const kept = cutTo(summaryRoom, apart);
      summaryRoom -= Buffer.byteLength(kept);
      sink.summary(kept);
    },
  };
}

/** Withholds the lines that hold a credential; all of it when one is spread over several lines. */
function withhold(text: string, holds: (part: string) => boolean): string {
  if (!holds(text)) return text;
  const rest = text
    .split('\n')
    .map((line) => (holds(line) ? WITHHELD : line))
    .join('\n');
  return holds(rest) ? WITHHELD : rest;
}

/** The runner reads lines as .NET does: CR, LF and CRLF each end one. */
function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/u);
}

/** One line without control, bidirectional or other invisible characters. */
function flat(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}

/**
 * The runner takes a line as a command when it begins with `::` after white space, or has `##[` anywhere
 * (actions/runner, ActionCommand.cs).
 */
function inert(line: string): string {
  return line.replace(/^(\s*)::/u, '$1: :').replaceAll('##[', '## [');
}

function cutTo(bytes: number, text: string): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const room = bytes - Buffer.byteLength(CUT);
  if (room < 0) return '';
  let kept = Buffer.from(text).subarray(0, room).toString('utf8');
  kept = kept.slice(0, Math.max(0, kept.lastIndexOf('\n')));
  return kept + CUT;
}
