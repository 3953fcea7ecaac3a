import { MARGIN } from './constants.ts';
import type { Look } from './plan.ts';
import type { Instant, KeyRecord } from './ports.ts';
import { isOlderThanFence, type StoredSecret } from './rules.ts';
import type { RotationSettings } from './settings.ts';

/** What a rotation has superseded and a grace period keeps alive. */
export interface InGrace {
  /** At least one. */
  readonly ids: readonly string[];
  /** When it is over, by GitHub's clock. */
  readonly until: Instant;
}

/** When a grace period that began with this write is over for rule W (docs/protocol.md, "The rules"). */
export function graceEnd(lastWrite: Instant, { gracePeriod }: RotationSettings): Instant {
  return lastWrite + gracePeriod + MARGIN;
}

/** @param secrets if none exists, long ago */
export function lastWriteOf(secrets: readonly StoredSecret[]): Instant {
  return Math.max(...secrets.flatMap(({ updatedAt }) => updatedAt ?? []));
}

/**
 * What is superseded by the key that every target holds.
 * @param keys of the name, without those that are to go
 */
export function inGraceBeside(
  current: KeyRecord,
  keys: readonly KeyRecord[],
  { secrets = [] }: Look,
  settings: RotationSettings,
): InGrace | undefined {
  const older = keys.filter((key) => isOlderThanFence(key, current));
  if (settings.gracePeriod === 0 || older.length === 0) return undefined;
  return { ids: older.map(({ id }) => id), until: graceEnd(lastWriteOf(secrets), settings) };
}
