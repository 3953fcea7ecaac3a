import { LONGEST_QUOTA_WAIT, MARGIN } from '../../../core/limits.ts';
import { count, durationText, expiryText, instantText, inTheWay } from '../../../messages/words.ts';
import type { Plan } from '../../../rotation/plan.ts';
import type { KeySummary, RotationSettings } from '../../../rotation/ports.ts';
import { placesTaken, type Room } from '../../../rotation/room.ts';
import type { Snapshot } from '../../../rotation/snapshot.ts';
import { type Check, fine, fixOf, problem, warning } from './check.ts';

/**
 * Whether the new key would fit into the account's plan.
 * @param name of the account's plan, as MUTX says it; undefined: it does not
 */
export function roomCheck(
  look: Snapshot,
  plan: Plan,
  settings: RotationSettings,
  name: string | undefined,
): Check {
  const places = placesText(look, name);
  if (!plan.due) return fine('plan', `${places}; a rotation is not due, and makes no key: ${plan.why}`);
  const { room } = plan;
  switch (room.kind) {
    case 'fits':
      return fine('plan', `${places}; the new key fits${freed(plan)}`);
    case 'replace':
      return fine(
        'plan',
        `${places}; key ${room.victim.id} goes before the new one is made (on-quota: replace)`,
      );
    case 'full':
    case 'too-soon':
      if (look.secrets === undefined) {
        return fine('plan', `${places}; whether one more key fits is known once every target can be read`);
      }
      return withoutRoom(room, look, settings, places);
  }
}

function withoutRoom(
  room: Extract<Room, { kind: 'full' | 'too-soon' }>,
  { date }: Snapshot,
  { onQuota }: RotationSettings,
  places: string,
): Check {
  const wait =
    room.at === undefined || date === undefined ? Number.POSITIVE_INFINITY : Math.max(0, room.at - date);
  if (onQuota === 'wait' && wait <= LONGEST_QUOTA_WAIT + MARGIN) {
    return fine('plan', `${places}; the run waits ${durationText(wait)} for a place (on-quota: wait)`);
  }
  if (room.kind === 'too-soon') {
    const when = room.at === undefined ? '' : ` before ${instantText(room.at)}`;
    return problem(
      'plan',
      `${places}; no key can take the last place${when}: ${tooYoung(room)}`,
      fixOf({ code: 'quota-too-soon' }),
    );
  }
  return problem(
    'plan',
    `${places}; there is no place for one more: ${inTheWay(room.inTheWay).join('; ')}`,
    fixOf({ code: 'quota-full' }),
  );
}

function tooYoung({ inTheWay: young, because }: Extract<Room, { kind: 'too-soon' }>): string {
  return young.length === 0 ? because : `${namesOf(young)} is too young`;
}

function placesText({ keys, places }: Snapshot, name: string | undefined): string {
  const taken = placesTaken(keys);
  const plan = name === undefined ? 'the plan is not known' : `plan ${name}`;
  if (places !== undefined && Number.isFinite(places)) {
    return `${plan}: ${taken} of ${places} places are taken`;
  }
  const limit = places === undefined ? 'and its limit is found out by asking' : 'and no limit';
  return `${plan}: ${count(taken, 'active key')}, ${limit}`;
}

function freed({ makeRoom }: Plan): string {
  return makeRoom.length === 0 ? '' : `, once ${namesOf(makeRoom.map(({ key }) => key))} is revoked`;
}

/** As many as fit in a line. */
const NAMED = 3;

function namesOf(keys: readonly KeySummary[]): string {
  const named = keys.slice(0, NAMED).map((key) => `key ${key.id} (${expiryText(key.expiresAt)})`);
  return keys.length > NAMED ? `${named.join(', ')} and ${keys.length - NAMED} more` : named.join(' and ');
}

const WHY = {
  expired: 'has expired',
  'never-stored': 'was never stored in any target',
  superseded: 'is superseded',
} as const;

/** The keys of the name: what the next rotation does with those that are in no target, and what it must not. */
export function keyChecks(plan: Plan, { keyName, maxRevocations }: RotationSettings): readonly Check[] {
  const leftovers = [...plan.makeRoom, ...plan.afterStore].map(({ key, why }) =>
    fine('key', `key ${key.id} ${WHY[why]}: the next rotation revokes it`),
  );
  const held =
    plan.held.length === 0
      ? []
      : [
          warning(
            'key',
            `${plan.held.length} keys would be revoked, more than max-revocations (${maxRevocations}), so none of them is: ${namesOf(plan.held)}`,
            'look at them with `mutx-api-key keys list`, then revoke those that nobody needs, or raise `max-revocations`',
          ),
        ];
  const elsewhere = plan.usedElsewhere.map(({ id }) =>
    warning(
      'key',
      `key ${id} is in no target, and someone uses it: something else goes by the name of this key`,
      `give this rotation a \`key-name\` of its own, which nothing else uses (now: \`${keyName}\`)`,
    ),
  );
  return [...leftovers, ...held, ...elsewhere];
}
