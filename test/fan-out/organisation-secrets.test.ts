import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../packages/emulator/src/index.ts';
import { type CheckedWorld, KEY_NAME, startCheckedWorld, targetsOf } from './checked-world.ts';

// Holds invariant 11 of docs/threat-model.md.

const STORES = ['actions', 'dependabot', 'codespaces', 'agents'] as const;
const SECRET = 'MUTX_API_KEY';

function labelOf(store: (typeof STORES)[number]): string {
  return store === 'actions' ? 'org:acme' : `${store}:org:acme`;
}

/** The organisation, and so many repositories of it; their ids. */
function organisation({ emulator: { github } }: CheckedWorld, repositories = 0): readonly number[] {
  github.addOrganisation('acme');
  return Array.from({ length: repositories }, (_, index) => github.addRepository(`acme/r${index}`).id);
}

describe("an organisation's secret that exists", () => {
  it('keeps each of its 250 selected repositories, in every store, read page by page', async () => {
    await using world = await startCheckedWorld();
    const { github, ledger } = world.emulator;
    const ids = organisation(world, 250);
    const audience = { visibility: 'selected', repositoryIds: ids } as const;
    for (const store of STORES) github.setSecret({ organisation: 'acme', store }, SECRET, 'old', audience);
    const run = await world.fanOut(STORES.map(labelOf));
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    for (const store of STORES) {
      const place = { organisation: 'acme', store };
      expect(github.secret(place, SECRET)?.audience, store).toEqual(audience);
      expect(github.openSecret(place, SECRET), store).toBe(world.key);
      // Three pages in the preflight, and three again right before the write.
      const pages = ledger.entries.filter(
        ({ path }) => path === `/orgs/acme/${store}/secrets/${SECRET}/repositories`,
      );
      const query = (page: number) => `per_page=100&page=${page}`;
      expect(pages.map((entry) => entry.query)).toEqual([1, 2, 3, 1, 2, 3].map(query));
    }
  });

  it.each(['private', 'all', 'selected'] as const)(
    'keeps its visibility %s, whatever the inputs say about new ones',
    async (visibility) => {
      await using world = await startCheckedWorld();
      const { github } = world.emulator;
      const ids = organisation(world, 2);
      const audience = { visibility, repositoryIds: visibility === 'selected' ? ids : [] };
      for (const store of STORES) github.setSecret({ organisation: 'acme', store }, SECRET, 'old', audience);
      const other = visibility === 'all' ? 'private' : 'all';
      const run = await world.fanOut(STORES.map(labelOf), { inputs: { visibility: other } });
      expect(run.exitCode, run.log.join('\n')).toBe(0);
      for (const store of STORES) {
        expect(github.secret({ organisation: 'acme', store }, SECRET)?.audience, store).toEqual(audience);
      }
    },
  );

  it('keeps an empty selection: nobody gets to read it', async () => {
    await using world = await startCheckedWorld();
    organisation(world);
    const audience = { visibility: 'selected', repositoryIds: [] } as const;
    world.emulator.github.setSecret({ organisation: 'acme' }, SECRET, 'old', audience);
    const run = await world.fanOut(['org:acme']);
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(world.emulator.github.secret({ organisation: 'acme' }, SECRET)?.audience).toEqual(audience);
  });

  it('keeps what somebody made of its audience while the run was on its way', async () => {
    await using world = await startCheckedWorld();
    const { emulator } = world;
    const [first = 0, second = 0, third = 0] = organisation(world, 3);
    const place = { organisation: 'acme' };
    emulator.github.setSecret(place, SECRET, 'old', {
      visibility: 'selected',
      repositoryIds: [first, second],
    });
    const narrowed = { visibility: 'selected', repositoryIds: [second, third] } as const;
    emulator.onRequest(({ point, entry }) => {
      // Between the look and the write.
      if (point === 'before' && entry.server === 'mutx' && entry.method === 'POST') {
        emulator.github.setAudience(place, SECRET, narrowed);
      }
      return undefined;
    });
    const run = await world.fanOut(['org:acme']);
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(emulator.github.secret(place, SECRET)?.audience).toEqual(narrowed);
    expect(world.stored(place)).toBe(world.key);
  });

  it('is not written where its audience cannot be read right before', async () => {
    await using world = await startCheckedWorld();
    const { emulator } = world;
    const repositoryIds = organisation(world, 1);
    const place = { organisation: 'acme' };
    emulator.github.setSecret(place, SECRET, 'old', { visibility: 'selected', repositoryIds });
    emulator.fault({
      server: 'github',
      path: /MUTX_API_KEY\/repositories$/u,
      skip: 1,
      times: Number.POSITIVE_INFINITY,
      what: 'refuse',
      status: 403,
    });
    const run = await world.fanOut(['org:acme']);
    expect(run.exitCode).toBe(1);
    expect(world.stored(place)).toBe('old');
    expect(world.active(KEY_NAME)).toEqual([]);
    expect(targetsOf(run)).toMatchObject([{ target: 'org:acme', status: 'failed' }]);
  });
});

describe("an organisation's secret that does not exist yet", () => {
  it('needs `visibility`: nothing is made, and it is said what to set', async () => {
    await using world = await startCheckedWorld();
    organisation(world);
    const run = await world.fanOut(STORES.map(labelOf));
    expect(run.exitCode).toBe(1);
    const log = run.log.join('\n');
    expect(log).toContain('[github-visibility-needed]');
    expect(log).toMatch(/fix: {3}Set `visibility` to `all`, `private`, or `selected`/u);
    for (const store of STORES) expect(log).toContain(`/orgs/acme/${store}/secrets/${SECRET}`);
    expect(world.emulator.ledger.effects()).toEqual([]);
  });

  it.each(STORES)('%s: is made for the repositories named, by name and by id', async (store) => {
    const bodies: unknown[] = [];
    await using world = await startCheckedWorld({
      onExchange: ({ request }: Exchange) => {
        if (request.method === 'PUT') bodies.push(request.body);
      },
    });
    const [first = 0, second = 0] = organisation(world, 2);
    const run = await world.fanOut([labelOf(store)], {
      inputs: { visibility: 'selected', 'selected-repositories': `r0, ACME/r0\n${second}` },
    });
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(world.emulator.github.secret({ organisation: 'acme', store }, SECRET)?.audience).toEqual({
      visibility: 'selected',
      repositoryIds: [first, second],
    });
    const ids = store === 'dependabot' ? [String(first), String(second)] : [first, second];
    expect(bodies).toMatchObject([{ visibility: 'selected', selected_repository_ids: ids }]);
  });

  it.each(['all', 'private'] as const)('is made with the visibility %s', async (visibility) => {
    await using world = await startCheckedWorld();
    organisation(world);
    const run = await world.fanOut(['org:acme'], { inputs: { visibility } });
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(world.emulator.github.secret({ organisation: 'acme' }, SECRET)?.audience?.visibility).toBe(
      visibility,
    );
  });
});
