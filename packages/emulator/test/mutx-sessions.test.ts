import { expect, test } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../src/index.ts';
import { takeNotes } from './noted.ts';
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

function claims(jwt: string): { readonly type: string; readonly exp: number; readonly iat: number } {
  const text = Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8');
  return JSON.parse(text) as ReturnType<typeof claims>;
}

test('an access JWT ends after half an hour of the server’s own time', async () => {
  const { emulator, login, me } = await server();
  await using _ = emulator;
  const { access_token, expires_in, token_type } = (await login()).json;
  expect([expires_in, token_type, claims(access_token).type]).toEqual([1_799, 'bearer', 'access']);
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

test('logging out with an access token and what is no refresh token ends all sessions of the account', async () => {
  const { emulator, login } = await server();
  await using _ = emulator;
  const { refresh_token } = (await login()).json;
  const { access_token } = (await login()).json;
  const logout = (token: string | undefined, body: unknown = { refresh_token }) =>
    mutx(emulator, token, 'POST', '/v1/auth/logout', body);
  const ended = () => emulator.mutx.sessions.map((session) => session.ended);
  for (const token of [access_token, undefined, access_token]) {
    expect((await logout(token)).status).toBe(200);
    expect(ended()).toEqual(['logged-out', 'no']);
  }
  expect((await logout('nonsense', { refresh_token: 'nonsense' })).status).toBe(200);
  expect(ended()).toEqual(['logged-out', 'no']);
  await logout(access_token, { refresh_token: 'nonsense' });
  expect(ended()).toEqual(['logged-out', 'logged-out']);
});

test('logging out by nothing at all is refused', async () => {
  const { emulator } = await server();
  await using _ = emulator;
  for (const body of [undefined, {}, { refresh_token: null }]) {
    const reply = await mutx(emulator, undefined, 'POST', '/v1/auth/logout', body);
    expect([reply.status, reply.json.detail]).toEqual([401, 'Authentication required']);
    expect(reply.headers['www-authenticate']).toBeUndefined();
  }
});

test('exchanges keep the time of the login in the token', async () => {
  const { emulator, login, refresh } = await server();
  await using _ = emulator;
  const first = (await login()).json.refresh_token;
  emulator.mutx.clock.advance(5 * DAY);
  const second = (await refresh(first)).json.refresh_token;
  expect([claims(second).iat, claims(second).exp]).toEqual([NOON / 1_000, (NOON + 12 * DAY) / 1_000]);
});

test('exchanges at the same time all succeed, where that is asked for', async () => {
  const { emulator, login, refresh } = await server({ exchangeWindow: 1_000 });
  await using _ = emulator;
  const token = (await login()).json.refresh_token;
  const replies = [await refresh(token), await refresh(token), await refresh(token)];
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
  emulator.mutx.clock.advance(1_000);
  // Each of the successors is good once.
  for (const { json } of replies) expect((await refresh(json.refresh_token)).status).toBe(200);
  expect((await refresh(token)).status).toBe(401);
  expect(emulator.mutx.sessions.map((session) => session.ended)).toEqual(['reuse']);
});

test('a refresh token of an account that was deactivated is refused, and not spent', async () => {
  const { emulator, user, login, refresh } = await server();
  await using _ = emulator;
  const token = (await login()).json.refresh_token;
  user.isActive = false;
  const refused = await refresh(token);
  expect([refused.status, refused.json, refused.headers['www-authenticate']]).toEqual([
    401,
    { detail: 'Invalid or expired refresh token' },
    undefined,
  ]);
  user.isActive = true;
  expect((await refresh(token)).status).toBe(200);
});

test('login refuses the wrong password, and accounts that are closed or not verified', async () => {
  const { emulator, user, login } = await server();
  await using _ = emulator;
  const wrong = await mutx(emulator, undefined, 'POST', '/v1/auth/login', {
    email: user.email,
    password: 'no',
  });
  expect([wrong.status, wrong.json]).toEqual([401, { detail: 'Invalid email or password' }]);
  expect(wrong.headers['www-authenticate']).toBeUndefined();
  const refused = async () => {
    const { status, json } = await login();
    return [status, json.detail];
  };
  user.isEmailVerified = false;
  expect(await refused()).toEqual([403, 'Email verification is required before login']);
  user.isEmailVerified = true;
  user.isActive = false;
  expect(await refused()).toEqual([403, 'Account is deactivated']);
  expect(emulator.mutx.sessions).toEqual([]);
});

test.each([
  ['ci@EXAMPLE.com', 200],
  ['CI@example.com', 401],
  ['ci@example', 422],
  ['ci@build.local', 422],
  ['ci', 422],
  [7, 422],
])('the address %j at the login: %i', async (email, status) => {
  const { emulator } = await server();
  await using _ = emulator;
  const reply = await mutx(emulator, undefined, 'POST', '/v1/auth/login', { email, password: 'secret' });
  expect(reply.status).toBe(status);
});

test('an account that is not verified can list and make keys, and is not shown', async () => {
  const { emulator, user, me } = await server();
  await using _ = emulator;
  const jwt = emulator.mutx.issueAccessJwt(user);
  user.isEmailVerified = false;
  const made = await mutx(emulator, jwt, 'POST', '/v1/api-keys', { name: 'a' });
  expect([made.status, (await me(jwt)).status, (await me(made.json.key)).status]).toEqual([201, 403, 403]);
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
  ]).toEqual([429, '60', 'RATE_LIMIT_EXCEEDED', 60]);
  emulator.mutx.clock.advance(40_000);
  expect((await login()).status).toBe(200);
});

test('a hundred requests a minute of one address, those of an API key and of log-ins apart', async () => {
  const { emulator, user, me, login } = await server({ rateLimits: true });
  await using _ = emulator;
  const [one, other] = [emulator.mutx.issueAccessJwt(user), emulator.mutx.issueAccessJwt(user)];
  const key = emulator.mutx.addKey(user, { name: 'a' }).plaintext;
  for (let count = 0; count < 100; count += 1) await me(one);
  const statuses = [await me(one), await me(other), await me('nonsense'), await me(key), await login()];
  expect(statuses.map(({ status }) => status)).toEqual([429, 429, 429, 200, 200]);
});

test.each([
  ['GET', '/v1/nothing', undefined, 404, 'no route'],
  ['GET', '/api-keys', undefined, 404, 'no route'],
  ['PATCH', '/v1/api-keys', undefined, 405, 'no PATCH'],
  ['GET', '/v1/api-keys/', undefined, 307, 'slash'],
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

test.each([
  ['text/plain', '{"name":"a"}', 422],
  ['application/json', '{"name":', 500],
  ['application/json', '', 422],
])('a body of %s that is %j is refused with %i and unexpected', async (type, body, status) => {
  const { emulator, user } = await server();
  await using _ = emulator;
  const authorization = `Bearer ${emulator.mutx.issueAccessJwt(user)}`;
  const reply = await fetch(`${emulator.mutx.url}/v1/api-keys`, {
    method: 'POST',
    headers: { authorization, 'content-type': type },
    body,
  });
  expect(reply.status).toBe(status);
  expect(emulator.ledger.unexpected()).toHaveLength(1);
});

test.each(['origin', 'referer'])(
  'a change that comes with %s is refused, as one of a page of others',
  async (name) => {
    const { emulator, user } = await server();
    await using _ = emulator;
    const headers = {
      authorization: `Bearer ${emulator.mutx.issueAccessJwt(user)}`,
      [name]: 'https://elsewhere.example/page',
    };
    const post = () => send(emulator.mutx.url, 'POST', '/v1/api-keys', { headers, body: { name: 'a' } });
    expect([(await post()).status, emulator.ledger.unexpected().length]).toEqual([403, 1]);
    expect((await send(emulator.mutx.url, 'GET', '/v1/api-keys', { headers })).status).toBe(200);
  },
);

test('of two credentials the Bearer token counts, an unknown parameter does not, and both are noted', async () => {
  const { emulator, user } = await server();
  await using _ = emulator;
  const jwt = emulator.mutx.issueAccessJwt(user);
  const key = emulator.mutx.addKey(user, { name: 'a' }).plaintext;
  const list = async (authorization: string, apiKey: string) => {
    const headers = { authorization, 'x-api-key': apiKey };
    return (await send(emulator.mutx.url, 'GET', '/v1/api-keys?page=2', { headers })).status;
  };
  expect([
    await list(`Bearer ${jwt}`, 'nonsense'),
    await list('Bearer nonsense', key),
    await list('Basic bm9uc2Vuc2U=', key),
  ]).toEqual([200, 401, 200]);
  expect(takeNotes().map((note) => note.split(': ').slice(1).join(': '))).toEqual([
    'two credentials: Authorization and X-API-Key',
    'unknown parameter in the query: page',
    'two credentials: Authorization and X-API-Key',
    'two credentials: Authorization and X-API-Key',
    'unknown parameter in the query: page',
  ]);
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
