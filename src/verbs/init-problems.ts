import { isRef } from '../init/ref.ts';
import type { InputProblem } from '../inputs/loaded.ts';
import type { RotateInputs } from '../inputs/rotate-inputs.ts';
import { environmentTarget, identityOf } from '../inputs/targets.ts';
import { variableOf } from '../inputs/unknown.ts';
import { ownerOfGithubToken } from '../secrets/shapes.ts';
import type { BootstrapSecret, InitOptions } from './init-inputs.ts';

const WORKFLOW_PATH = /^\.github\/workflows\/[^/\\]+\.ya?ml$/u;

/** What speaks against a setup, beyond what speaks against a rotation. @param env with the inputs of the first one */
export function ownProblems(
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
export function inTheWay(path: string, present: string | undefined, text: string): readonly InputProblem[] {
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
export function leadsElsewhere(part: string): InputProblem {
  return {
    input: '--workflow',
    message: `leads elsewhere: \`${part}\` is a symbolic link, which GitHub does not follow, and \`init\` neither`,
    allowed: 'a path of real folders',
    fix: 'put a folder in place of the link, or say with `--folder` where the repository is',
  };
}

/** The key must not overwrite a credential, nor the other way round. */
export function collisions(
  { targets }: RotateInputs,
  secrets: readonly BootstrapSecret[],
): readonly InputProblem[] {
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
