import { GITHUB_CLI_TOKEN, shellVariableOf } from '../config/environment-names.ts';
import { INPUT_NAMES, type InputName, inputsOf, specOf, type Verb } from '../config/table.ts';
import { nearest, variableOf } from '../config/unknown.ts';
import { apiOfHost, hostOfApi } from '../config/urls.ts';

/** Whether an input is a credential, which is never taken as an argument: arguments are anybody's to read. */
export function isCredential(name: InputName): boolean {
  const { type } = specOf(name).kind;
  return type === 'credential' || type === 'password';
}

/**
 * An environment without the credentials that this command line reads, for somebody else's process. Names are
 * compared as Windows does, where it makes a difference. `GH_TOKEN` belongs to GitHub's command line and stays.
 */
export function withoutCredentials(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const credentials = new Set(INPUT_NAMES.filter(isCredential).map(shellVariableOf));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !credentials.has(name.toUpperCase())));
}

/** What is never a slip of one of ours: where people keep the key itself. */
const NOT_OURS: ReadonlySet<string> = new Set(['MUTX_API_KEY']);

/** Variables that are nearly one of this command line's: a line each, with the right one. */
export function misspelledVariables(verb: Verb, env: NodeJS.ProcessEnv): readonly string[] {
  const known = new Set(INPUT_NAMES.map(shellVariableOf));
  return Object.keys(env).flatMap((variable) => {
    const name = /^MUTX_([A-Z\d_]{1,60})$/.exec(variable)?.[1];
    if (name === undefined || known.has(variable) || NOT_OURS.has(variable)) return [];
    const meant = nearest(name.toLowerCase(), inputsOf(verb));
    return meant === undefined
      ? []
      : [`the variable \`${variable}\` is not read: did you mean \`${shellVariableOf(meant)}\`?`];
  });
}

/** The name of the property in which the parser of the command line leaves a flag: `keyName`. */
export function propertyOf(name: InputName): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Flags as they were given. */
export type Flags = Readonly<Record<string, string | number | boolean | undefined>>;

/** An input as the user gave it; undefined: not at all. The flag goes before the variable. */
export function givenOf(name: InputName, flags: Flags, env: NodeJS.ProcessEnv): string | undefined {
  const flag = flags[propertyOf(name)];
  if (flag !== undefined) return String(flag);
  const own = env[shellVariableOf(name)];
  return own === undefined && name === 'github-token' ? githubCliToken(env) : own;
}

/**
 * The token of GitHub's command line, which keeps one for github.com and `*.ghe.com` and another one for Enterprise
 * Servers: neither is sent to a server of the other kind.
 */
function githubCliToken(env: NodeJS.ProcessEnv): string | undefined {
  const host = hostOfCliToken(env);
  const isGithubs = host === undefined || apiOfHost(host) !== undefined;
  if (isGithubs) return env[GITHUB_CLI_TOKEN];
  return env['GH_ENTERPRISE_TOKEN'] ?? env['GITHUB_ENTERPRISE_TOKEN'];
}

/** undefined: no Enterprise Server is named */
function hostOfCliToken(env: NodeJS.ProcessEnv): string | undefined {
  const api = URL.parse(env['GITHUB_API_URL'] ?? '');
  // Within GitHub Actions a job gets its tokens from the server that it runs on.
  if (env['GITHUB_ACTIONS'] === 'true') return undefined;
  return api === null ? env['GH_HOST']?.trim().toLowerCase() || undefined : hostOfApi(api);
}

/**
 * The environment of a verb: this process's, with the inputs as a runner would hand them over. Variables of a
 * runner's inputs that are there already belong to the action around us, not to this command.
 */
export function verbEnvironment(verb: Verb, flags: Flags, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.entries(env).filter(([name]) => !name.startsWith('INPUT_'));
  const inputs = inputsOf(verb).flatMap((name) => {
    const given = givenOf(name, flags, env);
    return given === undefined ? [] : [[variableOf(name), given] as const];
  });
  const { debug } = flags;
  return {
    ...Object.fromEntries(inherited),
    ...Object.fromEntries(inputs),
    ...(debug === true ? { RUNNER_DEBUG: '1' } : {}),
  };
}
