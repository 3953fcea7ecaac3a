import { expect, it } from 'vitest';
import { InHand } from '../../../src/ephemeral/remains.ts';
import { Secret } from '../../../src/secrets/secret.ts';

it('what is in hand is known at every moment', async () => {
  const hand = new InHand({ keyName: 'n', unique: true });
  expect(hand.remains).toEqual({ stage: 'nothing' });
  await hand.asked();
  expect(hand.remains).toEqual({ stage: 'asked', name: 'n', unique: true });
  hand.lost();
  const key = new Secret('text');
  hand.minted({ id: 'k', name: 'n', key, createdAt: 1, expiresAt: 2 });
  expect(hand.remains).toEqual({
    stage: 'minted',
    id: 'k',
    name: 'n',
    unique: true,
    expiresAt: 2,
    strays: true,
  });
  expect(hand.key).toBe(key);
  hand.nothing();
  expect(hand.remains).toEqual({ stage: 'nothing' });
  expect(hand.key).toBeUndefined();
});
