import type { KeyRecord } from './ports.ts';

/** The keys of each name, in the order of the list, for callers that ask for many names. */
export function keysByName(keys: readonly KeyRecord[]): ReadonlyMap<string, readonly KeyRecord[]> {
  const named = new Map<string, KeyRecord[]>();
  for (const key of keys) {
    const siblings = named.get(key.name);
    if (siblings === undefined) named.set(key.name, [key]);
    else siblings.push(key);
  }
  return named;
}
