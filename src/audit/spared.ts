import type { Instant } from '../core/time.ts';
import type { KeyRecord } from '../rotation/ports.ts';
import { sparedBy, sparedUntil, works } from '../rotation/rules.ts';
import { isForAJob } from './policy.ts';
import { holdersOf } from './secrets.ts';
import type { AuditSnapshot } from './snapshot.ts';

/** A live key that was still too young to be revoked when the newest of its name was made. */
export interface SparedBeside {
  readonly key: KeyRecord;
  /** MUTX's time: a rotation after it does not spare the key any more. */
  readonly until: Instant;
}

/**
 * The keys that a rotation spared because a run might still be storing them. Nothing is wrong with them, so they are
 * no finding; but who counts the keys of a name wants to know what they are. Not keys that a secret holds, nor keys
 * made for a job: many jobs may share a name, and no rotation looks after it.
 * @param keys those to tell of
 */
export function sparedBeside(keys: readonly KeyRecord[], look: AuditSnapshot): readonly SparedBeside[] {
  const newestOf = new Map<string, KeyRecord>();
  for (const key of look.keys) {
    const latest = newestOf.get(key.name);
    if (works(key, look.date) && (latest === undefined || key.createdAt > latest.createdAt)) {
      newestOf.set(key.name, key);
    }
  }
  return keys
    .filter((key) => works(key, look.date))
    .flatMap((key) => {
      const latest = newestOf.get(key.name);
      if (latest === undefined || latest.id === key.id || isForAJob(key)) return [];
      if (sparedBy([key], latest).length === 0 || holdersOf(key, look).length > 0) return [];
      return [{ key, until: sparedUntil(key) }];
    });
}
