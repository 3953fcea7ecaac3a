import type { InputName } from '../inputs/table.ts';
import { variableOf } from '../inputs/unknown.ts';
import type { OptionProblem } from './invalid-options.ts';
import { ROTATE_OPTIONS } from './option-names.ts';

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
  return new Map(leaves('', options).filter(([, text]) => text.trim() !== ''));
}

function leaves(path: string, value: unknown): (readonly [path: string, text: string])[] {
  if (path !== '' && !NESTED.has(path)) return path === LISTENERS ? [] : [[path, textOf(value)]];
  if (typeof value !== 'object' || value === null) return [];
  const inside = (name: string) => (path === '' ? name : `${path}.${name}`);
  return Object.entries(value).flatMap(([name, inner]) => leaves(inside(name), inner));
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join('\n');
  if (value === undefined || value === null) return '';
  // An object is never right, and is refused with the rest of what cannot be read.
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A name that is none of ours is told, and not passed over: a mistyped `dryRun` would rotate. */
export function unknownOptions(given: Given, own: readonly string[]): readonly OptionProblem[] {
  return [...given.keys()]
    .filter((path) => !own.includes(path))
    .map((path) => ({
      option: path,
      message: 'is not an option',
      allowed: `nothing; there are ${own.join(', ')}`,
      fix: 'correct its name, or take it out',
    }));
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
