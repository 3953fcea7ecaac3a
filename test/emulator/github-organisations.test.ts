import { expect, test } from 'vitest';
import { startEmulator } from '../../src/emulator/index.ts';
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
  ['actions', 'number'],
  ['dependabot', 'string'],
  ['codespaces', 'number'],
  ['agents', 'number'],
] as const)('%s takes the ids of repositories as a %s only', async (store, type) => {
  const { emulator, ids, token } = await organisation(1);
  await using _ = emulator;
  const as = { number: ids, string: ids.map(String) };
  const put = async (selected: readonly unknown[]) => {
    const fields = { visibility: 'selected', selected_repository_ids: selected };
    return (await putSecret(emulator, token, `/orgs/acme/${store}/secrets`, 'KEY', 'x', fields)).status;
  };
  expect([await put(as[type === 'number' ? 'string' : 'number']), await put(as[type])]).toEqual([422, 201]);
});

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
