import { printable } from '../secrets/printable.ts';
import { INPUT_NAMES, INPUTS_ELSEWHERE, type InputName, specOf, type Verb } from './table.ts';

const PREFIX = 'INPUT_';

/** Typing errors that still let the input be recognised. */
const MOST_EDITS = 2;

/** An `INPUT_*` variable that belongs to none of the action's inputs. */
export interface UnknownInput {
  /** Of the variable, for reading it. */
  readonly variable: string;
  /** As the user wrote it, in lower case. */
  readonly name: string;
  /** The input that seems to be meant. */
  readonly meant: InputName | undefined;
}

/** The name of the variable in which the runner hands an input over: dashes stay. */
export function variableOf(name: InputName): string {
  return PREFIX + name.toUpperCase();
}

/** The inputs that an action takes. */
export function inputsOf(verb: Verb): readonly InputName[] {
  return INPUT_NAMES.filter((name) => specOf(name).verbs[verb] !== undefined);
}

export function unknownInputs(env: NodeJS.ProcessEnv, verb: Verb): readonly UnknownInput[] {
  const own = inputsOf(verb);
  const known = new Set(own.map(variableOf));
  return Object.keys(env)
    .filter((variable) => variable.startsWith(PREFIX) && !known.has(variable))
    .map((variable) => {
      const name = variable.slice(PREFIX.length).toLowerCase();
      return { variable, name, meant: INPUTS_ELSEWHERE.has(name) ? undefined : nearest(name, own) };
    });
}

/** What to tell the user about one: the right name, or the right action. One printable line. */
export function unknownText({ name, meant }: UnknownInput): string {
  const what = `\`${printable(name, 100)}\``;
  if (meant !== undefined)
    return `${what} is not an input of this action and was ignored: did you mean \`${meant}\`?`;
  const action = INPUTS_ELSEWHERE.get(name);
  return action === undefined
    ? `${what} is not an input of this action and was ignored`
    : `${what} is an input of the action mutx/api-key-action/${action}, not of this one, and was ignored`;
}

/** The first is the nearest: no two inputs are so alike that one name could be near both. */
function nearest(name: string, own: readonly InputName[]): InputName | undefined {
  return own.find((candidate) => editsBetween(letters(name), letters(candidate)) <= MOST_EDITS);
}

function letters(name: string): string {
  return name.replace(/[^a-z0-9]/g, '');
}

/** Levenshtein distance; more than {@link MOST_EDITS} is not told apart where the lengths say so already. */
function editsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MOST_EDITS) return MOST_EDITS + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const substituted = Number(row[j]) + (letter === other ? 0 : 1);
      next.push(Math.min(substituted, Number(row[j + 1]) + 1, Number(next[j]) + 1));
    }
    row = next;
  }
  return Number(row[b.length]);
}
