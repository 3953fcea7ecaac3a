import { expect, test } from 'vitest';
import { type SecretPlace, startEmulator } from '../src/index.ts';
import { takeNotes } from './noted.ts';
import { github, putSecret, seal, send, type WireJson } from './wire.ts';

const NOON = Date.parse('2026-03-12T12:00:00Z');
/** So long that its box is sure to hold `+` or `/`; with the seal it is no multiple of three bytes, so there is padding. */
const LONG = 'x'.repeat(500);
const BASE = '/repos/acme/web/actions/secrets';

async function repository() {
  const emulator = await startEmulator({ github: { stillAt: NOON + 900 } });
  emulator.github.addRepository('acme/web', { environments: ['production', 'a/b %'] });
  return { emulator, token: emulator.github.issueToken() };
}

test('a secret is created, updated, and opens with the private key', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  expect((await putSecret(emulator, token, BASE, 'key', 'first')).status).toBe(201);
  emulator.github.clock.advance(5_300);
  const updated = await putSecret(emulator, token, BASE, 'KEY', 'secönd');
  expect([updated.status, updated.text]).toEqual([204, '']);
  expect(emulator.github.openSecret('acme/web', 'Key')).toBe('secönd');
  expect(emulator.github.secret('acme/web', 'KEY')?.updatedAt).toBe(NOON + 6_000);
  expect(emulator.github.secretValues('acme/web', 'KEY')).toEqual(['first', 'secönd']);
  expect((await github(emulator, token, 'GET', `${BASE}/kEy`)).json).toEqual({
    name: 'KEY',
    created_at: '2026-03-12T12:00:00Z',
    updated_at: '2026-03-12T12:00:06Z',
  });
  expect(emulator.ledger.effects().map((entry) => [entry.status, entry.effect])).toEqual([
    [201, 'secret created KEY in acme/web'],
    [204, 'secret updated KEY in acme/web'],
  ]);
  expect((await github(emulator, token, 'DELETE', `${BASE}/KEY`)).status).toBe(204);
  expect((await github(emulator, token, 'DELETE', `${BASE}/KEY`)).status).toBe(404);
});

test('every scope has a key pair of its own, and refuses a box made for another', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  emulator.github.addOrganisation('acme');
  const stores = ['actions', 'dependabot', 'codespaces', 'agents'];
  const bases = [
    ...stores.map((store) => `/repos/acme/web/${store}/secrets`),
    ...stores.map((store) => `/orgs/acme/${store}/secrets`),
    '/repos/acme/web/environments/production/secrets',
    '/repos/acme/web/environments/a%2Fb%20%25/secrets',
  ];
  const keys = [];
  for (const base of bases) keys.push((await github(emulator, token, 'GET', `${base}/public-key`)).json);
  expect(new Set(keys.map((key) => key.key)).size).toBe(bases.length);
  expect(new Set(keys.map((key) => key.key_id)).size).toBe(bases.length);
  const [mine, foreign] = keys as [WireJson, WireJson];
  const body = { encrypted_value: await seal('x', foreign.key), key_id: mine.key_id };
  expect((await github(emulator, token, 'PUT', `${BASE}/KEY`, body)).status).toBe(422);
  expect(emulator.github.secret('acme/web', 'KEY')).toBeUndefined();
});

test('a stale key id is refused, and the fresh one is taken', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  const { json: stale } = await github(emulator, token, 'GET', `${BASE}/public-key`);
  emulator.github.replaceKeyPair('acme/web');
  const body = { encrypted_value: await seal('x', stale.key), key_id: stale.key_id };
  expect((await github(emulator, token, 'PUT', `${BASE}/KEY`, body)).status).toBe(422);
  expect((await putSecret(emulator, token, BASE, 'KEY', 'x')).status).toBe(201);
  // A stale key is nobody's mistake.
  expect(emulator.ledger.unexpected()).toEqual([]);
});

test.each<[string, (box: string, keyId: string) => unknown]>([
  [
    'URL-safe base64',
    (box, key_id) => ({ encrypted_value: box.replaceAll('+', '-').replaceAll('/', '_'), key_id }),
  ],
  ['no padding', (box, key_id) => ({ encrypted_value: box.replace(/=+$/, ''), key_id })],
  ['plaintext', (_box, key_id) => ({ encrypted_value: Buffer.from('plain').toString('base64'), key_id })],
  ['no key id', (encrypted_value) => ({ encrypted_value })],
  ['a number as key id', (encrypted_value) => ({ encrypted_value, key_id: 5 })],
  ['an array as body', (encrypted_value, key_id) => [encrypted_value, key_id]],
])('%s is refused and unexpected', async (_what, bodyOf) => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  const { json } = await github(emulator, token, 'GET', `${BASE}/public-key`);
  const body = bodyOf(await seal(LONG, json.key), json.key_id);
  const { status } = await github(emulator, token, 'PUT', `${BASE}/KEY`, body);
  expect(status).toBe(Array.isArray(body) ? 400 : 422);
  expect(emulator.ledger.unexpected()).toHaveLength(1);
  expect(emulator.github.secret('acme/web', 'KEY')).toBeUndefined();
});

test('48 KB are taken, one byte more is not', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  expect((await putSecret(emulator, token, BASE, 'KEY', 'x'.repeat(49_153))).status).toBe(422);
  expect((await putSecret(emulator, token, BASE, 'KEY', 'x'.repeat(49_152))).status).toBe(201);
});

test.each(['GITHUB_KEY', 'github_key', '1KEY', 'A-KEY', 'A%20KEY'])(
  '%s is no name for a secret',
  async (name) => {
    const { emulator, token } = await repository();
    await using _ = emulator;
    expect((await putSecret(emulator, token, BASE, name, 'x')).status).toBe(422);
    expect(emulator.ledger.effects()).toEqual([]);
  },
);

test('an environment’s name is decoded once, and not case-sensitive', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  const base = (name: string) => `/repos/acme/web/environments/${name}/secrets`;
  expect((await putSecret(emulator, token, base('A%2Fb%20%25'), 'KEY', 'x')).status).toBe(201);
  expect(emulator.github.openSecret({ repository: 'acme/web', environment: 'a/b %' }, 'KEY')).toBe('x');
  expect((await github(emulator, token, 'GET', `${base('a%252Fb')}/public-key`)).status).toBe(404);
  expect((await github(emulator, token, 'GET', `${base('a/b')}/public-key`)).status).toBe(404);
});

test('an environment can be created; putting it again takes its rules away', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  const path = '/repos/acme/web/environments/new';
  expect((await github(emulator, token, 'GET', path)).status).toBe(404);
  expect((await github(emulator, token, 'PUT', path, { wait_timer: 30 })).json.protection_rules).toHaveLength(
    1,
  );
  expect((await github(emulator, token, 'PUT', path, {})).json.protection_rules).toEqual([]);
  expect(emulator.ledger.effects().map((entry) => entry.effect)).toEqual([
    'environment created acme/web@new',
    'environment replaced acme/web@new',
  ]);
});

test('a renamed repository is answered 301 with its number, and found by that', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  const { id } = emulator.github.repository('acme/web');
  emulator.github.renameRepository('acme/web', 'acme/site');
  const reply = await github(emulator, token, 'GET', `${BASE}/public-key`);
  const url = `${emulator.github.url}/repositories/${id}/actions/secrets/public-key`;
  expect([reply.status, reply.headers['location'], reply.json.url, reply.json.message]).toEqual([
    301,
    url,
    url,
    'Moved Permanently',
  ]);
  expect((await github(emulator, token, 'GET', `/repositories/${id}`)).json.full_name).toBe('acme/site');
});

test('an archived repository can be read, not written', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  emulator.github.repository('acme/web').archived = true;
  expect((await github(emulator, token, 'GET', '/repos/acme/web')).json.archived).toBe(true);
  const reply = await putSecret(emulator, token, BASE, 'KEY', 'x');
  expect([reply.status, reply.json.message]).toEqual([403, 'Repository was archived so is read-only.']);
});

test('somebody can write a secret by hand; that leaves no request behind', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  const place: SecretPlace = { repository: 'acme/web', environment: 'production' };
  emulator.github.setSecret(place, 'KEY', 'by hand');
  expect(emulator.github.openSecret(place, 'KEY')).toBe('by hand');
  expect(emulator.ledger.entries).toEqual([]);
  const { json } = await github(emulator, token, 'GET', '/repos/acme/web/environments/production/secrets');
  expect([json.total_count, json.secrets[0]?.name]).toEqual([1, 'KEY']);
});

test.each([
  ['*/*', '2022-11-28', 'Accept is not application/vnd.github+json'],
  ['application/vnd.github.v3+json', '2022-11-28', 'Accept is not application/vnd.github+json'],
  [undefined, '2022-11-28', 'Accept is not application/vnd.github+json'],
  ['application/vnd.github+json', undefined, 'no X-GitHub-Api-Version'],
])('Accept %s with API version %s is answered, and noted', async (accept, version, note) => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  const headers = { accept, 'x-github-api-version': version };
  expect((await github(emulator, token, 'GET', BASE, undefined, headers)).status).toBe(200);
  expect(emulator.ledger.notes().map(({ notes }) => notes)).toEqual([[note]]);
  expect(takeNotes()).toEqual([`github GET ${BASE}: ${note}`]);
  expect(emulator.ledger.unexpected()).toEqual([]);
});

test('fields, parameters and content types that GitHub ignores are ignored, and noted', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  await putSecret(emulator, token, BASE, 'KEY', 'x', { visibility: 'all' });
  await github(emulator, token, 'GET', `${BASE}?per_page=none&sort=name`);
  const { json } = await github(emulator, token, 'GET', `${BASE}/public-key`);
  const body = { encrypted_value: await seal('y', json.key), key_id: json.key_id };
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await github(emulator, token, 'PUT', `${BASE}/KEY`, body, headers)).status).toBe(204);
  expect(emulator.github.secretValues('acme/web', 'KEY')).toEqual(['x', 'y']);
  expect(takeNotes()).toEqual([
    `github PUT ${BASE}/KEY: fields that are ignored: visibility`,
    `github GET ${BASE}: parameters of the query that are ignored: sort`,
    `github GET ${BASE}: per_page is not a positive whole number`,
    `github PUT ${BASE}/KEY: a body without content-type: application/json`,
  ]);
  expect(emulator.ledger.unexpected()).toEqual([]);
});

test('an environment refuses fields that it does not have, and keeps those that it has', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  const path = '/repos/acme/web/environments/production';
  const put = (body: unknown) => github(emulator, token, 'PUT', path, body);
  expect((await put({ wait: 30 })).json.message).toBe('Invalid request.\n\n"wait" is not a permitted key.');
  const policy = { protected_branches: true, custom_branch_policies: false };
  expect((await put({ deployment_branch_policy: { ...policy, custom_branch_policies: true } })).status).toBe(
    422,
  );
  await put({ can_admins_bypass: false, deployment_branch_policy: policy, reviewers: null });
  const { json } = await github(emulator, token, 'GET', path);
  expect(json).toMatchObject({
    can_admins_bypass: false,
    deployment_branch_policy: policy,
    protection_rules: [{ type: 'branch_policy' }],
  });
  expect((await put({})).json).toMatchObject({ can_admins_bypass: true, protection_rules: [] });
});

test('environments are listed in pages, and one that is deleted takes its secrets along', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  const path = '/repos/acme/web/environments';
  await putSecret(emulator, token, `${path}/production/secrets`, 'KEY', 'x');
  const first = await github(emulator, token, 'GET', `${path}?per_page=1`);
  expect([first.json.total_count, first.json.environments.map(({ name }) => name)]).toEqual([
    2,
    ['production'],
  ]);
  const { id } = emulator.github.repository('acme/web');
  const next = `${emulator.github.url}/repositories/${id}/environments?per_page=1&page=2`;
  expect(first.headers['link']).toBe(`<${next}>; rel="next", <${next}>; rel="last"`);
  const second = await github(emulator, token, 'GET', next.slice(emulator.github.url.length));
  expect(second.json.environments.map(({ name }) => name)).toEqual(['a/b %']);
  expect((await github(emulator, token, 'DELETE', `${path}/production`)).status).toBe(204);
  expect((await github(emulator, token, 'GET', `${path}/production/secrets/KEY`)).status).toBe(404);
  expect(emulator.ledger.unexpected()).toEqual([]);
});

test('every route of a repository is there under its number too', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  const base = `/repositories/${emulator.github.repository('acme/web').id}`;
  for (const path of ['/environments/production/secrets', '/actions/secrets']) {
    expect((await putSecret(emulator, token, base + path, 'KEY', 'x')).status).toBe(201);
    expect((await github(emulator, token, 'GET', `${base}${path}/KEY`)).json.name).toBe('KEY');
  }
  expect(emulator.github.openSecret({ repository: 'acme/web', environment: 'production' }, 'KEY')).toBe('x');
  expect((await github(emulator, token, 'GET', '/repositories/1/actions/secrets')).status).toBe(404);
  expect(emulator.ledger.unexpected()).toEqual([]);
});

test('the links of a repository are templates, and its issues are there as long as they are enabled', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  const { issues } = emulator.github.repository('acme/web');
  issues.open('One', null, []);
  const shown = async () => (await github(emulator, token, 'GET', '/repos/acme/web')).json;
  const url = `${emulator.github.url}/repos/acme/web`;
  expect(await shown()).toMatchObject({
    has_issues: true,
    open_issues_count: 1,
    issues_url: `${url}/issues{/number}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    contents_url: `${url}/contents/{+path}`,
    archive_url: `${url}/{archive_format}{/ref}`,
    owner: { organizations_url: `${emulator.github.url}/users/acme/orgs` },
  });
  issues.enabled = false;
  expect(await shown()).toMatchObject({ has_issues: false });
});

test.each([
  ['no User-Agent', { 'user-agent': undefined }, 403],
  ['not a valid API version', { 'x-github-api-version': '2020-01-01' }, 400],
])('%s: refused and unexpected', async (why, headers, status) => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  expect((await github(emulator, token, 'GET', BASE, undefined, headers)).status).toBe(status);
  expect(emulator.ledger.unexpected()[0]?.unexpected).toContain(why);
});

test('agents’ secrets need their own version of the API, and an Enterprise Server has neither', async () => {
  const path = '/repos/acme/web/agents/secrets/public-key';
  const { emulator, token } = await repository();
  await using _ = emulator;
  const old = { 'x-github-api-version': '2022-11-28' };
  expect((await github(emulator, token, 'GET', path, undefined, old)).status).toBe(404);
  expect(emulator.ledger.unexpected()).toHaveLength(1);
  expect((await github(emulator, token, 'GET', path)).status).toBe(200);
  await using server = await startEmulator({ github: { enterprise: true, basePath: '/api/v3' } });
  server.github.addRepository('acme/web');
  const there = server.github.issueToken();
  expect(server.github.url).toMatch(/\/api\/v3$/);
  expect((await github(server, there, 'GET', path)).status).toBe(400);
  expect((await github(server, there, 'GET', path, undefined, old)).status).toBe(404);
  expect((await putSecret(server, there, BASE, 'KEY', 'x')).status).toBe(201);
  const origin = new URL(server.github.url).origin;
  expect((await send(origin, 'GET', BASE, { headers: { 'user-agent': 'test' } })).status).toBe(404);
});
