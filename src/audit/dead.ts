import { MARGIN } from '../core/limits.ts';
import type { Instant } from '../core/time.ts';
import type { KeyRecord } from '../rotation/ports.ts';
import { candidatesFor, holdingOf, works } from '../rotation/rules.ts';
import type { UncertainReason } from './doubt.ts';
import type { Finding } from './finding.ts';
import type { AuditedSecret } from './snapshot.ts';

/**
 * A secret whose key does not work, or of which that cannot be told: what uses it gets 401, or may.
 * @param keysOfName every key of the name that belongs in it, active or not
 * @param strangers keys, active or not, of names that belong in no secret, where which name belongs in this one is a guess
 */
export function deadSecret(
  secret: AuditedSecret,
  keysOfName: readonly KeyRecord[],
  date: Instant,
  strangers: readonly KeyRecord[],
): readonly Finding[] {
  const { updatedAt, place, keyName, shared } = secret;
  if (updatedAt === undefined) return [];
  // When a key was revoked, nobody tells.
  const about = { since: undefined, place, updatedAt };
  const doubt = (level: Finding['level'], why: UncertainReason): Finding => ({
    ...about,
    kind: 'secret-doubtful',
    level,
    keyName,
    why,
  });
  const holding = holdingOf(updatedAt, keysOfName, date);
  switch (holding.kind) {
    case 'works':
      return [];
    case 'dead': {
      const { candidates } = holding;
      // A key that has expired and is known to be held is told as that.
      if (candidates.length === 1 && candidates.every(({ isActive }) => isActive)) return [];
      return [{ ...about, kind: 'secret-dead', level: 'error', keys: candidates }];
    }
    case 'newest-dead':
      return [doubt('warning', holding)];
    case 'some-dead':
      return [doubt('notice', holding)];
    case 'saved-again':
    case 'none': {
      const { kind } = holding;
      const stranger = nearestTo(updatedAt, candidatesFor(updatedAt, strangers));
      // A guess, so the level stays that of a secret that may be dead.
      if (keysOfName.length === 0 && stranger !== undefined) {
        return [doubt('warning', { kind: 'other-name', key: stranger, works: works(stranger, date) })];
      }
      // Everyday for an organisation's secret: each edit of its visibility moves its date.
      const level = shared && kind === 'saved-again' ? 'notice' : 'warning';
      return [doubt(level, { kind, shared, justNow: updatedAt + MARGIN >= date })];
    }
  }
}

/** The key that was made closest to the write. */
function nearestTo(updatedAt: Instant, keys: readonly KeyRecord[]): KeyRecord | undefined {
  const distance = ({ createdAt }: KeyRecord) => Math.abs(updatedAt - createdAt);
  return keys.toSorted((a, b) => distance(a) - distance(b))[0];
}
