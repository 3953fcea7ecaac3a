import { describe, expect, it } from 'vitest';
import { ok, refusal, startGithubDouble, TOKEN } from './github-double.ts';
import { VirtualClock } from './virtual-clock.ts';

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

  it('sends nothing while GitHub has asked for a rest, and says how much of it is left', async () => {
    const clock = new VirtualClock();
    await using github = await startGithubDouble({ clock });
    const limited = refusal(403, 'API rate limit exceeded', {
      date: 'Sun, 01 Nov 2026 12:00:00 GMT',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Date.UTC(2026, 10, 1, 12, 1) / 1_000),
    });
    github.answer('GET /a', [limited, ok({})]);
    const send = () => github.client.send({ method: 'GET', path: '/a' });
    const first = await send();
    expect(first).toMatchObject({ kind: 'reply', status: 403 });
    const waits = [];
    for (const time of [0, 20_500, 59_999]) {
      clock.time = time;
      const result = await send();
      // Not a reply: the server was not asked.
      waits.push(result.kind === 'resting' ? result.wait : result);
    }
    expect(waits).toEqual([60_000, 39_500, 1]);
    expect(github.lines).toEqual(['GET /a']);
    clock.time = 60_000;
    expect(await send()).toMatchObject({ status: 200 });
    expect(github.lines).toEqual(['GET /a', 'GET /a']);
  });

  // Its turn came 106 ms after GitHub asked for the rest.
  it('does not send what was waiting for its turn when GitHub asked for a rest', async () => {
    const clock = new VirtualClock();
    await using github = await startGithubDouble({ clock });
    github.answer('GET /a', ok({}));
    github.answer('GET /limited', refusal(429, 'slow down', { 'retry-after': '30' }));
    const send = (path: string) => github.client.send({ method: 'GET', path });
    await Promise.all(Array.from({ length: 299 }, () => send('/a')));
    const asks = send('/limited');
    const waits = send('/a');
    await asks;
    expect(await clock.until(waits)).toMatchObject({ kind: 'resting', wait: 29_894 });
    expect(github.lines).toHaveLength(300);
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
