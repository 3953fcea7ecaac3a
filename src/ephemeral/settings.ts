import type { Duration } from '../core/time.ts';

/** A key for one job, as asked for; already validated by inputs/. */
export interface EphemeralSettings {
  readonly keyName: string;
  /** Nobody else uses the name: what bears it was made by this step. */
  readonly unique: boolean;
  /** 1…365 */
  readonly expiresInDays: number;
  /** How long to wait for a place in the plan. */
  readonly quotaWait: Duration;
  readonly verify: boolean;
  /** undefined: nothing is swept. */
  readonly sweep: SweepSettings | undefined;
}

export interface SweepSettings {
  /** How the per-run names of this repository on this host begin, the last `/` included: `gha/acme/web/run/`. */
  readonly prefix: string;
  /** Also sweep what is older than this; undefined: expired keys only. */
  readonly after: Duration | undefined;
  /** The name of this step's own key, which is never swept. */
  readonly own?: string;
}
