import { expect, test } from 'vitest';
import { MINUTE, START, startWorld } from './session-under-test.ts';

// Holds invariants 1 and 24 of docs/threat-model.md.

const LOGIN = 'POST /v1/auth/login 200';
const LOGOUT = 'POST /v1/auth/logout 200';

test.each([
  ['v1', '/v1'],
  ['documented', ''],
] as const)('%s: logged in, used, logged out', async (generation, prefix) => {
  await using world = await startWorld({ mutx: { generation } });
  const { session, keys, events, failure } = await world.open(world.password());
  expect(failure).toBeUndefined();
  expect(session.endsAt).toBeUndefined();
  expect(await keys.list()).toMatchObject({ ok: true });
  expect(world.emulator.mutx.sessions).toMatchObject([{ ended: 'no' }]);
  await session.close();
  expect(world.emulator.mutx.sessions).toMatchObject([{ ended: 'logged-out' }]);
  expect(world.lines).toEqual([
    ...(prefix === '' ? ['POST /v1/auth/login 404'] : []),
    `POST ${prefix}/auth/login 200`,
    `GET ${prefix}/api-keys 200`,
    `POST ${prefix}/auth/logout 200`,
  ]);
  expect(events).toEqual([{ type: 'logged-in' }, { type: 'logged-out' }]);
  expect(world.emulator.ledger.unexpected()).toEqual([]);
});

test('both tokens are masked, the password too, and none of them is in what is told', async () => {
  const tokens: unknown[] = [];
  await using world = await startWorld({
    onExchange: ({ reply }) => tokens.push(reply?.body),
  });
  const { events, session } = await world.open(world.password());
  await session.close();
  const { access_token, refresh_token } = tokens[0] as { access_token: string; refresh_token: string };
  for (const secret of [access_token, refresh_token, 'correct horse']) {
    expect(world.masked).toContain(secret);
    expect(JSON.stringify(events)).not.toContain(secret);
  }
});

test('closing twice logs out once', async () => {
  await using world = await startWorld();
  const { session } = await world.open(world.password());
  await Promise.all([session.close(), session.close()]);
  await session.close();
  expect(world.lines).toEqual([LOGIN, LOGOUT]);
});

test('a close waits for the log-out that one before it has begun', async () => {
  await using world = await startWorld();
  const held = world.emulator.fault({ server: 'mutx', path: /logout/, what: 'slow' });
  const { session } = await world.open(world.password());
  const order: string[] = [];
  const first = session.close().then(() => order.push('first'));
  const second = session.close().then(() => order.push('second'));
  await held.met();
  expect(order).toEqual([]);
  held.release();
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'second']);
  expect(world.lines).toEqual([LOGIN, LOGOUT]);
});

test('closed before its last calls: the token works on, and what it takes to renew it is logged out as well', async () => {
  await using world = await startWorld();
  const { session, keys } = await world.open(world.password());
  await session.close();
  expect(await keys.list()).toMatchObject({ ok: true });
  expect(world.lines.slice(0, 2)).toEqual([LOGIN, LOGOUT]);
  world.time.advance(29 * MINUTE);
  expect(await keys.list()).toMatchObject({ ok: true });
  expect(world.emulator.mutx.sessions.map(({ ended }) => ended)).toEqual(['logged-out', 'no']);
  await session.close();
  expect(world.emulator.mutx.sessions.map(({ ended }) => ended)).toEqual(['logged-out', 'logged-out']);
  expect(world.lines.filter((line) => line === LOGOUT)).toHaveLength(2);
});

test('a session that never opened has nothing to close', async () => {
  await using world = await startWorld();
  await world.prepare(world.password()).session.close();
  expect(world.lines).toEqual([]);
});

test('a log-in that is under way when the run is cancelled is logged out too', async () => {
  await using world = await startWorld();
  const held = world.emulator.fault({ server: 'mutx', path: /login/, what: 'slow', point: 'after' });
  const { session } = world.prepare(world.password());
  const opening = session.open();
  await held.met();
  const closing = session.close();
  held.release();
  await Promise.all([opening, closing]);
  expect(world.emulator.mutx.sessions).toMatchObject([{ ended: 'logged-out' }]);
});

test.each([
  ['a wrong password', 'nonsense', {}, 401],
  ['an account that is off', undefined, { isActive: false }, 403],
  ['an address that is not verified', undefined, { isEmailVerified: false }, 403],
])('%s is refused, and asked once', async (_, password, account, status) => {
  await using world = await startWorld();
  Object.assign(world.user, account);
  const { failure, session } = await world.open(world.password(password));
  expect(failure).toMatchObject({
    code: 'session-login-refused',
    message: expect.stringMatching(/^MUTX does not let the account in: .+/),
    cause: {
      code: 'session-login-refused',
      kind: 'refused',
      status,
      hint: expect.stringContaining('`password`'),
    },
    state: [],
    retryAt: undefined,
  });
  await session.close();
  expect(world.lines).toEqual([`POST /v1/auth/login ${status}`]);
});

test.each([
  ['a reply that is lost', { what: 'reply-lost' }, 'mutx-lost-reply'],
  ['an error of the server', { what: 'refuse', status: 500 }, 'mutx-server-error'],
  ['a proxy’s page', { what: 'html', status: 502 }, 'mutx-proxy-page'],
  ['a limit that does not say when', { what: 'raw', status: 429, body: '' }, 'mutx-rate-limited'],
  ['a request that is refused for its form', { what: 'refuse', status: 400 }, 'mutx-validation'],
] as const)('%s is not asked again: log-ins are not hammered', async (_, fault, code) => {
  await using world = await startWorld();
  world.emulator.fault({ server: 'mutx', path: /login/, ...fault });
  const { failure } = await world.open(world.password());
  const mayBeOpen = ['mutx-lost-reply', 'mutx-server-error', 'mutx-proxy-page'].includes(code);
  expect(failure).toMatchObject({
    code: 'session-login-failed',
    message: expect.stringMatching(/^could not log in to MUTX: /),
    cause: { code },
    state: mayBeOpen ? [expect.stringContaining('it ends by itself within a week')] : [],
  });
  expect(world.lines).toHaveLength(1);
  expect(world.time.sleeps).toEqual([]);
});

test('a limit that says when is waited for', async () => {
  await using world = await startWorld();
  world.emulator.fault({ server: 'mutx', path: /login/, what: 'rate-limit', retryAfter: 42 });
  const { failure, events } = await world.open(world.password());
  expect(failure).toBeUndefined();
  expect(world.time.sleeps).toEqual([47_250]);
  expect(events).toMatchObject([
    { type: 'retrying', attempt: 1, wait: 47_250, failure: { code: 'mutx-rate-limited' } },
    { type: 'logged-in' },
  ]);
});

test('a limit beyond the time there is fails at once, and says when to come back', async () => {
  await using world = await startWorld();
  world.emulator.fault({ server: 'mutx', path: /login/, what: 'rate-limit', retryAfter: 3_600 });
  const { failure } = await world.open(world.password());
  expect(failure).toMatchObject({ code: 'session-login-failed', retryAt: START + 3_600_000 });
  expect(world.time.sleeps).toEqual([]);
});

test('where nothing left this process, it is tried again', async () => {
  await using world = await startWorld();
  await world.emulator.close();
  const { failure } = await world.open(world.password());
  expect(failure).toMatchObject({ code: 'session-login-failed', cause: { code: 'mutx-unreachable' } });
  expect(world.time.sleeps).toHaveLength(2);
});

test.each([
  [
    'not a number',
    '{"access_token":"Access0123456789aa","refresh_token":"Bearer0123456789bb","expires_in":"1800"}',
  ],
  ['half of it', '{"access_token":"Access0123456789aa","expires_in":1800}'],
  ['no life', '{"access_token":"Access0123456789aa","refresh_token":"Bearer0123456789bb","expires_in":0}'],
  [
    'a past end',
    '{"access_token":"Access0123456789aa","refresh_token":"Bearer0123456789bb","expires_in":-1}',
  ],
  [
    'hardly a token',
    '{"access_token":"aaaaaaaaaaaaaaaaaaaa","refresh_token":"Bearer0123456789bb","expires_in":1800}',
  ],
  ['no text', '{"access_token":"Bearer0123456789bb","refresh_token":7,"expires_in":1800}'],
  [
    'two lines',
    '{"access_token":"Access0123456789aa\\n","refresh_token":"Bearer0123456789bb","expires_in":1800}',
  ],
  ['nothing', ''],
])('a reply that cannot be used (%s): what it holds is masked, and not told', async (_, body) => {
  await using world = await startWorld();
  const headers = { 'content-type': 'application/json' };
  world.emulator.fault({ server: 'mutx', path: /login/, what: 'raw', status: 200, headers, body });
  const { failure } = await world.open(world.password());
  expect(failure).toMatchObject({
    code: 'session-login-failed',
    cause: { code: 'mutx-bad-reply', kind: 'unclear' },
  });
  for (const token of body.match(/a{20}|(?:Access|Bearer)\w+/g) ?? []) {
    // What is none is no word of the log's that may be black; but no text that holds it is printed.
    const isOne = !token.startsWith('a') && !body.includes(`${token}\\n`);
    expect(world.masked.includes(token)).toBe(isOne);
    expect(world.secrets.quote(`is it ${token}?`)).toContain('withheld');
    expect(JSON.stringify(failure)).not.toContain(token);
  }
});

test.each([
  ['refuses for good', { what: 'refuse', status: 403 }, 1],
  ['wants to know who asks, and does not believe it', { what: 'refuse', status: 401 }, 2],
  ['is broken', { what: 'refuse', status: 500 }, 4],
] as const)('a log-out that %s is a warning', async (_, fault, tries) => {
  await using world = await startWorld();
  world.emulator.fault({ server: 'mutx', path: /logout/, times: Number.POSITIVE_INFINITY, ...fault });
  const { session, events } = await world.open(world.password());
  await session.close();
  expect(world.lines.filter((line) => line.includes('logout'))).toHaveLength(tries);
  expect(events.at(-1)).toMatchObject({
    type: 'warning',
    code: 'logout-failed',
    message: expect.stringMatching(
      /^the session of this run could not be logged out and ends by itself within a week: /,
    ),
  });
});

test('a log-out that fails once is tried again', async () => {
  await using world = await startWorld();
  world.emulator.fault({ server: 'mutx', path: /logout/, what: 'refuse', status: 503 });
  const { session, events } = await world.open(world.password());
  await session.close();
  expect(events.map(({ type }) => type)).toEqual(['logged-in', 'retrying', 'logged-out']);
});

test('a log-out at the limit waits for the whole window that MUTX asks for, and then leaves no session open', async () => {
  await using world = await startWorld();
  world.emulator.fault({ server: 'mutx', path: /logout/, what: 'rate-limit', retryAfter: 60 });
  const { session, events } = await world.open(world.password());
  await session.close();
  expect(world.time.sleeps).toEqual([67_500]);
  expect(events.map(({ type }) => type)).toEqual(['logged-in', 'retrying', 'logged-out']);
  expect(world.emulator.mutx.sessions).toMatchObject([{ ended: 'logged-out' }]);
});

test('a log-out at a server that wants to know who asks: by the access token too', async () => {
  await using world = await startWorld({ mutx: { generation: 'documented', asServed: true } });
  const { session, events } = await world.open(world.password());
  await session.close();
  expect(world.lines.slice(-2)).toEqual(['POST /auth/logout 401', 'POST /auth/logout 200']);
  expect(events.at(-1)).toEqual({ type: 'logged-out' });
});

test('in a run longer than a token lives: logged in again in time, once for all who ask, and out of both', async () => {
  await using world = await startWorld();
  const { session, keys } = await world.open(world.password());
  world.time.advance(27 * MINUTE);
  await keys.list();
  expect(world.emulator.mutx.sessions).toHaveLength(1);
  world.time.advance(1.5 * MINUTE);
  const replies = await Promise.all([keys.list(), keys.account(), keys.list()]);
  expect(replies.every((reply) => reply.ok)).toBe(true);
  expect(world.emulator.mutx.sessions).toHaveLength(2);
  world.time.advance(20 * MINUTE);
  expect(await keys.list()).toMatchObject({ ok: true });
  await session.close();
  expect(world.emulator.mutx.sessions.map(({ ended }) => ended)).toEqual(['logged-out', 'logged-out']);
});

test('a renewal that fails is not tried again: the token is used up, and then nothing is sent', async () => {
  await using world = await startWorld();
  const { session, keys, events } = await world.open(world.password());
  world.emulator.fault({
    server: 'mutx',
    path: /login/,
    what: 'refuse',
    status: 500,
    times: Number.POSITIVE_INFINITY,
  });
  world.time.advance(29 * MINUTE);
  expect(await keys.list()).toMatchObject({ ok: true });
  expect(await keys.list()).toMatchObject({ ok: true });
  world.time.advance(MINUTE);
  const sent = world.lines.length;
  expect(await keys.create('a', 1)).toMatchObject({
    ok: false,
    failure: {
      kind: 'not-sent',
      code: 'session-login-failed',
      retryable: false,
      call: 'POST /v1/auth/login',
    },
  });
  expect(world.lines).toHaveLength(sent);
  expect(world.lines.filter((line) => line.includes('login'))).toHaveLength(2);
  expect(events.filter(({ type }) => type === 'warning')).toEqual([
    {
      type: 'warning',
      code: 'renewal-failed',
      message: expect.stringMatching(
        /^the MUTX session could not be renewed during the run: could not log in/,
      ),
      fix: undefined,
    },
  ]);
  await session.close();
  expect(world.emulator.mutx.sessions).toMatchObject([{ ended: 'logged-out' }]);
});

test('a schedule that logs in every week never misses', async () => {
  await using world = await startWorld();
  for (let week = 0; week < 13; week++) {
    const { session, keys, failure } = await world.open(world.password());
    expect(failure).toBeUndefined();
    expect(await keys.list()).toMatchObject({ ok: true });
    await session.close();
    world.time.advance(7 * 24 * 60 * MINUTE);
  }
  expect(world.emulator.mutx.sessions.filter(({ ended }) => ended === 'no')).toEqual([]);
});
