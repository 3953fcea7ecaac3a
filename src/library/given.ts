import { type InputName, isList } from '../config/table.ts';
import { variableOf } from '../config/unknown.ts';
import type { OptionProblem } from './errors.ts';
import { ROTATE_OPTIONS } from './options.ts';

/** Options that are objects of options, and whether the objects in them are, too. */
const NESTED: ReadonlySet<string> = new Set(['mutx', 'mutx.credential', 'github']);

/** Listeners: functions, and nothing to be read. */
const LISTENERS = 'on';

/** No target lies there: whatever could mean "this repository" is refused before it is read. */
const NO_REPOSITORY = 'none/none';

/** Options by their path, as texts: whoever calls from JavaScript may give anything. */
export type Given = ReadonlyMap<string, string>;

/** Everything that was given, flat; what is undefined, null or empty was not. */
export function givenOptions(options: object): Given {
  const texts = leaves('', options).map(([path, value]) => [path, textOf(value) ?? ''] as const);
  return new Map(texts.filter(([, text]) => text.trim() !== ''));
}

/**
 * What no option can hold, and names that are none of ours: a mistyped `dryRun` that was passed over would rotate.
 * @param own the paths of all options there are
 */
export function unreadableOptions(options: object, own: readonly string[]): readonly OptionProblem[] {
  return leaves('', options).flatMap(([option, value]) => {
    const text = textOf(value);
    if (text === '') return [];
    if (!own.includes(option))
      return [{ option, message: 'is not an option', allowed: NOTHING, fix: RENAME }];
    if (Array.isArray(value) && !takesList(option)) {
      return [{ option, message: 'is a list where one value belongs', allowed: ONE, fix: CHOOSE }];
    }
    return text === undefined
      ? [{ option, message: 'is an object, a function or the like', allowed: SCALAR, fix: GIVE }]
      : [];
  });
}

const NOTHING = 'nothing';
const RENAME = 'correct its name, or take it out';
const SCALAR = 'a text, a number or a boolean, and some a list of them';
const GIVE = 'give one of those';
const ONE = 'one text, number or boolean';
const CHOOSE = 'give one value';

function takesList(option: string): boolean {
  const input = ROTATE_OPTIONS.get(option);
  return input !== undefined && !isRunners(input) && isList(input);
}

function leaves(path: string, value: unknown): (readonly [path: string, value: unknown])[] {
  if (path !== '' && !NESTED.has(path)) return path === LISTENERS ? [] : [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  const inside = (name: string) => (path === '' ? name : `${path}.${name}`);
  return Object.entries(value).flatMap(([name, inner]) => leaves(inside(name), inner));
}

/** undefined: it is none */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!Array.isArray(value)) return undefined;
  const texts = value.map(textOf);
  return texts.includes(undefined) ? undefined : texts.join('\n');
}

/** The same as a runner would hand it to an action, and nothing of this process's own environment. */
export function environmentOf(given: Given): NodeJS.ProcessEnv {
  const entries = [...given].flatMap(([path, text]) => {
    const input = ROTATE_OPTIONS.get(path);
    return input === undefined ? [] : [[isRunners(input) ? input : variableOf(input), text] as const];
  });
  return { GITHUB_REPOSITORY: NO_REPOSITORY, ...Object.fromEntries(entries) };
}

function isRunners(name: InputName | 'GITHUB_API_URL' | 'GITHUB_SERVER_URL') {
  return name === 'GITHUB_API_URL' || name === 'GITHUB_SERVER_URL';
}
