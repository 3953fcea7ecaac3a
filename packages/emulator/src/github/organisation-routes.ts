import { Refusal, type Reply } from '../message.ts';
import { type Call, type GithubRoute, noQuery, organisationOf, page, readBody } from './call.ts';
import { malformed, missingField, notFound, plainProblem, problem } from './errors.ts';
import { ORGANISATION_SECRETS } from './permissions.ts';
import { showMinimalRepository, showOrganisation, showSecret } from './represent.ts';
import { type Audience, type Scope, STORES, type StoreName } from './scopes.ts';
import { type SecretKind, secretRoutes } from './secret-routes.ts';

const ORGANISATION = '/orgs/{org}';

/** Two of the stores take the ids of repositories as text, too. */
const ID_TYPES: Readonly<Record<StoreName, readonly string[]>> = {
  actions: ['number', 'string'],
  dependabot: ['number', 'string'],
  codespaces: ['number'],
  agents: ['number'],
};

const KINDS: readonly SecretKind[] = STORES.map((store) => ({
  base: `${ORGANISATION}/${store}/secrets`,
  store,
  permission: ORGANISATION_SECRETS[store],
  scope: (call) => scopeOf(store, call),
  fields: ['visibility', 'selected_repository_ids'],
  audience: (call, body) => audienceOf(store, call, body),
  valueIsOptional: store !== 'agents',
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
  if (ids !== undefined && !Array.isArray(ids)) throw malformed('selected_repository_ids is not an array.');
  if (visibility !== 'selected') {
    if (ids !== undefined && ids.length > 0)
      throw malformed('selected_repository_ids without visibility: selected.');
    return { visibility, repositoryIds: [] };
  }
  return { visibility, repositoryIds: checkedIds(call, ids ?? [], ID_TYPES[store]) };
}

function checkedIds(call: Call, ids: readonly unknown[], types: readonly string[]): readonly number[] {
  return [...new Set(ids.map((id) => checkedId(call, id, types)))];
}

function checkedId({ world, params }: Call, id: unknown, types: readonly string[]): number {
  if (!types.includes(typeof id) || !/^[1-9]\d*$/.test(String(id))) {
    throw malformed(`an id in selected_repository_ids is not a ${types.join(' or ')}.`);
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

/** A change of the repositories that a secret is selected for; refused for a secret that has another audience. */
function changeSelected(
  store: StoreName,
  call: Call,
  change: (before: readonly number[]) => readonly number[],
): Reply {
  const scope = scopeOf(store, call);
  noQuery(call);
  const secret = scope.find(call.params['secret_name'] ?? '');
  if (secret === undefined) throw notFound();
  if (secret.audience?.visibility !== 'selected') throw new Refusal(plainProblem(409));
  const repositoryIds = change(secret.audience.repositoryIds);
  scope.setAudience(secret.name, { visibility: 'selected', repositoryIds });
  return { status: 204, effect: `audience changed of secret ${secret.name} in ${scope.label}` };
}

function selectedRoutes(store: StoreName): readonly GithubRoute[] {
  const name = ORGANISATION_SECRETS[store];
  const repositories = `${ORGANISATION}/${store}/secrets/{secret_name}/repositories`;
  const one = `${repositories}/{repository_id}`;
  return [
    route('GET', repositories, 'read', (call) => selectedRepositories(store, call)),
    route('PUT', repositories, 'write', (call) => {
      const { selected_repository_ids: ids } = readBody(call, ['selected_repository_ids']);
      if (ids === undefined) throw missingField('selected_repository_ids');
      if (!Array.isArray(ids)) throw malformed('selected_repository_ids is not an array.');
      return changeSelected(store, call, () => checkedIds(call, ids, ['number']));
    }),
    route('PUT', one, 'write', (call) =>
      changeSelected(store, call, (before) => [...new Set([...before, pathId(call)])]),
    ),
    route('DELETE', one, 'write', (call) =>
      changeSelected(store, call, (before) => before.filter((id) => id !== pathId(call))),
    ),
  ];

  function route(
    method: string,
    pattern: string,
    level: 'read' | 'write',
    run: (call: Call) => Reply,
  ): GithubRoute {
    return { method, pattern, handler: { needs: { name, level }, store, run } };
  }
}

function pathId(call: Call): number {
  return checkedId(call, Number(call.params['repository_id']), ['number']);
}

function getOrganisation(call: Call): Reply {
  const organisation = organisationOf(call);
  noQuery(call);
  return { status: 200, json: showOrganisation(organisation, call.apiUrl) };
}

export const ORGANISATION_ROUTES: readonly GithubRoute[] = [
  ...KINDS.flatMap(secretRoutes),
  ...STORES.flatMap(selectedRoutes),
  {
    method: 'GET',
    pattern: ORGANISATION,
    handler: { needs: { name: 'metadata', level: 'read' }, run: getOrganisation },
  },
];
