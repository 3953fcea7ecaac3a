import { getOctokit } from '@actions/github';
import { Octokit } from '@octokit/rest';
import { afterEach, expect, test } from 'vitest';
import { type SecretPlace, startEmulator } from '../../packages/emulator/src/index.ts';
import { takeNotes } from '../../packages/emulator/test/noted.ts';
import { seal } from '../../packages/emulator/test/wire.ts';
import { World } from '../scenarios/world.ts';

// They have habits of their own, which GitHub takes.
afterEach(() => {
  takeNotes();
});

type Client = Pick<Octokit, 'paginate' | 'request'> & { readonly rest: Octokit['rest'] };

// Octokit logs refusals that a test asks for.
const ignored = () => {};
const log = { debug: ignored, info: ignored, warn: ignored, error: ignored };

const CLIENTS: Readonly<Record<string, (auth: string, baseUrl: string) => Client>> = {
  '@octokit/rest': (auth, baseUrl) => new Octokit({ auth, baseUrl, log }),
  '@actions/github': (token, baseUrl) => getOctokit(token, { baseUrl, log }),
};

const STORES = ['actions', 'dependabot', 'codespaces', 'agents'] as const;
const KINDS: readonly (readonly [base: string, place: SecretPlace])[] = [
  ...STORES.map((store) => [`/repos/acme/web/${store}/secrets`, { repository: 'acme/web', store }] as const),
  ['/repos/acme/web/environments/a%2Fb/secrets', { repository: 'acme/web', environment: 'a/b' }],
  ...STORES.map((store) => [`/orgs/acme/${store}/secrets`, { organisation: 'acme', store }] as const),
];

async function open(client: keyof typeof CLIENTS) {
  const emulator = await startEmulator();
  const { id } = emulator.github.addRepository('acme/web', { environments: ['a/b'] });
  emulator.github.addOrganisation('acme');
  const token = emulator.github.issueToken();
  return { emulator, id, octokit: CLIENTS[client]?.(token, emulator.github.url) as Client };
}

test.each(
  Object.keys(CLIENTS).flatMap((client) => KINDS.map(([base, place]) => [client, base, place] as const)),
)('%s sets, lists, gets and deletes secrets at %s', async (client, base, place) => {
  const { emulator, id, octokit } = await open(client);
  await using _ = emulator;
  const headers = base.includes('/agents/') ? { 'x-github-api-version': '2026-03-10' } : {};
  const ask = async (route: string, more: Readonly<Record<string, unknown>> = {}) =>
    octokit.request(route, { headers, ...more });
  const { data } = await ask(`GET ${base}/public-key`);
  const key = data as { readonly key: string; readonly key_id: string };
  const put = async (value: string) =>
    ask(`PUT ${base}/KEY`, {
      encrypted_value: await seal(value, key.key),
      key_id: key.key_id,
      ...(base.startsWith('/orgs') ? { visibility: 'selected', selected_repository_ids: [id] } : {}),
    });
  expect([(await put('one')).status, (await put('two')).status]).toEqual([201, 204]);
  expect(emulator.github.secretValues(place, 'KEY')).toEqual(['one', 'two']);
  expect((await ask(`GET ${base}`)).data).toMatchObject({ total_count: 1, secrets: [{ name: 'KEY' }] });
  expect((await ask(`GET ${base}/KEY`)).data).toMatchObject({ name: 'KEY' });
  if (base.startsWith('/orgs'))
    expect((await ask(`GET ${base}/KEY/repositories`)).data).toMatchObject({ repositories: [{ id }] });
  expect((await ask(`DELETE ${base}/KEY`)).status).toBe(204);
  await expect(ask(`GET ${base}/KEY`)).rejects.toMatchObject({
    status: 404,
    message: expect.stringMatching(/^Not Found/u),
  });
  expect(emulator.ledger.unexpected()).toEqual([]);
});

test.each(Object.keys(CLIENTS))(
  '%s reads what the action wrote, by its own methods and pages',
  async (client) => {
    const { emulator, octokit } = await open(client);
    await using world = new World(emulator, emulator.mutx.addUser(), new Set());
    for (let count = 10; count < 45; count += 1) emulator.github.setSecret('acme/web', `OTHER_${count}`, 'x');
    await using run = await world.rotate({
      inputs: { targets: 'acme/web\nacme/web@a/b', 'key-name': 'both' },
    });
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    const [owner, repo] = ['acme', 'web'];
    const names = await octokit.paginate(octokit.rest.actions.listRepoSecrets, { owner, repo, per_page: 10 });
    expect(names).toHaveLength(36);
    expect(names.map(({ name }) => name)).toContain('MUTX_API_KEY');
    const { data } = await octokit.rest.actions.getEnvironmentSecret({
      owner,
      repo,
      environment_name: 'a/b',
      secret_name: 'MUTX_API_KEY',
    });
    expect(data).toMatchObject({
      name: 'MUTX_API_KEY',
      updated_at: expect.stringMatching(/^\d{4}-.*:\d\dZ$/u),
    });
  },
);

test.each(Object.keys(CLIENTS))(
  '%s knows whose token it has and how much of its limit is left',
  async (client) => {
    const { emulator, octokit } = await open(client);
    await using _ = emulator;
    expect((await octokit.rest.users.getAuthenticated()).data).toMatchObject({ login: 'octocat' });
    expect((await octokit.rest.rateLimit.get()).data.rate).toMatchObject({ limit: 5_000, used: 1 });
    const { data } = await octokit.rest.repos.getAllEnvironments({ owner: 'acme', repo: 'web' });
    expect(data.environments?.map(({ name }) => name)).toEqual(['a/b']);
  },
);

test.each(Object.keys(CLIENTS))('%s follows a renamed repository', async (client) => {
  const { emulator, octokit } = await open(client);
  await using _ = emulator;
  emulator.github.setSecret('acme/web', 'KEY', 'x');
  emulator.github.renameRepository('acme/web', 'acme/site');
  const { data } = await octokit.rest.actions.listRepoSecrets({ owner: 'acme', repo: 'web' });
  expect(data.secrets.map(({ name }) => name)).toEqual(['KEY']);
});
