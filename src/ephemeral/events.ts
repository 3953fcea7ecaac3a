import type { CallFailure } from '../core/call.ts';
import type { Duration, Instant } from '../core/time.ts';
import type { KeyInTheWay } from '../rotation/room.ts';

/** Why a key that this step made was revoked by it. */
export type RevokedBecause =
  /** MUTX does not take the new key, or nobody knows. */
  | 'not-verified'
  /** The reply to its create was lost: nobody knows its text. */
  | 'reply-lost';

/** What is told while a key for a job is made, or given back; nothing in here is a credential. */
export type EphemeralEvent =
  | { readonly type: 'swept'; readonly id: string; readonly name: string; readonly why: LeftBehind }
  /** Left behind when it was listed; its DELETE is answered with 404. */
  | { readonly type: 'sweep-missed'; readonly id: string; readonly name: string }
  | { readonly type: 'sweep-ended'; readonly revoked: number; readonly more: boolean }
  /** MUTX limits requests at the moment, and jobs need them more. */
  | { readonly type: 'sweep-put-off' }
  | {
      readonly type: 'minted';
      readonly id: string;
      readonly name: string;
      readonly expiresAt: Instant | undefined;
    }
  | { readonly type: 'verified' }
  | { readonly type: 'revoked'; readonly id: string; readonly because: RevokedBecause }
  | {
      readonly type: 'retrying';
      readonly failure: CallFailure;
      readonly attempt: number;
      readonly wait: Duration;
    }
  /** For a place in the plan. */
  | {
      readonly type: 'waiting';
      readonly wait: Duration;
      readonly left: Duration;
      /** The keys that hold the places, once, when the wait begins; empty where they could not be read. */
      readonly holders?: readonly KeyInTheWay[];
    }
  | { readonly type: 'warning'; readonly code: EphemeralWarning; readonly message: string };

export type EphemeralWarning = 'sweep-failed' | 'create-lost' | 'revocation-failed';

/** Why a key counts as left behind by an earlier run. */
export type LeftBehind = 'expired' | 'old';
