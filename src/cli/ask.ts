import { type InputName, inputsOf, specOf, type Verb } from '../config/table.ts';
import { pagesOfGithub } from '../config/urls.ts';
import { Cancelled } from '../process/cancelled.ts';
import { beginsAsMutxKey, looksLikeCredential } from '../secrets/shapes.ts';
import { isInteractive, type Streams } from './machine.ts';
import { type Flags, givenOf, propertyOf } from './variables.ts';

/** What a prompt of `@inquirer` is called with. */
interface PromptContext {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/**
 * Puts a question to whoever is at the terminal.
 * @param prompt one of `@inquirer`
 * @throws Cancelled Ctrl-C; or Ctrl-D and a terminal that is gone, after which a prompt alone would wait for ever
 */
async function asked<T>(
  prompt: (context: PromptContext) => Promise<T>,
  { stdin, stderr }: Streams,
): Promise<T> {
  const closed = new AbortController();
  let answered = false;
  // A prompt that ends pauses its input, too; whether there was an answer is known a moment later.
  const onPause = () =>
    setImmediate(() => {
      if (!answered) closed.abort();
    });
  // Of a terminal that is gone nothing more can be read (EIO).
  const onGone = () => closed.abort();
  stdin.on('pause', onPause).on('error', onGone);
  try {
    return await prompt({
      input: stdin as NodeJS.ReadableStream,
      output: stderr as NodeJS.WritableStream,
      signal: closed.signal,
    });
  } catch (error) {
    if (error instanceof Error && /^(?:Exit|Abort)PromptError$/u.test(error.name)) throw new Cancelled();
    throw error;
  } finally {
    answered = true;
    stdin.off('pause', onPause).off('error', onGone);
  }
}

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
    const message = questionFor(name, flags, env);
    const validate = (answer: string) => complaintAbout(name, answer) ?? true;
    answers[propertyOf(name)] = await asked(
      (context) =>
        name === 'email'
          ? input({ message, validate }, context)
          : password({ message, mask: true, validate }, context),
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

/** What is asked, and for which repository and which server. */
function questionFor(name: InputName, flags: Flags, env: NodeJS.ProcessEnv): string {
  if (name === 'email') {
    const api = givenOf('api-url', flags, env) ?? 'https://api.mutx.dev';
    return `E-mail address of the MUTX service account (${api}):`;
  }
  if (name === 'password') return 'Its password:';
  if (name !== 'github-token') return `${name}:`;
  const { repository = env['GITHUB_REPOSITORY'] } = flags;
  const server = pagesOfGithub(env);
  const where = typeof repository === 'string' && repository !== '' ? ` of ${repository}` : '';
  return `GitHub token that may write the secrets${where} (make one: ${formFor(server, flags, repository)} ):`;
}

/**
 * The page that makes a fine-grained token. That of github.com takes what to fill in from its address:
 * https://docs.github.com/authentication/keeping-your-account-and-data-secure/managing-your-personal-access-tokens
 */
function formFor(server: string, flags: Flags, repository: Flags[string]): string {
  const form = `${server}/settings/personal-access-tokens/new`;
  if (server !== 'https://github.com') return form;
  const [owner = ''] = String(repository ?? '').split('/');
  const fields = new URLSearchParams({ name: 'MUTX API key rotation', secrets: 'write' });
  // `init` keeps the credentials in an environment unless it is asked not to.
  const { environment, secretsEnvironment } = flags;
  if (environment !== undefined || typeof secretsEnvironment === 'string')
    fields.set('environments', 'write');
  if (owner !== '') fields.set('target_name', owner);
  return `${form}?${fields.toString()}`;
}

/** What is wrong with an answer, while the question is still open; undefined: nothing that can be told by then. */
function complaintAbout(name: InputName, answer: string): string | undefined {
  const text = answer.trim();
  if (text === '') return 'An answer is needed. Ctrl-C ends the command, and nothing is changed.';
  if (name === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(text)) return 'This is not an e-mail address.';
  if (name === 'github-token' && /\s/u.test(text)) return 'A token has no white space in it.';
  // Tokens of old Enterprise Servers have no shape of their own; that of another credential is known.
  if (name === 'github-token' && beginsAsMutxKey(text)) return 'This is a MUTX API key, not a GitHub token.';
  if (name === 'github-token' && text.startsWith('eyJ') && looksLikeCredential(text, 'jwt')) {
    return 'This is a JWT, not a GitHub token.';
  }
  return undefined;
}
