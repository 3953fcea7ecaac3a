import type { CallFailure } from '../core/call.ts';
import type { PatientPorts } from '../core/retry.ts';
import type { Duration, Instant } from '../core/time.ts';
import type { KeyRecord, KeyService } from '../rotation/ports.ts';

/** Which keys: these, or every active one of exactly this name. */
export type Selection =
  /** No two the same; may be none. */
  { readonly by: 'ids'; readonly ids: readonly string[] } | { readonly by: 'name'; readonly name: string };

/** A revocation as asked for; already validated by inputs/. */
export interface RevocationRequest {
  readonly selection: Selection;
  /** Of more keys than this none is revoked. */
  readonly maxRevocations: number;
  readonly dryRun: boolean;
  /** Before this instant, by MUTX's clock, none is revoked; undefined: at any time. */
  readonly notBefore?: Instant | undefined;
  /** What it means that no key has the name or, where MUTX keeps the records of revoked keys, an id. */
  readonly ifNone: IfNone;
}

type IfNone = 'fail' | 'ignore';

export interface RevocationPorts extends PatientPorts {
  readonly keys: Pick<KeyService, 'list' | 'revoke'>;
  /** The credential may be one of the keys: which one, nobody can tell for certain. */
  readonly mayRevokeItself: boolean;
  /** Whether MUTX lists revoked keys: then an id that is not listed never was a key of this account. */
  readonly keepsRecords: () => boolean;
  readonly report: (event: RevocationEvent) => void;
}

/** What a list of the account's keys gave. */
export interface KeyList {
  readonly keys: readonly KeyRecord[];
  /** Keys made before this were not read, and may be alive; undefined: all were. */
  readonly since: Instant | undefined;
}

/** What is known of a key that is to go. */
export interface KeyToRevoke {
  readonly id: string;
  /** MUTX's text; undefined where the list was not needed, or does not have the key. */
  readonly name: string | undefined;
  readonly expiresAt: Instant | undefined;
}

/** Revoked, one way or the other: that is what was asked for. */
type DoneState =
  | 'revoked'
  /** The list showed it as revoked. */
  | 'already-revoked'
  /** This account has no such key, or none any more. */
  | 'gone';

export type KeyState =
  | DoneState
  /** This account has no such key and never had. */
  | 'none'
  /** Not touched: a dry run, or one that was stopped. */
  | 'untouched'
  | 'alive'
  /** No request for it got an answer that says so for certain, and the list could not be asked, or not to its end. */
  | 'unknown';

export interface KeyResult extends KeyToRevoke {
  readonly state: KeyState;
  /** Why it could not be revoked. */
  readonly failure?: CallFailure;
}

/** What the revocation tells while it works; nothing in here is a credential. */
export type RevocationEvent =
  | { readonly type: 'listed'; readonly active: number; readonly ms: Duration }
  | { readonly type: 'result'; readonly result: KeyResult }
  | {
      readonly type: 'retrying';
      readonly failure: CallFailure;
      readonly attempt: number;
      readonly wait: Duration;
    };

export type RevocationOutcome =
  /** Every one of them is revoked or gone; may be none. */
  | { readonly kind: 'done'; readonly results: readonly KeyResult[] }
  | { readonly kind: 'planned'; readonly results: readonly KeyResult[] }
  | {
      readonly kind: 'failed';
      readonly code:
        | 'look-failed'
        | 'keys-unread'
        | 'revocations-exceeded'
        | 'revoke-failed'
        | 'no-such-key'
        | 'too-early';
      /** One line: what could not be done and why. */
      readonly message: string;
      readonly failures: readonly CallFailure[];
      readonly results: readonly KeyResult[];
      /** The name that was asked for and that no key has, and every name that there is, each once. */
      readonly missing?: { readonly name: string; readonly names: readonly string[] };
    };

export function isDone({ state }: KeyResult): boolean {
  switch (state) {
    case 'revoked':
    case 'already-revoked':
    case 'gone':
      return true;
    case 'none':
    case 'untouched':
    case 'alive':
    case 'unknown':
      return false;
  }
}
