import { FENCE, MARGIN } from '../rotation/constants.ts';
import type { Instant, KeyRecord } from '../rotation/ports.ts';
import { LONGEST_GRACE, SHORTEST_GRACE } from './policy.ts';

/**
 * Until when a key that was superseded may still be kept on purpose. The rotation's `grace-period` is not known
 * here, but a rotation is not due while the last one is less than that ago (docs/protocol.md, "A run"): so a key
 * is kept no longer after it was superseded than it was in use before. Within a day nothing is said at all, and
 * beyond a week nobody is taken to mean it.
 * @param by when it was superseded: its successor was stored, or, where that is not known, made
 */
export function keptUntil(key: KeyRecord, by: Instant): Instant {
  const inUse = by - key.createdAt;
  return by + Math.min(LONGEST_GRACE, Math.max(SHORTEST_GRACE, inUse)) + FENCE + MARGIN;
}

/** The newest of them; undefined: there is none. */
export function newest(keys: readonly KeyRecord[]): KeyRecord | undefined {
  return keys.toSorted((a, b) => b.createdAt - a.createdAt)[0];
}
