import { expect, it } from 'vitest';
import { WRITE_DEADLINE } from '../../src/core/limits.ts';
import { writesWithin } from '../../src/github/limiter.ts';
import { startCheckedWorld, targetsOf } from './checked-world.ts';
import { startFleet, statusesOf } from './fleet.ts';

const FIT = 500;

it('more targets than fit: nothing at all is called, and the message says how many fit', async () => {
  expect(writesWithin(WRITE_DEADLINE)).toBe(FIT);
  const fleet = await startFleet();
  const targets = Array.from({ length: FIT + 1 }, (_, index) => `acme/r${index}`);
  const { outcome, events, took } = await fleet.run(targets);
  expect(outcome).toMatchObject({
    kind: 'failed',
    failure: {
      code: 'too-many-targets',
      message:
        '501 targets take 501 writes, which cannot all start within 10 minutes at the pace that GitHub allows; 500 fit',
      failures: [],
    },
    minted: undefined,
  });
  expect(statusesOf(outcome)).toEqual({ skipped: FIT + 1 });
  expect(fleet.emulator.ledger.entries).toEqual([]);
  expect([events, took, fleet.alive()]).toEqual([[], 0, []]);
  await fleet.emulator.close();
});

it('a target listed twice does not count twice', async () => {
  await using fleet = await startFleet();
  const targets = fleet.repositories(FIT);
  const { outcome } = await fleet.run([...targets, 'ACME/R7', 'Acme/r8'], { inputs: { 'dry-run': 'true' } });
  expect(outcome.kind).toBe('planned');
  expect(outcome.targets).toHaveLength(FIT);
});

it('more targets than fit: the action says so at once, and names both ways out', async () => {
  await using world = await startCheckedWorld();
  const run = await world.fanOut(Array.from({ length: FIT + 1 }, (_, index) => `acme/r${index}`));
  expect(run.exitCode).toBe(1);
  const log = run.log.join('\n');
  expect(log).toContain('501 targets take 501 writes, which cannot all start within 10 minutes');
  expect(log).toContain('500 fit [too-many-targets]');
  expect(log).toMatch(/fix: {3}.*organisation secret.*fleet/u);
  expect(world.emulator.ledger.entries).toEqual([]);
  expect(targetsOf(run).filter(({ status }) => status === 'skipped')).toHaveLength(FIT + 1);
});

/**
 * The pace lets one request through for each target, but a target whose environment is to be created takes
 * two that create content.
 */
it('environments to be created are part of the pace', async () => {
  await using fleet = await startFleet();
  const targets = fleet.repositories(90).map((repository) => `${repository}@production`);
  const { outcome } = await fleet.run(targets, { inputs: { 'create-environment': 'true' } });
  expect(statusesOf(outcome)).toEqual({ created: 90 });
  expect(fleet.emulator.github.limited).toBe(0);
});

it('environments to be created count among what fits', async () => {
  await using fleet = await startFleet();
  const targets = fleet.repositories(260).map((repository) => `${repository}@production`);
  const { outcome, events } = await fleet.run(targets, { inputs: { 'create-environment': 'true' } });
  expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'too-many-targets' } });
  expect(events.some(({ type }) => type === 'minted')).toBe(false);
  expect(fleet.alive()).toEqual([]);
});
