import type { Duration } from './ports.ts';

/** What to do when the plan has no place for one more key (protocol.md, "Where even that leaves no room"). */
export type OnQuota = 'fail' | 'wait' | 'replace';

/** A rotation as asked for; already validated by inputs/. */
export interface RotationSettings {
  readonly keyName: string;
  /** The name was derived from the only target, so that no other list of targets has it. */
  readonly nameOfTarget?: boolean;
  /** 1…365 */
  readonly expiresInDays: number;
  /** Rotate only when the current key has less than this left; undefined: always. */
  readonly renewBefore: Duration | undefined;
  /** 0: the superseded key is revoked as soon as the secret is swapped. */
  readonly gracePeriod: Duration;
  readonly onQuota: OnQuota;
  readonly maxRevocations: number;
  readonly verify: boolean;
  readonly dryRun: boolean;
  /** Targets written at the same time. */
  readonly concurrency: number;
}
