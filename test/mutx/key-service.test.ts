import { afterEach, expect, test } from 'vitest';
import type { Reply } from '../../src/core/call.ts';
import { type MutxUnderTest, NAME, startMutx } from './mutx.ts';

// Holds invariant 23 of docs/threat-model.md.

const yes = () => true;

function done<T>(reply: Reply<T>): T {
  if (!reply.ok) throw new Error(`${reply.failure.code}: ${reply.failure.message}`);
  return reply.value;
}

function failure(reply: Reply<unknown>) {
  if (reply.ok) throw new Error('this should have failed');
  return reply.failure;
}

let mutx: MutxUnderTest;
afterEach(() => mutx[Symbol.asyncDispose]());

const generations = [
  ['v1', '/v1'],
  ['documented', ''],
] as const;

test.each(generations)('%s: a key’s life', async (generation, prefix) => {
  mutx = await startMutx({ mutx: { generation } });
  const { keys, emulator } = mutx;
  expect(done(await keys.list())).toEqual([]);
  const minted = done(await keys.create(NAME, 30));
  expect(minted.name).toBe(NAME);
  expect((minted.expiresAt ?? 0) - minted.createdAt).toBe(30 * 86_400_000);
  expect(emulator.mutx.accepts(minted.key.expose())).toBe(true);
  expect(mutx.masked).toContain(minted.key.expose());

  expect(done(await keys.verify(minted.key, yes))).toBe(true);
  const [listed] = done(await keys.list());
  expect(listed).toMatchObject({ id: minted.id, createdAt: minted.createdAt, isActive: true });
  expect(Math.abs((listed?.lastUsed ?? 0) - emulator.mutx.clock.now())).toBeLessThan(60_000);

  expect(done(await keys.revoke(minted.id))).toBe('revoked');
  expect(emulator.mutx.accepts(minted.key.expose())).toBe(false);
  expect(failure(await keys.verify(minted.key, yes))).toMatchObject({
    kind: 'refused',
    code: 'mutx-key-refused',
    status: 401,
  });
  expect(done(await keys.revoke(minted.id))).toBe(generation === 'v1' ? 'revoked' : 'gone');
  expect(mutx.lines.at(-1)).toBe(`DELETE ${prefix}/api-keys/${minted.id} ${generation === 'v1' ? 204 : 404}`);
  expect(emulator.ledger.unexpected()).toEqual([]);
});

test('v1 is found by asking for the list itself, and costs nothing', async () => {
  mutx = await startMutx();
  done(await mutx.keys.list());
  done(await mutx.keys.account());
  expect(mutx.lines).toEqual(['GET /v1/api-keys?skip=0&limit=100 200', 'GET /v1/auth/me 200']);
});

test('the documented API is found by a 404, once', async () => {
  mutx = await startMutx({ mutx: { generation: 'documented' } });
  done(await mutx.keys.list());
  done(await mutx.keys.list());
  done(await mutx.keys.account());
  expect(mutx.lines).toEqual([
    'GET /v1/api-keys?skip=0&limit=100 404',
    'GET /api-keys 200',
    'GET /api-keys 200',
    'GET /auth/me 200',
  ]);
});

test.each(['v1', 'documented'] as const)('%s: list and account go out side by side', async (generation) => {
  mutx = await startMutx({ mutx: { generation } });
  const { emulator } = mutx;
  const prefix = generation === 'v1' ? '/v1' : '';
  // Neither is answered before the other has arrived.
  const both = (path: string) => emulator.ledger.waitFor((entry) => entry.path === path);
  emulator.onRequest(async ({ point, entry }) => {
    if (point === 'before' && entry.path.startsWith(`${prefix}/a`)) {
      await Promise.all([both(`${prefix}/api-keys`), both(`${prefix}/auth/me`)]);
    }
  });
  const [list, account] = await Promise.all([mutx.keys.list(), mutx.keys.account()]);
  expect(done(list)).toEqual([]);
  // Of the documented API no limits are known, whatever its plan is called.
  expect(done(account)).toEqual({ plan: generation === 'v1' ? 'ENTERPRISE' : undefined });
  expect(emulator.ledger.entries).toHaveLength(generation === 'v1' ? 2 : 4);
  expect(emulator.ledger.unexpected()).toEqual([]);
});

test.each(generations)('%s: any call finds the generation out', async (generation, prefix) => {
  mutx = await startMutx({ mutx: { generation } });
  const minted = done(await mutx.keys.create(NAME, 1));
  expect(mutx.lines.at(-1)).toBe(`POST ${prefix}/api-keys 201`);
  expect(mutx.emulator.mutx.keys).toHaveLength(1);
  expect(done(await mutx.keys.verify(minted.key, yes))).toBe(true);
});

test('a revocation before anything else: its 404 teaches nothing, and is believed', async () => {
  mutx = await startMutx();
  const id = 'd2f5c8de-52a7-4b0a-9d2a-0d3a5c1b7e11';
  expect(done(await mutx.keys.revoke(id))).toBe('gone');
  done(await mutx.keys.list());
  expect(mutx.lines).toEqual([
    `DELETE /v1/api-keys/${id} 404`,
    `DELETE /api-keys/${id} 404`,
    'GET /v1/api-keys?skip=0&limit=100 200',
  ]);
});

test('a 404 that came while another call found v1 is v1’s own', async () => {
  mutx = await startMutx({ mutx: { account: false } });
  const { emulator } = mutx;
  emulator.onRequest(async ({ point, entry }) => {
    if (point === 'after' && entry.path === '/v1/auth/me') await list;
  });
  const account = mutx.keys.account();
  await emulator.ledger.waitFor((entry) => entry.path === '/v1/auth/me');
  const list = mutx.keys.list();
  expect(done(await account)).toEqual({ plan: undefined });
  expect(mutx.lines).not.toContain('GET /auth/me 404');
});

test('an api-url that ends in /v1 is taken at its word', async () => {
  mutx = await startMutx({ apiPath: '/v1' });
  done(await mutx.keys.list());
  const minted = done(await mutx.keys.create(NAME, 1));
  done(await mutx.keys.verify(minted.key, yes));
  expect(mutx.lines).toEqual([
    'GET /v1/api-keys?skip=0&limit=100 200',
    'POST /v1/api-keys 201',
    'GET /v1/auth/me 200',
  ]);
});

test('… even where it is wrong', async () => {
  mutx = await startMutx({ apiPath: '/v1', mutx: { generation: 'documented' } });
  expect(failure(await mutx.keys.list())).toMatchObject({
    call: 'GET /v1/api-keys',
    code: 'mutx-not-found',
    kind: 'refused',
  });
  expect(mutx.lines).toHaveLength(1);
});

test('an api-url that is not the API’s', async () => {
  mutx = await startMutx({ apiPath: '/elsewhere/' });
  expect(failure(await mutx.keys.list())).toMatchObject({
    call: 'GET /elsewhere/api-keys',
    code: 'mutx-not-found',
    status: 404,
  });
  expect(failure(await mutx.keys.create(NAME, 1))).toMatchObject({ code: 'mutx-not-found' });
});

test('a proxy’s 404 does not let a create be sent again', async () => {
  mutx = await startMutx();
  mutx.emulator.fault({ server: 'mutx', method: 'POST', what: 'html', status: 404, applied: true });
  expect(failure(await mutx.keys.create(NAME, 1))).toMatchObject({
    kind: 'unclear',
    code: 'mutx-proxy-page',
  });
  expect(mutx.emulator.mutx.keys).toHaveLength(1);
  expect(mutx.lines).toEqual(['POST /v1/api-keys 404', 'GET /v1/api-keys 200']);
});

test.each([
  ['its 404 of every path', /./u, ['GET /v1/api-keys 404', 'GET /api-keys 404']],
  ['its 404 of every path below /v1', /^\/v1\//u, ['GET /v1/api-keys 404', 'GET /api-keys 404']],
] as const)('… nor %s, where the API is v1', async (_, path, asked) => {
  mutx = await startMutx();
  const times = Number.POSITIVE_INFINITY;
  mutx.emulator.fault({ server: 'mutx', path, what: 'html', status: 404, applied: true, times });
  expect(failure(await mutx.keys.create(NAME, 1))).toMatchObject({ code: 'mutx-proxy-page' });
  expect(mutx.emulator.mutx.keys).toHaveLength(1);
  expect(mutx.lines.slice(1)).toEqual(asked);
});

test('the list is read to its end, in the order of the server, without rows that come twice', async () => {
  mutx = await startMutx();
  const { emulator, user, keys } = mutx;
  const start = emulator.mutx.clock.now() - 400_000_000;
  for (let n = 0; n < 1_050; n++) {
    emulator.mutx.addKey(user, { name: `${n}`, createdAt: start + n * 1_000, isActive: n % 3 === 0 });
  }
  // A key made in between pushes one row of each page onto the next.
  let added = false;
  emulator.onRequest(({ point, entry }) => {
    if (point !== 'after' || added || entry.query !== 'skip=0&limit=100') return;
    added = true;
    emulator.mutx.addKey(user, { name: 'between' });
  });
  const names = done(await keys.list()).map(({ name }) => name);
  expect(names).toEqual(Array.from({ length: 1_050 }, (_, n) => `${1_049 - n}`));
  // 1,050 at first, so eleven pages; the last of them is full of what was pushed onto it.
  expect(emulator.ledger.entries).toHaveLength(11);
});

test('the look’s time is that of the first page', async () => {
  mutx = await startMutx({ mutx: { stillAt: Date.UTC(2026, 2, 12, 10) } });
  const { emulator, user, keys } = mutx;
  for (let n = 0; n < 101; n++) emulator.mutx.addKey(user, { name: `${n}` });
  emulator.onRequest(({ point, entry }) => {
    if (point === 'before' && entry.query.startsWith('skip=99')) emulator.mutx.clock.advance(60_000);
  });
  expect(await keys.list()).toMatchObject({ ok: true, date: Date.UTC(2026, 2, 12, 10) });
});

test('a page that fails is asked for again, and one that fails for good fails the list', async () => {
  mutx = await startMutx();
  for (let n = 0; n < 101; n++) mutx.emulator.mutx.addKey(mutx.user, { name: `${n}` });
  const second = { server: 'mutx', query: /skip=99/, what: 'refuse', status: 500 } as const;
  mutx.emulator.fault(second);
  expect(done(await mutx.keys.list())).toHaveLength(101);
  mutx.emulator.fault({ ...second, times: Number.POSITIVE_INFINITY });
  expect(failure(await mutx.keys.list())).toMatchObject({ code: 'mutx-server-error', retryable: false });
});

test('the key alone proves itself, and only in its own header', async () => {
  mutx = await startMutx();
  const minted = done(await mutx.keys.create(NAME, 1));
  done(await mutx.keys.verify(minted.key, yes));
  const { request } = mutx.exchanges.at(-1) ?? {};
  expect(request?.headers).toMatchObject({ 'x-api-key': minted.key.expose() });
  expect(request?.headers).not.toHaveProperty('authorization');
  expect(JSON.stringify({ ...request, headers: {} })).not.toContain(minted.key.expose());
});

test('a verification that may not start is not sent, and the key stays unused', async () => {
  mutx = await startMutx();
  const minted = done(await mutx.keys.create(NAME, 1));
  expect(failure(await mutx.keys.verify(minted.key, () => false))).toMatchObject({
    kind: 'not-sent',
    code: 'deadline',
    retryable: false,
  });
  expect(mutx.emulator.mutx.keys[0]?.lastUsedMicros).toBeUndefined();
});

test.each([
  ['a proxy’s 401', { what: 'html', status: 401 }, 'mutx-proxy-page'],
  ['a route that is not there', { what: 'refuse', status: 404 }, 'mutx-not-found'],
  ['a page in place of the account', { what: 'html', status: 200 }, 'mutx-proxy-page'],
  ['nothing in place of the account', { what: 'raw', status: 200, body: '' }, 'mutx-bad-reply'],
  ['no reply', { what: 'drop' }, 'mutx-lost-reply'],
] as const)('%s says nothing about the key', async (_, fault, code) => {
  mutx = await startMutx();
  const minted = done(await mutx.keys.create(NAME, 1));
  mutx.emulator.fault({ server: 'mutx', path: /auth\/me/, ...fault });
  expect(failure(await mutx.keys.verify(minted.key, yes))).toMatchObject({ kind: 'unclear', code });
});

test('a key that MUTX refuses is asked about once more, as a Bearer token, and is refused', async () => {
  mutx = await startMutx();
  const { emulator, keys } = mutx;
  const minted = done(await keys.create(NAME, 1));
  done(await keys.revoke(minted.id));
  expect(failure(await keys.verify(minted.key, yes))).toMatchObject({
    kind: 'refused',
    code: 'mutx-key-refused',
    message: 'Missing authorization header',
  });
  expect(mutx.lines.slice(2)).toEqual(['GET /v1/auth/me 401', 'GET /v1/auth/me 401']);
  expect(emulator.ledger.notes()).toEqual([]);
});

test('a server that fails at every key says so of this one', async () => {
  mutx = await startMutx({ mutx: { brokenTimes: true } });
  const { emulator, keys, user, secrets } = mutx;
  const key = secrets.admit(emulator.mutx.addKey(user, { name: NAME }).plaintext);
  done(await keys.list());
  expect(failure(await keys.verify(key, yes))).toMatchObject({
    kind: 'refused',
    code: 'mutx-key-unusable',
    status: 500,
    errorCode: 'INTERNAL_ERROR',
    requestId: expect.stringMatching(/^0{8}-/),
    retryable: false,
  });
  expect(failure(await keys.create(NAME, 1))).toMatchObject({
    kind: 'unclear',
    code: 'mutx-server-error',
    errorCode: 'INTERNAL_ERROR',
    requestId: expect.stringMatching(/^0{8}-/),
  });
});

test('a documented server that does not look at keys cannot say whether one works', async () => {
  mutx = await startMutx({ mutx: { generation: 'documented', asServed: true } });
  const minted = done(await mutx.keys.create(NAME, 1));
  expect(failure(await mutx.keys.verify(minted.key, yes))).toMatchObject({
    kind: 'unclear',
    code: 'mutx-key-unverifiable',
    status: 401,
    message: 'Missing authorization header',
    retryable: false,
  });
  expect(mutx.emulator.mutx.accepts(minted.key.expose())).toBe(true);
});

test('a documented server that looks at keys, and refuses this one', async () => {
  mutx = await startMutx({ mutx: { generation: 'documented' } });
  const minted = done(await mutx.keys.create(NAME, 1));
  done(await mutx.keys.revoke(minted.id));
  expect(failure(await mutx.keys.verify(minted.key, yes))).toMatchObject({
    kind: 'refused',
    code: 'mutx-key-refused',
  });
});

test('a 409 that is not about the limit is a conflict', async () => {
  mutx = await startMutx();
  const body = { detail: 'API key is already revoked and cannot be rotated' };
  mutx.emulator.fault({ server: 'mutx', method: 'POST', what: 'refuse', status: 409, body });
  expect(failure(await mutx.keys.create(NAME, 1))).toMatchObject({ code: 'mutx-conflict', status: 409 });
});

test('the plan has no place for one more key', async () => {
  mutx = await startMutx();
  mutx.user.plan = 'FREE';
  mutx.user.quota = undefined;
  for (const name of ['a', 'b']) done(await mutx.keys.create(name, 1));
  expect(failure(await mutx.keys.create(NAME, 1))).toMatchObject({
    kind: 'refused',
    code: 'mutx-quota',
    status: 409,
    call: 'POST /v1/api-keys',
    message: expect.stringContaining('Active API key limit reached'),
  });
});

test('a conflict that is none of MUTX’s is not taken for the quota', async () => {
  mutx = await startMutx();
  mutx.emulator.fault({ server: 'mutx', method: 'POST', what: 'html', status: 409, applied: true });
  expect(failure(await mutx.keys.create(NAME, 1))).toMatchObject({
    kind: 'unclear',
    code: 'mutx-proxy-page',
  });
});

test.each([
  ['reply-lost', 'mutx-lost-reply'],
  ['cut-off', 'mutx-lost-reply'],
] as const)(
  'a create whose reply does not arrive whole (%s) is sent once, and may have been done',
  async (what, code) => {
    mutx = await startMutx();
    mutx.emulator.fault({ server: 'mutx', method: 'POST', what });
    expect(failure(await mutx.keys.create(NAME, 1))).toMatchObject({ kind: 'unclear', code });
    expect(mutx.emulator.mutx.keys).toHaveLength(1);
    expect(mutx.emulator.ledger.entries).toHaveLength(1);
  },
);

test('a create that never answers', async () => {
  mutx = await startMutx({ timeoutMs: 50 });
  mutx.emulator.fault({ server: 'mutx', method: 'POST', what: 'never', applied: true });
  expect(failure(await mutx.keys.create(NAME, 1))).toMatchObject({ kind: 'unclear', code: 'mutx-timeout' });
});

test('a 201 that cannot be read: masked, unclear, not tried again, and the key’s id is told', async () => {
  mutx = await startMutx();
  const key = 'mutx_live_0123456789ab_plaintextplaintext';
  const json = {
    id: 'd2f5c8de-52a7',
    name: 'another',
    key,
    created_at: '2026-03-12T10:00:00',
    expires_at: null,
  };
  const answer = (body: object) =>
    mutx.emulator.fault({
      server: 'mutx',
      method: 'POST',
      what: 'raw',
      status: 201,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  answer(json);
  const failed = failure(await mutx.keys.create(NAME, 1));
  expect(failed).toMatchObject({ kind: 'unclear', code: 'mutx-bad-reply', status: 201, retryable: false });
  expect(failed.message).toBe(
    'the reply.name is not what was asked for; a key was made, d2f5c8de-52a7, and nobody knows it',
  );
  expect(mutx.masked).toContain(key);
  expect(JSON.stringify(failed)).not.toContain(key);

  answer({ ...json, key: `another_${key.slice(10)}`, id: null });
  expect(failure(await mutx.keys.create(NAME, 1)).message).toBe('the reply.id is not a string');
});

test.each(['list', 'account'] as const)('%s: replies that are not the API’s', async (method) => {
  mutx = await startMutx();
  for (const [body, code] of [
    ['{"items":{}}', 'mutx-bad-reply'],
    ['', 'mutx-bad-reply'],
    ['7', 'mutx-bad-reply'],
  ] as const) {
    mutx.emulator.fault({
      server: 'mutx',
      what: 'raw',
      status: method === 'account' && body.startsWith('{') ? 202 : 200,
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(failure(await mutx.keys[method]())).toMatchObject({ kind: 'unclear', code });
  }
});

test('an API without a route for the account does not say which plan it is', async () => {
  mutx = await startMutx({ mutx: { generation: 'documented', account: false } });
  expect(done(await mutx.keys.account())).toEqual({ plan: undefined });
});

test('a credential that MUTX does not take', async () => {
  mutx = await startMutx({ token: 'mutx_live_unknownunknown' });
  for (const reply of [await mutx.keys.list(), await mutx.keys.account(), await mutx.keys.create(NAME, 1)]) {
    expect(failure(reply)).toMatchObject({ kind: 'refused', code: 'mutx-unauthorized', status: 401 });
  }
  expect(failure(await mutx.keys.revoke('some-id'))).toMatchObject({ kind: 'refused', status: 401 });
});

test('an access JWT that ended during the run is told as such, by MUTX’s own clock', async () => {
  const now = Date.UTC(2026, 2, 12, 10);
  mutx = await startMutx({ mutx: { stillAt: now }, endsAt: now + 1_800_000 });
  done(await mutx.keys.list());
  mutx.emulator.mutx.clock.advance(1_800_000);
  for (const lag of [0, 3_500]) {
    mutx.emulator.mutx.dateLag = lag;
    expect(failure(await mutx.keys.list())).toMatchObject({
      kind: 'refused',
      code: 'session-expired',
      message: 'Invalid or expired token',
    });
  }
});

test('a 401 before the token’s end, or without a date, is another matter', async () => {
  const now = Date.UTC(2026, 2, 12, 10);
  mutx = await startMutx({ mutx: { stillAt: now }, endsAt: now + 1_800_000, token: 'not-a-token' });
  expect(failure(await mutx.keys.list())).toMatchObject({ code: 'mutx-unauthorized' });
  mutx.emulator.mutx.clock.advance(1_800_000);
  mutx.emulator.mutx.sendsDate = false;
  expect(failure(await mutx.keys.list())).toMatchObject({ code: 'mutx-unauthorized' });
});

test('an id goes into the path encoded', async () => {
  mutx = await startMutx();
  await mutx.keys.revoke('../auth/me?x=1');
  expect(mutx.lines[0]).toMatch(/^DELETE \/v1\/api-keys\/\.\.%2Fauth%2Fme%3Fx%3D1 /);
});

test.each([
  [200, '{"status":"error","error_code":"INTERNAL","message":"no"}'],
  [200, '{"detail":"no"}'],
  [200, '{}'],
  [201, 'null'],
  [200, ''],
  [206, '{}'],
])('a revocation answered %i %s is not known to be done', async (status, body) => {
  mutx = await startMutx();
  const minted = done(await mutx.keys.create(NAME, 1));
  const headers = { 'content-type': 'application/json' };
  mutx.emulator.fault({ server: 'mutx', method: 'DELETE', what: 'raw', status, body, headers });
  expect(failure(await mutx.keys.revoke(minted.id))).toMatchObject({
    kind: 'unclear',
    code: 'mutx-bad-reply',
  });
});

test.each(['null', '42', '"yes"', '{"detail":"no"}', '{"status":"error","error_code":"X","message":"no"}'])(
  'a check of the new key answered 200 %s proves nothing',
  async (body) => {
    mutx = await startMutx();
    const minted = done(await mutx.keys.create(NAME, 1));
    const headers = { 'content-type': 'application/json' };
    mutx.emulator.fault({ server: 'mutx', path: /\/auth\/me$/u, what: 'raw', status: 200, body, headers });
    expect(failure(await mutx.keys.verify(minted.key, () => true))).toMatchObject({ code: 'mutx-bad-reply' });
  },
);
