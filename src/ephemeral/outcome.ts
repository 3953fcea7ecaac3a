import type { CallFailure, Instant, MintedKey } from '../rotation/ports.ts';

/** A key as it is told of; its name may be anybody's text. */
export interface KeyNote {
  readonly id: string;
  readonly name: string;
  readonly expiresAt: Instant | undefined;
}

export interface EphemeralFailure {
  readonly kind: 'failed';
  /** Stable identifier for the hint table and the docs. */
  readonly code: string;
  /** One line: what could not be done and why. */
  readonly message: string;
  /** The calls that failed for good. */
  readonly failures: readonly CallFailure[];
  /** Who holds the places of the plan, where there was none. */
  readonly holders: readonly KeyNote[];
  /** The key that was made all the same, and what became of it. */
  readonly minted: (KeyNote & { readonly state: 'revoked' | 'alive' }) | undefined;
  /** A create got no clear answer: a key of the name may exist that nobody can use. */
  readonly perhaps: boolean;
  readonly retryAt: Instant | undefined;
}

/** What making a key for a job came to. */
export type EphemeralOutcome = { readonly kind: 'ready'; readonly key: MintedKey } | EphemeralFailure;
