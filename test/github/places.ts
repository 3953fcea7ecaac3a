import type { SecretPlace, TokenOptions } from '../../packages/emulator/src/index.ts';
import type { SecretStoreName, Target } from '../../src/config/targets.ts';

export const STORES: readonly SecretStoreName[] = ['actions', 'dependabot', 'codespaces', 'agents'];
export const SECRET = 'MUTX_API_KEY';

export function repository(repo = 'web', store: SecretStoreName = 'actions'): Target {
  return { kind: 'repository', store, owner: 'acme', repo, secretName: SECRET, label: `acme/${repo}` };
}

export function environment(name: string): Target {
  return {
    kind: 'environment',
    store: 'actions',
    owner: 'acme',
    repo: 'web',
    environment: name,
    secretName: SECRET,
    label: `acme/web@${name}`,
  };
}

export function organisation(store: SecretStoreName = 'actions'): Target {
  return { kind: 'organisation', store, org: 'acme', secretName: SECRET, label: 'org:acme' };
}

export const everyone = { audience: { visibility: 'all', selectedRepositories: [] } } as const;

/** Every kind of place a secret can be in, and where the emulator keeps it. */
export const PLACES: readonly (readonly [string, Target, SecretPlace])[] = [
  ...STORES.map(
    (store) =>
      [`${store} of a repository`, repository('web', store), { repository: 'acme/web', store }] as const,
  ),
  ['an environment', environment('production'), { repository: 'acme/web', environment: 'production' }],
  ...STORES.map(
    (store) => [`${store} of an organisation`, organisation(store), { organisation: 'acme', store }] as const,
  ),
];

/** A token that sees every secret and may write none. */
export const READ_ONLY: NonNullable<TokenOptions['permissions']> = {
  secrets: 'read',
  dependabot_secrets: 'read',
  codespaces_secrets: 'read',
  agent_secrets: 'read',
  environments: 'read',
  organization_secrets: 'read',
  organization_dependabot_secrets: 'read',
  organization_codespaces_secrets: 'read',
  organization_agent_secrets: 'read',
};
