import type { Reply } from '../message.ts';
import { type Call, type GithubRoute, noQuery, page, readClosedBody, repositoryOf } from './call.ts';
import { malformed, notFound } from './errors.ts';
import { REPOSITORY_SECRETS } from './permissions.ts';
import { showEnvironment, showRepository, showSecret } from './represent.ts';
import { STORES } from './scopes.ts';
import { type SecretKind, secretRoutes } from './secret-routes.ts';
import type { BranchPolicy, EmulatedEnvironment } from './world.ts';

const REPOSITORY = '/repos/{owner}/{repo}';
const ENVIRONMENT = `${REPOSITORY}/environments/{environment_name}`;

const plain = {
  fields: [],
  valueIsOptional: false,
  audience: () => undefined,
  show: (_call: Call, secret: Parameters<typeof showSecret>[0]) => showSecret(secret),
};

const REPOSITORY_KINDS: readonly SecretKind[] = STORES.map((store) => ({
  ...plain,
  base: `${REPOSITORY}/${store}/secrets`,
  store,
  permission: REPOSITORY_SECRETS[store],
  scope: (call) => repositoryOf(call).scopes[store],
}));

const ENVIRONMENT_KIND: SecretKind = {
  ...plain,
  base: `${ENVIRONMENT}/secrets`,
  store: 'actions',
  permission: 'environments',
  scope: (call) => environmentOf(call).scope,
};

function environmentOf(call: Call): EmulatedEnvironment {
  const environment = repositoryOf(call).environments.get(
    (call.params['environment_name'] ?? '').toLowerCase(),
  );
  if (environment === undefined) throw notFound();
  return environment;
}

function getRepository(call: Call): Reply {
  const repository = repositoryOf(call);
  noQuery(call);
  return { status: 200, json: showRepository(repository, call.world, call.apiUrl) };
}

function listEnvironments(call: Call): Reply {
  const repository = repositoryOf(call);
  const all = [...repository.environments.values()];
  const { items, headers } = page(call, all);
  const environments = items.map((environment) => showEnvironment(environment, repository, call.apiUrl));
  return { status: 200, headers, json: { total_count: all.length, environments } };
}

function getEnvironment(call: Call): Reply {
  const environment = environmentOf(call);
  noQuery(call);
  return { status: 200, json: showEnvironment(environment, repositoryOf(call), call.apiUrl) };
}

/** Creates an environment, or sets all of its rules anew: those that the body does not repeat are gone. */
function putEnvironment(call: Call): Reply {
  const repository = repositoryOf(call);
  noQuery(call);
  const name = call.params['environment_name'] ?? '';
  if ([...name].length > 255) throw malformed('The name of an environment has at most 255 characters.');
  const body = readClosedBody(call, [
    'wait_timer',
    'prevent_self_review',
    'reviewers',
    'can_admins_bypass',
    'deployment_branch_policy',
  ]);
  const waitTimer = body['wait_timer'] ?? 0;
  if (typeof waitTimer !== 'number') throw malformed('wait_timer is not a number.');
  const branchPolicy = checkedPolicy(body['deployment_branch_policy'] ?? null);
  const known = repository.environments.get(name.toLowerCase());
  const environment = known ?? call.world.addEnvironment(repository, name);
  environment.waitTimer = waitTimer;
  environment.canAdminsBypass = body['can_admins_bypass'] !== false;
  environment.branchPolicy = branchPolicy;
  environment.updatedAt = call.world.now();
  const effect = `environment ${known === undefined ? 'created' : 'replaced'} ${environment.scope.label}`;
  return { status: 200, json: showEnvironment(environment, repository, call.apiUrl), effect };
}

/** @throws Refusal 422 */
function checkedPolicy(given: unknown): BranchPolicy | null {
  if (given === null) return null;
  const { protected_branches: isProtected, custom_branch_policies: isCustom } =
    given as Partial<BranchPolicy>;
  if (typeof isProtected !== 'boolean' || typeof isCustom !== 'boolean' || isProtected === isCustom)
    throw malformed('deployment_branch_policy does not choose one of the two.');
  return { protected_branches: isProtected, custom_branch_policies: isCustom };
}

function deleteEnvironment(call: Call): Reply {
  const environment = environmentOf(call);
  noQuery(call);
  repositoryOf(call).environments.delete(environment.name.toLowerCase());
  return { status: 204, effect: `environment deleted ${environment.scope.label}` };
}

export const REPOSITORY_ROUTES: readonly GithubRoute[] = [
  ...REPOSITORY_KINDS.flatMap(secretRoutes),
  ...secretRoutes(ENVIRONMENT_KIND),
  {
    method: 'GET',
    pattern: REPOSITORY,
    handler: { needs: { name: 'metadata', level: 'read' }, run: getRepository },
  },
  {
    method: 'GET',
    pattern: `${REPOSITORY}/environments`,
    handler: { needs: { name: 'actions', level: 'read' }, run: listEnvironments },
  },
  {
    method: 'GET',
    pattern: ENVIRONMENT,
    handler: { needs: { name: 'actions', level: 'read' }, run: getEnvironment },
  },
  {
    method: 'PUT',
    pattern: ENVIRONMENT,
    handler: { needs: { name: 'administration', level: 'write' }, run: putEnvironment },
  },
  {
    method: 'DELETE',
    pattern: ENVIRONMENT,
    handler: { needs: { name: 'administration', level: 'write' }, run: deleteEnvironment },
  },
];
