import { expect, test } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../packages/emulator/src/index.ts';
import { github, mutx, putSecret } from '../../packages/emulator/test/wire.ts';
import { exchangeLog, validateExchange } from './validate-exchange.ts';

async function logged(options: EmulatorOptions = {}) {
  const log = exchangeLog();
  const emulator = await startEmulator({ ...options, onExchange: log.onExchange });
  return { log, emulator };
}

test.each(['v1', 'documented'] as const)(
  'every reply of MUTX (%s) is as its description says',
  async (generation) => {
    const { log, emulator } = await logged({ mutx: { generation } });
    await using _ = emulator;
    const prefix = generation === 'v1' ? '/v1' : '';
    const user = emulator.mutx.addUser({ email: 'a@example.com', password: 'secret', plan: 'FREE' });
    const call = (method: string, path: string, body?: unknown, credential = jwt) =>
      mutx(emulator, credential, method, prefix + path, body);
    const jwt = emulator.mutx.issueAccessJwt(user);

    const login = await call('POST', '/auth/login', { email: user.email, password: user.password });
    await call('POST', '/auth/login', { email: user.email, password: 'wrong' });
    const refreshed = await call('POST', '/auth/refresh', { refresh_token: login.json.refresh_token });
    await call('POST', '/auth/logout', { refresh_token: refreshed.json.refresh_token });
    await call('GET', '/auth/me');
    const first = await call('POST', '/api-keys', { name: 'one', expires_in_days: 30 });
    const second = await call('POST', '/api-keys', { name: 'two' });
    await call('POST', '/api-keys', { name: 'three' });
    await call('POST', '/api-keys', { name: 'three', expires_in_days: 400 });
    await call('GET', '/agents', undefined, jwt);
    await call('GET', '/api-keys');
    const rotated = await call('POST', `/api-keys/${first.json.id}/rotate`);
    await call('POST', `/api-keys/${first.json.id}/rotate`);
    if (generation === 'v1') await call('GET', `/api-keys/${rotated.json.id}`);
    await call('DELETE', `/api-keys/${second.json.id}`);
    await call('DELETE', '/api-keys/00000000-0000-4000-8000-000000000000');
    await call('GET', '/api-keys', undefined, 'nonsense');

    expect(log.problems).toEqual([]);
    const rotateAgain =
      generation === 'v1' ? { 'mutx POST 409': 2 } : { 'mutx POST 404': 1, 'mutx POST 409': 1 };
    expect(Object.fromEntries(log.seen)).toEqual({
      'mutx POST 200': 4,
      'mutx POST 401': 1,
      'mutx POST 201': 2,
      'mutx POST 422': 1,
      ...rotateAgain,
      'mutx GET 200': generation === 'v1' ? 4 : 3,
      'mutx GET 401': 1,
      'mutx DELETE 204': 1,
      'mutx DELETE 404': 1,
    });
  },
);

const REPOSITORY_BASES = ['actions', 'dependabot', 'codespaces', 'agents'].map(
  (store) => `/repos/acme/web/${store}/secrets`,
);
const ENVIRONMENT_BASE = '/repos/acme/web/environments/a%2Fb%20c/secrets';

test.each([...REPOSITORY_BASES, ENVIRONMENT_BASE])(
  'every reply of GitHub under %s is as its description says',
  async (base) => {
    const { log, emulator } = await logged();
    await using _ = emulator;
    emulator.github.addRepository('acme/web', { environments: ['a/b c'] });
    const token = emulator.github.issueToken();
    expect((await putSecret(emulator, token, base, 'KEY', 'one')).status).toBe(201);
    expect((await putSecret(emulator, token, base, 'KEY', 'two')).status).toBe(204);
    await github(emulator, token, 'GET', `${base}/KEY`);
    await github(emulator, token, 'GET', `${base}?per_page=1`);
    await github(emulator, token, 'GET', `${base}/OTHER`);
    await github(emulator, 'bad', 'GET', `${base}/KEY`);
    await github(emulator, emulator.github.issueToken({ kind: 'github-token' }), 'GET', `${base}/public-key`);
    await github(emulator, token, 'PUT', `${base}/KEY`, { encrypted_value: 'AAAA', key_id: 'stale' });
    await github(emulator, token, 'DELETE', `${base}/KEY`);
    expect(log.problems).toEqual([]);
    expect(Object.fromEntries(log.seen)).toEqual({
      'github GET 200': 4,
      'github PUT 201': 1,
      'github PUT 204': 1,
      'github GET 404': 1,
      'github GET 401': 1,
      'github GET 403': 1,
      'github PUT 422': 1,
      'github DELETE 204': 1,
    });
  },
);

test.each(['actions', 'dependabot', 'codespaces', 'agents'] as const)(
  'every reply of GitHub about an organisation’s %s secrets is as its description says',
  async (store) => {
    const { log, emulator } = await logged();
    await using _ = emulator;
    emulator.github.addOrganisation('acme');
    const { id } = emulator.github.addRepository('acme/web');
    const token = emulator.github.issueToken();
    const base = `/orgs/acme/${store}/secrets`;
    const selected = {
      visibility: 'selected',
      selected_repository_ids: [id],
    };
    expect((await putSecret(emulator, token, base, 'KEY', 'one', selected)).status).toBe(201);
    await github(emulator, token, 'GET', `${base}/KEY`);
    await github(emulator, token, 'GET', `${base}/KEY/repositories?per_page=100&page=1`);
    await github(emulator, token, 'PUT', `${base}/KEY/repositories`, { selected_repository_ids: [id] });
    await github(emulator, token, 'DELETE', `${base}/KEY/repositories/${id}`);
    await github(emulator, token, 'PUT', `${base}/KEY/repositories/${id}`);
    expect((await putSecret(emulator, token, base, 'KEY', 'two', { visibility: 'all' })).status).toBe(204);
    await github(emulator, token, 'PUT', `${base}/KEY/repositories/${id}`);
    await github(emulator, token, 'GET', base);
    await github(emulator, token, 'GET', '/orgs/acme');
    await github(emulator, token, 'GET', '/orgs/nobody');
    expect(log.problems).toEqual([]);
    expect(Object.fromEntries(log.seen)).toMatchObject({
      'github GET 200': 6,
      'github PUT 204': 3,
      'github PUT 409': 1,
      'github DELETE 204': 1,
    });
  },
);

test('what is looked up around the secrets is as described', async () => {
  const { log, emulator } = await logged();
  await using _ = emulator;
  const { id } = emulator.github.addRepository('acme/old');
  emulator.github.renameRepository('acme/old', 'acme/new');
  const token = emulator.github.issueToken();
  const statuses = [
    await github(emulator, token, 'GET', '/repos/acme/new'),
    await github(emulator, token, 'GET', '/repos/acme/old'),
    await github(emulator, token, 'GET', `/repositories/${id}`),
    await github(emulator, token, 'PUT', '/repos/acme/new/environments/prod', {}),
    await github(emulator, token, 'GET', '/repos/acme/new/environments/prod'),
    await github(emulator, token, 'PUT', '/repos/acme/new/environments/prod', { wait_timer: 30 }),
    await github(emulator, token, 'GET', '/repos/acme/new/environments'),
    await github(emulator, token, 'GET', `/repositories/${id}/environments/prod`),
    await github(emulator, token, 'DELETE', '/repos/acme/new/environments/prod'),
    await github(emulator, token, 'GET', '/repos/acme/none'),
    await github(emulator, token, 'GET', '/user'),
    await github(emulator, token, 'GET', '/rate_limit'),
  ].map((reply) => reply.status);
  expect(statuses).toEqual([200, 301, 200, 200, 200, 200, 200, 200, 204, 404, 200, 200]);
  expect(log.problems).toEqual([]);
});

test('issues are as described', async () => {
  const { log, emulator } = await logged();
  await using _ = emulator;
  const { issues } = emulator.github.addRepository('acme/web');
  const path = '/repos/acme/web/issues';
  for (const kind of ['fine-grained', 'github-token'] as const) {
    const token = emulator.github.issueToken({ kind });
    await github(emulator, token, 'POST', path, { title: 'One', body: 'text', labels: ['key'] });
    await github(emulator, token, 'POST', `${path}/1/comments`, { body: 'more' });
    await github(emulator, token, 'GET', `${path}?state=all&per_page=1&page=2`);
    await github(emulator, token, 'GET', `${path}/1`);
    await github(emulator, token, 'GET', `${path}/1/comments`);
    await github(emulator, token, 'PATCH', `${path}/1`, { state: 'closed', state_reason: 'completed' });
  }
  issues.enabled = false;
  await github(emulator, emulator.github.issueToken(), 'GET', path);
  expect(log.problems).toEqual([]);
  expect(Object.fromEntries(log.seen)).toEqual({
    'github POST 201': 4,
    'github GET 200': 6,
    'github PATCH 200': 2,
    'github GET 410': 1,
  });
});

test('rate limits are as described', async () => {
  const { log, emulator } = await logged({
    mutx: { rateLimits: { perMinute: 1, loginsPerMinute: 1 } },
    github: { limits: { contentPerMinute: 1 } },
  });
  await using _ = emulator;
  emulator.github.addRepository('acme/web');
  await mutx(emulator, undefined, 'GET', '/v1/api-keys');
  expect((await mutx(emulator, undefined, 'GET', '/v1/api-keys')).status).toBe(429);
  const token = emulator.github.issueToken();
  await github(emulator, token, 'PUT', '/repos/acme/web/environments/x', {});
  const reply = await github(emulator, token, 'PUT', '/repos/acme/web/environments/x', {});
  expect(reply.status).toBe(403);
  expect(log.problems).toEqual([]);
});

test('the check itself finds what is not as described', () => {
  const base = '/repos/o/r/actions/secrets';
  const request = {
    method: 'PUT',
    path: `${base}/N`,
    query: {},
    headers: { 'content-type': 'application/json' },
  };
  const exchange = (change: object) => ({
    server: 'github' as const,
    request: { ...request, body: { encrypted_value: 'AAAA', key_id: '1' } },
    reply: { status: 204, headers: {}, body: undefined },
    faulted: false,
    ...change,
  });
  expect(validateExchange(exchange({}))).toEqual([]);
  const wrong = [
    { request: { ...request, path: '/repos/o/r/actions/secret', body: {} } },
    { request: { ...request, body: { encrypted_value: 'AA_A', key_id: '1' } } },
    { request: { ...request, body: { encrypted_value: 'AAAA' } } },
    { request: { ...request, body: { encrypted_value: 'AAAA', key_id: '1', more: 1 } } },
    { request: { ...request, body: undefined } },
    { request: { ...request, headers: {}, body: { encrypted_value: 'AAAA', key_id: '1' } } },
    { reply: { status: 204, headers: {}, body: {} } },
    { reply: { status: 200, headers: {}, body: {} } },
    { reply: { status: 404, headers: {}, body: { detail: 'no' } } },
    {
      request: { ...request, method: 'GET', path: base, query: { skip: '1' }, body: undefined },
      reply: undefined,
    },
    {
      request: { ...request, method: 'GET', path: `${base}/N`, body: undefined },
      reply: {
        status: 200,
        headers: {},
        body: { name: 'N', created_at: 'today', updated_at: '2026-03-12T10:00:00Z' },
      },
    },
  ];
  const missed = wrong.filter((change) => validateExchange(exchange(change)).length === 0);
  expect(missed).toEqual([]);
});
