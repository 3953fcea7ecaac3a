import { expect, it } from 'vitest';
import { READS } from '../../src/core/limits.ts';
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

const LIMITS = [
  ['429 with a page', 429, '<html><h1>429 Too Many Requests</h1></html>', 'text/html'],
  ['429 with text', 429, 'slow down', 'text/plain'],
  ['429 with nothing', 429, '', 'text/plain'],
  [
    '403 in words, without a counter',
    403,
    '{"message":"API rate limit exceeded for user ID 583231."}',
    'application/json',
  ],
  ['403 with a page of a gateway', 403, '<h1>Rate limit exceeded</h1>', 'text/html'],
] as const;

it.each(LIMITS)(
  'a write that a limit meets as %s is made after the rest that is asked for, and no key is revoked',
  async (_, status, body, type) => {
    await using fleet = await startFleet();
    const targets = fleet.repositories(2);
    const rest = 45_000;
    const date = new Date(fleet.time.now()).toUTCString();
    const until = new Date(fleet.time.now() + rest).toUTCString();
    fleet.emulator.fault({
      server: 'github',
      method: 'PUT',
      what: 'raw',
      status,
      body,
      headers: { 'content-type': type, date, 'retry-after': until },
    });
    const { outcome, took } = await fleet.run(targets);
    expect(statusesOf(outcome)).toEqual({ created: 2 });
    expect(took).toBeGreaterThanOrEqual(rest - 1_000);
    expect(took).toBeLessThan(MINUTE);
    expect(fleet.emulator.mutx.keys.map(({ isActive }) => isActive)).toEqual([true]);
  },
);

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
