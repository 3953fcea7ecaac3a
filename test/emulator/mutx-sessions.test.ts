import { expect, test } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../src/emulator/index.ts';
import { mutx, send } from './wire.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOON = Date.parse('2026-03-12T12:00:00Z');

async function server(options: EmulatorOptions['mutx'] = {}) {
  const emulator = await startEmulator({ mutx: { stillAt: NOON, ...options } });
  const user = emulator.mutx.addUser({ email: 'ci@example.com', password: 'secret', plan: 'STARTER' });
  const login = () =>
    mutx(emulator, undefined, 'POST', '/v1/auth/login', { email: user.email, password: 'secret' });
  const refresh = (token: string) =>
    mutx(emulator, undefined, 'POST', '/v1/auth/refresh', { refresh_token: token });
  const me = (token: string) => mutx(emulator, token, 'GET', '/v1/auth/me');
  return { emulator, user, login, refresh, me };
}

function claims(jwt: string): { readonly type: string; readonly exp: number } {
  const text = Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8');
  return JSON.parse(text) as ReturnType<typeof claims>;
}

test('an access JWT ends after half an hour of the server’s own time', async () => {
  const { emulator, login, me } = await server();
  await using _ = emulator;
  const { access_token, expires_in, token_type } = (await login()).json;
  expect([expires_in, token_type, claims(access_token).type]).toEqual([1_800, 'bearer', 'access']);
  emulator.mutx.clock.advance(30 * MINUTE - 1_000);
  expect((await me(access_token)).json.plan).toBe('STARTER');
  emulator.mutx.clock.advance(1_000);
  const ended = await me(access_token);
  expect([ended.status, ended.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  expect(typeof ended.json.detail).toBe('string');
});

test('a JWT that was tampered with, or is of the wrong type, is not let in', async () => {
  const { emulator, user, me } = await server();
  await using _ = emulator;
  const jwt = emulator.mutx.issueAccessJwt(user);
  const [head, , signature] = jwt.split('.');
  const body = Buffer.from(JSON.stringify({ ...claims(jwt), exp: 9e9 })).toString('base64url');
  expect((await me(jwt)).status).toBe(200);
  expect((await me(`${head}.${body}.${signature}`)).status).toBe(401);
  expect((await me(emulator.mutx.issueRefreshToken(user))).status).toBe(401);
  expect((await me(emulator.mutx.issueAccessJwt(user, { expiresIn: -1_000 }))).status).toBe(401);
});

test('a refresh token works once; a spent one ends its whole family', async () => {
  const { emulator, login, refresh } = await server();
  await using _ = emulator;
  const first = (await login()).json.refresh_token;
  const second = (await refresh(first)).json.refresh_token;
  expect((await refresh(first)).status).toBe(401);
  expect((await refresh(second)).status).toBe(401);
  expect(emulator.mutx.sessions.map((session) => session.ended)).toEqual(['reuse']);
  expect(emulator.ledger.effects().map((entry) => entry.effect?.split(' ').slice(0, 2).join(' '))).toEqual([
    'session opened',
    'session refreshed',
    'session killed',
  ]);
  expect((await refresh((await login()).json.refresh_token)).status).toBe(200);
});

test('a refresh token lives seven days, and thirty from the login however often it is exchanged', async () => {
  const { emulator, login, refresh } = await server();
  await using _ = emulator;
  const idle = (await login()).json.refresh_token;
  expect(claims(idle).exp * 1_000).toBe(NOON + 7 * DAY);
  let token = (await login()).json.refresh_token;
  for (let day = 6; day <= 24; day += 6) {
    emulator.mutx.clock.set(NOON + day * DAY);
    token = (await refresh(token)).json.refresh_token;
  }
  expect((await refresh(idle)).status).toBe(401);
  expect(claims(token).exp * 1_000).toBe(NOON + 30 * DAY);
  emulator.mutx.clock.set(NOON + 30 * DAY);
  expect((await refresh(token)).status).toBe(401);
});

test('logging out ends the family', async () => {
  const { emulator, login, refresh } = await server();
  await using _ = emulator;
  const { refresh_token } = (await login()).json;
  const logout = () => mutx(emulator, undefined, 'POST', '/v1/auth/logout', { refresh_token });
  expect([(await logout()).status, (await logout()).status]).toEqual([200, 200]);
  expect((await refresh(refresh_token)).status).toBe(401);
  expect(emulator.mutx.sessions.map((session) => session.ended)).toEqual(['logged-out']);
});

test('logging out a session that has ended, with an access token, ends all others of the account', async () => {
  const { emulator, login } = await server();
  await using _ = emulator;
  const { refresh_token } = (await login()).json;
  const { access_token } = (await login()).json;
  const logout = (token: string | undefined) =>
    mutx(emulator, token, 'POST', '/v1/auth/logout', { refresh_token });
  const ended = () => emulator.mutx.sessions.map((session) => session.ended);
  await logout(access_token);
  expect(ended()).toEqual(['logged-out', 'no']);
  await logout(undefined);
  expect(ended()).toEqual(['logged-out', 'no']);
  await logout(access_token);
  expect(ended()).toEqual(['logged-out', 'logged-out']);
});

test('login refuses the wrong password, and accounts that are closed or not verified', async () => {
  const { emulator, user, login } = await server();
  await using _ = emulator;
  const wrong = await mutx(emulator, undefined, 'POST', '/v1/auth/login', {
    email: user.email,
    password: 'no',
  });
  expect([wrong.status, wrong.json]).toEqual([401, { detail: 'Invalid email or password' }]);
  user.isEmailVerified = false;
  expect((await login()).status).toBe(403);
  user.isEmailVerified = true;
  user.isActive = false;
  expect((await login()).status).toBe(403);
  expect(emulator.mutx.sessions).toEqual([]);
});

test('ten logins a minute, where rate limits are asked for', async () => {
  const { emulator, login } = await server({ rateLimits: true });
  await using _ = emulator;
  for (let count = 0; count < 10; count += 1) expect((await login()).status).toBe(200);
  emulator.mutx.clock.advance(20_000);
  const refused = await login();
  expect([
    refused.status,
    refused.headers['retry-after'],
    refused.json.error_code,
    refused.json.retry_after,
  ]).toEqual([429, '40', 'RATE_LIMIT_EXCEEDED', 40]);
  emulator.mutx.clock.advance(40_000);
  expect((await login()).status).toBe(200);
});

test('a hundred requests a minute per credential, where rate limits are asked for', async () => {
  const { emulator, user, me } = await server({ rateLimits: true });
  await using _ = emulator;
  const [one, other] = [
    emulator.mutx.issueAccessJwt(user),
    emulator.mutx.addKey(user, { name: 'a' }).plaintext,
  ];
  for (let count = 0; count < 100; count += 1) await me(one);
  expect([(await me(one)).status, (await me(other)).status]).toEqual([429, 200]);
});

test.each([
  ['GET', '/v1/nothing', undefined, 404, 'no route'],
  ['GET', '/api-keys', undefined, 404, 'no route'],
  ['PATCH', '/v1/api-keys', undefined, 405, 'no PATCH'],
  ['GET', '/v1/api-keys/', undefined, 307, 'slash'],
  ['GET', '/v1/api-keys?page=2', undefined, 422, 'page'],
  ['POST', '/v1/api-keys', { name: 'a', more: 1 }, 422, 'more'],
  ['POST', '/v1/api-keys', [], 422, 'not a JSON object'],
])('%s %s (body: %j) is refused and recorded as unexpected', async (method, path, body, status, why) => {
  const { emulator, user } = await server();
  await using _ = emulator;
  const reply = await mutx(emulator, emulator.mutx.issueAccessJwt(user), method, path, body);
  expect(reply.status).toBe(status);
  expect(emulator.ledger.unexpected().map((entry) => entry.unexpected)).toEqual([
    expect.stringContaining(why),
  ]);
});

test('a body that is not said to be JSON, and two credentials at once, are unexpected', async () => {
  const { emulator, user } = await server();
  await using _ = emulator;
  const authorization = `Bearer ${emulator.mutx.issueAccessJwt(user)}`;
  const headers = { authorization, 'content-type': 'text/plain' };
  expect(
    (await send(emulator.mutx.url, 'POST', '/v1/api-keys', { headers, body: { name: 'a' } })).status,
  ).toBe(422);
  const both = { authorization, 'x-api-key': emulator.mutx.addKey(user, { name: 'a' }).plaintext };
  expect((await send(emulator.mutx.url, 'GET', '/v1/api-keys', { headers: both })).status).toBe(401);
  expect(emulator.ledger.unexpected()).toHaveLength(2);
});

test('asking which generation it is, is expected', async () => {
  await using emulator = await startEmulator({ mutx: { generation: 'documented', account: false } });
  const jwt = emulator.mutx.issueAccessJwt(emulator.mutx.addUser());
  const statuses = [
    await mutx(emulator, jwt, 'GET', '/v1/api-keys'),
    await mutx(emulator, jwt, 'GET', '/auth/me'),
    await mutx(emulator, jwt, 'GET', '/api-keys'),
  ].map((reply) => reply.status);
  expect(statuses).toEqual([404, 404, 200]);
  expect(emulator.ledger.unexpected()).toEqual([]);
});
