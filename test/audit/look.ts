import { findAll } from '../../src/audit/find.ts';
import type { Finding } from '../../src/audit/finding.ts';
import type { AuditPolicy } from '../../src/audit/policy.ts';
import type { AuditedSecret, AuditSnapshot } from '../../src/audit/snapshot.ts';
import type { Duration } from '../../src/core/time.ts';
import type { KeyRecord } from '../../src/rotation/ports.ts';
import { DAY, NAME, START } from '../rotation/records.ts';

export const HOUR = DAY / 24;

export const POLICY: AuditPolicy = {
  maxAge: 90 * DAY,
  expiringWithin: 7 * DAY,
  unusedFor: 0,
  requireExpiry: true,
};

/** A secret that was last written that long ago; undefined: there is none. */
export function secret(
  target: string,
  writtenAgo: Duration | undefined,
  { shared = false, keyName = NAME } = {},
): AuditedSecret {
  return {
    place: { target, secret: 'MUTX_API_KEY' },
    keyName,
    updatedAt: writtenAgo === undefined ? undefined : START - writtenAgo,
    shared,
  };
}

export function look(keys: readonly KeyRecord[], more: Partial<AuditSnapshot> = {}): AuditSnapshot {
  return {
    date: START,
    keys,
    plan: undefined,
    places: undefined,
    secrets: [],
    clocksApart: false,
    tokenExpiresAt: undefined,
    ...more,
  };
}

export function found(
  keys: readonly KeyRecord[],
  more: Partial<AuditSnapshot> = {},
  policy: Partial<AuditPolicy> = {},
): readonly Finding[] {
  return findAll(look(keys, more), { ...POLICY, ...policy });
}

/** `kind level` of each. */
export function kinds(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ kind, level }) => `${kind} ${level}`);
}
