import { expect, test } from 'vitest';
import { startEmulator } from '../src/index.ts';
import { github } from './wire.ts';

const NOON = Date.parse('2026-03-12T12:00:00Z');
const PATH = '/repos/acme/web/issues';

async function repository() {
  const emulator = await startEmulator({ github: { stillAt: NOON + 123 } });
  const { issues } = emulator.github.addRepository('acme/web');
  return { emulator, issues, token: emulator.github.issueToken() };
}

test('issues come in pages, filtered and sorted, and the links keep the filter', async () => {
  const { emulator, issues, token } = await repository();
  await using _ = emulator;
  for (let count = 1; count <= 5; count += 1) issues.open(`Issue ${count}`, null, ['key']);
  issues.open('Another', null, []);
  const list = async (query: string) => {
    const { json, headers } = await github(emulator, token, 'GET', `${PATH}?${query}`);
    return [json.map(({ number }) => number), headers['link']];
  };
  const { id } = emulator.github.repository('acme/web');
  const url = `${emulator.github.url}/repositories/${id}/issues?labels=key&per_page=2&page=`;
  expect(await list('labels=key&per_page=2&page=2')).toEqual([
    [3, 2],
    `<${url}1>; rel="prev", <${url}3>; rel="next", <${url}3>; rel="last", <${url}1>; rel="first"`,
  ]);
  expect(await list('labels=key&direction=asc')).toEqual([[1, 2, 3, 4, 5], undefined]);
  emulator.github.clock.advance(60_000);
  await github(emulator, token, 'PATCH', `${PATH}/2`, { title: 'Later' });
  expect(await list('sort=updated&per_page=1')).toMatchObject([[2], expect.any(String)]);
  expect(await list('since=2026-03-12T12:00:30Z')).toEqual([[2], undefined]);
});

test('an issue is opened, commented, closed and opened again; its times have no milliseconds', async () => {
  const { emulator, token } = await repository();
  await using _ = emulator;
  const call = (method: string, path: string, body?: unknown) => github(emulator, token, method, path, body);
  const opened = await call('POST', PATH, { title: 'One', body: 'text', labels: ['key', { name: 'other' }] });
  expect([opened.status, opened.json]).toMatchObject([
    201,
    {
      number: 1,
      created_at: '2026-03-12T12:00:00Z',
      closed_at: null,
      user: { login: 'octocat', type: 'User' },
      labels: [{ name: 'key' }, { name: 'other' }],
    },
  ]);
  emulator.github.clock.advance(60_000);
  const workflow = emulator.github.issueToken({ kind: 'github-token' });
  const commented = await github(emulator, workflow, 'POST', `${PATH}/1/comments`, { body: 'more' });
  expect(commented.json).toMatchObject({
    created_at: '2026-03-12T12:01:00Z',
    user: { login: 'github-actions[bot]', type: 'Bot' },
  });
  expect((await call('GET', `${PATH}/1/comments`)).json).toMatchObject([{ body: 'more' }]);
  await call('PATCH', `${PATH}/1`, { state: 'closed', state_reason: 'not_planned' });
  expect((await call('GET', `${PATH}/1`)).json).toMatchObject({
    state: 'closed',
    state_reason: 'not_planned',
    closed_at: '2026-03-12T12:01:00Z',
    comments: 1,
  });
  await call('PATCH', `${PATH}/1`, { state: 'open', labels: [] });
  expect((await call('GET', `${PATH}/1`)).json).toMatchObject({
    state: 'open',
    state_reason: 'reopened',
    closed_at: null,
    labels: [],
  });
  expect((await call('GET', `${PATH}/2`)).status).toBe(404);
  expect(emulator.ledger.unexpected()).toEqual([]);
});

test.each<[string, unknown]>([
  ['no title', { body: 'text' }],
  ['a number as body', { title: 'One', body: 5 }],
  ['labels without names', { title: 'One', labels: [{ id: 1 }] }],
  ['a text as labels', { title: 'One', labels: 'key' }],
])('%s: refused, and nothing is opened', async (_what, body) => {
  const { emulator, issues, token } = await repository();
  await using _ = emulator;
  expect((await github(emulator, token, 'POST', PATH, body)).status).toBe(422);
  expect(issues.all).toEqual([]);
});
