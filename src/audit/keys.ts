import type { KeyRecord } from '../rotation/ports.ts';
import { isExpired } from '../rotation/rules.ts';
import type { Finding } from './finding.ts';
import { type AuditPolicy, keptUntil } from './policy.ts';
import { holdersOf } from './secrets.ts';
import type { AuditSnapshot } from './snapshot.ts';

/** What is wrong with a key that is alive. @param latest the newest live key of its name */
export function keyFindings(
  key: KeyRecord,
  latest: KeyRecord | undefined,
  look: AuditSnapshot,
  policy: AuditPolicy,
): readonly Finding[] {
  return [...expiry(key, latest, look, policy), ...age(key, look, policy), ...use(key, look, policy)];
}

/** Dead already, but it takes a place of the plan; in a secret, it is an outage. */
export function expiredFinding(key: KeyRecord, look: AuditSnapshot): readonly Finding[] {
  if (!key.isActive || !isExpired(key, look.date)) return [];
  const heldBy = holdersOf(key, look);
  const level = heldBy.length > 0 ? 'error' : 'notice';
  return [{ kind: 'expired-active', level, since: key.expiresAt, key, heldBy }];
}

function expiry(
  key: KeyRecord,
  latest: KeyRecord | undefined,
  look: AuditSnapshot,
  { expiringWithin, requireExpiry }: AuditPolicy,
): readonly Finding[] {
  const { createdAt, expiresAt } = key;
  if (expiresAt === undefined) {
    return requireExpiry ? [{ kind: 'no-expiry', level: 'warning', since: createdAt, key }] : [];
  }
  // A younger one of the name takes its place.
  if (latest?.id !== key.id) return [];
  // Keys that are made to be short-lived are always near their end: for them it is the last third that counts.
  const window = Math.min(expiringWithin, (expiresAt - createdAt) / 3);
  if (expiresAt - look.date >= window) return [];
  const heldBy = holdersOf(key, look);
  return [{ kind: 'expires-soon', level: 'warning', since: expiresAt - window, key, heldBy }];
}

function age(key: KeyRecord, { date }: AuditSnapshot, { maxAge }: AuditPolicy): readonly Finding[] {
  const old = date - key.createdAt;
  if (maxAge === 0 || old <= maxAge) return [];
  return [{ kind: 'too-old', level: 'warning', since: key.createdAt + maxAge, key, age: old }];
}

function use(key: KeyRecord, { date }: AuditSnapshot, { unusedFor }: AuditPolicy): readonly Finding[] {
  const since = key.lastUsed ?? key.createdAt;
  if (unusedFor === 0 || date - since <= unusedFor) return [];
  return [{ kind: 'unused', level: 'warning', since, key }];
}

/** Several live keys of one name, older than any overlap of a rotation or grace period explains. */
export function duplicates(siblings: readonly KeyRecord[], { date }: AuditSnapshot): readonly Finding[] {
  const keys = siblings.toSorted((a, b) => b.createdAt - a.createdAt);
  const [latest, ...older] = keys;
  if (latest === undefined || !older.some((key) => date > keptUntil(key, latest.createdAt))) return [];
  const since = Math.min(...keys.slice(0, -1).map(({ createdAt }) => createdAt));
  return [{ kind: 'duplicate-name', level: 'warning', since, keys }];
}
