import { Refusal, type Reply } from '../message.ts';
import { type Call, type GithubRoute, noQuery, organisationOf, page } from './call.ts';
import { malformed, missingField, notFound, problem } from './errors.ts';
import { ORGANISATION_SECRETS } from './permissions.ts';
import { showMinimalRepository, showOrganisation, showSecret } from './represent.ts';
import { type Audience, type Scope, STORES, type StoreName } from './scopes.ts';
import { type SecretKind, secretRoutes } from './secret-routes.ts';

const ORGANISATION = '/orgs/{org}';

/** Dependabot's API wants the ids of repositories as strings, the others as numbers. */
const ID_TYPE: Readonly<Record<StoreName, 'string' | 'number'>> = {
  actions: 'number',
  dependabot: 'string',
  codespaces: 'number',
  agents: 'number',
};

const KINDS: readonly SecretKind[] = STORES.map((store) => ({
  base: `${ORGANISATION}/${store}/secrets`,
  store,
  permission: ORGANISATION_SECRETS[store],
  scope: (call) => scopeOf(store, call),
  fields: ['visibility', 'selected_repository_ids'],
  audience: (call, body) => audienceOf(store, call, body),
  show: ({ apiUrl, params }, secret) => ({
    ...showSecret(secret),
    visibility: secret.audience?.visibility,
    ...(secret.audience?.visibility === 'selected'
      ? {
          selected_repositories_url: `${apiUrl}/orgs/${params['org']}/${store}/secrets/${secret.name}/repositories`,
        }
      : {}),
  }),
}));

function scopeOf(store: StoreName, call: Call): Scope {
  return organisationOf(call).scopes[store];
}

/** A PUT says who may read the secret from now on; what it leaves out is not kept. */
function audienceOf(store: StoreName, call: Call, body: Readonly<Record<string, unknown>>): Audience {
  const { visibility, selected_repository_ids: ids } = body;
  if (visibility === undefined) throw missingField('visibility');
  if (visibility !== 'all' && visibility !== 'private' && visibility !== 'selected') {
    throw malformed('Invalid request.\n\nvisibility is none of: all, private, selected.');
  }
  if (visibility !== 'selected') {
    if (ids !== undefined) throw malformed('selected_repository_ids without visibility: selected.');
    return { visibility, repositoryIds: [] };
  }
  if (ids === undefined) return { visibility, repositoryIds: [] };
  if (!Array.isArray(ids)) throw malformed('selected_repository_ids is not an array.');
  return { visibility, repositoryIds: [...new Set(ids.map((id: unknown) => checkedId(store, call, id)))] };
}

function checkedId(store: StoreName, { world, params }: Call, id: unknown): number {
  if (typeof id !== ID_TYPE[store] || !/^[1-9]\d*$/.test(String(id))) {
    throw malformed(`an id in selected_repository_ids of ${store} is not a ${ID_TYPE[store]}.`);
  }
  const repository = world.byId(Number(id));
  if (repository?.owner.toLowerCase() !== params['org']?.toLowerCase()) {
    throw new Refusal(
      problem(422, `Validation Failed: repository ${String(id)} is not one of the organization's`),
    );
  }
  return Number(id);
}

function selectedRepositories(store: StoreName, call: Call): Reply {
  const secret = scopeOf(store, call).find(call.params['secret_name'] ?? '');
  if (secret?.audience?.visibility !== 'selected') throw notFound();
  const repositories = secret.audience.repositoryIds.flatMap((id) => call.world.byId(id) ?? []);
  const { items, headers } = page(call, repositories);
  return {
    status: 200,
    headers,
    json: {
      total_count: repositories.length,
      repositories: items.map((repository) => showMinimalRepository(repository, call.world, call.apiUrl)),
    },
  };
}

function getOrganisation(call: Call): Reply {
  const organisation = organisationOf(call);
  noQuery(call);
  return { status: 200, json: showOrganisation(organisation, call.apiUrl) };
}

export const ORGANISATION_ROUTES: readonly GithubRoute[] = [
  ...KINDS.flatMap(secretRoutes),
  ...STORES.map(
    (store): GithubRoute => ({
      method: 'GET',
      pattern: `${ORGANISATION}/${store}/secrets/{secret_name}/repositories`,
      handler: {
        needs: { name: ORGANISATION_SECRETS[store], level: 'read' },
        store,
        run: (call) => selectedRepositories(store, call),
      },
    }),
  ),
  {
    method: 'GET',
    pattern: ORGANISATION,
    handler: { needs: { name: 'metadata', level: 'read' }, run: getOrganisation },
  },
];
