import type { Duration, Instant } from '../core/time.ts';
import type { KeyRecord } from '../rotation/ports.ts';
import type { UncertainReason } from './doubt.ts';

export type Level = 'error' | 'warning' | 'notice';

/** A secret of the account's keys, by its target. */
export interface SecretName {
  /** As the user would write it: `owner/repo`, `org:name` … */
  readonly target: string;
  readonly secret: string;
}

interface About {
  readonly level: Level;
  /** Since when it is so, by the clock of the server that told it; undefined: that is not known. */
  readonly since: Instant | undefined;
}

/** What an audit finds wrong. Facts only; report/ says them in words. */
export type Finding = About &
  (
    | { readonly kind: 'expired-active'; readonly key: KeyRecord; readonly heldBy: readonly SecretName[] }
    | { readonly kind: 'expires-soon'; readonly key: KeyRecord; readonly heldBy: readonly SecretName[] }
    | { readonly kind: 'no-expiry'; readonly key: KeyRecord }
    | { readonly kind: 'too-old'; readonly key: KeyRecord; readonly age: Duration }
    | { readonly kind: 'unused'; readonly key: KeyRecord }
    /** In no secret. `used`: and yet in use, so somebody else has it. */
    | {
        readonly kind: 'orphaned';
        readonly key: KeyRecord;
        readonly how: 'never-stored' | 'superseded';
        readonly used: boolean;
      }
    /** Several at once, newest first. */
    | { readonly kind: 'duplicate-name'; readonly keys: readonly KeyRecord[] }
    /** The secret was last written before its newest key was made. `works`: it still holds one that works; undefined: it may. */
    | {
        readonly kind: 'secret-outdated';
        readonly place: SecretName;
        /** undefined: there is no such secret */
        readonly updatedAt: Instant | undefined;
        readonly key: KeyRecord;
        readonly works: boolean | undefined;
      }
    /** The secret holds one of these keys, and none of them works. */
    | {
        readonly kind: 'secret-dead';
        readonly place: SecretName;
        readonly updatedAt: Instant;
        /** At least one; newest first. */
        readonly keys: readonly KeyRecord[];
      }
    /** The secret may hold a key that does not work; which one it holds is not known. */
    | {
        readonly kind: 'secret-doubtful';
        readonly place: SecretName;
        readonly updatedAt: Instant;
        readonly keyName: string;
        readonly why: UncertainReason;
      }
    | {
        readonly kind: 'quota';
        readonly plan: string;
        readonly places: number;
        /** Of these, taken for good: by keys that no job or rotation is about to give up. */
        readonly taken: number;
      }
    | { readonly kind: 'writer-token'; readonly expiresAt: Instant }
  );

export type FindingKind = Finding['kind'];
