import type { CallFailure, TokenNeeds } from '../rotation/ports.ts';
import type { Permission } from './permissions.ts';

/** Where a token has to reach, for the example; both have been checked as names. */
export interface Reach {
  readonly owner: string;
  /** undefined: the organisation itself */
  readonly repository: string | undefined;
}

/** @param missing the permissions in words, see {@link describeMissing} */
export function needsOf(missing: string, permission: Permission, reach: Reach): TokenNeeds {
  const { name, level, appTokenInput } = permission;
  const input = appTokenInput ? `permission-${name.replaceAll('_', '-')}: ${level}` : undefined;
  return { missing, input, ...reach };
}

/**
 * How to get a token that may write secrets: a GitHub App's, made in the workflow, or a fine-grained personal
 * access token kept as a secret. Several lines, with YAML to copy.
 * @param needs at least one, all of one owner
 */
export function tokenHint(needs: readonly TokenNeeds[]): string {
  const owner = needs[0]?.owner ?? '';
  const repositories = unique(needs.flatMap(({ repository }) => repository ?? []));
  const permissions = unique(needs.map(({ missing }) => missing));
  const missing = permissions.join(', ');
  // Given one of these inputs, the token has nothing but what they name.
  const narrowed = needs.every(({ input }) => input !== undefined)
    ? unique(needs.flatMap(({ input }) => input ?? []))
    : [];
  const places = repositories.map((repository) => `${owner}/${repository}`);
  return [
    `Use a GitHub App installed on ${places.length === 0 ? owner : places.join(', ')} with the permission${permissions.length > 1 ? 's' : ''} ${missing}:`,
    '- uses: actions/create-github-app-token@v3',
    '  id: app-token',
    '  with:',
    `    client-id: ${expression('vars.APP_CLIENT_ID')}`,
    `    private-key: ${expression('secrets.APP_PRIVATE_KEY')}`,
    `    owner: ${owner}`,
    ...(repositories.length === 0 ? [] : [`    repositories: ${repositories.join(',')}`]),
    ...narrowed.map((input) => `    ${input}`),
    '- uses: mutx/api-key-action@v1',
    '  with:',
    `    github-token: ${expression('steps.app-token.outputs.token')}`,
    `Or a fine-grained personal access token with ${missing}, kept as a secret:`,
    `    github-token: ${expression('secrets.SECRETS_WRITER_TOKEN')}`,
  ].join('\n');
}

/**
 * Where several calls lack permissions for one owner, one token can do for all of them: the first tells of it, the
 * others point there. A failure for each target would be as many workflows to copy, none of which is enough.
 */
export function forOneToken(failures: readonly CallFailure[]): readonly CallFailure[] {
  return failures.map((failure) => {
    const { needs } = failure;
    if (needs === undefined) return failure;
    const alike = failures.filter((one) => one.needs?.owner === needs.owner);
    const all = alike.flatMap((one) => one.needs ?? []);
    if (unique(all.map((one) => tokenHint([one]))).length < 2) return failure;
    return {
      ...failure,
      hint: alike[0] === failure ? tokenHint(all) : `One token with ${needs.missing} too: see above.`,
    };
  });
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** An expression of GitHub Actions. */
function expression(inner: string): string {
  return `\${{ ${inner} }}`;
}
