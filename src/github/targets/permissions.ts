import type { Target } from '../../config/targets.ts';

/** One permission of GitHub's fine-grained tokens and Apps. */
export interface Permission {
  /** As GitHub's API and `x-accepted-github-permissions` call it. */
  readonly name: string;
  /** As the settings page calls it. */
  readonly label: string;
  readonly level: 'read' | 'write';
  /** Whether actions/create-github-app-token has an input `permission-…` for it. */
  readonly appTokenInput: boolean;
}

function writing(name: string, label: string, appTokenInput: boolean): Permission {
  return { name, label, level: 'write', appTokenInput };
}

const REPOSITORY = {
  actions: writing('secrets', 'Secrets', true),
  dependabot: writing('dependabot_secrets', 'Dependabot secrets', true),
  codespaces: writing('codespaces_secrets', 'Codespaces secrets', false),
  agents: writing('agent_secrets', 'Agent secrets', false),
} as const;

const ORGANISATION = {
  actions: writing('organization_secrets', 'Organization secrets', true),
  dependabot: writing('organization_dependabot_secrets', 'Organization dependabot secrets', false),
  codespaces: writing('organization_codespaces_secrets', 'Organization codespaces secrets', false),
  agents: writing('organization_agent_secrets', 'Organization agent secrets', false),
} as const;

const ENVIRONMENT = writing('environments', 'Environments', true);

export const METADATA: Permission = {
  name: 'metadata',
  label: 'Metadata',
  level: 'read',
  appTokenInput: true,
};
export const READ_ENVIRONMENTS: Permission = {
  name: 'actions',
  label: 'Actions',
  level: 'read',
  appTokenInput: true,
};
export const CREATE_ENVIRONMENTS = writing('administration', 'Administration', true);

const KNOWN: ReadonlyMap<string, Permission> = new Map(
  [
    ...Object.values(REPOSITORY),
    ...Object.values(ORGANISATION),
    ENVIRONMENT,
    METADATA,
    READ_ENVIRONMENTS,
    CREATE_ENVIRONMENTS,
  ].map((permission) => [permission.name, permission]),
);

/** What a token needs to write this target's secret. */
export function permissionFor(target: Target): Permission {
  switch (target.kind) {
    case 'repository':
      return REPOSITORY[target.store];
    case 'environment':
      return ENVIRONMENT;
    case 'organisation':
      return ORGANISATION[target.store];
  }
}

export function isForAgents(permission: Permission): boolean {
  return permission === REPOSITORY.agents || permission === ORGANISATION.agents;
}

/**
 * The permissions missing, for people: `"Secrets: Read and write"`. GitHub's header names what the refused call needs
 * (`,` all of them, `;` one of these sets); where it names the target's own permission for reading, writing is
 * what is needed in the end.
 */
export function describeMissing(header: string | undefined, own: Permission): string {
  const sets = (header ?? '')
    .split(';')
    .map((set) => set.split(',').flatMap((one) => describe(one.trim(), own)))
    .filter((set) => set.length > 0);
  if (sets.length === 0) return settingOf(own);
  return [...new Set(sets.map((set) => set.join(' and ')))].join(' or ');
}

function describe(pair: string, own: Permission): readonly string[] {
  const match = /^([a-z_]{1,60})=(read|write|admin)$/.exec(pair);
  if (match === null) return [];
  const [, name = '', level = ''] = match;
  return [quoted(KNOWN.get(name)?.label ?? name, name === own.name ? own.level : level)];
}

/** How a permission is set on GitHub's settings pages: `"Secrets: Read and write"`. */
export function settingOf({ label, level }: Permission): string {
  return quoted(label, level);
}

/** As the settings pages call the levels; they have `admin` for some permissions of an organisation. */
const LEVELS: Readonly<Record<string, string>> = {
  read: 'Read-only',
  write: 'Read and write',
  admin: 'Admin',
};

function quoted(label: string, level: string): string {
  return `"${label}: ${LEVELS[level] ?? level}"`;
}
