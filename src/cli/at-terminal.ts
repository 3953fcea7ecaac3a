import { INPUT_NAMES } from '../config/table.ts';
import { isCredential } from './variables.ts';

const FLAGS = INPUT_NAMES.filter((name) => !isCredential(name));

/** `on-quota: wait` and the like, in backticks, as a workflow has it. */
const INPUT = new RegExp(`\`(${FLAGS.join('|')}): ([^\`]+)\``, 'gu');

/** The action beside the command that does the same. */
const OR_ACTION = /, or the action `mutx\/api-key-action[^`]*`(?: with `[^`]*`)?,/gu;

/** An action, and the ids that it is given. */
const ACTION = /`mutx\/api-key-action(?:\/(revoke|audit))?`(?: (?:with|and) `key-ids(?:: ([^`]+))?`)?/gu;

/** What is said about a file keeps the words of that file. */
const ABOUT_A_FILE = /\.ya?ml\b/u;

/** The same advice in the words of a shell: flags in place of inputs, commands in place of actions. */
export function atTerminal(text: string): string {
  if (ABOUT_A_FILE.test(text)) return text;
  return text
    .replace(OR_ACTION, '')
    .replace(ACTION, (_, verb: string | undefined, id = 'ID') =>
      verb === 'revoke' ? `\`mutx-api-key keys revoke ${id}\`` : `\`mutx-api-key ${verb ?? 'rotate'}\``,
    )
    .replace(INPUT, (_, name: string, value: string) => `\`--${name}${value === 'true' ? '' : ` ${value}`}\``)
    .replace('one target a line', 'one target for each `--targets`');
}
