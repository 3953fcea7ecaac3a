import { expect, it } from 'vitest';
import { HOUR, KEY_NAME, SECRET, startFleet } from './fleet.ts';

/** Milliseconds that a request and its reply take together. */
const REQUEST = 100;

/** How many requests of a rotation wait for one another: what it takes more when each of them takes time. */
async function chainOf(count: number, inputs: Readonly<Record<string, string>>): Promise<number> {
  await using fleet = await startFleet();
  const { mutx, github } = fleet.emulator;
  const targets = fleet.repositories(count);
  const { plaintext } = mutx.addKey(fleet.user, { name: KEY_NAME });
  for (const target of targets) github.setSecret(target, SECRET, plaintext);
  const took = async (onTheWay: number) => {
    fleet.time.pass(25 * 24 * HOUR);
    const run = await fleet.run(targets, { inputs, onTheWay: () => onTheWay });
    expect(run.outcome.kind).toBe('rotated');
    return run.took;
  };
  // The first one leaves the second a superseded key, whatever the inputs.
  const [, none, some] = [await took(0), await took(0), await took(REQUEST / 2)];
  return (some - none) / REQUEST;
}

it.each([
  ['as it comes: look, create, verify, store, revoke', {}, 5],
  ['without verify', { verify: 'false' }, 4],
  ["with renew-before, which needs the targets' dates after the list", { 'renew-before': '20d' }, 6],
  ['with a grace period: what the one before has left goes before the create', { 'grace-period': '6h' }, 6],
] as const)('%s: the same chain for one target and for twenty', async (_what, inputs, chain) => {
  expect([await chainOf(1, inputs), await chainOf(20, inputs)]).toEqual([chain, chain]);
});
