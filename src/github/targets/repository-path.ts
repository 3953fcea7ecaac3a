import type { Reply } from '../../core/call.ts';
import { archivedCause, failure, lacking } from '../call-failure.ts';
import type { Calls } from '../calls.ts';
import { fieldsOf, isId } from '../json.ts';
import { needsOf } from '../token-hint.ts';
import { ownerSegment, repositorySegment } from './names.ts';
import { describeMissing, METADATA, type Permission } from './permissions.ts';
import type { PublicKey } from './sealed-box.ts';

interface Repository {
  readonly id: number;
  readonly archived: boolean;
}

/** The path of a repository in GitHub's API; throws on names that are none. */
export function repositoryPath(owner: string, repository: string): string {
  return `/repos/${ownerSegment(owner)}/${repositorySegment(repository)}`;
}

export function getRepository(calls: Calls, path: string): Promise<Reply<Repository>> {
  return calls.ask({ method: 'GET', path }, METADATA, {
    200: (json) => {
      const { id, archived } = fieldsOf(json);
      return isId(id) ? { value: { id, archived: archived === true } } : undefined;
    },
  });
}

/**
 * What a public key and its repository, asked for at the same time, say together: an archived repository still
 * gives its key, and 404 for a key can mean that the repository, the environment or a permission is missing.
 * @param calls on behalf of the target
 * @param path the repository's
 */
export function judge(
  calls: Calls,
  path: string,
  permission: Permission,
  key: Reply<PublicKey>,
  repository: Reply<Repository>,
): Reply<true> {
  if (repository.ok && repository.value.archived) {
    const context = calls.context(`GET ${path}`, permission);
    return { ok: false, failure: failure(context, { status: 200 }, archivedCause(context.target)) };
  }
  if (key.ok) {
    // The key shows that the repository is there; an unclear look at it is worth another try all the same,
    // because whether it is archived is only known from there.
    return repository.ok || !repository.failure.retryable ? { ...key, value: true } : repository;
  }
  const hidden = key.failure.code === 'github-not-found' && repository.ok;
  return hidden ? hiddenSecrets(calls, path, permission) : key;
}

/** What is there to be seen, is not to be written: a permission is missing. */
export function hiddenSecrets(calls: Calls, path: string, permission: Permission): Reply<never> {
  const context = calls.context(`GET ${path}`, permission);
  const missing = describeMissing(undefined, permission);
  const cause = lacking(
    'github-missing-permission',
    `${context.target} exists, but the github-token cannot see its secrets: it lacks ${missing}`,
    needsOf(missing, permission, context.reach),
  );
  return { ok: false, failure: failure(context, { status: 200 }, cause) };
}
