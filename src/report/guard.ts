import type { SecretRegistry } from '../secrets/registry.ts';
import type { Annotation, Sink } from './sink.ts';

const WITHHELD = '(withheld: the text holds a credential)';

/** GitHub takes at most 1 MiB of summary for a step; beyond it, it drops the whole. */
const SUMMARY_BYTES = 1024 * 1024;
const CUT = '\n\n… the rest of this summary was cut: it would be longer than GitHub takes.\n';

/**
 * The last thing every text passes on its way out. Texts are clean already where they are made; this holds
 * even where that went wrong: nothing that contains a credential leaves, masked or not, and no text of ours
 * or a server's is taken by the runner as a command.
 */
export function guarded(sink: Sink, secrets: SecretRegistry): Sink {
  const clean = (text: string) => withhold(text, (part) => secrets.holds(part));
  // Escaping puts backslashes between a credential's characters, which must not hide it.
  const cleanMarkdown = (text: string) =>
    withhold(
      text,
      (part) => secrets.holds(part) || secrets.holds(part.replace(/\\([!-/:-@[-`{-~])/gu, '$1')),
    );
  const annotation = ({ title, message }: Annotation): Annotation => ({
    title: flat(clean(title)),
    message: linesOf(clean(message)).map(flat).join('\n'),
  });
  return {
    line: (text) => {
      for (const line of linesOf(clean(text))) sink.line(inert(flat(line)));
    },
    debug: (text) => sink.debug(flat(clean(text))),
    group: (title) => sink.group(flat(clean(title))),
    endGroup: () => sink.endGroup(),
    warning: (one) => sink.warning(annotation(one)),
    error: (one) => sink.error(annotation(one)),
    output: (name, value) => sink.output(name, secrets.holds(value) ? '' : value),
    summary: (markdown) => sink.summary(cutTo(SUMMARY_BYTES, cleanMarkdown(markdown))),
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
  let kept = Buffer.from(text).subarray(0, room).toString('utf8');
  kept = kept.slice(0, Math.max(0, kept.lastIndexOf('\n')));
  return kept + CUT;
}
