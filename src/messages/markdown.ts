/** Text from outside, made to mean nothing in Markdown: as a code span, or with its punctuation escaped. */

/** A name or an id, in a table or not. */
export function code(text: string): string {
  const shown = oneLine(text).replaceAll('`', "'").replaceAll('|', '\\|').trim();
  return shown === '' ? '—' : `\`${shown}\``;
}

/** Running text: every ASCII punctuation that could begin a link, an image, a mention, HTML or a table cell. */
export function plain(text: string): string {
  return oneLine(text).replace(/[!"#$%&'*+:<=>?@[\\\]^_`{|}~.()]/gu, '\\$&');
}

/** Running text that marks code with backticks, as our own hints do; the marks stay, all else is escaped. */
export function prose(text: string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 0 ? plain(part) : code(part)))
    .join('');
}

/** Lines to copy. The fence is longer than any run of backticks inside. */
export function block(language: string, lines: readonly string[]): string {
  const runs = lines.join('\n').match(/`+/gu) ?? [];
  const longest = Math.max(2, ...runs.map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence].join('\n');
}

/** Cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}
