import type { Permission } from './permissions.ts';

/** Where a token has to reach, for the example; both have been checked as names. */
export interface Reach {
  readonly owner: string;
  /** undefined: the organisation itself */
  readonly repository: string | undefined;
}

/**
 * How to get a token that may write secrets: a GitHub App's, made in the workflow, or a fine-grained personal
 * access token kept as a secret. Several lines, with YAML to copy.
 * @param missing the permissions in words, see {@link describeMissing}
 */
export function tokenHint(missing: string, permission: Permission, reach: Reach): string {
  const narrowed = permission.appTokenInput
    ? [`    permission-${permission.name.replaceAll('_', '-')}: ${permission.level}`]
    : [];
  return [
    `Use a GitHub App installed on ${where(reach)} with the permission ${missing}:`,
    '- uses: actions/create-github-app-token@v3',
    '  id: app-token',
    '  with:',
    `    client-id: ${expression('vars.APP_CLIENT_ID')}`,
    `    private-key: ${expression('secrets.APP_PRIVATE_KEY')}`,
    `    owner: ${reach.owner}`,
    ...(reach.repository === undefined ? [] : [`    repositories: ${reach.repository}`]),
    ...narrowed,
    '- uses: mutx/api-key-action@v1',
    '  with:',
    `    github-token: ${expression('steps.app-token.outputs.token')}`,
    `Or a fine-grained personal access token with ${missing}, kept as a secret:`,
    `    github-token: ${expression('secrets.SECRETS_WRITER_TOKEN')}`,
  ].join('\n');
}

function where({ owner, repository }: Reach): string {
  return repository === undefined ? owner : `${owner}/${repository}`;
}

/** An expression of GitHub Actions. */
function expression(inner: string): string {
  return `\${{ ${inner} }}`;
}
