import type { KeyRecord } from '../rotation/ports.ts';

/** Why nobody can tell whether a secret holds a key that works. */
export type UncertainReason =
  /** It holds one of several keys; these of them are dead, the newest or others. */
  | {
      readonly kind: 'newest-dead' | 'some-dead';
      readonly candidates: readonly KeyRecord[];
      readonly dead: readonly KeyRecord[];
    }
  /**
   * There is no key of the name that was guessed. Of the keys of other names, this one was made closest to the time
   * when the secret was written; whether the secret holds it is not known.
   */
  | { readonly kind: 'other-name'; readonly key: KeyRecord; readonly works: boolean }
  /** No listed key was made for it; `saved-again`: an older one works. */
  | {
      readonly kind: 'saved-again' | 'none';
      readonly shared: boolean;
      /** Written after the list was read, or nearly: a rotation may be at work. */
      readonly justNow: boolean;
    };
