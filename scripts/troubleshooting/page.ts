import { EXIT_CODES } from '../../src/cli/machine.ts';
import { HINTS } from '../../src/messages/catalogue/catalogue.ts';
import type { Hint } from '../../src/messages/catalogue/hint.ts';
import { CHECKS } from './checks.ts';
import { WARNINGS } from './warnings.ts';

const INPUT_CODES = new Set(['invalid-input', 'too-many-targets', 'fleet-too-large']);

const COMMAND_CODES = new Set(
  'command-not-found command-not-executable doctor-problem declined not-stored not-written'.split(' '),
);

/** Where people meet a code, in the order of the page. */
const GROUPS: Readonly<Record<string, (code: string) => boolean>> = {
  'Before anything is called': (code) => INPUT_CODES.has(code),
  'The session at MUTX': (code) => code.startsWith('session-') || code === 'renewal-failed',
  'Calls to MUTX': (code) => code.startsWith('mutx-'),
  'Calls to GitHub': (code) => code.startsWith('github-'),
  'The command line: exec, doctor, init': (code) => COMMAND_CODES.has(code),
  'The run as a whole': () => true,
};

/** @returns an entry for each code that a failure can have, by where it is met; the code is the anchor */
export function codeEntries(): readonly string[] {
  const left = new Map(Object.entries(HINTS));
  return Object.entries(GROUPS).flatMap(([title, isIn]) => {
    const entries = [...left].filter(([code]) => isIn(code));
    for (const [code] of entries) left.delete(code);
    return ['', `### ${title}`, ...entries.flatMap(entryLines)];
  });
}

function entryLines([code, { cause, fix }]: readonly [string, Hint]): readonly string[] {
  const check = CHECKS[code];
  if (check === undefined) throw new Error(`scripts/troubleshooting/checks.ts has nothing about ${code}`);
  return [
    '',
    `#### \`${code}\``,
    '',
    `- **Cause:** ${sentence(cause)}`,
    `- **Check:** ${check}`,
    `- **Fix:** ${sentence(fix)}`,
  ];
}

/** Hints stand in lines of their own, without capital and full stop. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** @returns an entry for each title that a warning or notice can have */
export function warningEntries(): readonly string[] {
  return Object.entries(WARNINGS).flatMap(([title, { means, fix }]) => [
    '',
    `### ${title}`,
    '',
    `- **Means:** ${means}`,
    `- **Fix:** ${fix}`,
  ]);
}

/** @returns what each exit code of the command line says, as a table */
export function exitCodeTable(): readonly string[] {
  const rows = Object.entries(EXIT_CODES).map(([code, text]) => `| ${code} | ${text} |`);
  return ['', '| Exit code | |', '| --- | --- |', ...rows, ''];
}
