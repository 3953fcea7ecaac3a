import type { CommandContext } from '../commands/context.ts';
import { credentialProblems } from '../config/credential/expired.ts';
import { type Access, loadAccess } from '../config/load/access.ts';
import { loadRotateInputs } from '../config/load/rotate.ts';
import type { RotateInputs } from '../config/load/rotate-inputs.ts';
import type { InputProblem, Loaded } from '../config/problem.ts';
import type { InputName } from '../config/table.ts';
import { clock } from '../core/time.ts';
import { InvalidOptionsError, type OptionProblem } from './errors.ts';
import { environmentOf, type Given, givenOptions, unreadableOptions } from './given.ts';
import {
  inOptions,
  type MutxClientOptions,
  optionOf,
  ROTATE_OPTIONS,
  type RotateOptions,
} from './options.ts';

const ROTATE = [...ROTATE_OPTIONS.keys()];
const ACCESS = ROTATE.filter((path) => path.startsWith('mutx.') || path.startsWith('github.'));

const CREDENTIAL = 'mutx.credential';
const EMAIL = 'mutx.credential.email';
const PASSWORD = 'mutx.credential.password';
const REFRESH_TOKEN = 'mutx.credential.refreshToken';
const SUCCESSOR = 'mutx.credential.successor';
const TOKEN = 'github.token';

type Context = Pick<CommandContext, 'secrets' | 'sink'>;

/**
 * What a rotation was asked for, read as the action reads its inputs.
 * @throws InvalidOptionsError with every problem there is; nothing has been called
 */
export function loadRotateOptions(options: RotateOptions, context: Context): RotateInputs {
  const given = givenOptions(options);
  const missing = [
    ...missingAccess(given),
    ...(given.has('targets') ? [] : [needed('targets', 'one target or more, like `owner/repo`')]),
    ...(given.has(TOKEN) ? [] : [needed(TOKEN, 'a token that may write the secrets')]),
  ];
  return usable(loadRotateInputs(environmentOf(given), context.secrets), context, given, [
    ...unreadableOptions(options, ROTATE),
    ...missing,
  ]);
}

/** The same for a client. */
export function loadClientOptions(options: MutxClientOptions, context: Context): Access {
  const given = givenOptions(options);
  const tokenless = given.has(REFRESH_TOKEN) && !given.has(TOKEN);
  return usable(loadAccess(environmentOf(given), context.secrets), context, given, [
    ...unreadableOptions(options, ACCESS),
    ...missingAccess(given),
    ...(tokenless ? [needed(TOKEN, 'a token that may write the secret for the successor')] : []),
  ]);
}

function missingAccess(given: Given): readonly OptionProblem[] {
  const credential = [...given.keys()].some((path) => path.startsWith(`${CREDENTIAL}.`));
  const successor = given.get(SUCCESSOR);
  const takes = 'a target and the name of a secret, like `owner/repo as MUTX_REFRESH_TOKEN`';
  return [
    ...(credential
      ? []
      : [needed(CREDENTIAL, '`email` with `password`, `refreshToken` with `successor`, or `token`')]),
    ...(successor === undefined && given.has(REFRESH_TOKEN) ? [needed(SUCCESSOR, takes)] : []),
    ...(given.has(EMAIL) && !given.has(PASSWORD) ? [needed(PASSWORD, "the service account's password")] : []),
    ...(given.has(PASSWORD) && !given.has(EMAIL)
      ? [needed(EMAIL, "the service account's e-mail address")]
      : []),
    // A bare name means the repository that an action runs in.
    ...(successor !== undefined && !/[/:]/u.test(successor)
      ? [{ ...needed(SUCCESSOR, takes), message: 'does not say where the secret is' }]
      : []),
  ];
}

function needed(option: string, allowed: string): OptionProblem {
  return { option, message: 'is missing or empty', allowed, fix: 'give it' };
}

function usable<T extends Access>(
  loaded: Loaded<T>,
  { sink }: Context,
  given: Given,
  ours: readonly OptionProblem[],
): T {
  const { credential } = loaded.ok ? loaded.value : loaded;
  const read = [
    ...(credential === undefined ? [] : credentialProblems(credential, clock.now())),
    ...(loaded.ok ? [] : loaded.problems),
  ].map(problemOf);
  const misplaced =
    credential?.kind === 'refresh-token' && credential.input === 'bootstrap-jwt' ? [REFRESH_JWT] : [];
  // What is missing is told above, and not in terms of a workflow.
  const told = new Set([...ours.map(({ option }) => option), ...(given.has(TOKEN) ? [] : [TOKEN])]);
  const problems = [...ours, ...misplaced, ...read.filter(({ option }) => !told.has(option))];
  if (!loaded.ok || problems.length > 0) throw new InvalidOptionsError(problems);
  for (const text of loaded.warnings) sink.warning({ title: 'Check the options', message: inOptions(text) });
  return loaded.value;
}

const REFRESH_JWT: OptionProblem = {
  option: 'mutx.credential.token',
  message: 'holds a refresh JWT, whose successor has to be stored',
  allowed: 'an access JWT or an API key',
  fix: 'give it as `refreshToken`, with `successor`',
};

function problemOf({ input, message, allowed, fix, ...given }: InputProblem): OptionProblem {
  const option = input === undefined ? CREDENTIAL : optionOf(input as InputName);
  return { option, message: inOptions(message), ...given, allowed: inOptions(allowed), fix: inOptions(fix) };
}
