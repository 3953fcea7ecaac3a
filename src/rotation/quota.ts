import { FENCE, MARGIN } from './constants.ts';
import type { Instant, KeyRecord } from './ports.ts';

/** Places of each plan (mutx-api: "Quota"); Infinity: no limit. */
const PLACES: ReadonlyMap<string, number> = new Map([
  ['FREE', 2],
  ['STARTER', 10],
  ['PRO', 50],
  ['ENTERPRISE', Number.POSITIVE_INFINITY],
]);

/** How many active keys a plan allows; undefined for a plan this version does not know. */
export function placesOf(plan: string | undefined): number | undefined {
  return plan === undefined ? undefined : PLACES.get(plan.toUpperCase());
}

/** Every active key takes a place, of any name, expired ones included. */
export function placesTaken(keys: readonly KeyRecord[]): number {
  return keys.filter((key) => key.isActive).length;
}

/**
 * From when on a key made, or a secret written, at that time is old enough that another key may take the plan's last
 * place: two younger than this would fill a two-key plan with keys that no rule can tell apart (protocol, step 4).
 */
export function settledAt(time: Instant): Instant {
  return time + FENCE + 2 * MARGIN;
}
