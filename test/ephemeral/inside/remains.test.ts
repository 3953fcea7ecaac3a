import { expect, it } from 'vitest';
import { MemoryJournal } from '../../../src/ephemeral/remains.ts';
import { Secret } from '../../../src/secrets/secret.ts';

it('what is in hand is known at every moment', async () => {
  const hand = new MemoryJournal({ keyName: 'n', unique: true });
  expect(hand.remains).toEqual({ stage: 'nothing' });
  await hand.creating();
  expect(hand.remains).toEqual({ stage: 'asked', name: 'n', unique: true });
  hand.unconfirmed();
  const key = new Secret('text');
  hand.created({ id: 'k', name: 'n', key, createdAt: 1, expiresAt: 2 });
  expect(hand.remains).toEqual({
    stage: 'minted',
    id: 'k',
    name: 'n',
    unique: true,
    expiresAt: 2,
    strays: true,
  });
  expect(hand.key).toBe(key);
  hand.cleared();
  expect(hand.remains).toEqual({ stage: 'nothing' });
  expect(hand.key).toBeUndefined();
});
