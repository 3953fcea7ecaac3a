import { MARGIN } from './constants.ts';
import type { Instant } from './ports.ts';
import type { StoredSecret } from './rules.ts';
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
