import { FENCE, WRITE_DEADLINE } from '../../src/core/limits.ts';
import type { RotationSettings } from '../../src/rotation/ports.ts';
import type { Clocks, ServerClock } from './clocks.ts';
import { NAME, type World } from './world.ts';

/** What can become of a call, besides being answered. */
export type Fault =
  /** The service says no; nothing was done. */
  | 'refused'
  /** It asks to wait; nothing was done. */
  | 'throttled'
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

/** A passing wrong answer: the reply is whole, and what it says is not so. */
export type Lie =
  /** A secret that exists is not there, or not in the list. */
  | 'absent'
  /** What a read shows is how it was before the last change, however long ago that is. */
  | 'stale'
  /** 404 for a DELETE that was not done. */
  | 'gone'
  /** 409 for a create, and it is not the quota. */
  | 'conflict'
  /** No `Date`. */
  | 'undated'
  /** A `Date` that is {@link Scenario.misdates} off. */
  | 'misdated';

/** What people do meanwhile. */
export type Deed =
  | 'save-again'
  | 'save-old'
  | 'paste-foreign'
  | 'delete-secret'
  | 'revoke-stored'
  | 'revoke-newest'
  | 'edit-visibility'
  /** Whatever is stored is used. */
  | 'use';

/** The longest a request can be on its way after its deadline check (protocol: "linger"), just below F − D. */
export const LINGER = FENCE - WRITE_DEADLINE - 1_000;

/** One bounded world to explore: everything that can happen in it. */
export interface Scenario {
  readonly name: string;
  readonly runs: number;
  /** Revocations that are fed with what a rotation or a plan has named as superseded. */
  readonly jobs?: number;
  /** Looks of `plan`, which names superseded keys too. */
  readonly plans?: number;
  /** Audits: they read, and tell. */
  readonly audits?: number;
  /** Revocations of all keys of the name, by a person in an emergency. */
  readonly buttons?: number;
  readonly targets: readonly { readonly shared: boolean }[];
  /** The targets are the action's own adapters of organisation secrets, over HTTP. */
  readonly realStore?: boolean;
  /** Places in the plan; undefined: no limit. */
  readonly places?: number;
  /** Whether `GET /auth/me` tells the plan. */
  readonly planKnown?: boolean;
  /** The documented generation of the API: a revoked key is gone from the list. */
  readonly forgetsRevoked?: boolean;
  readonly settings?: Partial<RotationSettings>;
  readonly clocks?: Clocks;
  /** A server's clock can be set forward by so much, once for each of these. */
  readonly jumps?: readonly { readonly clock: ServerClock; readonly by: number }[];
  /** Whose replies carry no `Date`. */
  readonly dateless?: readonly ('mutx' | 'github')[];
  /** Reads are served by replicas that are so far behind. */
  readonly lag?: { readonly mutx?: number; readonly github?: number };
  readonly start?: (world: World) => void;
  /** How far time can jump between any two steps, and how often. */
  readonly ticks: readonly number[];
  readonly maxTicks: number;
  readonly faults: readonly Fault[];
  readonly faultsPerRun: number;
  /** The statuses that a reply can have which does not say what was done; undefined: none at all. */
  readonly statuses?: readonly (number | undefined)[];
  readonly lies?: readonly Lie[];
  /**
   * Each actor is lied to so often at most, and about what a revocation rests on (a secret's date or its absence, a
   * `Date`; whether a key is alive) only once: two replies that are wrong in the same way are what no evidence can tell
   * from the truth.
   */
  readonly liesPerRun?: number;
  readonly misdates?: readonly number[];
  readonly deeds?: readonly Deed[];
  readonly maxDeeds?: number;
  /** A PUT can be on its way while others act, and its reply still come. */
  readonly slowWrites?: boolean;
  /** A create likewise; its reply's `Date` is that of its arrival at MUTX's front. */
  readonly slowCreates?: boolean;
  /**
   * These clocks of the process stand still while it is frozen. With both of them (a suspended machine) its deadline
   * check cannot see the time that passed: the case that the late-write check repairs.
   */
  readonly suspends?: readonly ('wall' | 'monotonic')[];
  /** Reads that have no order (account, public keys) are scheduled too, not answered at once. */
  readonly scheduleAllReads?: boolean;
  /** The protocol's own exceptions to P4: a clean run may fail with these codes. */
  readonly mayEndWith?: readonly string[];
  /** The protocol's own exceptions to P3: what a crash leaves goes at a later rotation, or by expiry. */
  readonly mayLeaveKeys?: boolean;
  /** Each run starts when the one before has ended and nothing of it is on its way any more: a schedule. */
  readonly sequential?: boolean;
  /** P1 may be broken while a run works (`replace`, a suspended machine); it must hold again at the end. */
  readonly gapAccepted?: boolean;
}

/** The codes of a rotation that found no place for its key. */
export const NO_PLACE = ['quota-full', 'quota-too-soon'];

export function settingsOf(scenario: Scenario): RotationSettings {
  return {
    keyName: NAME,
    nameOfTarget: scenario.targets.length === 1,
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
