import type { StoreName } from './scopes.ts';

/** Permissions of fine-grained tokens and Apps, as `x-accepted-github-permissions` names them. */
export type PermissionName =
  | 'metadata'
  | 'actions'
  | 'administration'
  | 'environments'
  | 'issues'
  | 'secrets'
  | 'dependabot_secrets'
  | 'codespaces_secrets'
  | 'agent_secrets'
  | 'organization_secrets'
  | 'organization_dependabot_secrets'
  | 'organization_codespaces_secrets'
  | 'organization_agent_secrets';

export type Permissions = Readonly<Partial<Record<PermissionName, 'read' | 'write'>>>;

/** What a route asks of a token. */
export interface Needs {
  readonly name: PermissionName;
  readonly level: 'read' | 'write';
}

export const REPOSITORY_SECRETS: Readonly<Record<StoreName, PermissionName>> = {
  actions: 'secrets',
  dependabot: 'dependabot_secrets',
  codespaces: 'codespaces_secrets',
  agents: 'agent_secrets',
};

export const ORGANISATION_SECRETS: Readonly<Record<StoreName, PermissionName>> = {
  actions: 'organization_secrets',
  dependabot: 'organization_dependabot_secrets',
  codespaces: 'organization_codespaces_secrets',
  agents: 'organization_agent_secrets',
};

/** Everything, as a token made for a test has it unless it says otherwise. */
export const ALL_PERMISSIONS: Permissions = {
  metadata: 'read',
  actions: 'read',
  administration: 'write',
  environments: 'write',
  issues: 'write',
  secrets: 'write',
  dependabot_secrets: 'write',
  codespaces_secrets: 'write',
  agent_secrets: 'write',
  organization_secrets: 'write',
  organization_dependabot_secrets: 'write',
  organization_codespaces_secrets: 'write',
  organization_agent_secrets: 'write',
};

/** What a workflow's own token can have at most, as far as it matters here: nothing about secrets. */
export const GITHUB_TOKEN_PERMISSIONS: Permissions = { metadata: 'read', actions: 'write', issues: 'write' };

export function has(permissions: Permissions, { name, level }: Needs): boolean {
  // Every token may look at what it can see.
  if (name === 'metadata') return true;
  const given = permissions[name];
  return given === 'write' || given === level;
}
