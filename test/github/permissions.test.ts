import { describe, expect, it } from 'vitest';
import type { SecretStoreName } from '../../src/config/targets.ts';
import type { CallFailure } from '../../src/core/call.ts';
import {
  CREATE_ENVIRONMENTS,
  describeMissing,
  permissionFor,
  READ_ENVIRONMENTS,
  settingOf,
} from '../../src/github/targets/permissions.ts';
import { forOneToken, needsOf, tokenHint } from '../../src/github/token-hint.ts';

const STORES: readonly SecretStoreName[] = ['actions', 'dependabot', 'codespaces', 'agents'];
const shared = { secretName: 'MUTX_API_KEY', label: 'x' } as const;
const SECRETS = permissionFor({
  kind: 'repository',
  store: 'actions',
  owner: 'acme',
  repo: 'web',
  ...shared,
});
const ENVIRONMENTS = permissionFor({
  kind: 'environment',
  store: 'actions',
  owner: 'acme',
  repo: 'web',
  environment: 'production',
  ...shared,
});
const CODESPACES = permissionFor({ kind: 'organisation', store: 'codespaces', org: 'acme', ...shared });

describe('the permission that a target needs', () => {
  it('is another one for every kind and store', () => {
    const repositories = STORES.map((store) =>
      permissionFor({ kind: 'repository', store, owner: 'acme', repo: 'web', ...shared }),
    );
    const organisations = STORES.map((store) =>
      permissionFor({ kind: 'organisation', store, org: 'acme', ...shared }),
    );
    const environment = permissionFor({
      kind: 'environment',
      store: 'actions',
      owner: 'acme',
      repo: 'web',
      environment: 'production',
      ...shared,
    });
    expect(
      [...repositories, ...organisations, environment].map(({ name, label }) => `${name}: ${label}`),
    ).toEqual([
      'secrets: Secrets',
      'dependabot_secrets: Dependabot secrets',
      'codespaces_secrets: Codespaces secrets',
      'agent_secrets: Agent secrets',
      'organization_secrets: Organization secrets',
      'organization_dependabot_secrets: Organization dependabot secrets',
      'organization_codespaces_secrets: Organization codespaces secrets',
      'organization_agent_secrets: Organization agent secrets',
      'environments: Environments',
    ]);
  });
});

describe('the permission that is missing', () => {
  it.each([
    [undefined, '"Secrets: Read and write"'],
    ['', '"Secrets: Read and write"'],
    ['<b>::add-mask::x</b>', '"Secrets: Read and write"'],
    ['secrets=read', '"Secrets: Read and write"'],
    ['secrets=write', '"Secrets: Read and write"'],
    ['secrets=read; environments=write', '"Secrets: Read and write" or "Environments: Read and write"'],
    ['secrets=write,metadata=read', '"Secrets: Read and write" and "Metadata: Read-only"'],
    ['brand_new=admin', '"brand_new: Admin"'],
    ['secrets=read;secrets=write', '"Secrets: Read and write"'],
  ])('is told from the header %j', (header, words) => {
    expect(describeMissing(header, SECRETS)).toBe(words);
  });
});

describe('the hint', () => {
  it('narrows the token of an App where create-github-app-token can', () => {
    expect(
      tokenHint([needsOf('"Secrets: Read and write"', SECRETS, { owner: 'acme', repository: 'web' })]),
    ).toMatchInlineSnapshot(`
      "Use a GitHub App installed on acme/web with the permission "Secrets: Read and write":
      - uses: actions/create-github-app-token@v3
        id: app-token
        with:
          client-id: \${{ vars.APP_CLIENT_ID }}
          private-key: \${{ secrets.APP_PRIVATE_KEY }}
          owner: acme
          repositories: web
          permission-secrets: write
      - uses: mutx/api-key-action@v1
        with:
          github-token: \${{ steps.app-token.outputs.token }}
      Or a fine-grained personal access token with "Secrets: Read and write", kept as a secret:
          github-token: \${{ secrets.SECRETS_WRITER_TOKEN }}"
    `);
  });

  it.each([
    ['environments', '"Actions: Read-only"', READ_ENVIRONMENTS, 'permission-actions: read'],
    [
      'environments',
      '"Administration: Read and write"',
      CREATE_ENVIRONMENTS,
      'permission-administration: write',
    ],
  ])('names what is to be written too, on the way to %s without %s', (_name, missing, permission, input) => {
    const reach = { owner: 'acme', repository: 'web', writes: ENVIRONMENTS };
    const hint = tokenHint([needsOf(missing, permission, reach)]);
    expect(hint).toContain(`with the permission "Environments: Read and write" and ${missing}:`);
    expect(hint).toContain(`    permission-environments: write\n    ${input}\n`);
    expect(hint).toContain(`personal access token with "Environments: Read and write" and ${missing}, kept`);
  });

  it.each([
    ['secrets=read', false],
    ['secrets=read,actions=read', false],
    ['secrets=read,actions=read; administration=write', false],
    ['environments=read', true],
    ['environments=read,metadata=read', true],
    ['secrets=read; environments=write', true],
    [undefined, true],
  ])('where GitHub asks for %j, narrows only to what is enough: %j', (header, narrows) => {
    const reach = { owner: 'acme', repository: 'web' };
    const hint = tokenHint([needsOf(describeMissing(header, ENVIRONMENTS), ENVIRONMENTS, reach)]);
    expect(hint.includes('permission-')).toBe(narrows);
  });

  it('leaves that out where it cannot, and names no repository for an organisation', () => {
    expect(
      tokenHint([
        needsOf('"Organization codespaces secrets: Read and write"', CODESPACES, {
          owner: 'acme',
          repository: undefined,
        }),
      ]),
    ).toMatchInlineSnapshot(`
      "Use a GitHub App installed on acme with the permission "Organization codespaces secrets: Read and write":
      - uses: actions/create-github-app-token@v3
        id: app-token
        with:
          client-id: \${{ vars.APP_CLIENT_ID }}
          private-key: \${{ secrets.APP_PRIVATE_KEY }}
          owner: acme
      - uses: mutx/api-key-action@v1
        with:
          github-token: \${{ steps.app-token.outputs.token }}
      Or a fine-grained personal access token with "Organization codespaces secrets: Read and write", kept as a secret:
          github-token: \${{ secrets.SECRETS_WRITER_TOKEN }}"
    `);
  });
});

describe('what several refused calls lack', () => {
  const DEPENDABOT = permissionFor({
    kind: 'repository',
    store: 'dependabot',
    owner: 'acme',
    repo: 'web',
    ...shared,
  });
  const refusedFor = (
    permission: typeof SECRETS,
    repository: string | undefined,
    owner = 'acme',
  ): CallFailure => {
    const needs = needsOf(settingOf(permission), permission, { owner, repository });
    return {
      kind: 'refused',
      service: 'github',
      call: 'GET /x',
      status: 403,
      code: 'github-missing-permission',
      message: 'm',
      retryable: false,
      hint: tokenHint([needs]),
      needs,
    };
  };
  const hintsOf = (...failures: readonly CallFailure[]) => forOneToken(failures, []).map(({ hint }) => hint);

  it('is told of one token, once, and the others point there', () => {
    const [first = '', ...others] = hintsOf(
      refusedFor(SECRETS, 'web'),
      refusedFor(DEPENDABOT, 'web'),
      refusedFor(SECRETS, 'site'),
    );
    expect(first.split('\n')[0]).toBe(
      'Use a GitHub App installed on acme/web, acme/site with the permissions "Secrets: Read and write", "Dependabot secrets: Read and write":',
    );
    expect(first.match(/permission-.*|repositories: .*/gu)).toEqual([
      'repositories: web,site',
      'permission-secrets: write',
      'permission-dependabot-secrets: write',
    ]);
    expect(others).toEqual([
      'One token with "Dependabot secrets: Read and write" too: see above.',
      'One token with "Secrets: Read and write" too: see above.',
    ]);
  });

  it('is not narrowed where one of them could not be named', () => {
    const [first] = hintsOf(refusedFor(SECRETS, 'web'), refusedFor(CODESPACES, undefined));
    expect(first).not.toContain('permission-');
    expect(first).toContain('"Organization codespaces secrets: Read and write"');
  });

  it('is not limited to repositories where an organisation is among it: it has to see who else may read', () => {
    const organisation = permissionFor({ kind: 'organisation', store: 'actions', org: 'acme', ...shared });
    const [first = ''] = hintsOf(refusedFor(SECRETS, 'web'), refusedFor(organisation, undefined));
    expect(first.split('\n')[0]).toContain('installed on acme, acme/web with');
    expect(first).toContain('    owner: acme\n    permission-secrets: write\n');
    expect(first).toContain('    permission-organization-secrets: write\n');
    expect(first).not.toContain('repositories:');
  });

  it('is told with all that the token is for, and with nothing of another owner', () => {
    const needsOne = (permission: typeof SECRETS, owner: string, repository: string) =>
      needsOf(settingOf(permission), permission, { owner, repository });
    const everything = [
      needsOne(SECRETS, 'acme', 'web'),
      needsOne(DEPENDABOT, 'acme', 'site'),
      needsOne(SECRETS, 'other', 'shop'),
    ];
    const [failure] = forOneToken([refusedFor(SECRETS, 'web')], everything);
    expect(failure?.hint?.match(/permission-.*|repositories: .*/gu)).toEqual([
      'repositories: web,site',
      'permission-secrets: write',
      'permission-dependabot-secrets: write',
    ]);
    const alone = [refusedFor(SECRETS, 'web')];
    expect(forOneToken(alone, everything.slice(0, 1))).toEqual(alone);
  });

  it('is told for each owner, whose App is another, and once where it is the same', () => {
    const apart = [refusedFor(SECRETS, 'web'), refusedFor(SECRETS, 'web', 'other')];
    expect(forOneToken(apart, [])).toEqual(apart);
    const same = [refusedFor(SECRETS, 'web'), refusedFor(SECRETS, 'web')];
    expect(forOneToken(same, [])).toEqual(same);
  });
});
