import { expect, it } from 'vitest';
import { writesWithin } from '../../src/github/pace.ts';
import { failureLines, failureOf } from '../../src/report/failure.ts';
import { WRITE_DEADLINE } from '../../src/rotation/constants.ts';
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
        '501 targets cannot all be written within 10 minutes at the pace that GitHub allows; 500 fit',
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

// src/report/hints-run.ts does not know the code yet.
it.fails('more targets than fit: both ways out are named', async () => {
  const fleet = await startFleet();
  const { outcome } = await fleet.run(Array.from({ length: FIT + 1 }, (_, index) => `acme/r${index}`));
  await fleet.emulator.close();
  const lines = outcome.kind === 'failed' ? failureLines(failureOf(outcome)).join('\n') : '';
  expect(lines).toMatch(/fix: {3}.*organisation secret.*fleet/u);
});

/**
 * The pace lets one request through for each target, but a target whose environment is to be created takes
 * two that create content.
 */
it.fails('environments to be created are part of the pace', async () => {
  await using fleet = await startFleet();
  const targets = fleet.repositories(90).map((repository) => `${repository}@production`);
  const { outcome } = await fleet.run(targets, { inputs: { 'create-environment': 'true' } });
  expect(statusesOf(outcome)).toEqual({ created: 90 });
  expect(fleet.emulator.github.limited).toBe(0);
});

it.fails('environments to be created count among what fits', async () => {
  await using fleet = await startFleet();
  const targets = fleet.repositories(260).map((repository) => `${repository}@production`);
  const { outcome, events } = await fleet.run(targets, { inputs: { 'create-environment': 'true' } });
  expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'too-many-targets' } });
  expect(events.some(({ type }) => type === 'minted')).toBe(false);
  expect(fleet.alive()).toEqual([]);
});
