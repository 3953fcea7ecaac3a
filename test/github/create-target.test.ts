import { describe, expect, it } from 'vitest';
import type { SecretStoreName, Target } from '../../src/config/targets.ts';
import { keyPair, ok, startGithubDouble, updated } from './github-double.ts';

// Holds invariant 23 of docs/threat-model.md.

const STORES: readonly SecretStoreName[] = ['actions', 'dependabot', 'codespaces', 'agents'];
const secretName = 'mutx_api_key';

describe('a target', () => {
  it.each(STORES)('in the store %s of a repository is written under that path', async (store) => {
    await using github = await startGithubDouble({ basePath: '/api/v3' });
    const base = `/repos/acme/web/${store}/secrets`;
    const pair = await keyPair('key-1');
    github.answer('GET /repos/acme/web', ok({ id: 7 }));
    github.answer(`GET ${base}/public-key`, pair.answer);
    github.answer(`PUT ${base}/MUTX_API_KEY`, updated);
    const target = github.target({
      kind: 'repository',
      store,
      owner: 'acme',
      repo: 'web',
      secretName,
      label: 'x',
    });
    expect(await target.prepare()).toMatchObject({ ok: true });
    expect(await target.write(github.secrets.admit('mutx_live_1'), () => true)).toMatchObject({ ok: true });
    const put = github.requests.at(-1);
    expect(pair.open(put?.body)).toBe('mutx_live_1');
    expect(put?.headers['x-github-api-version']).toBe(store === 'agents' ? '2026-03-10' : '2022-11-28');
  });

  const bad: readonly Target[] = [
    { kind: 'repository', store: 'actions', owner: 'acme/..', repo: 'web', secretName, label: 'x' },
    { kind: 'repository', store: 'actions', owner: 'acme', repo: '..', secretName, label: 'x' },
    { kind: 'repository', store: 'actions', owner: 'acme', repo: 'web', secretName: 'a/b', label: 'x' },
    {
      kind: 'environment',
      store: 'actions',
      owner: 'acme',
      repo: 'web',
      environment: '..',
      secretName,
      label: 'x',
    },
    { kind: 'organisation', store: 'actions', org: 'acme?x', secretName, label: 'x' },
  ];
  it.each(bad)('with a name that is not fit for a URL is never made (%#)', async (target) => {
    await using github = await startGithubDouble();
    expect(() => github.target(target)).toThrow(TypeError);
    expect(github.lines).toEqual([]);
  });
});
