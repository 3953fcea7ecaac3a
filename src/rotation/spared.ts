import { FENCE } from './constants.ts';
import type { Instant, KeyRecord } from './ports.ts';
import { isOlderThanFence } from './rules.ts';
import type { RotationSettings } from './settings.ts';

/**
 * A key that a rotation leaves alive because it is too young for rule R: whoever made it may still be storing it
 * (docs/protocol.md, "The rules").
 */
export interface SparedKey {
  readonly id: string;
  /** MUTX's time: a rotation whose key is made after it does not spare this one any more. */
  readonly until: Instant;
  /**
   * What such a rotation does with it: revokes it, or counts it as superseded, for its grace period to begin. `open`:
   * that is not certain.
   */
  readonly next: 'revoked' | 'superseded' | 'open';
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

/**
 * What becomes of spared keys that a rotation leaves behind.
 * @param others keys of the name that will be as old then, the new one among them: together they may be too many to go
 */
export function sparedKeys(
  keys: readonly KeyRecord[],
  { gracePeriod, maxRevocations }: RotationSettings,
  others: number,
): readonly SparedKey[] {
  const whole = keys.length + others > maxRevocations ? 'open' : 'revoked';
  const next = gracePeriod > 0 ? 'superseded' : whole;
  return keys.map((key) => ({ id: key.id, until: sparedUntil(key), next }));
}
