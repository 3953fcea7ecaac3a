import type { CallFailure } from '../core/call.ts';
import type { Duration, Instant } from '../core/time.ts';
import type { TargetResult } from './outcome.ts';
import type { Plan } from './plan.ts';

/**
 * The steps of a run, in the order in which they can come (protocol.md, "A run"). From the start of `revoke` on
 * nothing is called any more but what revokes: a session can be logged out beside it.
 */
export type StepName =
  | 'preflight'
  | 'list'
  | 'metadata'
  | 'second-reading'
  | 'make-room'
  | 'create'
  | 'verify'
  | 'store'
  | 'check-late'
  | 'revoke';

/** Why a revocation is allowed: what a rule of docs/protocol.md says of the key (R, E, W), or the run's own unused key. */
export type RevocationReason = 'superseded' | 'expired' | 'not-stored' | 'own' | 'replace';

/** What the engine tells while it works. report/ renders these; nothing in here is a credential. */
export type RotationEvent =
  | { readonly type: 'step-started'; readonly step: StepName }
  | { readonly type: 'step-ended'; readonly step: StepName; readonly ok: boolean; readonly ms: Duration }
  | {
      readonly type: 'looked';
      readonly active: number;
      readonly ofName: number;
      readonly plan: string | undefined;
      /** Places in the plan; undefined: no limit is known. */
      readonly places: number | undefined;
      readonly date: Instant | undefined;
    }
  | { readonly type: 'planned'; readonly plan: Plan }
  | {
      readonly type: 'minted';
      readonly id: string;
      readonly name: string;
      readonly expiresAt: Instant | undefined;
    }
  | {
      readonly type: 'target-written';
      readonly result: TargetResult;
      readonly done: number;
      readonly of: number;
    }
  /** A DELETE is about to be sent; `revoked` or `not-revoked` says what came of it. */
  | { readonly type: 'revoking'; readonly id: string; readonly reason: RevocationReason }
  /** `unclear`: it may have been done all the same. */
  | { readonly type: 'not-revoked'; readonly id: string; readonly unclear: boolean }
  | {
      readonly type: 'revoked';
      readonly id: string;
      readonly reason: RevocationReason;
      readonly gone: boolean;
    }
  | {
      readonly type: 'retrying';
      readonly failure: CallFailure;
      readonly attempt: number;
      readonly wait: Duration;
    }
  | {
      readonly type: 'waiting';
      readonly for: string;
      readonly wait: Duration;
      readonly until: Instant | undefined;
    }
  | { readonly type: 'warning'; readonly code: WarningCode; readonly message: string };

export type WarningCode =
  | 'revocation-failed'
  | 'too-many-revocations'
  | 'name-used-elsewhere'
  | 'clocks-apart'
  | 'readings-differ'
  | 'times-contradict'
  | 'account-unreadable'
  | 'create-lost'
  | 'written-late'
  | 'secret-contradiction';
