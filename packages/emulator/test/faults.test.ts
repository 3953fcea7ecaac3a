import { expect, test } from 'vitest';
import { type Emulator, type Fault, startEmulator } from '../src/index.ts';
import { CUT, github, mutx, putSecret, seal } from './wire.ts';

const PATH = '/v1/api-keys';

async function server() {
  const emulator = await startEmulator();
  const jwt = emulator.mutx.issueAccessJwt(emulator.mutx.addUser());
  const create = () => mutx(emulator, jwt, 'POST', PATH, { name: 'a' });
  const fault = (rule: Fault, times = 1) =>
    emulator.fault({ server: 'mutx', method: 'POST', path: /\/api-keys$/, times, ...rule });
  return { emulator, jwt, create, fault };
}

function applied(emulator: Emulator): number {
  expect(emulator.ledger.effects()).toHaveLength(emulator.mutx.keys.length);
  return emulator.mutx.keys.length;
}

test.each<[string, Fault, number, number]>([
  ['refused', { what: 'refuse', status: 500 }, 500, 0],
  ['refused though it was done', { what: 'refuse', status: 504, applied: true }, 504, 1],
  ['rate limited', { what: 'rate-limit', retryAfter: 7 }, 429, 0],
  ['a page', { what: 'html', status: 502 }, 502, 0],
  ['a page though it was done', { what: 'html', status: 200, applied: true }, 200, 1],
  ['bytes', { what: 'raw', status: 201, body: '{"id":', headers: { 'x-what': 'ever' } }, 201, 0],
])('%s: once, and then all is well', async (_what, rule, status, done) => {
  const { emulator, create, fault } = await server();
  await using _ = emulator;
  const handle = fault(rule);
  expect((await create()).status).toBe(status);
  expect([applied(emulator), handle.hits]).toEqual([done, 1]);
  expect((await create()).status).toBe(201);
  expect(emulator.ledger.entries.map((entry) => entry.fault)).toEqual([rule.what, undefined]);
});

test.each<[Fault, number]>([
  [{ what: 'drop' }, 0],
  [{ what: 'reply-lost' }, 1],
  [{ what: 'cut-off' }, 1],
  [{ what: 'apply-late' }, 0],
])('%j: no reply, and done or not', async (rule, done) => {
  const { emulator, create, fault } = await server();
  await using _ = emulator;
  fault(rule);
  await expect(create()).rejects.toThrow(CUT);
  expect(applied(emulator)).toBe(done);
  expect(emulator.ledger.entries[0]?.status).toBeUndefined();
});

test('cutting off a reply without a body leaves no reply either', async () => {
  const { emulator, jwt, create } = await server();
  await using _ = emulator;
  const { json } = await create();
  emulator.fault({ server: 'mutx', method: 'DELETE', what: 'cut-off' });
  await expect(mutx(emulator, jwt, 'DELETE', `${PATH}/${json.id}`)).rejects.toThrow(CUT);
  expect(emulator.mutx.accepts(json.key)).toBe(false);
});

test('applied late: when the test says so', async () => {
  const { emulator, create, fault } = await server();
  await using _ = emulator;
  const handle = fault({ what: 'apply-late' });
  await expect(create()).rejects.toThrow(CUT);
  await create();
  handle.apply();
  handle.apply();
  expect(emulator.ledger.entries.map(({ seq, applied: order }) => [seq, order])).toEqual([
    [1, 2],
    [2, 1],
  ]);
  expect(emulator.ledger.effects().map((entry) => entry.seq)).toEqual([2, 1]);
  expect(emulator.mutx.keys).toHaveLength(2);
});

test('applied late: when the clock says so', async () => {
  const { emulator, create, fault } = await server();
  await using _ = emulator;
  emulator.mutx.clock.stop();
  fault({ what: 'apply-late', afterMs: 60_000 });
  await expect(create()).rejects.toThrow(CUT);
  emulator.mutx.clock.advance(59_999);
  expect(emulator.mutx.keys).toHaveLength(0);
  emulator.mutx.clock.advance(1);
  expect(emulator.mutx.keys.map((key) => key.createdAt)).toEqual([emulator.mutx.clock.now()]);
});

test('slow: held until it is released, before it is done or after', async () => {
  for (const [point, done] of [
    ['before', 0],
    ['after', 1],
  ] as const) {
    const { emulator, create, fault } = await server();
    await using _ = emulator;
    const handle = fault({ what: 'slow', point });
    const reply = create();
    await handle.met();
    expect([applied(emulator), emulator.ledger.entries[0]?.status]).toEqual([done, undefined]);
    handle.release();
    expect((await reply).status).toBe(201);
    expect(applied(emulator)).toBe(1);
  }
});

test('never answered: the request is met, and nothing comes', async () => {
  const { emulator, create, fault } = await server();
  const handle = fault({ what: 'never', applied: true });
  const outcome = create().then(
    () => 'answered',
    () => 'cut',
  );
  await handle.met();
  await create();
  expect([emulator.mutx.keys.length, emulator.ledger.entries[0]?.status]).toEqual([2, undefined]);
  await emulator.close();
  expect(await outcome).toBe('cut');
});

test('a stale key: the pair is replaced under the client, which fetches the new one', async () => {
  await using emulator = await startEmulator();
  emulator.github.addRepository('acme/web', { environments: ['a/b'] });
  const token = emulator.github.issueToken();
  const base = '/repos/acme/web/environments/a%2Fb/secrets';
  emulator.fault({ server: 'github', method: 'PUT', what: 'stale-key' });
  const before = emulator.github.keyPair({ repository: 'acme/web', environment: 'a/b' }).keyId;
  expect((await putSecret(emulator, token, base, 'KEY', 'x')).status).toBe(422);
  const { json } = await github(emulator, token, 'GET', `${base}/public-key`);
  expect(json.key_id).not.toBe(before);
  const body = { encrypted_value: await seal('x', json.key), key_id: json.key_id };
  expect((await github(emulator, token, 'PUT', `${base}/KEY`, body)).status).toBe(201);
  expect(() => emulator.fault({ server: 'mutx', what: 'stale-key' })).toThrow(TypeError);
});

test('GitHub’s own shapes: a refusal, and its secondary limit', async () => {
  await using emulator = await startEmulator();
  emulator.fault({ server: 'github', what: 'refuse', status: 404 });
  emulator.fault({ server: 'github', what: 'rate-limit', retryAfter: 9 });
  const get = () => github(emulator, 'any', 'GET', '/repos/acme/web');
  expect((await get()).json).toMatchObject({ message: 'Not Found', status: '404' });
  const limited = await get();
  expect([limited.status, limited.headers['retry-after']]).toEqual([403, '9']);
});

test('which requests are met: method, path, query, skip, times; the oldest rule first', async () => {
  const { emulator, jwt } = await server();
  await using _ = emulator;
  const get = async (query: string) => (await mutx(emulator, jwt, 'GET', PATH + query)).status;
  const handle = emulator.fault({
    server: 'mutx',
    method: 'GET',
    path: /\/api-keys$/,
    query: /skip=1/,
    skip: 1,
    times: 2,
    what: 'refuse',
    status: 503,
  });
  emulator.fault({ server: 'mutx', query: /skip=1/, skip: 2, what: 'refuse', status: 502 });
  const statuses = [];
  for (const query of ['?skip=1', '?skip=0', '?skip=1', '?skip=1', '?skip=1', '?skip=1'])
    statuses.push(await get(query));
  expect(statuses).toEqual([200, 200, 503, 503, 200, 502]);
  expect((await handle.met(2)).seq).toBe(4);
});

test('faults can be cancelled, and what they hold is let go', async () => {
  const { emulator, create, fault } = await server();
  await using _ = emulator;
  const handle = fault({ what: 'slow' }, Number.POSITIVE_INFINITY);
  const reply = create();
  await handle.met();
  emulator.clearFaults();
  expect((await reply).status).toBe(201);
  const other = fault({ what: 'drop' });
  other.cancel();
  expect((await create()).status).toBe(201);
});
