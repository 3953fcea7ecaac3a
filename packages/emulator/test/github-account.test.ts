import { expect, test } from 'vitest';
import { startEmulator } from '../src/index.ts';
import { github } from './wire.ts';

const NOON = Date.parse('2026-03-12T12:00:00Z');

test('a personal token belongs to a user, those of Apps and workflows to none', async () => {
  await using emulator = await startEmulator();
  const user = async (token: string) => github(emulator, token, 'GET', '/user');
  const classic = await user(emulator.github.issueToken({ kind: 'classic' }));
  expect([classic.json, classic.headers['x-oauth-scopes']]).toMatchObject([
    { login: 'octocat', type: 'User' },
    expect.stringContaining('repo'),
  ]);
  for (const kind of ['fine-grained', 'app-user'] as const) {
    const { status, headers } = await user(emulator.github.issueToken({ kind }));
    expect([status, headers['x-oauth-scopes']]).toEqual([200, undefined]);
  }
  for (const kind of ['app', 'github-token'] as const) {
    const { status, json } = await user(emulator.github.issueToken({ kind }));
    expect([status, json.message]).toEqual([403, 'Resource not accessible by integration']);
  }
});

test('the rate limit can be looked up without using it, even when it is used up', async () => {
  await using emulator = await startEmulator({
    github: { stillAt: NOON, limits: { primaryPerHour: 1 } },
  });
  const token = emulator.github.issueToken();
  const looked = async () => (await github(emulator, token, 'GET', '/rate_limit')).json;
  const reset = NOON / 1_000 + 3_600;
  expect(await looked()).toMatchObject({ rate: { limit: 1, used: 0, remaining: 1, reset } });
  await github(emulator, token, 'GET', '/user');
  expect((await github(emulator, token, 'GET', '/user')).status).toBe(403);
  expect(await looked()).toMatchObject({
    rate: { limit: 1, used: 1, remaining: 0, reset },
    resources: { core: { remaining: 0 }, search: { remaining: 30 } },
  });
});

test.each(['/meta', '/repos/acme/web/actions/variables', '/users/octocat', '/graphql'])(
  '%s is not emulated: 404, as GitHub says it, and unexpected',
  async (path) => {
    await using emulator = await startEmulator();
    emulator.github.addRepository('acme/web');
    const { status, json } = await github(emulator, emulator.github.issueToken(), 'GET', path);
    expect([status, json]).toEqual([
      404,
      { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' },
    ]);
    expect(emulator.ledger.unexpected()).toHaveLength(1);
  },
);
