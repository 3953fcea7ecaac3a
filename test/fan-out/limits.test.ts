import { expect, it } from 'vitest';
import { READS } from '../../src/rotation/constants.ts';
import { MINUTE, startFleet, statusesOf, unevenWay } from './fleet.ts';

// Holds invariant 13 of docs/threat-model.md.

const COUNT = 40;

it('a rest that GitHub asks one write to take is taken by all, and then all are written', async () => {
  await using fleet = await startFleet();
  const targets = fleet.repositories(COUNT);
  const rest = 45_000;
  fleet.emulator.fault({
    server: 'github',
    method: 'PUT',
    skip: 10,
    what: 'rate-limit',
    retryAfter: rest / 1_000,
  });
  const { outcome } = await fleet.run(targets, { onTheWay: unevenWay() });
  expect(statusesOf(outcome)).toEqual({ created: COUNT });
  const puts = fleet.emulator.ledger.entries.filter(({ method }) => method === 'PUT');
  const told = puts.find(({ fault }) => fault === 'rate-limit')?.at ?? Number.NaN;
  // What was on its way already, at most three and within half a second, could not know.
  const resting = puts.filter(({ at }) => at > told + 1_000 && at < told + rest);
  expect(resting).toEqual([]);
  expect(puts).toHaveLength(COUNT + 1);
});

it('a limit that ends too late fails the preflight at once, with the time at which a run can work', async () => {
  await using fleet = await startFleet({ limits: { primaryPerHour: COUNT } });
  const targets = fleet.repositories(COUNT);
  const { outcome, took } = await fleet.run(targets);
  expect(outcome).toMatchObject({
    kind: 'failed',
    failure: { code: 'preflight-failed', retryAt: expect.any(Number) },
    minted: undefined,
  });
  const retryAt = outcome.kind === 'failed' ? (outcome.failure.retryAt ?? 0) : 0;
  expect(retryAt - fleet.time.now()).toBeGreaterThan(50 * MINUTE);
  expect(took).toBeLessThan(MINUTE);
  expect(fleet.emulator.ledger.effects()).toEqual([]);
});

/**
 * Only writes rest for one another (paced); reads go on asking although a reply has said that nothing is left.
 * "Continuing to make requests while you are rate limited may result in the banning of your integration."
 */
it('once a reply has said that the hour’s requests are used up, none is sent any more', async () => {
  await using fleet = await startFleet({ limits: { primaryPerHour: COUNT } });
  await fleet.run(fleet.repositories(5 * COUNT));
  // What was on its way already could not know: two requests for each target.
  expect(fleet.emulator.github.limited).toBeLessThanOrEqual(2 * READS);
});
