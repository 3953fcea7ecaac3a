import { createHash } from 'node:crypto';

const ACTION = 'mutx/api-key-action';
const PINNING = 'https://github.com/mutx/api-key-action/blob/main/SECURITY.md#verify';

const COMMIT = /^[\da-f]{40}$/u;
const MAJOR_TAG = /^v\d+$/u;
const VERSION_TAG = /^v\d+\.\d+\.\d+(?:-[\w.-]+)?$/u;
/** A version that a major tag moves to: not one before the first, and no pre-release. */
const RELEASED = /^[1-9]\d*\.\d+\.\d+$/u;

/** Whether a workflow may name this version of the action. A branch moves with every push, a short commit is none to GitHub. */
export function isRef(text: string): boolean {
  return [COMMIT, MAJOR_TAG, VERSION_TAG].some((form) => form.test(text));
}

/** The tag that moves with the releases of a version. The first one is `v1`, whatever leads up to it. */
export function majorTagOf(version: string): string {
  return `v${Math.max(1, Number.parseInt(version, 10))}`;
}

/** What stands after `uses:`. */
export function usesText(ref: string): string {
  return `${ACTION}@${ref}`;
}

/**
 * What to think about before a workflow names the action by this; undefined: nothing.
 * @param version that is running
 */
export function refNote(ref: string, version: string): string | undefined {
  if (!MAJOR_TAG.test(ref)) return undefined;
  const uses = `the workflow uses ${usesText(ref)}`;
  return RELEASED.test(version)
    ? `${uses}, a tag that moves with every release; to pin it by commit, give the 40 digits of the commit with \`--ref\`: ${PINNING}`
    : `${uses}, and this is ${version}: the tag comes with the first release, and without it the workflow cannot start. Until then give the 40 digits of a commit of the action with \`--ref\`: ${PINNING}`;
}

/** The workflow that a first-time setup writes. */
export interface NewWorkflow {
  /** `owner/repo`: gives the schedule its minute. */
  readonly repository: string;
  readonly credential: 'password' | 'refresh-token';
  /** Where the bootstrap secrets are; undefined: the repository itself. */
  readonly environment: string | undefined;
  /** For a refresh token: the target that takes its successor. */
  readonly successor: string | undefined;
  readonly expiresInDays: number;
  /** Of the action: a tag or a commit. */
  readonly ref: string;
  /** Inputs of the action that are not what they would be anyway, as they were given. */
  readonly inputs: readonly (readonly [name: string, value: string])[];
}

/** Secrets that the workflow reads. */
export const SECRETS = {
  email: 'MUTX_EMAIL',
  password: 'MUTX_PASSWORD',
  'refresh-token': 'MUTX_REFRESH_TOKEN',
  'github-token': 'SECRETS_WRITER_TOKEN',
} as const;

/**
 * When it runs. A refresh token is dead after a week without use, and GitHub leaves a scheduled run out now and then;
 * a key that lives for a few days is replaced every day.
 */
export function cronOf({ repository, credential, expiresInDays }: NewWorkflow): string {
  // Not at the full hour, when everybody's runs start and GitHub is late.
  const minute = 1 + ((createHash('sha256').update(repository.toLowerCase()).digest()[0] ?? 0) % 58);
  const often = credential === 'password' ? { days: '1', gap: 7 } : { days: '1,4', gap: 4 };
  return `${minute} 4 * * ${expiresInDays > 2 * often.gap ? often.days : '*'}`;
}

/** The text of the file, for GitHub and for people. */
export function workflowText(workflow: NewWorkflow): string {
  const { credential, environment, successor, ref, inputs } = workflow;
  const secrets = credential === 'password' ? (['email', 'password'] as const) : (['refresh-token'] as const);
  const given = [...secrets, 'github-token' as const].map(
    (name) => [name, `\${{ secrets.${SECRETS[name]} }}`] as const,
  );
  const place = successor === undefined ? [] : ([['refresh-token-secret', scalar(successor)]] as const);
  const others = inputs.map(([name, value]) => [name, scalar(value)] as const);
  return [
    '# Written by `mutx-api-key init`. Its inputs: https://github.com/mutx/api-key-action#rotate',
    'name: Rotate the MUTX API key',
    'on:',
    '  schedule:',
    `    - cron: '${cronOf(workflow)}'`,
    '  workflow_dispatch: {}',
    'permissions: {}',
    '# One rotation at a time, and none is ended in the middle.',
    'concurrency:',
    '  group: mutx-api-key',
    '  cancel-in-progress: false',
    'jobs:',
    '  rotate:',
    '    name: Rotate',
    '    runs-on: ubuntu-latest',
    ...(environment === undefined ? [] : [`    environment: ${scalar(environment)}`]),
    '    timeout-minutes: 60',
    '    steps:',
    `      - uses: ${usesText(ref)}`,
    '        with:',
    ...[...given, ...place, ...others].map(([name, value]) => `          ${name}: ${value}`),
    '',
  ].join('\n');
}

/** Of these a YAML parser makes something else than a text. */
const WORDS = /^(?:true|false|yes|no|on|off|y|n|null)$/iu;
const PLAIN = /^[A-Za-z][\w./@-]*$/u;

/** A text as YAML: in JSON's quotes, which YAML shares, unless it is a plain word. */
function scalar(text: string): string {
  if (PLAIN.test(text) && !WORDS.test(text)) return text;
  const lines = text.split(/\r\n|\r|\n/u).map((line) => line.trim());
  if (lines.length === 1) return /^\d{1,9}$/u.test(text) ? text : JSON.stringify(text);
  // As lines for people, where each of them is fit for that.
  const block = lines.filter((line) => line !== '');
  return `|\n${block.map((line) => `            ${line}`).join('\n')}`;
}
