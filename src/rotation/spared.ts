import { FENCE } from './constants.ts';
import type { Duration, Instant, KeyRecord } from './ports.ts';
import { isOlderThanFence } from './rules.ts';

/**
 * A key that a rotation leaves alive because it is too young for rule R: whoever made it may still be storing it
 * (docs/protocol.md, "The rules").
 */
export interface SparedKey {
  readonly id: string;
  /** MUTX's time: a rotation whose key is made after it does not spare this one any more. */
  readonly until: Instant;
  /** What such a rotation does with it: revokes it, or counts it as superseded, for its grace period to begin. */
  readonly next: 'revoked' | 'superseded';
}

/** The active ones of these keys that rule R keeps from a rotation whose key was, or would be, made at that time. */
export function sparedBy(
  keys: readonly KeyRecord[],
  k: { readonly createdAt: Instant },
): readonly KeyRecord[] {
  return keys.filter((key) => key.isActive && !isOlderThanFence(key, k));
}

/** Until when a key is spared, by MUTX's time. */
export function sparedUntil({ createdAt }: KeyRecord): Instant {
  return createdAt + FENCE;
}

/** @param gracePeriod that the key will have once it is superseded */
export function sparedKey(key: KeyRecord, gracePeriod: Duration): SparedKey {
  return { id: key.id, until: sparedUntil(key), next: gracePeriod > 0 ? 'superseded' : 'revoked' };
}
