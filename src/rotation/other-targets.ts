import { FENCE } from '../core/limits.ts';
import type { Instant } from '../core/time.ts';
import type { Plan } from './plan.ts';
import type { KeyRecord, KeySummary, Neighbour, SecretTarget } from './ports.ts';
import {
  candidatesFor,
  couldHaveWritten,
  lastWriteOf,
  notInAnyTarget,
  type StoredSecret,
  works,
} from './rules.ts';
import type { Run } from './run.ts';
import type { Snapshot } from './snapshot.ts';

/** Whether a key has been used after the run that made it: by whatever a secret gave it to. */
function isInUse({ createdAt, lastUsed }: KeyRecord): boolean {
  return lastUsed !== undefined && lastUsed >= createdAt + FENCE;
}

/**
 * Of the keys that are in use, those that none of these secrets holds, as far as their dates tell. A key that may be
 * in one of them counts as held.
 */
function heldElsewhere(
  keys: readonly KeyRecord[],
  secrets: readonly StoredSecret[],
  keysOfName: readonly KeyRecord[],
): readonly KeyRecord[] {
  return keys.filter((key) => {
    if (!isInUse(key)) return false;
    const how = notInAnyTarget(key, secrets, keysOfName, 0);
    if (how === undefined) return false;
    // What was superseded may have been used until then, and by jobs that had begun by then.
    return how.kind === 'never-stored' || Number(key.lastUsed) > lastWriteOf(secrets) + FENCE;
  });
}

/** Whether a neighbour holds one of these keys, as far as dates tell: no key of another name was made for it. */
function keyInNeighbour(
  updatedAt: Instant | undefined,
  leaving: readonly KeyRecord[],
  look: Snapshot,
  keyName: string,
): KeyRecord | undefined {
  const others = look.keys.filter(({ name }) => name !== keyName);
  if (updatedAt === undefined || candidatesFor(updatedAt, others).length > 0) return undefined;
  return leaving.find((key) => couldHaveWritten(key, updatedAt));
}

/** Warns of the keys of the plan that go although something that is no target of this run seems to hold them. */
export async function warnOfOtherTargets(run: Run, look: Snapshot, plan: Plan): Promise<void> {
  const { settings, ports } = run;
  // A name made of the target is that target's alone.
  if (settings.nameOfTarget === true || look.clocksApart) return;
  const told = new Set(plan.usedElsewhere.map(({ id }) => id));
  const leaving = leavingOf(look, plan).filter(({ id }) => !told.has(id));
  const found = await unaccounted(run, look, leaving);
  for (const key of found) run.warn('name-used-elsewhere', inUse(key));
  const rest = leaving.filter((key) => !found.includes(key));
  if (rest.length === 0) return;
  await Promise.all(
    (ports.neighbours ?? []).map(async (neighbour) => {
      const reply = await neighbour.metadata();
      const key = reply.ok ? keyInNeighbour(reply.value?.updatedAt, rest, look, settings.keyName) : undefined;
      if (key !== undefined) run.warn('name-used-elsewhere', inNeighbour(key, neighbour));
    }),
  );
}

/** The working keys that the plan revokes, or counts as superseded. */
function leavingOf(look: Snapshot, { makeRoom, afterStore, supersedes }: Plan): readonly KeyRecord[] {
  const allowed = [...makeRoom, ...afterStore].map(({ key }) => key);
  const ids = new Set([...allowed, ...supersedes].map(({ id }) => id));
  const { date } = look;
  return date === undefined ? [] : look.keys.filter((key) => ids.has(key.id) && works(key, date));
}

/** Reads one target after the other, only until each key is accounted for: mostly, that is one. */
async function unaccounted(
  { ports, settings }: Run,
  look: Snapshot,
  leaving: readonly KeyRecord[],
): Promise<readonly KeyRecord[]> {
  const ofName = look.keys.filter(({ name }) => name === settings.keyName);
  if (look.secrets !== undefined) return heldElsewhere(leaving, look.secrets, ofName);
  let open = leaving.filter(isInUse);
  const secrets: StoredSecret[] = [];
  for (const { metadata, shared } of ports.targets.map(metadataOf)) {
    if (open.length === 0) return [];
    const reply = await metadata();
    // Nothing is said on half the evidence.
    if (!reply.ok) return [];
    const secret = { updatedAt: reply.value?.updatedAt, shared };
    secrets.push(secret);
    open = open.filter((key) => notInAnyTarget(key, [secret], ofName, 0) !== undefined);
  }
  return heldElsewhere(open, secrets, ofName);
}

function metadataOf(target: SecretTarget): Pick<SecretTarget, 'metadata' | 'shared'> {
  return { metadata: () => target.metadata(), shared: target.shared };
}

const ADD =
  'If another target holds it, it answers 401 once it is revoked: add that target to `targets`, or give its key another `key-name`';

function inUse({ id, name, lastUsed = 0 }: KeyRecord): string {
  return `key ${id} is in use (last at ${new Date(lastUsed).toISOString()}) and in no target of this run, which is to revoke it: the name ${name} has, or had, other targets. ${ADD}`;
}

function inNeighbour({ id }: Pick<KeySummary, 'id'>, { label, secretName }: Neighbour): string {
  return `${secretName} in ${label} is no target of this run, and was written when key ${id} was made, so it most likely holds that key, which this run is to revoke. ${ADD}`;
}

/**
 * The plan of a look, in which the keys that leave no room are marked with what is known of their use.
 * @param labels of the targets, in the order of the look's secrets
 */
export function withUse(plan: Plan, look: Snapshot, labels: readonly string[], keyName: string): Plan {
  const { room } = plan;
  if (room.kind !== 'full' && room.kind !== 'too-soon') return plan;
  const ids = new Set(room.inTheWay.map(({ id }) => id));
  const ofName = look.keys.filter(({ name }) => name === keyName);
  const inTheWay = look.keys
    .filter(({ id }) => ids.has(id))
    .map(({ id, name, expiresAt, lastUsed }) => {
      const heldBy = holdersOf(id, look, labels, ofName);
      return { id, name, expiresAt, lastUsed, heldBy };
    });
  return { ...plan, room: { ...room, inTheWay } };
}

function holdersOf(
  key: string,
  look: Snapshot,
  labels: readonly string[],
  ofName: readonly KeyRecord[],
): readonly string[] {
  const record = ofName.find(({ id }) => id === key);
  const { secrets } = look;
  if (record === undefined || secrets === undefined) return [];
  return labels.filter((_, index) => {
    const secret = secrets[index];
    if (secret === undefined) return false;
    // Where dates say little (an edit of the audience moves them, the clocks differ), what cannot be excluded may be it.
    if (look.clocksApart || look.contradicted) return true;
    if (secret.shared) return notInAnyTarget(record, [secret], ofName, 0) === undefined;
    return candidatesFor(secret.updatedAt, ofName).some(({ id }) => id === key);
  });
}
