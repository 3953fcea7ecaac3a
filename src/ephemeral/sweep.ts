import type { Duration, Instant, KeyRecord } from '../rotation/ports.ts';
import type { Calls } from './calls.ts';
import type { RunKeys } from './ports.ts';
import type { SweepSettings } from './settings.ts';

/** Why a key counts as left behind by an earlier run. */
export type LeftBehind = 'expired' | 'old';

/** After the prefix, to the end: `{run_id}.{attempt}/{job}/{random}`; a job that is too long is cut and hashed. */
const REST = /^[1-9]\d{0,19}\.[1-9]\d{0,5}\/[A-Za-z_][\w-]*(?:~[0-9a-f]{16})?\/[0-9a-f]{12}$/;

/** How long one call of the sweep may be tried again: it is not what the job waits for. */
export const SWEEP_PATIENCE: Duration = 30_000;

/** Revoked by one sweep at most: who comes to mint a key does not stay to tidy up. */
const MOST = 20;

/** Whether a name is one of this repository's own per-run names: all of it, not how it begins. */
export function isPerRunName(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && REST.test(name.slice(prefix.length));
}

/**
 * Why this key may be swept; undefined: it may not. All times are MUTX's own.
 * @param date of the reply that the record came with; a server that gives none has nothing swept
 */
export function leftBehind(
  key: KeyRecord,
  { prefix, after }: SweepSettings,
  date: Instant,
): LeftBehind | undefined {
  if (!key.isActive || !isPerRunName(key.name, prefix)) return undefined;
  if (key.expiresAt !== undefined && key.expiresAt < date) return 'expired';
  return after !== undefined && key.createdAt + after < date ? 'old' : undefined;
}

/** Revokes what earlier runs of this repository left behind. That it fails is a warning: it is not the errand. */
export async function sweep(calls: Calls, keys: RunKeys, settings: SweepSettings): Promise<void> {
  const list = await calls.call(() => keys.newest());
  if (!list.ok) {
    calls.warn('sweep-failed', `keys left behind were not looked for: ${list.failure.message}`);
    return;
  }
  const { date } = list;
  if (date === undefined) {
    calls.warn('sweep-failed', 'keys left behind were not looked for: MUTX does not say what time it is');
    return;
  }
  const found = list.value.flatMap((key) => {
    const why = leftBehind(key, settings, date);
    return why === undefined ? [] : [{ key, why }];
  });
  let revoked = 0;
  for (const { key, why } of found.slice(0, MOST)) {
    const reply = await calls.call(() => keys.revoke(key.id));
    if (!reply.ok) {
      calls.warn(
        'sweep-failed',
        `key ${key.id} was left behind and could not be revoked: ${reply.failure.message}`,
      );
      break;
    }
    revoked += 1;
    calls.report({ type: 'swept', id: key.id, name: key.name, why });
  }
  calls.report({ type: 'sweep-ended', revoked, more: found.length > revoked });
}
