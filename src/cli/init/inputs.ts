import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandContext } from '../../commands/context.ts';
import { loadRotateInputs } from '../../config/load/rotate.ts';
import type { RotateInputs } from '../../config/load/rotate-inputs.ts';
import type { InputProblem, Loaded } from '../../config/problem.ts';
import { type InputName, inputsOf, specOf } from '../../config/table.ts';
import {
  environmentTarget,
  identityOf,
  parseRepository,
  repositoryTarget,
  type Target,
} from '../../config/targets.ts';
import { variableOf } from '../../config/unknown.ts';
import { pagesOfGithub } from '../../config/urls.ts';
import { Secret } from '../../secrets/secret.ts';
import { ownerOfGithubToken } from '../../secrets/shapes.ts';
import { isOutOfReach } from '../doctor/checks/reach.ts';
import { cronOf, isRef, type NewWorkflow, refNote, SECRETS, usesText, workflowText } from './workflow.ts';

/**
 * The first part of a path below a folder that is a symbolic link: what is written there lands elsewhere, perhaps
 * outside of the folder, and GitHub, which does not follow it either, never sees it.
 * @param path with `/`, relative to the folder
 * @returns undefined: none is, as far as the parts exist
 */
export function linkedPart(folder: string, path: string): string | undefined {
  const parts = path.split('/');
  return parts.map((_, at) => parts.slice(0, at + 1).join('/')).find((part) => isLink(join(folder, part)));
}

/** Where it cannot be looked at (a file in place of a folder), there is nothing to be followed. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

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
  { env: given, secrets }: Pick<CommandContext, 'env' | 'secrets'>,
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
  const settings = `${pagesOfGithub(env)}/${repository}/settings/environments`;
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

const WORKFLOW_PATH = /^\.github\/workflows\/[^/\\]+\.ya?ml$/u;

/** What speaks against a setup, beyond what speaks against a rotation. @param env with the inputs of the first one */
function ownProblems(
  { workflow, ref, secretsEnvironment, canConfirm }: InitOptions,
  credential: RotateInputs['credential']['kind'] | undefined,
  env: NodeJS.ProcessEnv,
): readonly InputProblem[] {
  const problems: InputProblem[] = [];
  if (credential === 'access-jwt' || credential === 'opaque') {
    problems.push({
      input: 'bootstrap-jwt',
      message:
        credential === 'opaque' ? 'holds no MUTX JWT' : 'holds an access JWT, which is dead after 30 minutes',
      allowed: 'nothing here',
      fix: 'give `email` and `password` of a service account, or `refresh-token`, which a schedule can go on with',
    });
  }
  if (ownerOfGithubToken((env[variableOf('github-token')] ?? '').trim()) === 'installation') {
    problems.push({
      input: 'github-token',
      message: 'holds the token of a GitHub App or of a workflow, which is dead within an hour',
      allowed: 'a personal access token',
      fix: 'give a fine-grained personal access token; for a GitHub App write the workflow by hand, see the README',
    });
  }
  if (!WORKFLOW_PATH.test(workflow)) {
    problems.push({
      input: '--workflow',
      message: 'is not where GitHub looks for workflows',
      allowed: '`.github/workflows/NAME.yml`',
      fix: 'give a path from the root of the repository',
    });
  }
  if (!isRef(ref)) {
    problems.push({
      input: '--ref',
      message: 'is neither a tag of the action nor a commit',
      allowed: '`v1`, `v1.2.3`, or the 40 digits of a commit',
      fix: 'give the whole commit, or leave it out',
    });
  }
  if (secretsEnvironment === false && credential === 'refresh-token') {
    problems.push({
      input: '--no-secrets-environment',
      message: 'does not go with a refresh token, whose successor queued runs find in an environment only',
      allowed: 'an environment, or e-mail and password',
      fix: 'leave it out, or name an environment with `--secrets-environment`',
    });
  }
  if (typeof secretsEnvironment === 'string' && !isEnvironment(secretsEnvironment)) {
    problems.push({
      input: '--secrets-environment',
      message: 'is not the name of an environment',
      allowed: 'the name of one environment of this repository',
      fix: 'correct it, or leave it out',
    });
  }
  if (!canConfirm && env[variableOf('dry-run')] !== 'true') {
    problems.push({
      input: '--yes',
      message: 'was not given, and nobody is here to be asked',
      allowed: 'no value',
      fix: 'see what would be done with `--dry-run`, then agree to it with `--yes`',
    });
  }
  return problems;
}

function isEnvironment(name: string): boolean {
  return environmentTarget({ owner: 'o', repo: 'r' }, name, 'S').ok;
}

/** A file of another content is in the way, whatever it is: it is never overwritten. */
function inTheWay(path: string, present: string | undefined, text: string): readonly InputProblem[] {
  if (present === undefined || present === text) return [];
  return [
    {
      input: '--workflow',
      message: `is there already, and no file is overwritten (${path})`,
      allowed: 'the path of a file that does not exist',
      fix: 'look at the file: take it away, or give another path with `--workflow`',
    },
  ];
}

/** @param part of the path, which is a symbolic link */
function leadsElsewhere(part: string): InputProblem {
  return {
    input: '--workflow',
    message: `leads elsewhere: \`${part}\` is a symbolic link, which GitHub does not follow, and \`init\` neither`,
    allowed: 'a path of real folders',
    fix: 'put a folder in place of the link, or say with `--folder` where the repository is',
  };
}

/** The key must not overwrite a credential, nor the other way round. */
function collisions({ targets }: RotateInputs, secrets: readonly BootstrapSecret[]): readonly InputProblem[] {
  const taken = new Set(secrets.map(({ target }) => identityOf(target)));
  const both = targets.filter((target) => taken.has(identityOf(target)));
  return both.map(({ secretName }) => ({
    input: 'secret-name',
    message: 'is a secret that the setup needs for something else',
    given: secretName,
    allowed: 'any other name',
    fix: 'choose another one, such as `MUTX_API_KEY`',
  }));
}
