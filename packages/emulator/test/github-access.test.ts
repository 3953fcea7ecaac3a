import { expect, test } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../src/index.ts';
import { github, putSecret, seal } from './wire.ts';

const NOON = Date.parse('2026-03-12T12:00:00Z');
const BASE = '/repos/acme/web/actions/secrets';

async function repository(options: EmulatorOptions['github'] = {}) {
  const emulator = await startEmulator({ github: { stillAt: NOON, ...options } });
  emulator.github.addRepository('acme/web', { environments: ['production'] });
  emulator.github.addOrganisation('acme');
  return emulator;
}

test('a workflow’s own token may not even read the public key, whatever its permissions', async () => {
  await using emulator = await repository();
  const token = emulator.github.issueToken({ kind: 'github-token' });
  const reply = await github(emulator, token, 'GET', `${BASE}/public-key`);
  expect([reply.status, reply.json.message, reply.headers['x-accepted-github-permissions']]).toEqual([
    403,
    'Resource not accessible by integration',
    'secrets=read',
  ]);
  expect((await github(emulator, token, 'GET', '/repos/acme/web')).status).toBe(200);
  expect((await github(emulator, token, 'GET', '/repos/acme/web/environments/production')).status).toBe(200);
});

test.each([
  [BASE, 'secrets'],
  ['/repos/acme/web/dependabot/secrets', 'dependabot_secrets'],
  ['/repos/acme/web/codespaces/secrets', 'codespaces_secrets'],
  ['/repos/acme/web/agents/secrets', 'agent_secrets'],
  ['/repos/acme/web/environments/production/secrets', 'environments'],
  ['/orgs/acme/actions/secrets', 'organization_secrets'],
  ['/orgs/acme/dependabot/secrets', 'organization_dependabot_secrets'],
] as const)('%s takes the permission %s, and writing takes writing', async (base, permission) => {
  await using emulator = await repository();
  const visibility = base.startsWith('/orgs') ? { visibility: 'all' } : {};
  const without = emulator.github.issueToken({ permissions: { metadata: 'read' } });
  const refused = await github(emulator, without, 'GET', `${base}/public-key`);
  expect([refused.status, refused.json.message]).toEqual([
    403,
    'Resource not accessible by personal access token',
  ]);
  const reading = emulator.github.issueToken({ permissions: { [permission]: 'read' } });
  const written = await putSecret(emulator, reading, base, 'KEY', 'x', visibility);
  expect([written.status, written.headers['x-accepted-github-permissions']]).toEqual([
    403,
    `${permission}=write`,
  ]);
  const writing = emulator.github.issueToken({ kind: 'app', permissions: { [permission]: 'write' } });
  expect((await putSecret(emulator, writing, base, 'KEY', 'x', visibility)).status).toBe(201);
});

test('who may not write is told so whatever is in the body; who may is told what is wrong with it', async () => {
  await using emulator = await repository();
  const bodies = [{ encrypted_value: 'AAAA', key_id: '0' }, { key_id: '0' }, {}];
  const statuses = async (token: string, base: string) => {
    const replies = bodies.map((body) => github(emulator, token, 'PUT', `${base}/KEY`, body));
    return (await Promise.all(replies)).map(({ status }) => status);
  };
  const reading = emulator.github.issueToken({ permissions: { secrets: 'read', environments: 'read' } });
  const environments = '/repos/acme/web/environments';
  for (const base of [BASE, `${environments}/production/secrets`]) {
    expect(await statuses('ghp_unknown', base)).toEqual([401, 401, 401]);
    expect(await statuses(reading, base)).toEqual([403, 403, 403]);
    expect(await statuses(emulator.github.issueToken(), base)).toEqual([422, 422, 422]);
  }
  expect(await statuses(emulator.github.issueToken(), `${environments}/gone/secrets`)).toEqual([
    404, 404, 404,
  ]);
  expect(emulator.ledger.effects()).toEqual([]);
});

test('a key id that is not the one of now is refused though the box is right, and nothing is written', async () => {
  await using emulator = await repository();
  const token = emulator.github.issueToken();
  emulator.github.setSecret('acme/web', 'KEY', 'as it is');
  const { updatedAt } = emulator.github.secret('acme/web', 'KEY') ?? {};
  emulator.github.clock.advance(60_000);
  const { json } = await github(emulator, token, 'GET', `${BASE}/public-key`);
  const body = { encrypted_value: await seal('another', json.key), key_id: '0' };
  expect((await github(emulator, token, 'PUT', `${BASE}/KEY`, body)).status).toBe(422);
  expect(emulator.github.secretValues('acme/web', 'KEY')).toEqual(['as it is']);
  expect(emulator.github.secret('acme/web', 'KEY')?.updatedAt).toBe(updatedAt);
  expect(emulator.ledger.unexpected()).toEqual([]);
});

test('what a token does not reach: private repositories are not there, public ones are closed', async () => {
  await using emulator = await repository();
  emulator.github.addRepository('acme/open', { private: false });
  const token = emulator.github.issueToken({ repositories: ['acme/other'] });
  const status = async (path: string) => (await github(emulator, token, 'GET', path)).status;
  expect([await status('/repos/acme/web'), await status(`${BASE}/public-key`)]).toEqual([404, 404]);
  expect([await status('/repos/acme/open'), await status('/repos/acme/open/actions/secrets')]).toEqual([
    200, 403,
  ]);
});

test('no token, an unknown one, and one that has expired or was revoked', async () => {
  await using emulator = await repository();
  const expiring = emulator.github.issueToken({ expiresAt: NOON + 60_000 });
  const get = (token: string | undefined) => github(emulator, token, 'GET', BASE);
  expect((await get(undefined)).json.message).toBe('Requires authentication');
  expect((await get('ghp_unknown')).json.message).toBe('Bad credentials');
  const good = await get(expiring);
  expect([good.status, good.headers['github-authentication-token-expiration']]).toEqual([
    200,
    '2026-03-12 12:01:00 UTC',
  ]);
  emulator.github.clock.advance(60_000);
  expect((await get(expiring)).status).toBe(401);
  const revoked = emulator.github.issueToken();
  emulator.github.revokeToken(revoked);
  expect((await get(revoked)).status).toBe(401);
});

test('only personal access tokens say when they expire', async () => {
  await using emulator = await repository();
  const token = emulator.github.issueToken({ kind: 'app', expiresAt: NOON + 3_600_000 });
  const { status, headers } = await github(emulator, token, 'GET', BASE);
  expect([status, headers['github-authentication-token-expiration']]).toEqual([200, undefined]);
});

test('content-creating requests: so many a minute and an hour, and Retry-After tells the truth', async () => {
  await using emulator = await repository({ limits: { contentPerMinute: 3, contentPerHour: 4 } });
  const token = emulator.github.issueToken();
  const put = () => github(emulator, token, 'PUT', '/repos/acme/web/environments/x', {});
  for (let count = 0; count < 3; count += 1) {
    expect((await put()).status).toBe(200);
    emulator.github.clock.advance(10_000);
  }
  const refused = await put();
  expect([refused.status, refused.headers['retry-after']]).toEqual([403, '30']);
  expect(refused.json.message).toContain('secondary rate limit');
  expect((await github(emulator, token, 'GET', BASE)).status).toBe(200);
  emulator.github.clock.advance(29_000);
  expect((await put()).status).toBe(403);
  emulator.github.clock.advance(1_000);
  expect((await put()).status).toBe(200);
  expect((await put()).headers['retry-after']).toBe('3540');
  expect(emulator.github.limited).toBe(3);
});

test('the primary limit counts down in every reply, refuses at its end, and starts anew', async () => {
  await using emulator = await repository({ limits: { primaryPerHour: 2 } });
  const token = emulator.github.issueToken();
  const get = () => github(emulator, token, 'GET', BASE);
  expect((await get()).headers['x-ratelimit-remaining']).toBe('1');
  const last = await get();
  expect([last.status, last.headers['x-ratelimit-remaining']]).toEqual([200, '0']);
  const refused = await get();
  expect([refused.status, refused.headers['x-ratelimit-reset'], refused.headers['retry-after']]).toEqual([
    403,
    String(NOON / 1_000 + 3_600),
    undefined,
  ]);
  emulator.github.clock.advance(3_600_000);
  expect((await get()).status).toBe(200);
});

test('limits are counted, and not enforced unless that is asked for', async () => {
  await using emulator = await repository();
  const token = emulator.github.issueToken();
  for (let count = 0; count < 81; count += 1) {
    expect((await github(emulator, token, 'PUT', '/repos/acme/web/environments/x', {})).status).toBe(200);
  }
  expect((await github(emulator, token, 'GET', BASE)).headers['x-ratelimit-used']).toBe('82');
});
