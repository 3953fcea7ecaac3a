import { expect, test } from 'vitest';
import { type Exchange, startEmulator } from '../src/index.ts';
import { CUT, github, mutx, putSecret, send } from './wire.ts';

test('one sequence over both servers, in order of arrival, each with its server’s time', async () => {
  await using emulator = await startEmulator({
    mutx: { stillAt: 1_000_000 },
    github: { stillAt: 2_000_000 },
  });
  const jwt = emulator.mutx.issueAccessJwt(emulator.mutx.addUser());
  emulator.github.addRepository('acme/web');
  const { json } = await mutx(emulator, jwt, 'POST', '/v1/api-keys', { name: 'a' });
  await putSecret(emulator, emulator.github.issueToken(), '/repos/acme/web/actions/secrets', 'KEY', json.key);
  await mutx(emulator, jwt, 'GET', '/v1/api-keys?skip=0');
  const short = emulator.ledger.entries.map(({ seq, server, method, path, query, status, effect, at }) =>
    [seq, server, method, path, query, status, effect, at].join(' '),
  );
  expect(short).toEqual([
    `1 mutx POST /v1/api-keys  201 key minted ${json.id} 1000000`,
    '2 github GET /repos/acme/web/actions/secrets/public-key  200  2000000',
    '3 github PUT /repos/acme/web/actions/secrets/KEY  201 secret created KEY in acme/web 2000000',
    '4 mutx GET /v1/api-keys skip=0 200  1000000',
  ]);
});

test('no credential is in the ledger', async () => {
  await using emulator = await startEmulator();
  const user = emulator.mutx.addUser({ password: 'pass-word' });
  const login = await mutx(emulator, undefined, 'POST', '/v1/auth/login', {
    email: user.email,
    password: 'pass-word',
  });
  const { json } = await mutx(emulator, login.json.access_token, 'POST', '/v1/api-keys', { name: 'a' });
  emulator.github.addRepository('acme/web');
  const token = emulator.github.issueToken();
  await putSecret(emulator, token, '/repos/acme/web/actions/secrets', 'KEY', json.key);
  await mutx(emulator, undefined, 'POST', '/v1/auth/logout', { refresh_token: login.json.refresh_token });
  const text = JSON.stringify(emulator.ledger.entries);
  for (const secret of [json.key, token, 'pass-word', login.json.access_token, login.json.refresh_token]) {
    expect(text).not.toContain(secret);
  }
  expect(emulator.ledger.effects()).toHaveLength(4);
});

test('a test can wait for a request, or for its reply', async () => {
  await using emulator = await startEmulator();
  const reply = emulator.ledger.waitFor((entry) => entry.path === '/v1/agents' && entry.status === 401);
  const arrival = emulator.ledger.waitFor((entry) => entry.path === '/v1/agents');
  await send(emulator.mutx.url, 'GET', '/v1/agents');
  expect([(await arrival).seq, (await reply).seq]).toEqual([1, 1]);
  emulator.ledger.clear();
  await send(emulator.mutx.url, 'GET', '/v1/agents');
  expect(emulator.ledger.entries.map((entry) => entry.seq)).toEqual([2]);
});

test('hooks stand before and after a request is applied, and can cut the connection at either', async () => {
  await using emulator = await startEmulator();
  const jwt = emulator.mutx.issueAccessJwt(emulator.mutx.addUser());
  const create = () => mutx(emulator, jwt, 'POST', '/v1/api-keys', { name: 'a' });
  const seen: unknown[] = [];
  const remove = emulator.onRequest(async ({ point, entry }) => {
    await Promise.resolve();
    seen.push([point, entry.seq, emulator.mutx.keys.length]);
    return seen.length === 1 || seen.length === 3 ? 'drop' : undefined;
  });
  await expect(create()).rejects.toThrow(CUT);
  await expect(create()).rejects.toThrow(CUT);
  expect(seen).toEqual([
    ['before', 1, 0],
    ['before', 2, 0],
    ['after', 2, 1],
  ]);
  remove();
  expect((await create()).status).toBe(201);
  expect(seen).toHaveLength(3);
});

test('a hook that fails is not taken for a reply of the service', async () => {
  await using emulator = await startEmulator();
  emulator.onRequest(() => {
    throw new Error('the test is wrong');
  });
  expect((await send(emulator.mutx.url, 'GET', '/v1/agents')).status).toBe(599);
  expect(emulator.ledger.unexpected()[0]?.unexpected).toContain('the test is wrong');
});

test('exchanges are told whole, also when no reply is sent', async () => {
  const exchanges: Exchange[] = [];
  await using emulator = await startEmulator({
    github: { basePath: '/api/v3' },
    onExchange: (exchange) => exchanges.push(exchange),
  });
  emulator.fault({ server: 'github', what: 'drop' });
  await expect(github(emulator, 'token', 'GET', '/repos/a/b?page=1')).rejects.toThrow(CUT);
  await mutx(emulator, undefined, 'POST', '/v1/auth/login', { email: 'a@b.io', password: 'c' });
  expect(
    exchanges.map(({ request, reply, faulted }) => [
      request.path,
      request.query,
      request.body,
      reply?.body,
      faulted,
    ]),
  ).toEqual([
    ['/repos/a/b', { page: '1' }, undefined, undefined, true],
    [
      '/v1/auth/login',
      {},
      { email: 'a@b.io', password: 'c' },
      { detail: 'Invalid email or password' },
      false,
    ],
  ]);
});

test('connections are counted', async () => {
  await using emulator = await startEmulator();
  for (let count = 0; count < 3; count += 1) await send(emulator.mutx.url, 'GET', '/v1/agents');
  expect([emulator.mutx.connections, emulator.github.connections]).toEqual([3, 0]);
});

test('latency is asked for each request', async () => {
  await using emulator = await startEmulator();
  const asked: number[] = [];
  emulator.mutx.latency = (entry) => {
    asked.push(entry.seq);
    return 1;
  };
  for (let count = 0; count < 2; count += 1) await send(emulator.mutx.url, 'GET', '/v1/agents');
  expect(asked).toEqual([1, 2]);
});
