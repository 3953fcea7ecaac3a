import { keysByName } from '../rotation/keys-by-name.ts';
import { works } from '../rotation/rules.ts';
import { quotaFinding, tokenFinding } from './account.ts';
import type { Finding } from './finding.ts';
import { duplicates, expiredFinding, keyFindings } from './keys.ts';
import type { AuditLook } from './look.ts';
import type { AuditPolicy } from './policy.ts';
import { secretFindings } from './secrets.ts';
import { newest } from './superseded.ts';

const RANK: Readonly<Record<Finding['level'], number>> = { error: 0, warning: 1, notice: 2 };

/**
 * Everything that is wrong, worst first: a pure function of the look. A key that has expired, or is orphaned, is
 * told as that and nothing else, for it has to go whatever else may be said of it.
 * @param only keys of this name, and nothing about the account as a whole
 */
export function findAll(look: AuditLook, policy: AuditPolicy, only?: string): readonly Finding[] {
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
