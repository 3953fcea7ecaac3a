import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOutOfReach } from '../doctor/reach.ts';
import { refNote, usesText } from '../init/ref.ts';
import { cronOf, type NewWorkflow, SECRETS, workflowText } from '../init/workflow.ts';
import { loadRotateInputs } from '../inputs/load-rotate.ts';
import type { InputProblem, Loaded } from '../inputs/loaded.ts';
import type { RotateInputs } from '../inputs/rotate-inputs.ts';
import { type InputName, inputsOf, specOf } from '../inputs/table.ts';
import { environmentTarget, parseRepository, repositoryTarget, type Target } from '../inputs/targets.ts';
import { variableOf } from '../inputs/unknown.ts';
import { Secret } from '../secrets/secret.ts';
import { ownerOfGithubToken } from '../secrets/shapes.ts';
import type { VerbContext } from './context.ts';
import { collisions, inTheWay, leadsElsewhere, ownProblems } from './init-problems.ts';
import { linkedPart } from './linked.ts';

export interface InitOptions {
  /** Of the repository. */
  readonly folder: string;
  /** From there: where the workflow goes. */
  readonly workflow: string;
  /** Environment that keeps the bootstrap secrets; false: the repository itself does. */
  readonly secretsEnvironment: string | false;
  /** Of the action, for the workflow: a tag or a commit. */
  readonly ref: string;
  /** That is running. */
  readonly version: string;
  /** Somebody has agreed beforehand, or can be asked. */
  readonly canConfirm: boolean;
  /** Asks whether to go on. */
  readonly confirm: () => Promise<boolean>;
}

/** A secret that the workflow will read. */
export interface BootstrapSecret {
  readonly target: Target;
  readonly value: Secret;
}

/** What is to be set up; nothing has been called, nothing was written. */
export interface Setup {
  readonly inputs: RotateInputs;
  readonly secrets: readonly BootstrapSecret[];
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly cron: string;
  readonly uses: string;
  /** The file is there, just as it would be written. */
  readonly isThere: boolean;
  /** What a person should think about before agreeing, a line each. */
  readonly notes: readonly string[];
  /** Which branches can read the credentials, and where to change that. */
  readonly whoReads: string;
  /** How to do without the permission that makes the environment; undefined: none is needed. */
  readonly withoutPermission: string | undefined;
}

/**
 * Only an environment can keep the credentials from workflows on other branches. It also keeps a refresh token from
 * runs that were queued with a spent one.
 */
export const CREDENTIALS_ENVIRONMENT = 'mutx-rotation';

/** Inputs that the workflow does not take over: credentials, and what is for the first run alone. */
const NOT_KEPT: ReadonlySet<InputName> = new Set([
  'bootstrap-jwt',
  'refresh-token',
  'refresh-token-secret',
  'email',
  'password',
  'github-token',
  'create-environment',
  'dry-run',
]);

interface SetupRead {
  readonly loaded: Loaded<RotateInputs>;
  /** For the first rotation. */
  readonly env: NodeJS.ProcessEnv;
  readonly setup: Setup | undefined;
  readonly problems: readonly InputProblem[];
}

/** Reads what is to be set up, and every problem with it at once. */
export function setupOf(
  options: InitOptions,
  { env: given, secrets }: Pick<VerbContext, 'env' | 'secrets'>,
): SetupRead {
  const here = parseRepository(given['GITHUB_REPOSITORY'] ?? '');
  const first = loadRotateInputs(given, secrets);
  const { credential } = first.ok ? first.value : first;
  const refreshes = credential?.kind === 'refresh-token';
  const { secretsEnvironment } = options;
  const environment = secretsEnvironment === false ? undefined : secretsEnvironment;
  const place = here && `${here.owner}/${here.repo}${environment === undefined ? '' : `@${environment}`}`;
  const successor = refreshes && place !== undefined ? `${place} as ${SECRETS['refresh-token']}` : undefined;
  const env = {
    ...given,
    // What is missing is made, and the plan says so.
    [variableOf('create-environment')]: 'true',
    ...(successor === undefined ? {} : { [variableOf('refresh-token-secret')]: successor }),
  };
  const loaded = loadRotateInputs(env, secrets);
  const problems: InputProblem[] = [
    ...(loaded.ok ? [] : loaded.problems),
    ...ownProblems(options, credential?.kind, env),
  ];
  if (!loaded.ok || here === undefined || problems.length > 0) {
    return { env, loaded, setup: undefined, problems };
  }

  const inputs = loaded.value;
  const target = (name: string): Target => {
    if (environment === undefined) return repositoryTarget(here, name);
    const parsed = environmentTarget(here, environment, name);
    if (!parsed.ok) throw new Error('an environment that can be parsed as a target, too');
    return parsed.value;
  };
  const bootstrap = bootstrapSecrets(inputs, target);
  const workflow: NewWorkflow = {
    repository: `${here.owner}/${here.repo}`,
    credential: refreshes ? 'refresh-token' : 'password',
    environment,
    successor,
    expiresInDays: inputs.settings.expiresInDays,
    ref: options.ref,
    inputs: keptInputs(given),
  };
  const text = workflowText(workflow);
  const linked = linkedPart(options.folder, options.workflow);
  const present = linked === undefined ? textOf(join(options.folder, options.workflow)) : undefined;
  const setup = {
    inputs,
    secrets: bootstrap,
    path: options.workflow,
    folder: options.folder,
    text,
    cron: cronOf(workflow),
    uses: usesText(options.ref),
    isThere: present === text,
    notes: notesOf(inputs, options),
    ...environmentTexts(environment, `${here.owner}/${here.repo}`, given),
  };
  return {
    env,
    loaded,
    setup,
    problems: [
      ...(linked === undefined ? inTheWay(options.workflow, present, text) : [leadsElsewhere(linked)]),
      ...collisions(inputs, bootstrap),
    ],
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // Anything else that is in the way counts as a file of another content.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? undefined : '';
  }
}

function bootstrapSecrets(
  { credential, githubToken }: RotateInputs,
  target: (name: string) => Target,
): readonly BootstrapSecret[] {
  const token = { target: target(SECRETS['github-token']), value: githubToken };
  switch (credential.kind) {
    case 'password':
      return [
        { target: target(SECRETS.email), value: new Secret(credential.email) },
        { target: target(SECRETS.password), value: credential.password },
        token,
      ];
    case 'refresh-token':
      return [{ target: target(SECRETS['refresh-token']), value: credential.token }, token];
    case 'access-jwt':
    case 'opaque':
      throw new Error('refused before: no schedule can go on with it');
  }
}

/** What was given and is not the default, as it was given. */
function keptInputs(env: NodeJS.ProcessEnv): readonly (readonly [string, string])[] {
  return inputsOf('rotate').flatMap((name) => {
    const value = (env[variableOf(name)] ?? '').trim();
    const isDefault = value === '' || value === specOf(name).verbs.rotate?.default;
    return NOT_KEPT.has(name) || isDefault ? [] : [[name, value] as const];
  });
}

/** The rule that keeps other branches from the credentials is a setting that this tool does not make. */
function environmentTexts(
  environment: string | undefined,
  repository: string,
  env: NodeJS.ProcessEnv,
): Pick<Setup, 'whoReads' | 'withoutPermission'> {
  if (environment === undefined) {
    return {
      whoReads:
        'a workflow on any branch can read these credentials: leave out `--no-secrets-environment` to keep them in an environment, which can be limited to the default branch',
      withoutPermission: undefined,
    };
  }
  const server = env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const settings = `${server}/${repository}/settings/environments`;
  return {
    whoReads: `limit the environment ${environment} to the default branch (Deployment branches and tags): ${settings}`,
    withoutPermission: `a token that may not make the environment ${environment} can do the rest: create it at ${settings}, limited to the default branch`,
  };
}

function notesOf({ githubToken, apiUrl }: RotateInputs, { ref, version }: InitOptions): readonly string[] {
  const ofTheRef = refNote(ref, version);
  // GitHub's own command line has a token that may do all that its owner may.
  const token =
    ownerOfGithubToken(githubToken.expose()) === 'oauth-app'
      ? [
          `the token that becomes ${SECRETS['github-token']} is that of GitHub's command line, which may do much more than write secrets: better give a fine-grained one`,
        ]
      : [];
  const url = isOutOfReach(apiUrl)
    ? [
        `\`api-url\` is ${apiUrl.href}, which means this machine or its own network: it goes into the workflow, whose runner, hosted by GitHub, cannot reach it`,
      ]
    : [];
  return [...(ofTheRef === undefined ? [] : [ofTheRef]), ...token, ...url];
}
