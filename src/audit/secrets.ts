import { FENCE, MARGIN } from '../core/limits.ts';
import type { Instant } from '../core/time.ts';
import type { KeyRecord } from '../rotation/ports.ts';
import {
  currentOf,
  type Holding,
  holdingOf,
  isUsedElsewhere,
  keysByName,
  notInAnyTarget,
  works,
} from '../rotation/rules.ts';
import { deadSecret } from './dead.ts';
import type { Finding, SecretName } from './finding.ts';
import { isForAJob, keptUntil, newest } from './policy.ts';
import type { AuditedSecret, AuditSnapshot } from './snapshot.ts';

interface SecretFindings {
  readonly findings: readonly Finding[];
  /** Names of keys whose secrets are not in step: that they have several keys needs no telling. */
  readonly outOfStep: ReadonlySet<string>;
}

/**
 * What the secrets' dates tell, for each name that keys in them have. Nothing where the clocks are apart.
 * @param guessed the names are the default ones, and rotations may have used others
 */
export function secretFindings(look: AuditSnapshot, guessed: boolean): SecretFindings {
  if (look.clocksApart) return { findings: [], outOfStep: new Set() };
  const names = new Set(look.secrets.map(({ keyName }) => keyName));
  const named = keysByName(look.keys);
  const groups = [...names].map((name) => ({
    name,
    secrets: look.secrets.filter(({ keyName }) => keyName === name),
    keys: named.get(name) ?? [],
  }));
  const strangers = guessed
    ? look.keys.filter(
        (key) => !names.has(key.name) && look.namesMadeHere?.has(key.name) !== true && !isForAJob(key),
      )
    : [];
  const found = groups.map((group) => ({ name: group.name, ...findingsOf(group, look.date, strangers) }));
  return {
    findings: found.flatMap(({ findings }) => findings),
    outOfStep: new Set(found.flatMap(({ name, inStep }) => (inStep ? [] : [name]))),
  };
}

/** The secrets that hold this key, as far as their dates say. */
export function holdersOf(key: KeyRecord, look: AuditSnapshot): readonly SecretName[] {
  const secrets = look.clocksApart ? [] : look.secrets.filter(({ keyName }) => keyName === key.name);
  if (secrets.length === 0) return [];
  const keys = look.keys.filter(({ name }) => name === key.name);
  return secrets.filter((secret) => currentOf(secret, keys)?.id === key.id).map(({ place }) => place);
}

interface Group {
  /** All of one key name, at least one. */
  readonly secrets: readonly AuditedSecret[];
  /** All of the name, active or not. */
  readonly keys: readonly KeyRecord[];
}

function findingsOf(group: Group, date: Instant, strangers: readonly KeyRecord[]) {
  const outdated = group.secrets.flatMap((secret) => outdatedSecret(secret, group, date));
  // The key that a secret is waiting for is told with the secret.
  const awaited = new Set(outdated.map(({ key }) => key.id));
  const told = new Set(outdated.map(({ place }) => place));
  const dead = group.secrets
    .filter(({ place }) => !told.has(place))
    .flatMap((secret) => deadSecret(secret, group.keys, date, strangers));
  const orphans = group.keys.filter((key) => !awaited.has(key.id)).flatMap((key) => orphan(key, group, date));
  return { findings: [...outdated, ...dead, ...orphans], inStep: outdated.length === 0 };
}

type Outdated = Extract<Finding, { kind: 'secret-outdated' }>;

/**
 * A secret without the newest key of its name: its rotation ended in between, or reached other targets only.
 * Not for a key so young that a run may still be storing it.
 */
function outdatedSecret(secret: AuditedSecret, { secrets, keys }: Group, date: Instant): readonly Outdated[] {
  const { updatedAt, place } = secret;
  const live = keys.filter((key) => works(key, date));
  const key = newest(live.filter(({ createdAt }) => createdAt + FENCE + MARGIN < date));
  if (key === undefined || (updatedAt !== undefined && key.createdAt <= updatedAt + MARGIN)) return [];
  const isGood = updatedAt !== undefined && doesWork(holdingOf(updatedAt, keys, date));
  const elsewhere = secrets.some(
    (other) => other.updatedAt !== undefined && currentOf(other, keys)?.id === key.id,
  );
  // A key that no secret holds while this one works is an orphan; so is one where there never was a secret.
  if (!elsewhere && (isGood || updatedAt === undefined)) return [];
  const level = isGood === false ? 'error' : 'warning';
  return [{ kind: 'secret-outdated', level, since: key.createdAt, place, updatedAt, key, works: isGood }];
}

/**
 * @returns undefined where it may: saved again by hand, or, of an organisation, with its visibility edited since, a
 * secret holds any key that there was by then
 */
function doesWork({ kind }: Holding): boolean | undefined {
  switch (kind) {
    case 'works':
    case 'some-dead':
      return true;
    case 'newest-dead':
    case 'saved-again':
      return undefined;
    case 'dead':
    case 'none':
      return false;
  }
}

/** Rule W's evidence that a key is in no secret, and no grace period that could still be running. */
function orphan(key: KeyRecord, { secrets, keys }: Group, date: Instant): readonly Finding[] {
  if (!works(key, date)) return [];
  const how = notInAnyTarget(key, secrets, keys, 0);
  if (how === undefined || date <= how.revocableFrom + MARGIN) return [];
  if (how.kind === 'never-stored') {
    const used = isUsedElsewhere(key, how);
    return [{ kind: 'orphaned', level: levelOf(used), since: key.createdAt, key, how: how.kind, used }];
  }
  const lastWrite = Math.max(...secrets.map(({ updatedAt }) => updatedAt ?? 0));
  const until = keptUntil(key, lastWrite);
  if (date <= until) return [];
  const used = key.lastUsed !== undefined && key.lastUsed > until;
  return [{ kind: 'orphaned', level: levelOf(used), since: lastWrite, key, how: how.kind, used }];
}

/** In use though in no secret: somebody has a copy. */
function levelOf(used: boolean): Finding['level'] {
  return used ? 'error' : 'warning';
}
