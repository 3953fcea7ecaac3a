import type { CallFailure, Reply } from '../core/call.ts';
import type { SecretRegistry } from '../secrets/registry.ts';
import { Calls } from './calls.ts';
import type { GithubClient } from './client.ts';
import { fieldsOf, isId } from './json.ts';
import type { Permission } from './targets/permissions.ts';
import { repositoryPath } from './targets/repository-path.ts';

export interface Issue {
  readonly number: number;
  /** As anyone who may edit it left it. */
  readonly body: string;
}

const ISSUES: Permission = { name: 'issues', label: 'Issues', level: 'write', appTokenInput: true };

/** A page of them; more open issues with one label of ours there are not. */
const MOST = 100;

/**
 * The issues of one repository, one attempt a call. A repository may have them switched off (410), which is no
 * failure: value `'none'`. https://docs.github.com/rest/issues/issues
 */
export class Issues {
  readonly #calls: Calls;
  readonly #path: string;

  /** @throws TypeError if owner or repository is no name */
  constructor(github: GithubClient, secrets: SecretRegistry, owner: string, repository: string) {
    const reach = { owner, repository };
    this.#calls = new Calls(github, secrets, { target: `${owner}/${repository}`, reach });
    this.#path = `${repositoryPath(owner, repository)}/issues`;
  }

  /** Open ones with this label, the oldest first; pull requests left out. */
  open(label: string): Promise<Reply<readonly Issue[] | 'none'>> {
    const query = { state: 'open', labels: label, sort: 'created', direction: 'asc', per_page: MOST };
    return explained(
      this.#calls.ask<readonly Issue[] | 'none'>({ method: 'GET', path: this.#path, query }, ISSUES, {
        200: decodeIssues,
        410: () => ({ value: 'none' }),
      }),
    );
  }

  create(title: string, body: string, label: string): Promise<Reply<true | 'none'>> {
    const request = { method: 'POST', path: this.#path, body: { title, body, labels: [label] } } as const;
    return explained(
      this.#calls.ask<true | 'none'>(request, ISSUES, { 201: done, 410: () => ({ value: 'none' }) }),
    );
  }

  update(number: number, body: string): Promise<Reply<true>> {
    const request = { method: 'PATCH', path: `${this.#path}/${number}`, body: { body } } as const;
    return explained(this.#calls.ask(request, ISSUES, { 200: done }));
  }

  close(number: number): Promise<Reply<true>> {
    const body = { state: 'closed', state_reason: 'completed' };
    const request = { method: 'PATCH', path: `${this.#path}/${number}`, body } as const;
    return explained(this.#calls.ask(request, ISSUES, { 200: done }));
  }

  comment(number: number, text: string): Promise<Reply<true>> {
    const path = `${this.#path}/${number}/comments`;
    return explained(this.#calls.ask({ method: 'POST', path, body: { body: text } }, ISSUES, { 201: done }));
  }
}

const done = (): { readonly value: true } => ({ value: true });

function decodeIssues(json: unknown): { readonly value: readonly Issue[] } | undefined {
  if (!Array.isArray(json)) return undefined;
  const issues: Issue[] = [];
  for (const item of json) {
    const { number, body, pull_request: pullRequest } = fieldsOf(item);
    if (!isId(number)) return undefined;
    if (pullRequest === undefined) issues.push({ number, body: typeof body === 'string' ? body : '' });
  }
  return { value: issues };
}

/** The hint of the secrets' calls speaks of tokens that write secrets; this one is the workflow's own. */
async function explained<T>(asking: Promise<Reply<T>>): Promise<Reply<T>> {
  const reply = await asking;
  if (reply.ok || reply.failure.kind !== 'refused') return reply;
  const hint =
    'Give the job that calls the reusable workflow `permissions:` with `issues: write`: it cannot have more than its caller.';
  const failure: CallFailure = { ...reply.failure, hint };
  return { ok: false, failure };
}
