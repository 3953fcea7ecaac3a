import { describe, expect, it } from 'vitest';
import { loadAccess } from '../../src/config/load/access.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { ACCESS_JWT, GITHUB_TOKEN, REFRESH_JWT, toldInFull, variables } from './given.ts';

function load(inputs: Readonly<Record<string, string>>) {
  const masks: string[] = [];
  const loaded = loadAccess(variables(inputs), new SecretRegistry((mask) => masks.push(mask)));
  return { loaded, masks };
}

describe('the access alone', () => {
  it('is all that is read, and its credentials are masked', () => {
    const { loaded, masks } = load({ 'bootstrap-jwt': ACCESS_JWT, 'github-token': GITHUB_TOKEN });
    expect(loaded).toMatchObject({ ok: true, warnings: [] });
    const value = loaded.ok ? loaded.value : undefined;
    expect(Object.keys(value ?? {}).sort()).toEqual([
      'apiUrl',
      'credential',
      'githubApiUrl',
      'githubToken',
      'refreshTokenSecret',
    ]);
    expect(value?.credential.kind).toBe('access-jwt');
    expect(value?.githubToken?.expose()).toBe(GITHUB_TOKEN);
    expect([value?.apiUrl.href, value?.githubApiUrl.href]).toEqual([
      'https://api.mutx.dev/',
      'https://api.github.com/',
    ]);
    expect(value?.refreshTokenSecret).toBeUndefined();
    expect(masks).toEqual(expect.arrayContaining([ACCESS_JWT, GITHUB_TOKEN]));
  });

  it('knows where a refresh token’s successor goes', () => {
    const { loaded } = load({ 'refresh-token': REFRESH_JWT, 'github-token': GITHUB_TOKEN });
    expect(loaded).toMatchObject({
      ok: true,
      value: { refreshTokenSecret: { label: 'Acme/Web', secretName: 'MUTX_REFRESH_TOKEN' } },
    });
  });

  it('is none without a credential, or where anything is wrong', () => {
    const { loaded } = load({ 'api-url': 'ftp://x' });
    expect(loaded).toMatchObject({ ok: false, warnings: [], credential: undefined });
    expect(loaded.ok ? [] : toldInFull(loaded.problems).map(({ input }) => input)).toEqual([
      undefined,
      'api-url',
    ]);
    expect(load({ 'bootstrap-jwt': ACCESS_JWT, 'api-url': 'ftp://x' }).loaded).toMatchObject({
      ok: false,
      problems: [{ input: 'api-url' }],
      credential: { kind: 'access-jwt' },
    });
  });
});
