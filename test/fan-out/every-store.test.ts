import { describe, expect, it } from 'vitest';
import type { SecretPlace } from '../../packages/emulator/src/index.ts';
import { startCheckedWorld, targetsOf } from './checked-world.ts';

const STORES = ['actions', 'dependabot', 'codespaces', 'agents'] as const;

describe('all places at once', () => {
  it('get the one key, each sealed for its own public key', async () => {
    await using world = await startCheckedWorld();
    const { github, mutx, ledger } = world.emulator;
    github.addRepository('acme/api', { environments: ['production'] });
    github.addOrganisation('acme');
    const places: readonly (readonly [line: string, place: SecretPlace, label: string, name?: string])[] = [
      ['acme/api # the plain one', { repository: 'acme/api' }, 'acme/api'],
      ['actions: acme/api as second', { repository: 'acme/api' }, 'acme/api', 'SECOND'],
      ['Dependabot:acme/api', { repository: 'acme/api', store: 'dependabot' }, 'dependabot:acme/api'],
      ['codespaces : acme/api', { repository: 'acme/api', store: 'codespaces' }, 'codespaces:acme/api'],
      ['agents:acme/api', { repository: 'acme/api', store: 'agents' }, 'agents:acme/api'],
      [
        'acme/api@production as OTHER_NAME   # renamed',
        { repository: 'acme/api', environment: 'production' },
        'acme/api@production',
        'OTHER_NAME',
      ],
      ...STORES.map((store) => {
        const label = store === 'actions' ? 'org:acme' : `${store}:org:acme`;
        return [label, { organisation: 'acme', store }, label] as const;
      }),
    ];
    const lines = ['# everywhere', '', ...places.map(([line]) => line), '   # the end'];
    const run = await world.fanOut(lines, { inputs: { visibility: 'private' } });
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(targetsOf(run)).toEqual(
      places.map(([, , target, secret = 'MUTX_API_KEY']) => ({ target, secret, status: 'created' })),
    );
    for (const [line, place, , name] of places) {
      expect(github.openSecret(place, name ?? 'MUTX_API_KEY'), line).toBe(world.key);
    }
    expect(mutx.accepts(world.key)).toBe(true);
    expect(ledger.entries.filter(({ method }) => method === 'PUT')).toHaveLength(places.length);
    const keys = new Set(places.map(([, place]) => github.keyPair(place).keyId));
    expect(keys.size).toBe(places.length - 1);
    for (const store of STORES) {
      expect(github.secret({ organisation: 'acme', store }, 'MUTX_API_KEY')?.audience).toEqual({
        visibility: 'private',
        repositoryIds: [],
      });
    }
  });
});

describe('a target that is listed twice', () => {
  it.each([
    [
      'acme/site',
      ['Acme/SITE', 'actions:ACME/site', 'acme/site as mutx_api_key', 'ACTIONS: acme/site AS MUTX_API_KEY'],
    ],
    ['acme/site@Production', ['ACME/site@production', 'actions:acme/Site@PRODUCTION']],
    ['org:acme', ['ORG:Acme', 'actions:org:ACME', 'org: acme']],
    ['dependabot:acme/site', ['Dependabot: ACME/Site']],
  ])('%s: in any case mix it is one, and one write', async (first, again) => {
    await using world = await startCheckedWorld();
    const { github, ledger } = world.emulator;
    github.addOrganisation('acme');
    github.addRepository('acme/site', { environments: ['Production'] });
    const run = await world.fanOut([first, ...again], { inputs: { visibility: 'all' } });
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(targetsOf(run)).toEqual([{ target: first, secret: 'MUTX_API_KEY', status: 'created' }]);
    expect(ledger.entries.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });
});

describe('a name that is none', () => {
  it('is found before anything is called, every one of them', async () => {
    await using world = await startCheckedWorld();
    const bad = [
      'acme',
      'acme/web/extra',
      '../web',
      'acme/..',
      'acme/we b',
      'acme/web?x=1',
      'acme/web#x',
      'acme/w%2Feb',
      '-acme/web',
      'acmé/web',
      'acme/web@',
      'acme/web@..',
      'org:',
      'org:a/b',
      'dependabot:acme/web@production',
      'pages:acme/web',
      'acme/web as GITHUB_TOKEN',
      'acme/web as 1ST',
    ];
    const run = await world.fanOut(['acme/web', ...bad]);
    expect(run.exitCode).toBe(1);
    const log = run.log.join('\n');
    for (const line of bad) expect(log, line).toContain(line.replace(/ as .*/u, ''));
    expect(run.log.filter((line) => /^ {2}- .*targets/u.test(line)).length).toBe(bad.length);
    expect(world.emulator.ledger.entries).toEqual([]);
  });
});
