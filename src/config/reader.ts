import { invisibleIn } from '../core/text.ts';
import type { Duration } from '../core/time.ts';
import type { SecretRegistry } from '../secrets/registry.ts';
import {
  admitMisplaced,
  admitPassword,
  admitToken,
  type Complaint,
  literalExpression,
  misplacedCredential,
} from './credential/pasted.ts';
import { allowedText, parseBoolean, parseDuration, parseInteger } from './kinds.ts';
import type { InputProblem } from './problem.ts';
import {
  INPUT_NAMES,
  INPUTS,
  type InputName,
  type InputNameOf,
  inputsOf,
  specOf,
  type Verb,
} from './table.ts';
import { parseSecretName } from './targets.ts';
import { unknownInputs, unknownText, variableOf } from './unknown.ts';
import { parseBaseUrl } from './urls.ts';

type Choice<N extends InputNameOf<'choice'>> = (typeof INPUTS)[N]['kind']['of'][number];

/** Stands for a URL that could not be read; nothing is ever sent there. */
const UNREADABLE_URL = new URL('https://unreadable.invalid');

const HOLDS_A_CREDENTIAL: Complaint = {
  message:
    'holds a credential that was given in another input (a default name: in the name of a repository, an environment or a secret)',
  fix: 'take it out, or take another password: what is part of a name or an address is no secret',
};

/**
 * The inputs of one action, out of the runner's variables. Reading never throws: what is wrong is noted, so
 * that all of it can be told at once, and reading goes on with a value of the right type that is not to be used.
 */
export class InputReader {
  readonly problems: InputProblem[] = [];
  readonly warnings: string[];
  readonly #env: NodeJS.ProcessEnv;
  readonly #secrets: SecretRegistry;
  readonly #verb: Verb;
  readonly #own: ReadonlySet<InputName>;

  constructor(env: NodeJS.ProcessEnv, secrets: SecretRegistry, verb: Verb) {
    this.#env = env;
    this.#secrets = secrets;
    this.#verb = verb;
    this.#own = new Set(inputsOf(verb));
    this.#admitAll();
    this.warnings = unknownInputs(env, verb).map(unknownText);
  }

  /** Whether this action has the input at all. */
  takes(name: InputName): boolean {
    return this.#own.has(name);
  }

  /** Whether nothing works without it. */
  requires(name: InputName): boolean {
    return specOf(name).verbs[this.#verb]?.required === true;
  }

  /** A credential or password as it was given, untrimmed; empty if it was not. */
  raw(name: InputNameOf<'credential' | 'password'>): string {
    return this.#given(name);
  }

  /** Whether the user, or the default in action.yml, gave anything but white space. */
  isGiven(name: InputName): boolean {
    return this.#given(name).trim() !== '';
  }

  /** Whether it was given, and is empty: not the same, to some inputs, as not given at all. */
  isEmpty(name: InputName): boolean {
    return this.#env[variableOf(name)]?.trim() === '';
  }

  /** Whether the input says what it would say if it were left out. */
  isDefault(name: InputName): boolean {
    return !this.isGiven(name) || this.#given(name).trim() === this.#default(name);
  }

  /** The input's text, trimmed; its default where it is unset. Empty for one that cannot be read. */
  text(name: InputName): string {
    const given = this.#given(name).trim();
    if (given === '') return this.#default(name);
    const complaint = literalExpression(given) ?? misplacedCredential(given);
    if (complaint === undefined) return given;
    this.problem(name, complaint);
    return '';
  }

  boolean(name: InputNameOf<'boolean'>): boolean {
    return this.#parsed(name, parseBoolean, 'is not a boolean') ?? false;
  }

  integer(name: InputNameOf<'integer'>): number {
    const { kind } = INPUTS[name];
    const value = this.#parsed(name, (text) => parseInteger(text, kind), `is not ${allowedText(kind)}`);
    return value ?? kind.min;
  }

  /** undefined: not given */
  duration(name: InputNameOf<'duration'>): Duration | undefined {
    return this.#parsed(name, parseDuration, 'is not a duration');
  }

  /** undefined: not given */
  choice<N extends InputNameOf<'choice'>>(name: N): Choice<N> | undefined {
    const choices: readonly Choice<N>[] = INPUTS[name].kind.of;
    return this.#parsed(name, (text) => choices.find((choice) => choice === text), 'is none of its values');
  }

  secretName(name: InputNameOf<'secret-name'>): string {
    return (
      this.#parsed(name, parseSecretName, 'is not a name that GitHub allows for a secret') ?? 'UNREADABLE'
    );
  }

  url(name: InputNameOf<'url'>): URL {
    const text = this.text(name);
    return text === '' ? UNREADABLE_URL : this.#base(name, text);
  }

  /** A URL that the runner gives in a variable of its own; `otherwise` where it does not. */
  runnerUrl(variable: string, otherwise: string): URL {
    return this.#base(variable, this.#env[variable] || otherwise);
  }

  /** Notes what is wrong with an input; `given` is left out for credentials. */
  problem(name: InputName, complaint: Complaint, given?: string): void {
    const allowed = allowedText(specOf(name).kind);
    // What it is shown as lacks the very character that is wrong.
    const hidden = given === undefined ? undefined : invisibleIn(given);
    const seen =
      hidden === undefined
        ? complaint
        : { ...complaint, message: `${complaint.message}: it holds an invisible character, ${hidden}` };
    this.problems.push({ input: name, ...seen, ...this.#shown(given), allowed });
  }

  /**
   * Notes a problem where a text that is to be handed on (an output, the note of a post step) holds a credential: it
   * would be withheld there.
   * @returns whether it does
   */
  refuseCredential(name: InputName, text: string): boolean {
    const holds = [text, JSON.stringify(text)].some((form) => this.#secrets.holds(form));
    if (holds) this.problem(name, HOLDS_A_CREDENTIAL);
    return holds;
  }

  #parsed<T>(name: InputName, parse: (text: string) => T | undefined, message: string): T | undefined {
    const text = this.text(name);
    if (text === '') return undefined;
    const value = parse(text);
    if (value === undefined) {
      this.problem(
        name,
        { message, fix: `set \`${name}\` to one of the values allowed, or leave it out` },
        text,
      );
    }
    return value;
  }

  #base(input: string, text: string): URL {
    const parsed = parseBaseUrl(text);
    if (parsed.ok) return parsed.value;
    // The part before an `@` or after a `?` may be a password or a token.
    const shown = /[@?#]/.test(text) ? {} : this.#shown(text);
    const fix = 'give the base URL of the API alone, like `https://api.example.com`';
    const allowed = allowedText({ type: 'url' });
    this.problems.push({ input, message: parsed.message, ...shown, allowed, fix });
    return UNREADABLE_URL;
  }

  #shown(given: string | undefined): { given?: string } {
    return given === undefined ? {} : { given: this.#secrets.quote(given, 100) };
  }

  #default(name: InputName): string {
    return specOf(name).verbs[this.#verb]?.default ?? '';
  }

  /** Nothing for what this action does not take: the reading of inputs is shared, a foreign one is not read. */
  #given(name: InputName): string {
    return this.#own.has(name) ? (this.#env[variableOf(name)] ?? '') : '';
  }

  /** Before anything else: whatever may be a credential is masked, under a mistyped or foreign name too. */
  #admitAll(): void {
    for (const name of this.#own) this.#admit(name, this.#given(name));
    for (const { variable, name, meant } of unknownInputs(this.#env, this.#verb)) {
      this.#admit(meant ?? INPUT_NAMES.find((foreign) => foreign === name), this.#env[variable] ?? '');
    }
  }

  #admit(name: InputName | undefined, text: string): void {
    const type = name === undefined ? undefined : specOf(name).kind.type;
    if (type === 'credential') admitToken(this.#secrets, text);
    else if (type === 'password') admitPassword(this.#secrets, text);
    else admitMisplaced(this.#secrets, text);
  }
}
