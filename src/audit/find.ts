import type { KeyRecord } from '../rotation/ports.ts';
import { isExpired, keysByName, works } from '../rotation/rules.ts';
import type { Finding } from './finding.ts';
import { duplicates, expiredFinding, keyFindings } from './keys.ts';
import {
  type AuditPolicy,
  isForAJob,
  keptUntil,
  NEARLY_FULL,
  newest,
  TOKEN_EXPIRING_WITHIN,
} from './policy.ts';
import { secretFindings } from './secrets.ts';
import type { AuditSnapshot } from './snapshot.ts';

/** The plan has hardly a place left that does not become free by itself. */
function quotaFinding(look: AuditSnapshot): readonly Finding[] {
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

function tokenFinding({ tokenExpiresAt, date }: AuditSnapshot): readonly Finding[] {
  if (tokenExpiresAt === undefined || tokenExpiresAt - date > TOKEN_EXPIRING_WITHIN) return [];
  const since = tokenExpiresAt - TOKEN_EXPIRING_WITHIN;
  return [{ kind: 'writer-token', level: 'warning', since, expiresAt: tokenExpiresAt }];
}

/** Made for a job that is running, or superseded and kept for a grace period. */
function isPassing(key: KeyRecord, active: readonly KeyRecord[], { date }: AuditSnapshot): boolean {
  if (isExpired(key, date)) return false;
  if (isForAJob(key)) return true;
  const successor = newest(active.filter(({ name }) => name === key.name));
  return successor !== undefined && successor.id !== key.id && date <= keptUntil(key, successor.createdAt);
}

const RANK: Readonly<Record<Finding['level'], number>> = { error: 0, warning: 1, notice: 2 };

/**
 * Everything that is wrong, worst first: a pure function of the look. A key that has expired, or is orphaned, is
 * told as that and nothing else, for it has to go whatever else may be said of it.
 * @param only keys of this name, and nothing about the account as a whole
 */
export function findAll(look: AuditSnapshot, policy: AuditPolicy, only?: string): readonly Finding[] {
  const { findings: aboutSecrets, outOfStep } = secretFindings(look, only === undefined);
  const orphans = new Set(aboutSecrets.flatMap((one) => (one.kind === 'orphaned' ? [one.key.id] : [])));
  const live = look.keys.filter((key) => works(key, look.date) && !orphans.has(key.id));
  const byName = keysByName(live);
  const concerned = (name: string) => only === undefined || name === only;

  const findings = [
    ...aboutSecrets,
    ...look.keys.filter(({ name }) => concerned(name)).flatMap((key) => expiredFinding(key, look)),
    ...[...byName]
      .filter(([name]) => concerned(name))
      .flatMap(([name, keys]) => {
        const latest = newest(keys);
        return [
          ...keys.flatMap((key) => keyFindings(key, latest, look, policy)),
          ...(outOfStep.has(name) ? [] : duplicates(keys, look)),
        ];
      }),
    ...(only === undefined ? quotaFinding(look) : []),
    ...tokenFinding(look),
  ];
  return findings.toSorted((a, b) => RANK[a.level] - RANK[b.level]);
}
