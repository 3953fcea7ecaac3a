import type { CallFailure } from '../core/call.ts';
import type { HttpReply } from '../http/result.ts';
import type { CallContext } from './call-failure.ts';
import type { GithubRequest, GithubResult } from './client.ts';
import { fieldsOf, jsonOf } from './json.ts';

/** GitHub sends a repository that was renamed or transferred on to its number: `…/repositories/123/actions`. */
const REPOSITORY_ID = /\/repositories\/(\d{1,15})(?:[/?]|$)/;
const FULL_NAME = /^[A-Za-z0-9_-]{1,100}\/[A-Za-z0-9._-]{1,100}$/;

/**
 * Turns a redirect into "the repository is called … now", where that is what it means. Nothing is followed:
 * only the number is taken from the redirect, and our own origin is asked for the name of that repository.
 * @returns undefined if the redirect is about something else or the name could not be found out
 */
export async function renamed(
  reply: HttpReply,
  redirect: CallFailure,
  { target, reach }: CallContext,
  send: (request: GithubRequest) => Promise<GithubResult>,
): Promise<CallFailure | undefined> {
  const id = repositoryId(reply);
  if (id === undefined || reach.repository === undefined) return undefined;
  const answer = await send({ method: 'GET', path: `/repositories/${id}` });
  if (answer.kind !== 'reply' || answer.status !== 200) return undefined;
  const { full_name: name } = fieldsOf(jsonOf(answer.body));
  if (typeof name !== 'string' || !FULL_NAME.test(name)) return undefined;
  return {
    ...redirect,
    code: 'github-repository-renamed',
    message: `the repository of ${target} is now called ${name}`,
    hint: `Write ${name} instead of ${reach.owner}/${reach.repository} in the targets.`,
  };
}

function repositoryId(reply: HttpReply): string | undefined {
  const { url } = fieldsOf(jsonOf(reply.body));
  for (const place of [url, reply.headers.get('location')]) {
    const id = typeof place === 'string' ? REPOSITORY_ID.exec(place)?.[1] : undefined;
    if (id !== undefined) return id;
  }
  return undefined;
}
