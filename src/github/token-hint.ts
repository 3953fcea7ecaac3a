import type { CallFailure, TokenNeeds } from '../core/call.ts';
import { METADATA, type Permission, settingOf } from './targets/permissions.ts';

/** Where a token has to reach, for the example; both have been checked as names. */
export interface Reach {
  readonly owner: string;
  /** undefined: the organisation itself */
  readonly repository: string | undefined;
  /** What it has to write there, be the call that failed about something on the way to that. */
  readonly writes?: Permission;
}

/** @param missing the permissions in words, see {@link describeMissing} */
export function needsOf(
  missing: string,
  permission: Permission,
  { owner, repository, writes = permission }: Reach,
): TokenNeeds {
  const all = writes === permission ? [permission] : [writes, permission];
  // A token for what is missing alone could not write in the end.
  const needed = writes === permission ? missing : `${settingOf(writes)} and ${missing}`;
  const inputs = all.every(({ appTokenInput }) => appTokenInput) && namesNoOthers(needed, all);
  return { owner, repository, missing: needed, inputs: inputs ? all.map(inputOf) : undefined };
}

function inputOf({ name, level }: Permission): string {
  return `permission-${name.replaceAll('_', '-')}: ${level}`;
}

/** Which token to make in the place of one that is not valid, and where it goes. */
export function newTokenHint({
  permission,
  reach: { owner, repository, writes = permission },
}: {
  readonly permission: Permission;
  readonly reach: Reach;
}): string {
  const place = repository === undefined ? owner : `${owner}/${repository}`;
  return `make a new token with ${settingOf(writes)} for ${place}, at https://github.com/settings/personal-access-tokens/new or in the settings of your server, and put it into the secret that \`github-token\` reads (at a shell: \`MUTX_GITHUB_TOKEN\`)`;
}

/** GitHub's own word for what a call needs goes before ours; every token that is good for a repository has `Metadata`. */
function namesNoOthers(words: string, permissions: readonly Permission[]): boolean {
  const known = new Set([...permissions, METADATA].map(settingOf));
  return words.split(' or ').some((set) => (set.match(/"[^"]+"/gu) ?? []).every((one) => known.has(one)));
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
  const narrowed = needs.every(({ inputs }) => inputs !== undefined)
    ? unique(needs.flatMap(({ inputs }) => inputs ?? []))
    : [];
  // A token for some repositories does not see who else may read an organisation's secret.
  const isForAll = needs.some(({ repository }) => repository === undefined);
  const places = [
    ...(isForAll ? [owner] : []),
    ...repositories.map((repository) => `${owner}/${repository}`),
  ];
  return [
    `Use a GitHub App installed on ${places.join(', ')} with the permission${permissions.length > 1 ? 's' : ''} ${missing}:`,
    '- uses: actions/create-github-app-token@v3',
    '  id: app-token',
    '  with:',
    `    client-id: ${expression('vars.APP_CLIENT_ID')}`,
    `    private-key: ${expression('secrets.APP_PRIVATE_KEY')}`,
    `    owner: ${owner}`,
    ...(isForAll ? [] : [`    repositories: ${repositories.join(',')}`]),
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
 * @param everything that the token is for: what works with the one of now must work with the new one too
 */
export function forOneToken(
  failures: readonly CallFailure[],
  everything: readonly TokenNeeds[],
): readonly CallFailure[] {
  const lacking = failures.flatMap(({ needs }) => needs ?? []);
  const owners = unique(lacking.map(({ owner }) => owner));
  // Once for each owner, not for each of five hundred targets.
  const hints = new Map(owners.map((owner) => [owner, hintForAll(owner, [...lacking, ...everything])]));
  const told = new Set<string>();
  return failures.map((failure) => {
    const { needs } = failure;
    const hint = needs && hints.get(needs.owner);
    if (needs === undefined || hint === undefined) return failure;
    const above = told.has(needs.owner);
    told.add(needs.owner);
    return { ...failure, hint: above ? `One token with ${needs.missing} too: see above.` : hint };
  });
}

/** @returns undefined where each of them asks for the same token */
function hintForAll(owner: string, needs: readonly TokenNeeds[]): string | undefined {
  const all = needs.filter((one) => one.owner === owner);
  return unique(all.map((one) => tokenHint([one]))).length < 2 ? undefined : tokenHint(all);
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** An expression of GitHub Actions. */
function expression(inner: string): string {
  return `\${{ ${inner} }}`;
}
