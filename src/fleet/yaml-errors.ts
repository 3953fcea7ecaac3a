import type { ErrorCode } from 'yaml';

/** Where the parser stumbles is often the line after the one that is wrong. */
const LOOK = 'see this line and the one before it';

const LAYOUT = `${LOOK}: names of one entry begin in one column, each with a colon and a space after it, and a list has an item a line: \`- key-name: web\`, and under it, two spaces further in than the \`-\`, \`targets: [acme/web]\``;

const FIXES: ReadonlyMap<ErrorCode, string> = new Map<ErrorCode, string>([
  ['TAB_AS_INDENT', 'indent with spaces'],
  ['BAD_SCALAR_START', 'put the value in quotes'],
  ['BAD_INDENT', LAYOUT],
  ['BLOCK_AS_IMPLICIT_KEY', LAYOUT],
  ['MULTILINE_IMPLICIT_KEY', LAYOUT],
]);

/** What to do about an error of the YAML parser, which says only what it expected. */
export function yamlFix({ code, message }: { readonly code: ErrorCode; readonly message: string }): string {
  if (code !== 'MISSING_CHAR') return FIXES.get(code) ?? `${LOOK}, and correct it`;
  return message.startsWith('Missing closing') ? 'close the quote' : LAYOUT;
}
