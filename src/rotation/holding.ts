import { MARGIN } from './constants.ts';
import type { Instant, KeyRecord } from './ports.ts';
import { candidatesFor, works } from './rules.ts';

/**
 * Whether the key that a secret holds works, as far as the times of both services tell (docs/protocol.md, "current").
 * `candidates` are the keys whose run can have written the secret, newest first.
 */
export type Holding =
  /** Every candidate works. */
  | { readonly kind: 'works'; readonly candidates: readonly KeyRecord[] }
  /** No candidate works. */
  | { readonly kind: 'dead'; readonly candidates: readonly KeyRecord[] }
  /** Some candidates do not work: the newest, which was most likely stored last, or only others. */
  | {
      readonly kind: 'newest-dead' | 'some-dead';
      readonly candidates: readonly KeyRecord[];
      readonly dead: readonly KeyRecord[];
    }
  /** No candidate; but a key that works was there before, and can have been saved again, or the secret's visibility edited. */
  | { readonly kind: 'saved-again' }
  /** No key that works was there by then: MUTX may have forgotten the one that was, because it is revoked. */
  | { readonly kind: 'none' };

/**
 * What is known of the key in a secret.
 * @param updatedAt when the secret was last written, by GitHub's clock
 * @param keysOfName every key that MUTX lists of the name; where it follows its documentation, no revoked ones
 * @param date MUTX's time of that list
 */
export function holdingOf(updatedAt: Instant, keysOfName: readonly KeyRecord[], date: Instant): Holding {
  const candidates = candidatesFor(updatedAt, keysOfName).toSorted((a, b) => b.createdAt - a.createdAt);
  const [newest] = candidates;
  if (newest === undefined) {
    const before = keysOfName.some((key) => works(key, date) && key.createdAt <= updatedAt + MARGIN);
    return { kind: before ? 'saved-again' : 'none' };
  }
  const dead = candidates.filter((key) => !works(key, date));
  if (dead.length === 0) return { kind: 'works', candidates };
  if (dead.length === candidates.length) return { kind: 'dead', candidates };
  return { kind: works(newest, date) ? 'some-dead' : 'newest-dead', candidates, dead };
}
