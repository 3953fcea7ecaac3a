import { type InputName, inputsOf, specOf, type Verb } from '../inputs/table.ts';
import { asked } from './question.ts';
import { isInteractive, type Streams } from './streams.ts';
import { type Flags, givenOf, propertyOf } from './variables.ts';

/** Any of them is a credential for MUTX, or half of one. */
const MUTX_CREDENTIALS = ['bootstrap-jwt', 'refresh-token', 'email', 'password'] as const;

/** What is missing of the credentials that a verb needs, in the order in which to ask for it. */
function missingCredentials(verb: Verb, flags: Flags, env: NodeJS.ProcessEnv): readonly InputName[] {
  const given = (name: InputName) => (givenOf(name, flags, env) ?? '').trim() !== '';
  const missing: InputName[] = [];
  const takes = inputsOf(verb);
  if (!MUTX_CREDENTIALS.some((name) => takes.includes(name) && given(name)))
    missing.push('email', 'password');
  else if (given('email') && !given('password')) missing.push('password');
  const requires = inputsOf(verb).filter((name) => specOf(name).verbs[verb]?.required === true);
  return [...missing, ...requires.filter((name) => !given(name))];
}

/**
 * The flags, with the credentials that were not given: asked for, where somebody is there to answer. Otherwise as
 * they are, and the verb says what is missing.
 * @throws Cancelled
 */
export async function withCredentials(
  verb: Verb,
  flags: Flags,
  env: NodeJS.ProcessEnv,
  streams: Streams,
): Promise<Flags> {
  if (!isInteractive(streams)) return flags;
  const missing = missingCredentials(verb, flags, env);
  if (missing.length === 0) return flags;
  // Late: most runs never ask.
  const [{ default: input }, { default: password }] = await Promise.all([
    import('@inquirer/input'),
    import('@inquirer/password'),
  ]);
  const answers: Record<string, string> = {};
  for (const name of missing) {
    const message = QUESTION[name] ?? name;
    answers[propertyOf(name)] = await asked(
      (context) =>
        name === 'email' ? input({ message }, context) : password({ message, mask: true }, context),
      streams,
    );
  }
  return { ...flags, ...answers };
}

/** A question whose answer is no unless somebody says yes. @throws Cancelled */
export async function confirmed(message: string, streams: Streams): Promise<boolean> {
  const { default: confirm } = await import('@inquirer/confirm');
  return asked((context) => confirm({ message, default: false }, context), streams);
}

const QUESTION: Readonly<Partial<Record<InputName, string>>> = {
  email: 'E-mail address of the MUTX service account:',
  password: 'Its password:',
  'github-token': 'GitHub token that may write the secrets:',
};
