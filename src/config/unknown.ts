import { printable } from '../core/text.ts';
import { type InputName, inputsOf, USES, VERBS, type Verb } from './table.ts';

const PREFIX = 'INPUT_';

/** Typing errors that still let the input be recognised. */
const MOST_EDITS = 2;

/** An `INPUT_*` variable that belongs to none of the action's inputs. */
interface UnknownInput {
  /** Of the variable, for reading it. */
  readonly variable: string;
  /** As the user wrote it, in lower case. */
  readonly name: string;
  /** The input that seems to be meant. */
  readonly meant: InputName | undefined;
  /** The actions that do take it. */
  readonly elsewhere: readonly Verb[];
}

/** The name of the variable in which the runner hands an input over: dashes stay. */
export function variableOf(name: InputName): string {
  return PREFIX + name.toUpperCase();
}

export function unknownInputs(env: NodeJS.ProcessEnv, verb: Verb): readonly UnknownInput[] {
  const own = inputsOf(verb);
  const known = new Set(own.map(variableOf));
  return Object.keys(env)
    .filter((variable) => variable.startsWith(PREFIX) && !known.has(variable))
    .map((variable) => {
      const name = variable.slice(PREFIX.length).toLowerCase();
      const elsewhere = VERBS.filter((other) => inputsOf(other).some((input) => input === name));
      return { variable, name, meant: elsewhere.length > 0 ? undefined : nearest(name, own), elsewhere };
    });
}

/** What to tell the user about one: the right name, or the right action. One printable line. */
export function unknownText({ name, meant, elsewhere }: UnknownInput): string {
  const what = `\`${printable(name, 100)}\``;
  if (meant !== undefined)
    return `${what} is not an input of this action and was ignored: did you mean \`${meant}\`?`;
  return elsewhere.length === 0
    ? `${what} is not an input of this action and was ignored`
    : `${what} is an input of ${elsewhere.map((verb) => USES[verb]).join(' and of ')}, not of this action, and was ignored`;
}

/**
 * The name that was most likely meant; undefined: none. The first is the nearest: no two inputs are so alike
 * that one name could be near both.
 */
export function nearest<N extends string>(name: string, own: readonly N[]): N | undefined {
  return own.find((candidate) => editsBetween(letters(name), letters(candidate)) <= MOST_EDITS);
}

/** Names of anything that were most likely meant, at most three, the nearest first. */
export function nearestNames(name: string, known: readonly string[]): readonly string[] {
  const wanted = name.trim().toLowerCase();
  const furthest = Math.max(MOST_EDITS, Math.floor(wanted.length / 5));
  return known
    .map((candidate) => ({
      candidate,
      edits: editsBetween(wanted, candidate.trim().toLowerCase(), furthest),
    }))
    .filter(({ edits }) => edits <= furthest)
    .toSorted((a, b) => a.edits - b.edits)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

function letters(name: string): string {
  return name.replace(/[^a-z0-9]/g, '');
}

/** Levenshtein distance; more than `most` is not told apart where the lengths say so already. */
function editsBetween(a: string, b: string, most = MOST_EDITS): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
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
