import type { CallFailure } from '../core/call.ts';
import type { Instant } from '../core/time.ts';
import type { Plan } from './plan.ts';
import type { KeySummary } from './ports.ts';
import type { KeyInTheWay } from './room.ts';
import type { SparedKey } from './rules.ts';

export type TargetStatus = 'created' | 'updated' | 'unchanged' | 'failed' | 'skipped';

export interface TargetResult {
  readonly target: string;
  readonly secret: string;
  readonly status: TargetStatus;
  readonly failure?: CallFailure;
  /** Failed, but an attempt got no clear answer: the new key may be there. */
  readonly perhapsWritten?: boolean;
}

/** What every outcome tells about the keys, so that nobody has to guess what is alive. */
export interface KeysNow {
  /** Revoked by this run, for whatever rule. */
  readonly revoked: readonly string[];
  /** Superseded, alive, inside the grace period: rule R allows to revoke them when it is over. */
  readonly superseded: readonly string[];
  /** When that is over; undefined: nothing is superseded, or it is not known. */
  readonly graceEnds: Instant | undefined;
  /** Should have been revoked and were not (a failed DELETE, `max-revocations`); the next run takes them up. */
  readonly left: readonly string[];
  /** Those of them that are more than `max-revocations`: no later run takes them up before a person has looked. */
  readonly held: readonly string[];
  /** Those of them whose DELETE got no clear answer: they may be revoked. */
  readonly unclear: readonly string[];
  /** Alive because they are too young to be revoked, as this run saw them; a later rotation takes them up. */
  readonly spared: readonly SparedKey[];
}

export type FailureReason = 'preflight' | 'look' | 'quota' | 'create' | 'verify' | 'store' | 'late';

export interface RotationFailure {
  readonly reason: FailureReason;
  /** Stable identifier for the hint table and the docs. */
  readonly code: string;
  /** One line: what could not be done and why. */
  readonly message: string;
  /** Every call that failed for good, in order; several for a preflight over many targets. */
  readonly failures: readonly CallFailure[];
  /** The keys that hold the places of the plan. Their names are MUTX's text: made by anyone, as long as they like. */
  readonly inTheWay?: readonly KeyInTheWay[];
  /** When a later run would work, where that is known. */
  readonly retryAt?: Instant;
}

export type Outcome =
  | {
      readonly kind: 'rotated';
      readonly key: KeySummary;
      readonly targets: readonly TargetResult[];
      readonly keys: KeysNow;
    }
  | {
      readonly kind: 'not-due';
      readonly plan: Plan;
      readonly key: KeySummary;
      readonly targets: readonly TargetResult[];
      readonly keys: KeysNow;
    }
  | {
      readonly kind: 'planned';
      readonly plan: Plan;
      readonly targets: readonly TargetResult[];
      readonly keys: KeysNow;
    }
  | {
      readonly kind: 'failed';
      readonly failure: RotationFailure;
      /** The key minted by this run, if one was, and what became of it. */
      readonly minted:
        | (KeySummary & { readonly state: 'alive' | 'revoked' | 'perhaps-revoked' | 'unknown' })
        | undefined;
      readonly targets: readonly TargetResult[];
      readonly keys: KeysNow;
    };
