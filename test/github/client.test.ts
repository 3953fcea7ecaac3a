import { describe, expect, it } from 'vitest';
import { ok, startGithubDouble, TOKEN } from './github-double.ts';

const EXPIRATION = 'github-authentication-token-expiration';
const EXPIRES = { ...ok({}), headers: { [EXPIRATION]: '2026-12-01 10:00:00 UTC' } };

describe('the GitHub client', () => {
  it('sends the headers that GitHub asks for', async () => {
    await using github = await startGithubDouble();
    github.answer('GET /rate_limit', ok({}));
    await github.client.send({ method: 'GET', path: '/rate_limit' });
    await github.client.send({ method: 'GET', path: '/rate_limit', apiVersion: '2026-03-10' });
    expect(github.requests.map(({ headers }) => headers)).toMatchObject([
      {
        authorization: `Bearer ${TOKEN}`,
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
      },
      { 'x-github-api-version': '2026-03-10' },
    ]);
  });

  it('asks under the base path of GitHub Enterprise Server', async () => {
    await using github = await startGithubDouble({ basePath: '/api/v3' });
    github.answer('GET /rate_limit', ok({ here: true }));
    const result = await github.client.send({ method: 'GET', path: '/rate_limit' });
    expect(result).toMatchObject({
      kind: 'reply',
      status: 200,
      body: { kind: 'json', value: { here: true } },
    });
  });

  it('makes one attempt', async () => {
    await using github = await startGithubDouble();
    github.answer('GET /rate_limit', { status: 502 });
    await github.client.send({ method: 'GET', path: '/rate_limit' });
    expect(github.lines).toEqual(['GET /rate_limit']);
  });

  it('learns from the replies when the token ends', async () => {
    await using github = await startGithubDouble();
    github.answer('GET /a', [ok({}), EXPIRES, ok({}), { ...ok({}), headers: { [EXPIRATION]: 'never' } }]);
    const seen = [];
    for (let call = 0; call < 4; call++) {
      await github.client.send({ method: 'GET', path: '/a' });
      seen.push(github.client.tokenExpiresAt);
    }
    const end = Date.UTC(2026, 11, 1, 10);
    expect(seen).toEqual([undefined, end, end, end]);
  });

  it("finds no news in the end of an installation's token, which lives an hour", async () => {
    await using github = await startGithubDouble({ token: 'ghs_abcdef' });
    github.answer('GET /a', EXPIRES);
    await github.client.send({ method: 'GET', path: '/a' });
    expect(github.client.tokenExpiresAt).toBeUndefined();
  });
});
