import type { KeyRecord } from '../rotation/ports.ts';
import { isExpired } from '../rotation/rules.ts';
import type { Finding } from './finding.ts';
import type { AuditLook } from './look.ts';
import { isForAJob, NEARLY_FULL, TOKEN_EXPIRING_WITHIN } from './policy.ts';
import { keptUntil, newest } from './superseded.ts';

/** The plan has hardly a place left that does not become free by itself. */
export function quotaFinding(look: AuditLook): readonly Finding[] {
  const { plan, places, keys } = look;
  if (plan === undefined || places === undefined || !Number.isFinite(places)) return [];
  const active = keys.filter((key) => key.isActive);
  const lasting = active.filter((key) => !isPassing(key, active, look));
  const limit = Math.ceil(places * NEARLY_FULL);
  if (lasting.length < limit) return [];
  const filledBy = lasting.toSorted((a, b) => a.createdAt - b.createdAt)[limit - 1];
  return [
    { kind: 'quota', level: 'warning', since: filledBy?.createdAt, plan, places, taken: lasting.length },
  ];
}

export function tokenFinding({ tokenExpiresAt, date }: AuditLook): readonly Finding[] {
  if (tokenExpiresAt === undefined || tokenExpiresAt - date > TOKEN_EXPIRING_WITHIN) return [];
  const since = tokenExpiresAt - TOKEN_EXPIRING_WITHIN;
  return [{ kind: 'writer-token', level: 'warning', since, expiresAt: tokenExpiresAt }];
}

/** Made for a job that is running, or superseded and kept for a grace period. */
function isPassing(key: KeyRecord, active: readonly KeyRecord[], { date }: AuditLook): boolean {
  if (isExpired(key, date)) return false;
  if (isForAJob(key)) return true;
  const successor = newest(active.filter(({ name }) => name === key.name));
  return successor !== undefined && successor.id !== key.id && date <= keptUntil(key, successor.createdAt);
}
