import { expect } from 'vitest';
import type { EmulatedKey } from '../../packages/emulator/src/index.ts';
import { HERE, KEY_NAME, SECRET, type World } from './world.ts';

/** What stood before a run, to hold the promises of docs/protocol.md against. */
export interface Before {
  readonly stored: string | undefined;
  readonly others: readonly EmulatedKey[];
}

/** Also plants keys of other names, some of which look much like the name. */
export function asItStands(world: World): Before {
  const { mutx } = world.emulator;
  for (const name of [`${KEY_NAME}_2`, KEY_NAME.toLowerCase(), 'gha/acme/web', 'laptop']) {
    mutx.addKey(world.user, { name, createdAt: mutx.clock.now() - 86_400_000 });
  }
  return {
    stored: world.stored(),
    others: mutx.keys.filter((key) => key.isActive && key.name !== KEY_NAME),
  };
}

/**
 * P1: if there was a secret, what it holds now works. P2: no key of another name was revoked. And no client of
 * these servers sent what they do not know.
 */
export function expectPromisesKept(world: World, { stored, others }: Before): void {
  const { mutx, ledger } = world.emulator;
  if (stored !== undefined) expect(mutx.accepts(world.stored(HERE, SECRET) ?? ''), 'P1').toBe(true);
  expect(
    others.filter((key) => !key.isActive),
    'P2',
  ).toEqual([]);
  expect(ledger.unexpected()).toEqual([]);
}
