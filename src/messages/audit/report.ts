import type { Level } from '../../audit/finding.ts';
import type { AuditNote, AuditSnapshot } from '../../audit/snapshot.ts';
import type { SparedBeside } from '../../audit/spared.ts';
import type { Instant } from '../../core/time.ts';
import type { KeyRecord } from '../../rotation/ports.ts';
import { bounded } from '../bounded.ts';
import { afterText, instantText } from '../words.ts';
import type { Quote, ToldFinding } from './words.ts';

/** All that an audit came to, ready to be rendered. */
export interface AuditResult {
  readonly look: AuditSnapshot;
  /** Worst first. */
  readonly findings: readonly ToldFinding[];
  /** The keys to show: alive, of the name asked for, or in a secret. Those with a finding first, then the newest. */
  readonly keys: readonly KeyRecord[];
  /** The key that each secret holds, in the order of the look's secrets; undefined: not known. */
  readonly current: readonly (KeyRecord | undefined)[];
  /** Extra keys of a name that are no finding: a rotation could not revoke them yet. */
  readonly spared: readonly SparedBeside[];
  readonly keyName: string | undefined;
  readonly notes: readonly AuditNote[];
}

/** Rows of a list at the most, and fewer where they do not fit. */
const MOST_ROWS = 200;

const NAME_CHARACTERS = 255;

/**
 * The output `report`; its form is docs/audit-report.schema.json. What does not fit into an output is left out from the
 * ends of the lists, and counted.
 */
export function reportJson(result: AuditResult, quote: (text: string, max: number) => string): string {
  return bounded(MOST_ROWS, (rows) => reportOf(result, quote, rows)).text;
}

function reportOf(result: AuditResult, quote: (text: string, max: number) => string, rows: number): string {
  const { look, findings, keys, keyName, notes } = result;
  const sparedUntil = new Map(result.spared.map(({ key, until }) => [key.id, afterText(until)]));
  const name: Quote = (text) => quote(text, NAME_CHARACTERS);
  return JSON.stringify({
    version: 1,
    generatedAt: instantText(look.date),
    keyName: keyName === undefined ? null : name(keyName),
    account: {
      plan: look.plan ?? null,
      places: look.places === undefined || !Number.isFinite(look.places) ? null : look.places,
      active: look.keys.filter((key) => key.isActive).length,
    },
    counts: countsOf(findings),
    findings: findings.slice(0, rows).map((finding) => ({
      kind: finding.kind,
      level: finding.level,
      message: finding.message,
      since: timeOrNull(finding.since),
      fix: finding.fix,
      keys: finding.keys.slice(0, rows),
      keysOmitted: Math.max(0, finding.keys.length - rows),
      secret: finding.place ?? null,
    })),
    keys: keys.slice(0, rows).map((key) => ({
      id: key.id,
      name: name(key.name),
      state: stateOf(key, look.date),
      createdAt: instantText(key.createdAt),
      expiresAt: timeOrNull(key.expiresAt),
      lastUsed: timeOrNull(key.lastUsed),
      sparedUntil: sparedUntil.get(key.id) ?? null,
    })),
    secrets: look.secrets.slice(0, rows).map(({ place, updatedAt, keyName: of }, index) => ({
      ...place,
      keyName: name(of),
      updatedAt: timeOrNull(updatedAt),
      keyId: result.current[index]?.id ?? null,
    })),
    omitted: {
      findings: Math.max(0, findings.length - rows),
      keys: Math.max(0, keys.length - rows),
      secrets: Math.max(0, look.secrets.length - rows),
    },
    notes,
  });
}

export function countsOf(findings: readonly ToldFinding[]): Readonly<Record<Level, number>> {
  const of = (level: Level) => findings.filter((finding) => finding.level === level).length;
  return { error: of('error'), warning: of('warning'), notice: of('notice') };
}

type ShownState = 'active' | 'expired' | 'revoked';

export function stateOf({ isActive, expiresAt }: KeyRecord, date: Instant): ShownState {
  if (!isActive) return 'revoked';
  return expiresAt !== undefined && expiresAt < date ? 'expired' : 'active';
}

function timeOrNull(instant: Instant | undefined): string | null {
  return instant === undefined ? null : instantText(instant);
}
