import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../packages/emulator/src/index.ts';
import { KEY_NAME, startCheckedWorld, targetsOf } from './checked-world.ts';

// Holds invariant 25 of docs/threat-model.md.

const SECRET = 'MUTX_API_KEY';

/** A handful at a time is written at once, without GitHub's pace. */
const NAMES = [
  ['a/b', 'eu/west/1', 'two words', '100%', 'a%2Fb'],
  ['Köln ☀', '東京 (本番)', '🚀', "it's (new)!", '...'],
  ['a?b#c&d=e+f', 'a\\b', '"quoted" <b>', 'x@y', 'a:b,c;d'],
] as const;

describe('environments whose names are no plain words', () => {
  it.each(NAMES)('%s · %s · %s · %s · %s', async (...environments) => {
    await using world = await startCheckedWorld();
    const { github } = world.emulator;
    github.addRepository('acme/api', { environments });
    const targets = environments.map((environment) => `acme/api@${environment}`);
    const run = await world.fanOut(targets);
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(targetsOf(run)).toEqual(targets.map((target) => ({ target, secret: SECRET, status: 'created' })));
    for (const environment of environments) {
      expect(github.openSecret({ repository: 'acme/api', environment }, SECRET), environment).toBe(world.key);
    }
    expect(github.secrets('acme/api')).toEqual([]);
  });
});

describe('environments that do not exist', () => {
  const targets = ['acme/web@staging', 'acme/web@eu/west 1', 'acme/web'];

  it('are an error that offers to make them, all of them named, before a key is made', async () => {
    await using world = await startCheckedWorld();
    const run = await world.fanOut(targets);
    expect(run.exitCode).toBe(1);
    const log = run.log.join('\n');
    expect(log).toContain('the environment of acme/web@staging does not exist');
    expect(log).toMatch(/^ {2}also: {2}acme\/web@eu\/west 1 /mu);
    expect(log).toContain('`create-environment: true`');
    expect(world.emulator.ledger.effects()).toEqual([]);
  });

  it('are made by `create-environment: true`, and not touched by the next run', async () => {
    await using world = await startCheckedWorld();
    const { github, ledger } = world.emulator;
    const inputs = { 'create-environment': 'true' };
    const run = await world.fanOut(targets, { inputs });
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(targetsOf(run).map(({ status }) => status)).toEqual(['created', 'created', 'created']);
    for (const environment of ['staging', 'eu/west 1']) {
      expect(github.openSecret({ repository: 'acme/web', environment }, SECRET)).toBe(world.key);
    }
    const made = () => ledger.effects().filter(({ effect }) => effect?.startsWith('environment'));
    expect(new Set(made().map(({ effect }) => effect))).toEqual(
      new Set(['environment created acme/web@eu/west 1', 'environment created acme/web@staging']),
    );
    expect(made()).toHaveLength(2);
    // The key is made before: a refused create leaves no environment behind.
    const minted = ledger.effects().findIndex(({ server }) => server === 'mutx');
    expect(minted).toBeLessThan(ledger.effects().indexOf(made()[0] as LedgerEntry));

    ledger.clear();
    world.advance(60 * 60 * 1_000);
    const again = await world.fanOut(targets, { inputs });
    expect(targetsOf(again).map(({ status }) => status)).toEqual(['updated', 'updated', 'updated']);
    expect(made()).toEqual([]);
  });

  it('are not made by a dry run', async () => {
    await using world = await startCheckedWorld();
    const run = await world.fanOut(targets, { inputs: { 'create-environment': 'true', 'dry-run': 'true' } });
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(world.emulator.ledger.effects()).toEqual([]);
  });

  it('cannot be made without the permission, which is named, and no key stays behind', async () => {
    await using world = await startCheckedWorld();
    const token = world.emulator.github.issueToken({
      permissions: { secrets: 'write', environments: 'write', actions: 'read' },
    });
    const run = await world.fanOut(['acme/web@staging'], {
      inputs: { 'create-environment': 'true', 'github-token': token },
    });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('the github-token lacks "Administration: Read and write"');
    expect(world.active(KEY_NAME)).toEqual([]);
  });
});
