import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { expect, test } from 'vitest';
import { type Generation, type MutxOptions, startEmulator } from '../src/index.ts';
import { takeNotes } from './noted.ts';
import { mutx, send } from './wire.ts';

const DAY = 86_400_000;
const NOON = Date.parse('2026-03-12T12:00:00Z');

async function account(plan: string, generation: Generation = 'v1') {
  const emulator = await startEmulator({ mutx: { generation, stillAt: NOON } });
  const user = emulator.mutx.addUser({ plan });
  const prefix = generation === 'v1' ? '/v1' : '';
  const call = (method: string, path: string, body?: unknown) =>
    // A fresh JWT each time, so that the clock can be moved by days.
    mutx(emulator, emulator.mutx.issueAccessJwt(user), method, prefix + path, body);
  return { emulator, user, call };
}

test('expired keys hold their place in the quota until they are revoked', async () => {
  const { emulator, call } = await account('FREE');
  await using _ = emulator;
  const first = await call('POST', '/api-keys', { name: 'a', expires_in_days: 1 });
  await call('POST', '/api-keys', { name: 'a', expires_in_days: 1 });
  emulator.mutx.clock.advance(2 * DAY);
  expect(emulator.mutx.accepts(first.json.key)).toBe(false);
  const refused = await call('POST', '/api-keys', { name: 'a' });
  expect([refused.status, refused.json.detail]).toEqual([
    409,
    expect.stringContaining('Active API key limit reached'),
  ]);
  await call('DELETE', `/api-keys/${first.json.id}`);
  expect((await call('POST', '/api-keys', { name: 'a' })).status).toBe(201);
});

test.each([
  ['STARTER', 10],
  ['PRO', 50],
])('%s allows %i active keys', async (plan, quota) => {
  const { emulator, user, call } = await account(plan);
  await using _ = emulator;
  for (let made = 0; made < quota - 1; made += 1) emulator.mutx.addKey(user, { name: 'a' });
  expect((await call('POST', '/api-keys', { name: 'a' })).status).toBe(201);
  expect((await call('POST', '/api-keys', { name: 'a' })).status).toBe(409);
});

test('ENTERPRISE has no limit', async () => {
  const { emulator, user, call } = await account('ENTERPRISE');
  await using _ = emulator;
  for (let made = 0; made < 100; made += 1) emulator.mutx.addKey(user, { name: 'a' });
  expect((await call('POST', '/api-keys', { name: 'a' })).status).toBe(201);
});

test('the plaintext is in the reply that made the key, and nowhere else', async () => {
  const { emulator, call } = await account('PRO');
  await using _ = emulator;
  const made = await call('POST', '/api-keys', { name: 'a' });
  expect(made.json.key).toMatch(/^mutx_live_[0-9a-f]{12}_[\w-]{43}$/);
  const list = await call('GET', '/api-keys');
  const one = await call('GET', `/api-keys/${made.json.id}`);
  const ledger = JSON.stringify(emulator.ledger.entries);
  for (const text of [list.text, one.text, ledger]) expect(text).not.toContain(made.json.key);
});

test('v1 lists by pages, newest first, revoked keys too', async () => {
  const { emulator, user, call } = await account('ENTERPRISE');
  await using _ = emulator;
  for (let made = 0; made < 60; made += 1) emulator.mutx.addKey(user, { name: `k${made}` });
  emulator.mutx.addKey(emulator.mutx.addUser(), { name: 'of somebody else' });
  const newest = emulator.mutx.keys[59];
  expect((await call('DELETE', `/api-keys/${newest?.id}`)).status).toBe(204);
  const { json: first } = await call('GET', '/api-keys');
  expect([first.total, first.skip, first.limit, first.has_more, first.items.length]).toEqual([
    60,
    0,
    50,
    true,
    50,
  ]);
  expect([first.items[0]?.name, first.items[0]?.is_active, first.items[1]?.is_active]).toEqual([
    'k59',
    false,
    true,
  ]);
  const { json: last } = await call('GET', '/api-keys?skip=50&limit=100');
  expect([last.has_more, last.items.length, last.items.at(-1)?.name]).toEqual([false, 10, 'k0']);
  expect((await call('GET', '/api-keys?limit=101')).status).toBe(422);
});

test('revoking: v1 keeps the record and says 204 again, the documented API forgets it and says 404', async () => {
  for (const [generation, second, left] of [
    ['v1', 204, 1],
    ['documented', 404, 0],
  ] as const) {
    const { emulator, call } = await account('PRO', generation);
    await using _ = emulator;
    const { json } = await call('POST', '/api-keys', { name: 'a' });
    expect((await call('DELETE', `/api-keys/${json.id}`)).status).toBe(204);
    expect((await call('DELETE', `/api-keys/${json.id}`)).status).toBe(second);
    const list = (await call('GET', '/api-keys')).json;
    expect((generation === 'v1' ? list.items : list).length).toBe(left);
    expect(emulator.mutx.accepts(json.key)).toBe(false);
    expect(emulator.ledger.effects().map((entry) => entry.effect)).toEqual([
      `key minted ${json.id}`,
      `key revoked ${json.id}`,
    ]);
  }
});

test('rotate keeps name and end, and the old key is dead at once', async () => {
  const { emulator, user, call } = await account('FREE');
  await using _ = emulator;
  const old = (await call('POST', '/api-keys', { name: 'a', expires_in_days: 30 })).json;
  emulator.mutx.addKey(user, { name: 'other' });
  emulator.mutx.clock.advance(DAY);
  const { status, json } = await call('POST', `/api-keys/${old.id}/rotate`);
  expect([status, json.name, json.expires_at]).toEqual([200, 'a', old.expires_at]);
  expect([emulator.mutx.accepts(old.key), emulator.mutx.accepts(json.key)]).toEqual([false, true]);
  expect((await call('POST', `/api-keys/${old.id}/rotate`)).status).toBe(409);
});

test('only its owner sees a key', async () => {
  const { emulator, call } = await account('PRO');
  await using _ = emulator;
  const foreign = emulator.mutx.addKey(emulator.mutx.addUser(), { name: 'a' });
  for (const [method, path] of [
    ['GET', `/api-keys/${foreign.id}`],
    ['DELETE', `/api-keys/${foreign.id}`],
    ['POST', `/api-keys/${foreign.id}/rotate`],
  ] as const) {
    const { status, json } = await call(method, path);
    expect([status, json]).toEqual([404, { detail: 'API key not found' }]);
  }
  expect(emulator.mutx.accepts(foreign.plaintext)).toBe(true);
});

test('using a key works until it expires or is revoked, and shows in last_used', async () => {
  const { emulator, call } = await account('PRO');
  await using _ = emulator;
  const { json } = await call('POST', '/api-keys', { name: 'a', expires_in_days: 1 });
  const use = async (path = '/v1/agents') =>
    (await send(emulator.mutx.url, 'GET', path, { headers: { 'x-api-key': json.key } })).status;
  const record = async () => (await call('GET', `/api-keys/${json.id}`)).json;
  expect((await record()).last_used).toBeNull();
  emulator.mutx.clock.advance(60_000);
  expect([await use(), await use('/v1/auth/me')]).toEqual([200, 200]);
  expect((await record()).last_used).toMatch(/^2026-03-12T12:01:00/);
  emulator.mutx.clock.advance(DAY);
  expect(await use()).toBe(401);
  expect((await record()).is_active).toBe(true);
});

test('v1 takes an API key for managing keys, the documented API does not', async () => {
  for (const [generation, path, status] of [
    ['v1', '/v1/api-keys', 200],
    ['documented', '/api-keys', 401],
  ] as const) {
    const { emulator, user } = await account('PRO', generation);
    await using _ = emulator;
    const { plaintext } = emulator.mutx.addKey(user, { name: 'a' });
    expect((await mutx(emulator, plaintext, 'GET', path)).status).toBe(status);
    expect((await send(emulator.mutx.url, 'GET', path, { headers: { 'x-api-key': plaintext } })).status).toBe(
      status,
    );
  }
});

test('using a key: in X-API-Key everywhere, as Bearer on v1 only', async () => {
  for (const [generation, path, asBearer] of [
    ['v1', '/v1/agents', 200],
    ['documented', '/agents', 401],
  ] as const) {
    const { emulator, user } = await account('PRO', generation);
    await using _ = emulator;
    const { plaintext } = emulator.mutx.addKey(user, { name: 'a' });
    expect((await send(emulator.mutx.url, 'GET', path, { headers: { 'x-api-key': plaintext } })).status).toBe(
      200,
    );
    expect((await mutx(emulator, plaintext, 'GET', path)).status).toBe(asBearer);
  }
});

test('timestamps: mixed on v1, with a zone on the documented API, or as asked for', async () => {
  const made = async (options: Pick<MutxOptions, 'generation' | 'timestamps'>) => {
    await using emulator = await startEmulator({ mutx: { ...options, stillAt: NOON + 123 } });
    const jwt = emulator.mutx.issueAccessJwt(emulator.mutx.addUser());
    const path = options.generation === 'v1' ? '/v1/api-keys' : '/api-keys';
    const { json } = await mutx(emulator, jwt, 'POST', path, { name: 'a', expires_in_days: 1 });
    return [json.created_at, json.expires_at];
  };
  const [zoned, ends] = ['2026-03-12T12:00:00.123001Z', '2026-03-13T12:00:00.123001'];
  expect(await made({ generation: 'v1' })).toEqual([zoned, ends]);
  expect(await made({ generation: 'v1', timestamps: 'utc' })).toEqual([zoned, `${ends}Z`]);
  expect(await made({ generation: 'v1', timestamps: 'zone-less' })).toEqual([zoned.slice(0, -1), ends]);
  expect(await made({ generation: 'documented' })).toEqual([zoned, `${ends}Z`]);
});

test.each([
  [{}, 'name'],
  [{ name: 5 }, 'name'],
  [{ name: 'a', expires_in_days: 0 }, 'expires_in_days'],
  [{ name: 'a', expires_in_days: 366 }, 'expires_in_days'],
  [{ name: 'a', expires_in_days: 1.5 }, 'expires_in_days'],
  [{ name: 'a', expires_in_days: 'x' }, 'expires_in_days'],
  [{ name: 'a', expires_in_days: [] }, 'expires_in_days'],
])('a body of %j is refused because of %s', async (body, field) => {
  const { emulator, call } = await account('PRO');
  await using _ = emulator;
  const { status, json } = await call('POST', '/api-keys', body);
  expect([status, json.error_code, json.details.map((one) => one.loc)]).toEqual([
    422,
    'VALIDATION_ERROR',
    [['body', field]],
  ]);
  expect(emulator.mutx.keys).toEqual([]);
});

test.each([
  [{ name: '' }, 'an empty key name', null],
  [{ name: 'a', days: 30 }, 'unknown field in the body: days', null],
  [{ name: 'a', expires_in_days: '30' }, 'expires_in_days as string', '2026-04-11T12:00:00.000001'],
  [{ name: 'a', expires_in_days: true }, 'expires_in_days as boolean', '2026-03-13T12:00:00.000001'],
])('a body of %j is taken as MUTX takes it, and noted: %s', async (body, note, ends) => {
  const { emulator, call } = await account('PRO');
  await using _ = emulator;
  const { status, json } = await call('POST', '/api-keys', body);
  expect([status, json.expires_at]).toEqual([201, ends]);
  expect(emulator.ledger.notes().map(({ notes }) => notes)).toEqual([[note]]);
  expect(takeNotes()).toEqual([`mutx POST /v1/api-keys: ${note}`]);
});

test.each(['a'.repeat(256), 'a\0b', '\ud800'])(
  'a key name that the database does not take is a 500: %j',
  async (name) => {
    const { emulator, call } = await account('PRO');
    await using _ = emulator;
    const { status, json } = await call('POST', '/api-keys', { name });
    expect([status, json.error_code]).toEqual([500, 'INTERNAL_ERROR']);
    expect(emulator.mutx.keys).toEqual([]);
    expect(emulator.ledger.unexpected()).toHaveLength(1);
  },
);

test('a 500 closes its connection, and no header says so', async () => {
  const { emulator, user } = await account('PRO');
  await using _ = emulator;
  emulator.fault({ server: 'mutx', what: 'refuse', status: 500 });
  const agent = new Agent({ keepAlive: true });
  const outgoing = request(`${emulator.mutx.url}/v1/api-keys`, {
    agent,
    headers: { authorization: `Bearer ${emulator.mutx.issueAccessJwt(user)}` },
  });
  outgoing.end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const { socket } = incoming;
  incoming.resume();
  await Promise.all([once(incoming, 'end'), once(socket, 'close')]);
  expect([incoming.statusCode, incoming.headers.connection]).toEqual([500, 'keep-alive']);
  agent.destroy();
});

test('255 characters outside the basic plane are a key name', async () => {
  const { emulator, call } = await account('PRO');
  await using _ = emulator;
  expect((await call('POST', '/api-keys', { name: '😀'.repeat(255) })).status).toBe(201);
});

test('an id is found in any form of a UUID, which is noted, and nothing else is an id', async () => {
  const { emulator, user, call } = await account('PRO');
  await using _ = emulator;
  const { id } = emulator.mutx.addKey(user, { name: 'a' });
  for (const form of [id.replaceAll('-', ''), id.toUpperCase()]) {
    expect((await call('GET', `/api-keys/${form}`)).json.id).toBe(id);
  }
  expect(takeNotes()).toHaveLength(2);
  expect((await call('GET', '/api-keys/abc')).status).toBe(422);
});

test('on columns without a zone no key can have an end, and none can be used', async () => {
  await using emulator = await startEmulator({ mutx: { brokenTimes: true } });
  const user = emulator.mutx.addUser();
  const jwt = emulator.mutx.issueAccessJwt(user);
  const create = (body: unknown) => mutx(emulator, jwt, 'POST', '/v1/api-keys', body);
  const refused = await create({ name: 'a', expires_in_days: 30 });
  expect([refused.status, refused.json.error_code]).toEqual([500, 'INTERNAL_ERROR']);
  expect(emulator.mutx.keys).toEqual([]);
  const { key } = (await create({ name: 'a' })).json;
  const asHeader = await send(emulator.mutx.url, 'GET', '/v1/auth/me', { headers: { 'x-api-key': key } });
  expect([asHeader.status, asHeader.json.detail]).toEqual([401, 'Missing authorization header']);
  expect((await mutx(emulator, key, 'GET', '/v1/auth/me')).status).toBe(500);
  expect((await mutx(emulator, 'nonsense', 'GET', '/v1/auth/me')).status).toBe(401);
});

test('the documented API as it was served: no key is taken, revoked ones are listed, ten places', async () => {
  await using emulator = await startEmulator({ mutx: { generation: 'documented', asServed: true } });
  const user = emulator.mutx.addUser({ plan: 'ENTERPRISE' });
  const jwt = emulator.mutx.issueAccessJwt(user);
  const keys = Array.from({ length: 10 }, () => emulator.mutx.addKey(user, { name: 'a' }));
  const create = () => mutx(emulator, jwt, 'POST', '/api-keys', { name: 'a' });
  expect((await create()).json.detail).toBe('Active API key limit reached (10)');
  expect((await mutx(emulator, jwt, 'DELETE', `/api-keys/${keys[0]?.id}`)).status).toBe(204);
  const listed = (await mutx(emulator, jwt, 'GET', '/api-keys')).json;
  expect(listed.map(({ is_active }) => is_active).filter(Boolean)).toHaveLength(9);
  expect(listed).toHaveLength(10);
  const headers = { 'x-api-key': keys[1]?.plaintext };
  const used = await send(emulator.mutx.url, 'GET', '/agents', { headers });
  expect([used.status, used.json.detail]).toEqual([401, 'Missing authorization header']);
  const logout = (credential?: string) =>
    mutx(emulator, credential, 'POST', '/auth/logout', { refresh_token: 'x' });
  expect([(await logout()).status, (await logout(jwt)).status]).toEqual([401, 200]);
});
