import { expect, test } from 'vitest';
import { startEmulator } from '../src/index.ts';
import { github, putSecret } from './wire.ts';

const BASE = '/orgs/acme/actions/secrets';

async function organisation(repositories: number) {
  const emulator = await startEmulator({ github: { stillAt: 0 } });
  emulator.github.addOrganisation('acme');
  const ids = Array.from(
    { length: repositories },
    (_, index) => emulator.github.addRepository(`acme/r${index}`).id,
  );
  return { emulator, ids, token: emulator.github.issueToken() };
}

test('selected repositories come 30 a page, and up to 100 if asked for', async () => {
  const { emulator, ids, token } = await organisation(250);
  await using _ = emulator;
  const fields = { visibility: 'selected', selected_repository_ids: ids };
  expect((await putSecret(emulator, token, BASE, 'KEY', 'x', fields)).status).toBe(201);
  const page = async (query: string) => {
    const { json, headers } = await github(emulator, token, 'GET', `${BASE}/KEY/repositories${query}`);
    return [
      json.total_count,
      json.repositories.length,
      json.repositories[0]?.id,
      /rel="next"/.test(headers['link'] ?? ''),
    ];
  };
  expect(await page('')).toEqual([250, 30, ids[0], true]);
  expect(await page('?per_page=100&page=3')).toEqual([250, 50, ids[200], false]);
  expect(await page('?per_page=1000')).toEqual([250, 100, ids[0], true]);
  const { json } = await github(emulator, token, 'GET', `${BASE}/KEY`);
  expect([json.visibility, json.selected_repositories_url]).toEqual([
    'selected',
    `${emulator.github.url}/orgs/acme/actions/secrets/KEY/repositories`,
  ]);
});

test('a PUT replaces who may read the secret: what it leaves out is lost', async () => {
  const { emulator, ids, token } = await organisation(2);
  await using _ = emulator;
  const place = { organisation: 'acme' };
  await putSecret(emulator, token, BASE, 'KEY', 'x', {
    visibility: 'selected',
    selected_repository_ids: ids,
  });
  expect(emulator.github.secret(place, 'KEY')?.audience).toEqual({
    visibility: 'selected',
    repositoryIds: ids,
  });
  await putSecret(emulator, token, BASE, 'KEY', 'x', { visibility: 'selected' });
  expect(emulator.github.secret(place, 'KEY')?.audience?.repositoryIds).toEqual([]);
  await putSecret(emulator, token, BASE, 'KEY', 'x', { visibility: 'private' });
  expect(emulator.github.secret(place, 'KEY')?.audience?.visibility).toBe('private');
  expect((await github(emulator, token, 'GET', `${BASE}/KEY/repositories`)).status).toBe(404);
});

test('editing the audience by hand moves updated_at', async () => {
  const { emulator, token } = await organisation(1);
  await using _ = emulator;
  const place = { organisation: 'acme' };
  await putSecret(emulator, token, BASE, 'KEY', 'x', { visibility: 'all' });
  emulator.github.clock.advance(90_000);
  emulator.github.setAudience(place, 'KEY', { visibility: 'private', repositoryIds: [] });
  expect(emulator.github.secret(place, 'KEY')).toMatchObject({
    createdAt: 0,
    updatedAt: 90_000,
    audience: { visibility: 'private' },
  });
  expect(emulator.github.secretValues(place, 'KEY')).toEqual(['x']);
});

test.each([
  ['actions', [201, 204]],
  ['dependabot', [201, 204]],
  ['codespaces', [422, 201]],
  ['agents', [422, 201]],
] as const)('%s: ids of repositories as text and as numbers', async (store, statuses) => {
  const { emulator, ids, token } = await organisation(1);
  await using _ = emulator;
  const put = async (selected: readonly unknown[]) => {
    const fields = { visibility: 'selected', selected_repository_ids: selected };
    return (await putSecret(emulator, token, `/orgs/acme/${store}/secrets`, 'KEY', 'x', fields)).status;
  };
  expect([await put(ids.map(String)), await put(ids)]).toEqual(statuses);
  expect(emulator.github.secret({ organisation: 'acme', store }, 'KEY')?.audience?.repositoryIds).toEqual(
    ids,
  );
});

test.each(['actions', 'dependabot', 'codespaces'] as const)(
  '%s: a PUT with a visibility alone changes who may read the secret, and nothing else',
  async (store) => {
    const { emulator, ids, token } = await organisation(1);
    await using _ = emulator;
    const base = `/orgs/acme/${store}/secrets`;
    const place = { organisation: 'acme', store };
    const put = (body: unknown) => github(emulator, token, 'PUT', `${base}/KEY`, body);
    expect((await put({ visibility: 'private' })).status).toBe(422);
    expect(emulator.github.secret(place, 'KEY')).toBeUndefined();
    await putSecret(emulator, token, base, 'KEY', 'x', { visibility: 'all', selected_repository_ids: [] });
    expect((await put({ visibility: 'selected', selected_repository_ids: ids })).status).toBe(204);
    expect(emulator.github.secret(place, 'KEY')?.audience).toEqual({
      visibility: 'selected',
      repositoryIds: ids,
    });
    expect(emulator.github.secretValues(place, 'KEY')).toEqual(['x']);
  },
);

test('agents: a PUT needs the value too', async () => {
  const { emulator, token } = await organisation(0);
  await using _ = emulator;
  emulator.github.setSecret({ organisation: 'acme', store: 'agents' }, 'KEY', 'x');
  const path = '/orgs/acme/agents/secrets/KEY';
  expect((await github(emulator, token, 'PUT', path, { visibility: 'all' })).status).toBe(422);
});

test.each(['actions', 'dependabot', 'codespaces', 'agents'] as const)(
  '%s: selected repositories are replaced, added and removed, and only where they are selected',
  async (store) => {
    const { emulator, ids, token } = await organisation(3);
    await using _ = emulator;
    const [first = 0, second = 0, third = 0] = ids;
    const base = `/orgs/acme/${store}/secrets`;
    const path = `${base}/KEY/repositories`;
    const selected = () =>
      emulator.github.secret({ organisation: 'acme', store }, 'KEY')?.audience?.repositoryIds;
    const status = async (method: string, to: string, body?: unknown) =>
      (await github(emulator, token, method, to, body)).status;
    const replace = (selected_repository_ids: unknown) => status('PUT', path, { selected_repository_ids });
    expect(await replace([first])).toBe(404);
    await putSecret(emulator, token, base, 'KEY', 'x', { visibility: 'all' });
    expect([await replace([first]), await status('PUT', `${path}/${first}`)]).toEqual([409, 409]);
    await putSecret(emulator, token, base, 'KEY', 'x', { visibility: 'selected' });
    expect([await replace([first, second]), selected()]).toEqual([204, [first, second]]);
    expect([await status('PUT', `${path}/${third}`), selected()]).toEqual([204, ids]);
    expect([await status('DELETE', `${path}/${first}`), selected()]).toEqual([204, [second, third]]);
    expect(await status('PUT', `${path}/1`)).toBe(422);
    expect(await status('PUT', path, {})).toBe(422);
    const reading = emulator.github.issueToken({ permissions: { organization_secrets: 'read' } });
    expect((await github(emulator, reading, 'PUT', `${path}/${first}`)).status).toBe(403);
  },
);

test.each(['actions', 'dependabot', 'codespaces', 'agents'] as const)(
  '%s: the secrets of an organisation come in pages, whose links lead on',
  async (store) => {
    const { emulator, token } = await organisation(0);
    await using _ = emulator;
    for (let count = 10; count < 45; count += 1)
      emulator.github.setSecret({ organisation: 'acme', store }, `KEY_${count}`, 'x');
    const first = await github(emulator, token, 'GET', `/orgs/acme/${store}/secrets`);
    expect([first.json.total_count, first.json.secrets.length]).toEqual([35, 30]);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers['link'] ?? '')?.[1] ?? '';
    expect(next).toMatch(new RegExp(`/organizations/\\d+/${store}/secrets\\?page=2$`));
    const second = await github(emulator, token, 'GET', next.slice(emulator.github.url.length));
    expect(second.json.secrets.map(({ name }) => name)).toEqual([
      'KEY_40',
      'KEY_41',
      'KEY_42',
      'KEY_43',
      'KEY_44',
    ]);
    expect(second.headers['link']).toMatch(/rel="prev".*rel="first"/);
  },
);

test.each([
  ['no visibility', {}],
  ['an unknown visibility', { visibility: 'public' }],
  ['repositories that are not selected', { visibility: 'all', selected_repository_ids: [1] }],
  ['a repository of somebody else', { visibility: 'selected', selected_repository_ids: [1] }],
])('%s: refused', async (_what, fields) => {
  const { emulator, token } = await organisation(1);
  await using _ = emulator;
  expect((await putSecret(emulator, token, BASE, 'KEY', 'x', fields)).status).toBe(422);
  expect(emulator.github.secret({ organisation: 'acme' }, 'KEY')).toBeUndefined();
});
