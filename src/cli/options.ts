import { type Command, Option } from 'commander';
import { allowedText } from '../config/kinds.ts';
import { type InputName, isList, specOf, type Verb } from '../config/table.ts';
import { isCredential } from './variables.ts';

/** What every command that calls MUTX takes. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--repository <owner/repo>', 'this repository (GITHUB_REPOSITORY)')
    .option('--json', 'print the result as JSON, the log on stderr')
    .option('--summary <file>', 'append the summary to it, in Markdown')
    .option('--debug', 'show each request');
}

/** For commands whose result is more than what they print. */
export function quietOption(): Option {
  return new Option('--quiet', 'print only what needs attention');
}

/** The flag of an input; undefined for a credential. */
export function optionOf(name: InputName, verb: Verb): Option | undefined {
  if (isCredential(name)) return undefined;
  const { kind, brief, verbs } = specOf(name);
  const fallback = verbs[verb]?.default;
  const shown = fallback === undefined ? '' : ` (${fallback})`;
  const argument = kind.type === 'boolean' ? '[boolean]' : `<${PLACEHOLDER[name] ?? kind.type}>`;
  const option = new Option(`--${name} ${argument}`, `${brief ?? allowedText(kind)}${shown}`);
  return isList(name) ? option.argParser(oneMore) : option;
}

/** A repeated flag as the input of an action has it: one value a line. */
function oneMore(value: string, before: string | undefined): string {
  return before === undefined ? value : `${before}\n${value}`;
}

const PLACEHOLDER: Readonly<Partial<Record<InputName, string>>> = {
  email: 'address',
  'refresh-token-secret': 'place',
  'secret-name': 'name',
  targets: 'target',
  environment: 'name',
  visibility: 'who',
  'selected-repositories': 'list',
  'key-name': 'name',
  'expires-in-days': 'n',
  'on-quota': 'how',
  'max-revocations': 'n',
  'key-ids': 'ids',
  'fail-on': 'level',
  'if-none': 'how',
  'not-before': 'instant',
};
