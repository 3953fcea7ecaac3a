import type { Duration, Instant } from '../../src/core/time.ts';
import type { KeyRecord, RotationSettings } from '../../src/rotation/ports.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const DAY = 86_400 * SECOND;

/** True time when a test begins, in whole seconds: MUTX's and GitHub's `Date` at the first look. */
export const START: Instant = 1_800_000_000_000;

export const NAME = 'gha/acme/web/MUTX_API_KEY';

const SETTINGS: RotationSettings = {
  keyName: NAME,
  expiresInDays: 30,
  renewBefore: undefined,
  gracePeriod: 0,
  onQuota: 'fail',
  maxRevocations: 5,
  verify: true,
  dryRun: false,
  concurrency: 4,
};

export function settings(changes: Partial<RotationSettings> = {}): RotationSettings {
  return { ...SETTINGS, ...changes };
}

interface KeyOptions {
  readonly name?: string;
  /** How long before START it was made; a day, unless told. */
  readonly age?: Duration;
  /** From START on; negative: it has expired. */
  readonly expiresIn?: Duration | 'never';
  /** How long after it was made. */
  readonly usedAfter?: Duration;
  readonly active?: boolean;
}

/** A row of the MUTX list. */
export function key(id: string, options: KeyOptions = {}): KeyRecord {
  const createdAt = START - (options.age ?? DAY);
  const { expiresIn = 30 * DAY, usedAfter } = options;
  return {
    id,
    name: options.name ?? NAME,
    createdAt,
    expiresAt: expiresIn === 'never' ? undefined : START + expiresIn,
    lastUsed: usedAfter === undefined ? undefined : createdAt + usedAfter,
    isActive: options.active ?? true,
  };
}
