import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, PLACE, SECRET, START, startWorld, type World } from './session-under-test.ts';

// Holds invariant 12 of docs/threat-model.md.

const given = (world: World) => world.emulator.mutx.issueRefreshToken(world.user);
const exchanges = (world: World) => world.lines.filter((line) => line.includes('/auth/refresh'));
const base = '/repos/acme/web/environments/rotation/secrets';
/** Writes of the secret, after the probe. */
const put = { server: 'github', method: 'PUT', skip: 1 } as const;
const ALWAYS = { times: Number.POSITIVE_INFINITY };

test('the place is known to be writable, then exchange, then store, and only then anything else', async () => {
  await using world = await startWorld();
  const token = given(world);
  const { session, keys, events, failure } = await world.open(world.refreshToken(token));
  expect(failure).toBeUndefined();
  expect(await keys.list()).toMatchObject({ ok: true });
  await session.close();
  expect(world.lines.slice(0, 2).sort()).toEqual(
    [`GET /repos/acme/web 200`, `GET ${base}/public-key 200`].sort(),
  );
  expect(world.lines.slice(2)).toEqual([
    `PUT ${base}/${SECRET} 422`,
    'POST /v1/auth/refresh 200',
    `PUT ${base}/${SECRET} 201`,
    'GET /v1/api-keys 200',
  ]);
  expect(world.stored).not.toBe(token);
  expect(world.masked).toContain(world.stored);
  const place = { target: 'acme/web@rotation', secret: SECRET };
  expect(events).toEqual([
    { type: 'exchanging', ...place },
    { type: 'successor-stored', ...place, endsAt: START + 7 * DAY },
  ]);
  expect(world.emulator.mutx.sessions).toMatchObject([{ ended: 'no' }]);
});

test('what is stored works the next time, and on the documented API too', async () => {
  await using world = await startWorld({ mutx: { generation: 'documented' } });
  await world.open(world.refreshToken(given(world)));
  const { failure } = await world.open(world.refreshToken(world.stored ?? ''));
  expect(failure).toBeUndefined();
  expect(exchanges(world)).toEqual([
    'POST /v1/auth/refresh 404',
    'POST /auth/refresh 200',
    'POST /auth/refresh 200',
  ]);
  expect(world.emulator.mutx.sessions).toMatchObject([{ ended: 'no' }]);
  expect(world.emulator.ledger.unexpected()).toEqual([]);
});

test('a place that cannot be written: nothing is spent', async () => {
  await using world = await startWorld();
  world.emulator.fault({ server: 'github', path: /public-key/, what: 'refuse', status: 403 });
  const token = given(world);
  const { failure } = await world.open(world.refreshToken(token));
  expect(failure).toMatchObject({
    code: 'session-successor-unwritable',
    message: expect.stringContaining(`the secret ${SECRET} of acme/web@rotation`),
    cause: { service: 'github', status: 403 },
    state: [],
  });
  expect(exchanges(world)).toEqual([]);
  expect((await world.open(world.refreshToken(token))).failure).toBeUndefined();
});

test('a successor whose secret is made anew, although it was there, is told', async () => {
  await using world = await startWorld();
  await world.open(world.refreshToken(given(world)));
  const successor = world.stored ?? '';
  world.emulator.github.deleteSecret(PLACE, SECRET);
  const { failure, events } = await world.open(world.refreshToken(successor));
  expect(failure).toBeUndefined();
  expect(events.slice(2)).toEqual([
    {
      type: 'warning',
      code: 'secret-contradiction',
      message: expect.stringContaining(`${SECRET} of acme/web@`),
    },
  ]);
});

test('a place that is slow to answer is asked again before anything is spent', async () => {
  await using world = await startWorld();
  world.emulator.fault({ server: 'github', path: /public-key/, what: 'refuse', status: 502, times: 2 });
  const { failure, events } = await world.open(world.refreshToken(given(world)));
  expect(failure).toBeUndefined();
  expect(events.map(({ type }) => type)).toEqual(['retrying', 'retrying', 'exchanging', 'successor-stored']);
});

test.each([
  ['is lost', { what: 'reply-lost' }],
  ['is cut off', { what: 'cut-off' }],
  ['is a proxy’s', { what: 'html', status: 502, applied: true }],
  ['is a proxy’s 404', { what: 'html', status: 404, applied: true }],
  ['is an error', { what: 'refuse', status: 500, applied: true }],
  [
    'holds no tokens',
    { what: 'raw', status: 200, body: '{}', headers: { 'content-type': 'application/json' }, applied: true },
  ],
] as const)('a reply that %s: the token may be spent, so it is not used again', async (_, fault) => {
  await using world = await startWorld();
  world.emulator.fault({ server: 'mutx', path: /refresh/, ...fault });
  const { failure, session } = await world.open(world.refreshToken(given(world)));
  expect(failure).toMatchObject({
    code: 'session-refresh-lost',
    message: expect.stringContaining('the token may be spent; it is not used again'),
    cause: {
      code: 'session-refresh-lost',
      kind: 'unclear',
      hint: `log in to MUTX again and store the new refresh token in the secret ${SECRET} of acme/web@rotation; do not use the old one again`,
    },
    state: [
      `the refresh token that was given is probably spent; the secret ${SECRET} of acme/web@rotation was not written`,
    ],
  });
  expect(await session.bearer()).toMatchObject({
    ok: false,
    failure: { kind: 'not-sent', code: 'session-refresh-lost' },
  });
  await session.close();
  expect(exchanges(world)).toHaveLength(1);
  expect(world.stored).toBeUndefined();
});

test('a spent token: refused, asked once, and told what two runs at once have to do with it', async () => {
  await using world = await startWorld();
  const token = given(world);
  await world.open(world.refreshToken(token));
  const { failure } = await world.open(world.refreshToken(token));
  expect(failure).toMatchObject({
    code: 'session-refresh-refused',
    message:
      'MUTX does not take the refresh token, which is spent, expired or revoked: Invalid or expired refresh token',
    cause: { code: 'session-refresh-refused', status: 401, hint: expect.stringContaining('`concurrency:`') },
    state: ['the refresh token that was given does not work (any more)'],
  });
  expect(exchanges(world)).toHaveLength(2);
});

test('an account that is off may not exchange', async () => {
  await using world = await startWorld();
  world.emulator.fault({ server: 'mutx', path: /refresh/, what: 'refuse', status: 403 });
  const { failure } = await world.open(world.refreshToken(given(world)));
  expect(failure).toMatchObject({ code: 'session-refresh-refused', cause: { status: 403 } });
});

test('two runs at once with one token: one of them is told, never neither', async () => {
  await using world = await startWorld();
  const token = given(world);
  const runs = await Promise.all([
    world.open(world.refreshToken(token)),
    world.open(world.refreshToken(token)),
  ]);
  expect(new Set(runs.map(({ failure }) => failure?.code))).toEqual(
    new Set([undefined, 'session-refresh-refused']),
  );
});

test.each([
  ['a limit without an end', { what: 'raw', status: 429, body: '' }, 'mutx-rate-limited', undefined],
  [
    'a limit beyond the time there is',
    { what: 'rate-limit', retryAfter: 3_600 },
    'mutx-rate-limited',
    START + HOUR,
  ],
  ['a request refused for its form', { what: 'refuse', status: 422 }, 'mutx-validation', undefined],
] as const)('%s: not exchanged, not spent, not hammered', async (_, fault, code, retryAt) => {
  await using world = await startWorld();
  world.emulator.fault({ server: 'mutx', path: /refresh/, ...fault });
  const token = given(world);
  const { failure } = await world.open(world.refreshToken(token));
  expect(failure).toMatchObject({
    code: 'session-refresh-failed',
    message: expect.stringMatching(/^the refresh token was not exchanged, and is not spent: /),
    cause: { code },
    state: [],
    retryAt,
  });
  expect(exchanges(world)).toHaveLength(1);
  expect((await world.open(world.refreshToken(token))).failure).toBeUndefined();
});

test('a limit that says when is waited for', async () => {
  await using world = await startWorld();
  world.emulator.fault({ server: 'mutx', path: /refresh/, what: 'rate-limit', retryAfter: 30 });
  expect((await world.open(world.refreshToken(given(world)))).failure).toBeUndefined();
  expect(world.time.sleeps).toEqual([33_750]);
});

test('where nothing left this process, the token is tried again, and is not spent', async () => {
  await using world = await startWorld();
  const token = given(world);
  await world.emulator.mutx.close();
  const { failure } = await world.open(world.refreshToken(token));
  expect(failure).toMatchObject({ code: 'session-refresh-failed', cause: { kind: 'not-sent' } });
  expect(world.time.sleeps).toHaveLength(2);
});

test('nobody gets the access token before the successor is stored, however long that takes', async () => {
  await using world = await startWorld();
  const refused = world.emulator.fault({ ...put, what: 'refuse', status: 403, times: 5 });
  const broken = world.emulator.fault({ ...put, what: 'refuse', status: 500, times: 5 });
  const { failure, events } = await world.open(world.refreshToken(given(world)));
  expect(failure).toBeUndefined();
  expect([refused.hits, broken.hits]).toEqual([5, 5]);
  expect(world.stored).toBeDefined();
  expect(events.filter(({ type }) => type === 'retrying')).toHaveLength(10);
  expect(world.lines.filter((line) => line.includes('/api-keys'))).toEqual([]);
});

test('a successor that cannot be stored until D is over fails loudly', async () => {
  await using world = await startWorld();
  world.emulator.fault({ ...put, ...ALWAYS, what: 'refuse', status: 403 });
  const { failure, session } = await world.open(world.refreshToken(given(world)));
  expect(failure).toMatchObject({
    code: 'session-successor-lost',
    message: expect.stringMatching(
      /^the refresh token was exchanged, but its successor could not be stored in the secret MUTX_REFRESH_TOKEN of acme\/web@rotation within ten minutes: /,
    ),
    cause: {
      service: 'github',
      status: 403,
      retryable: false,
      hint: expect.stringMatching(
        /^log in to MUTX again and store the new refresh token in .+; then mend this: /,
      ),
    },
    state: [
      'the refresh token that was given is spent',
      `its successor is lost: the secret ${SECRET} of acme/web@rotation does not hold it`,
    ],
  });
  const waited = world.time.now() - START;
  expect(waited).toBeGreaterThan(9 * MINUTE);
  expect(waited).toBeLessThanOrEqual(10 * MINUTE);
  expect(exchanges(world)).toHaveLength(1);
  expect(await session.bearer()).toMatchObject({ ok: false });
  expect(world.emulator.github.secretValues(PLACE, SECRET)).toEqual([]);
});

test('after an answer that never came it may be there all the same, and that is said', async () => {
  await using world = await startWorld();
  world.emulator.fault({ ...put, what: 'reply-lost' });
  world.emulator.fault({ ...put, ...ALWAYS, what: 'refuse', status: 500 });
  const { failure } = await world.open(world.refreshToken(given(world)));
  expect(failure?.state[1]).toBe(
    `the secret ${SECRET} of acme/web@rotation may hold its successor, or still the spent token`,
  );
  expect(world.stored).toBeDefined();
});

test('no write starts after D, even when the process stood still', async () => {
  await using world = await startWorld();
  world.emulator.fault({ ...put, what: 'refuse', status: 500 });
  world.time.onSleep = () => world.time.advance(15 * MINUTE);
  const { failure } = await world.open(world.refreshToken(given(world)));
  expect(failure).toMatchObject({ code: 'session-successor-lost', cause: { kind: 'not-sent' } });
  expect(world.lines.filter((line) => line.startsWith('PUT'))).toEqual([
    `PUT ${base}/${SECRET} 422`,
    `PUT ${base}/${SECRET} 500`,
  ]);
});

test('in a long run the successor is exchanged, stored again, and so on', async () => {
  await using world = await startWorld();
  const { keys, session } = await world.open(world.refreshToken(given(world)));
  for (let hour = 0; hour < 3; hour++) {
    world.time.advance(29 * MINUTE);
    const replies = await Promise.all([keys.list(), keys.account()]);
    expect(replies.every(({ ok }) => ok)).toBe(true);
  }
  await session.close();
  expect(exchanges(world)).toHaveLength(4);
  expect(world.emulator.github.secretValues(PLACE, SECRET)).toHaveLength(4);
  expect((await world.open(world.refreshToken(world.stored ?? ''))).failure).toBeUndefined();
});

test('a renewal whose reply is lost is the last one', async () => {
  await using world = await startWorld();
  const { keys } = await world.open(world.refreshToken(given(world)));
  world.emulator.fault({ server: 'mutx', path: /refresh/, what: 'reply-lost' });
  world.time.advance(29 * MINUTE);
  expect(await keys.list()).toMatchObject({ ok: true });
  world.time.advance(MINUTE);
  expect(await keys.revoke('some-id')).toMatchObject({
    ok: false,
    failure: { kind: 'not-sent', code: 'session-refresh-lost', retryable: false },
  });
  expect(exchanges(world)).toHaveLength(2);
  expect(world.emulator.mutx.sessions).toMatchObject([{ ended: 'no' }]);
});

test('a short-lived access token is not renewed before each call', async () => {
  await using world = await startWorld();
  const token = 'no.JWT-0123456789abc';
  const body = JSON.stringify({ access_token: token, refresh_token: `${token}y`, expires_in: 60 });
  const headers = { 'content-type': 'application/json' };
  world.emulator.fault({ server: 'mutx', path: /refresh/, what: 'raw', status: 200, headers, body });
  const { session, events } = await world.open(world.refreshToken('not.a.jwt-of-any-kind'));
  await session.bearer();
  world.time.advance(44_000);
  expect(await session.bearer()).toMatchObject({ ok: true });
  expect(exchanges(world)).toHaveLength(1);
  // Tokens without claims say nothing about how long they last.
  expect(events.slice(1)).toEqual([
    { type: 'successor-stored', target: 'acme/web@rotation', secret: SECRET, endsAt: undefined },
  ]);
});

test('a schedule of every six days: on to the end of the login, warned of in its last week, then the fix', async () => {
  await using world = await startWorld();
  let token = given(world);
  const warned: (number | undefined)[] = [];
  for (let run = 1; run <= 5; run++) {
    world.time.advance(6 * DAY - (run === 5 ? HOUR : 0));
    const { failure, events } = await world.open(world.refreshToken(token));
    expect(failure).toBeUndefined();
    const warning = events.find(({ type }) => type === 'warning');
    warned.push(
      warning !== undefined && 'loginAgainBefore' in warning ? warning.loginAgainBefore : undefined,
    );
    token = world.stored ?? '';
  }
  const end = START + 30 * DAY;
  expect(warned).toEqual([undefined, undefined, undefined, end, end]);
  world.time.advance(DAY);
  const { failure } = await world.open(world.refreshToken(token));
  expect(failure).toMatchObject({
    code: 'session-refresh-refused',
    cause: { hint: expect.stringContaining('log in to MUTX again') },
  });
});

test('a warning is given once a run, however often the token is renewed', async () => {
  await using world = await startWorld();
  let token = given(world);
  for (let day = 0; day < 24; day += 6) {
    world.time.advance(6 * DAY);
    await world.open(world.refreshToken(token));
    token = world.stored ?? '';
  }
  const { keys, events } = await world.open(world.refreshToken(token));
  world.time.advance(29 * MINUTE);
  await keys.list();
  expect(events.map((event) => ('code' in event ? event.code : event.type))).toEqual([
    'exchanging',
    'successor-stored',
    'log-in-again',
    'exchanging',
    'successor-stored',
  ]);
});

test('a token that was nearly dead when it was used', async () => {
  await using world = await startWorld();
  const token = given(world);
  world.time.advance(6.5 * DAY);
  const { events } = await world.open(world.refreshToken(token));
  expect(events.slice(1)).toMatchObject([
    { type: 'successor-stored' },
    {
      type: 'warning',
      code: 'schedule-too-slow',
      message: expect.stringContaining('with 12 h left of its 7 days'),
    },
  ]);
});

test('without a date of the server’s, this process’s own will do', async () => {
  await using world = await startWorld();
  const token = given(world);
  world.time.advance(6.5 * DAY);
  world.emulator.mutx.sendsDate = false;
  const { events } = await world.open(world.refreshToken(token));
  expect(events.at(-1)).toMatchObject({ code: 'schedule-too-slow' });
});
