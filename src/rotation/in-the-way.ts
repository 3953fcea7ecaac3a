import type { Look } from './look.ts';
import type { KeySummary } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { Instant, KeyRecord } from './ports.ts';
import { candidatesFor, notInAnyTarget } from './rules.ts';

/** A key that holds a place of the plan. */
export interface KeyInTheWay extends KeySummary {
  /** undefined: never used, or not known */
  readonly lastUsed?: Instant | undefined;
  /** Labels of this run's targets that hold it, as far as their dates tell: to revoke it is an outage. */
  readonly heldBy?: readonly string[];
}

/**
 * The plan of a look, in which the keys that leave no room are marked with what is known of their use.
 * @param labels of the targets, in the order of the look's secrets
 */
export function withUse(plan: Plan, look: Look, labels: readonly string[], keyName: string): Plan {
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
  look: Look,
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
