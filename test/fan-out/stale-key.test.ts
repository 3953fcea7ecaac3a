import { describe, expect, it } from 'vitest';
import { DAY } from '../scenarios/world.ts';
import { KEY_NAME, startCheckedWorld, targetsOf } from './checked-world.ts';

describe('a public key that is replaced between preflight and write', () => {
  it.each(['acme/web', 'acme/api@production', 'org:acme', 'dependabot:acme/web'])(
    '%s: is fetched again, once, and the secret opens with the new one',
    async (target) => {
      await using world = await startCheckedWorld();
      const { github, ledger } = world.emulator;
      github.addRepository('acme/api', { environments: ['production'] });
      github.addOrganisation('acme');
      world.emulator.fault({ server: 'github', method: 'PUT', what: 'stale-key' });
      const run = await world.fanOut([target], { inputs: { visibility: 'all' } });
      expect(run.exitCode, run.log.join('\n')).toBe(0);
      const puts = ledger.entries.filter(({ method }) => method === 'PUT');
      expect(puts.map(({ status }) => status)).toEqual([422, 201]);
      const keys = ledger.entries.filter(({ path }) => path.endsWith('/public-key'));
      expect(keys).toHaveLength(2);
      expect(run.log.filter((line) => line.includes('try 2'))).toEqual([]);
    },
  );

  it('again and again: fails, once, with a code of its own, and no key stays behind', async () => {
    await using world = await startCheckedWorld();
    world.emulator.fault({
      server: 'github',
      method: 'PUT',
      what: 'stale-key',
      times: Number.POSITIVE_INFINITY,
    });
    const run = await world.fanOut(['acme/web']);
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('[github-stale-public-key]');
    expect(targetsOf(run)).toMatchObject([{ status: 'failed' }]);
    const { entries } = world.emulator.ledger;
    expect(entries.filter(({ method }) => method === 'PUT')).toHaveLength(2);
    expect(entries.filter(({ path }) => path.endsWith('/public-key'))).toHaveLength(2);
    expect(world.active(KEY_NAME)).toEqual([]);
    expect(world.stored()).toBeUndefined();
  });

  it('is not what another 422 is about: that is told as it is, and the write not repeated', async () => {
    await using world = await startCheckedWorld();
    world.emulator.fault({ server: 'github', method: 'PUT', what: 'refuse', status: 422 });
    const run = await world.fanOut(['acme/web']);
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('[github-validation]');
    expect(world.emulator.ledger.entries.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });
});

describe("the writer token's own end", () => {
  const warned = async (kind: 'fine-grained' | 'classic' | 'app', left: number | undefined) => {
    await using world = await startCheckedWorld();
    const { github } = world.emulator;
    const expiresAt = left === undefined ? {} : { expiresAt: github.clock.now() + left };
    const token = github.issueToken({ kind, ...expiresAt });
    const run = await world.fanOut(['acme/web'], { inputs: { 'github-token': token } });
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    return run.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message);
  };

  it.each([
    ['fine-grained', 13.5 * DAY, 'in 13 days'],
    ['classic', 1.5 * DAY, 'in 1 day'],
    ['fine-grained', DAY / 2, 'in less than a day'],
  ] as const)('of a %s token in %d ms is warned about: %s', async (kind, left, words) => {
    expect(await warned(kind, left)).toEqual([
      expect.stringMatching(new RegExp(`^the github-token expires at .*, ${words}; .*GitHub App`, 'u')),
    ]);
  });

  it.each([
    ['fine-grained', 14.5 * DAY],
    ['fine-grained', undefined],
    ['app', DAY / 24],
  ] as const)('of a %s token in %s ms is not', async (kind, left) => {
    expect(await warned(kind, left)).toEqual([]);
  });

  it('is warned about by a run that fails, too', async () => {
    await using world = await startCheckedWorld();
    const { github } = world.emulator;
    const token = github.issueToken({ expiresAt: github.clock.now() + 2.5 * DAY });
    const run = await world.fanOut(['acme/gone'], { inputs: { 'github-token': token } });
    expect(run.exitCode).toBe(1);
    const warnings = run.annotations.filter(({ level }) => level === 'warning');
    expect(warnings).toMatchObject([{ message: expect.stringContaining('in 2 days') }]);
  });
});
