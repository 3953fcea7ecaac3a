import type { Visibility } from '../../config/targets.ts';
import type { Reply } from '../../core/call.ts';
import type { MayStart } from '../../rotation/ports.ts';
import type { Calls } from '../calls.ts';
import { fieldsOf, isCount, isId } from '../json.ts';
import { type CountedPage, readCounted } from '../pages.ts';
import type { SecretPlace } from './encrypted-secret.ts';

/** Who may read an organisation's secret. */
export type Audience =
  | { readonly visibility: 'all' | 'private' }
  | { readonly visibility: 'selected'; readonly repositoryIds: readonly number[] };

const AUDIENCE_CODES = {
  incomplete: 'github-audience-incomplete',
  changed: 'github-audience-changed',
  tooLong: 'github-audience-too-long',
};

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
 * Every repository that may read a secret of visibility `selected`, all pages. What is not in this list loses its
 * access with the next PUT.
 */
export function selectedRepositories(
  calls: Calls,
  place: SecretPlace,
  mayGoOn?: MayStart,
): Promise<Reply<readonly number[]>> {
  const { target } = calls.subject;
  return readCounted(
    calls,
    {
      path: `${place.path}/${place.name}/repositories`,
      apiVersion: place.apiVersion,
      permission: place.permission,
      decode: decodePage,
      idOf: (id) => id,
      codes: AUDIENCE_CODES,
      what: `the repositories that may read ${place.name} of ${target}`,
      incomplete: (seen, total) => ({
        message:
          `the github-token sees only ${seen} of the ${total} repositories that may read ${place.name} of ` +
          `${target}; writing it would take it away from the others`,
        hint: 'Give the token access to all repositories of the organisation.',
      }),
    },
    mayGoOn,
  );
}

function decodePage(json: unknown): { value: CountedPage<number> } | undefined {
  const { total_count: total, repositories } = fieldsOf(json);
  if (!isCount(total) || !Array.isArray(repositories)) return undefined;
  const ids = repositories.map((repository: unknown) => fieldsOf(repository)).map(({ id }) => id);
  return ids.every(isId) ? { value: { total, items: ids } } : undefined;
}
