import { FENCE, WRITE_DEADLINE } from '../../src/rotation/constants.ts';
import type { RotationSettings } from '../../src/rotation/settings.ts';
import { NAME, type World } from './world.ts';

/** What can become of a call, besides being answered. */
export type Fault =
  /** The service says no; nothing was done. */
  | 'refused'
  /** Nothing was done, and nobody says so. */
  | 'never'
  /** Done, and the reply is lost. */
  | 'lost'
  /** The reply is lost now; it is done later, as late as a request can linger. */
  | 'late'
  /** The process dies before the call arrives. */
  | 'die'
  /** The process dies after it was done. */
  | 'die-after';

/** What people do meanwhile. */
export type Deed = 'save-again' | 'paste-foreign' | 'revoke-stored' | 'edit-visibility';

/** The longest a request can be on its way after its deadline check (protocol: "linger"), just below F − D. */
export const LINGER = FENCE - WRITE_DEADLINE - 1_000;

/** One bounded world to explore: everything that can happen in it. */
export interface Scenario {
  readonly name: string;
  readonly runs: number;
  readonly targets: readonly { readonly shared: boolean }[];
  /** Places in the plan; undefined: no limit. */
  readonly places?: number;
  /** Whether `GET /auth/me` tells the plan. */
  readonly planKnown?: boolean;
  /** The documented generation of the API: a revoked key is gone from the list. */
  readonly forgetsRevoked?: boolean;
  readonly settings?: Partial<RotationSettings>;
  /** GitHub's clock less MUTX's. */
  readonly githubSkew?: number;
  readonly start?: (world: World) => void;
  /** How far time can jump between any two steps, and how often. */
  readonly ticks: readonly number[];
  readonly maxTicks: number;
  readonly faults: readonly Fault[];
  readonly faultsPerRun: number;
  readonly deeds?: readonly Deed[];
  readonly maxDeeds?: number;
  /** A PUT can be on its way while others act, and its reply still come. */
  readonly slowWrites?: boolean;
  /**
   * The process's own clocks stand still while it is frozen (a suspended machine), so its deadline check
   * cannot see the time that passed: the case that the late-write check repairs.
   */
  readonly suspends?: boolean;
  /** Reads that have no order (account, public keys) are scheduled too, not answered at once. */
  readonly scheduleAllReads?: boolean;
  /** The protocol's own exceptions to P4: a clean run may stop for want of a place. */
  readonly mayBeStuck?: boolean;
  /** Each run starts when the one before has ended and nothing of it is on its way any more: a schedule. */
  readonly sequential?: boolean;
  /** P1 may be broken while a run works (`replace`, a suspended machine); it must hold again at the end. */
  readonly gapAccepted?: boolean;
}

export function settingsOf(scenario: Scenario): RotationSettings {
  return {
    keyName: NAME,
    expiresInDays: 30,
    renewBefore: undefined,
    gracePeriod: 0,
    onQuota: 'fail',
    // The valve for two workflows that share a name would hide what the rules do with many orphans.
    maxRevocations: 50,
    verify: true,
    dryRun: false,
    concurrency: 4,
    ...scenario.settings,
  };
}
