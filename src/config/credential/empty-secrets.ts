import { readFileSync } from 'node:fs';
import { printable } from '../../core/text.ts';
import { GITHUB_CLI_TOKEN, shellVariableOf } from '../environment-names.ts';
import type { InputName } from '../table.ts';

/** Events whose runs get no secrets when they come from a fork. */
const PULL_REQUEST = /^pull_request(?:_review|_review_comment)?$/;

/**
 * Events of Dependabot's whose runs get its own secrets. Other events, `schedule` for one, get Actions secrets, though
 * their actor may be Dependabot: whoever last touched the workflow.
 * https://docs.github.com/code-security/dependabot/troubleshooting-dependabot/troubleshooting-dependabot-on-github-actions
 */
const DEPENDABOT: ReadonlySet<string> = new Set([
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'pull_request_target',
  'push',
  'create',
  'deployment',
  'deployment_status',
]);

/**
 * Why an input that should hold a secret is empty, and what to do. An unset input and one filled
 * from a secret that does not exist look the same to an action, so the event tells more than the input.
 * https://docs.github.com/actions/reference/security/secrets
 * @param missing kinds of input, one of which is needed, each of the inputs that go together
 */
export function whyEmpty(
  env: NodeJS.ProcessEnv,
  ...missing: readonly (readonly InputName[])[]
): { readonly reason: string; readonly fix: string } {
  if (env['GITHUB_ACTIONS'] !== 'true') {
    return { reason: 'its variable is not set', fix: `set ${anyOf(missing.flatMap(variablesOf))}` };
  }
  const event = env['GITHUB_EVENT_NAME'] ?? '';
  if (env['GITHUB_ACTOR'] === 'dependabot[bot]' && DEPENDABOT.has(event)) {
    return {
      reason: 'this run was started by Dependabot, and such runs get Dependabot secrets, not Actions secrets',
      fix: 'rotate on `schedule` or `workflow_dispatch`, which get Actions secrets whoever their actor is',
    };
  }
  if (!PULL_REQUEST.test(event)) {
    return {
      reason:
        'it is not set, or the secret or variable it is filled from does not exist or is not given to this job',
      fix: 'check the name of the secret or variable, and that the job has the `environment:` whose secret it is; a reusable workflow is given secrets by its caller only',
    };
  }
  const fork = forkOf(env);
  if (fork === undefined) {
    return {
      reason:
        'it is not set, or its secret does not exist, or this pull request comes from a fork, and then GitHub gives no secrets',
      fix: 'rotate on `schedule` or `workflow_dispatch`, not for pull requests',
    };
  }
  return {
    reason: `this pull request comes from a fork (${fork}), and GitHub gives no secrets to such runs`,
    fix: 'rotate on `schedule` or `workflow_dispatch`, not for pull requests',
  };
}

/** The variables of a shell that one kind of input is read from, in each way that there is. */
function variablesOf(inputs: readonly InputName[]): readonly string[] {
  const own = inputs.map((input) => `\`${shellVariableOf(input)}\``).join(' and ');
  return inputs.includes('github-token') ? [own, `\`${GITHUB_CLI_TOKEN}\``] : [own];
}

function anyOf(ways: readonly string[]): string {
  return ways.length < 2 ? ways.join() : `${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}`;
}

/** The repository a pull request comes from, if the event says that it is another one than it goes to. */
function forkOf(env: NodeJS.ProcessEnv): string | undefined {
  const event = readEvent(env['GITHUB_EVENT_PATH']);
  const head = nameOf(event, 'head') ?? 'since deleted';
  const base = nameOf(event, 'base');
  return base === undefined || head === base ? undefined : printable(head, 100);
}

function nameOf(event: unknown, side: 'head' | 'base'): string | undefined {
  const name = inside(event, 'pull_request', side, 'repo', 'full_name');
  return typeof name === 'string' ? name : undefined;
}

function inside(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  );
}

function readEvent(path: string | undefined): unknown {
  if (path === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
