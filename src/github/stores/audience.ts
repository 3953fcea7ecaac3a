import type { Visibility } from '../../inputs/rotate-inputs.ts';
import type { Reply } from '../../rotation/ports.ts';
import { failure, unclear } from '../call-failure.ts';
import type { Calls } from '../calls.ts';
import { fieldsOf, isId } from '../json.ts';
import type { SecretPlace } from './encrypted-secret.ts';

/** Who may read an organisation's secret. */
export type Audience =
  | { readonly visibility: 'all' | 'private' }
  | { readonly visibility: 'selected'; readonly repositoryIds: readonly number[] };

/** The most GitHub gives at once; its default is 30. */
const PER_PAGE = 100;

export function decodeVisibility(json: unknown): { value: Visibility } | undefined {
  const { visibility } = fieldsOf(json);
  switch (visibility) {
    case 'all':
    case 'private':
    case 'selected':
      return { value: visibility };
    default:
      return undefined;
  }
}

/**
 * Every repository that may read a secret of visibility `selected`, all pages. What is not in this list loses
 * its access with the next PUT, so a list shorter than the count that comes with it is a failure; and so is a count
 * that changes between two pages, because what moved to a page that was read already is missed.
 */
export async function selectedRepositories(
  calls: Calls,
  place: SecretPlace,
): Promise<Reply<readonly number[]>> {
  const ids = new Set<number>();
  const path = `${place.path}/${place.name}/repositories`;
  let counted: number | undefined;
  for (let page = 1; ; page++) {
    const before = ids.size;
    const reply = await calls.ask(
      { method: 'GET', path, query: { per_page: PER_PAGE, page }, apiVersion: place.apiVersion },
      place.permission,
      { 200: decodePage },
    );
    if (!reply.ok) return reply;
    counted ??= reply.value.total;
    if (reply.value.total !== counted) return changed(calls, path, place);
    for (const id of reply.value.ids) ids.add(id);
    if (ids.size >= reply.value.total) return { ...reply, value: [...ids] };
    if (ids.size === before) return incomplete(calls, path, place, ids.size, reply.value.total);
  }
}

function incomplete(
  calls: Calls,
  path: string,
  place: SecretPlace,
  seen: number,
  total: number,
): Reply<never> {
  const context = calls.context(`GET ${path}`, place.permission);
  const message =
    `the github-token sees only ${seen} of the ${total} repositories that may read ${place.name} of ` +
    `${context.target}; writing it would take it away from the others`;
  const hint = 'Give the token access to all repositories of the organisation.';
  const cause = { ...unclear('github-audience-incomplete', message, true), hint };
  return { ok: false, failure: failure(context, { status: 200 }, cause) };
}

function changed(calls: Calls, path: string, place: SecretPlace): Reply<never> {
  const context = calls.context(`GET ${path}`, place.permission);
  const message = `the repositories that may read ${place.name} of ${context.target} changed while they were read`;
  const cause = unclear('github-audience-changed', message, true);
  return { ok: false, failure: failure(context, { status: 200 }, cause) };
}

function decodePage(json: unknown) {
  const { total_count: total, repositories } = fieldsOf(json);
  if (!Number.isSafeInteger(total) || !Array.isArray(repositories)) return undefined;
  const ids = repositories.map((repository: unknown) => fieldsOf(repository)).map(({ id }) => id);
  return ids.every(isId) ? { value: { total: Number(total), ids } } : undefined;
}
