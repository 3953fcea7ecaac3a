import type { KeySummary } from './outcome.ts';
import type { Instant } from './ports.ts';

export interface PlannedRevocation {
  readonly id: string;
  readonly rule: 'E' | 'W';
  readonly why: string;
}

/** The room in the account's plan, as far as it matters for one more key. */
export type Room =
  | { readonly kind: 'fits' }
  /** The last place, and a key of the name younger than F + 2m: wait until `at`. */
  | { readonly kind: 'too-soon'; readonly at: Instant | undefined; readonly inTheWay: readonly KeySummary[] }
  /** No place. `at`: when a rule would free one, if one will. */
  | { readonly kind: 'full'; readonly at: Instant | undefined; readonly inTheWay: readonly KeySummary[] }
  /** No place, `on-quota: replace`: revoke this key first and accept the gap. */
  | { readonly kind: 'replace'; readonly victim: KeySummary };

/** What a run is going to do, decided from one look. Pure data. */
export interface Plan {
  readonly due: boolean;
  /** One line for people: why it is due, or why not. */
  readonly why: string;
  /** The key that every target holds, where that is known. */
  readonly current: KeySummary | undefined;
  readonly makeRoom: readonly PlannedRevocation[];
  /** Keys rule R is expected to allow after the store (grace period 0), at this look. */
  readonly supersedes: readonly KeySummary[];
  readonly room: Room;
}
