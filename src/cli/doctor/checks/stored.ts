import { count, expiryText, instantText, list, placeText } from '../../../messages/words.ts';
import type { KeyRecord } from '../../../rotation/ports.ts';
import { type Holding, holdingOf, type StoredSecret } from '../../../rotation/rules.ts';
import type { Snapshot } from '../../../rotation/snapshot.ts';
import { type Check, fine, warning } from './check.ts';

/** One target, and what GitHub shows of its secret. */
export interface Stored {
  readonly target: string;
  readonly secret: string;
  readonly stored: StoredSecret;
}

const ROTATE = 'rotate now: `mutx-api-key rotate`, or start the workflow by hand';

/**
 * Which key each target holds, as far as the times of both services tell (protocol, "current"). GitHub never shows a
 * secret's value.
 */
export function storedChecks(all: readonly Stored[], look: Snapshot, keyName: string): readonly Check[] {
  const { date } = look;
  if (date === undefined || look.clocksApart) {
    return all.map((one) =>
      fine('key', `${placeText(one)}: which key it holds cannot be told: the services' times differ`),
    );
  }
  const keys = look.keys.filter((key) => key.name === keyName);
  const seen = all.map((one) => {
    const { updatedAt } = one.stored;
    return { one, holding: updatedAt === undefined ? undefined : holdingOf(updatedAt, keys, date) };
  });
  const checks = seen.map(({ one, holding }) => storedCheck(one, holding, keyName));
  const current = new Set(seen.map(({ holding }) => idsOf(candidatesOf(holding)).join()));
  const apart = current.size > 1 && checks.every(({ verdict }) => verdict === 'fine');
  if (!apart) return checks;
  const text = 'the targets do not all hold the same key: a rotation stopped half-way, or a target is new';
  return [...checks, warning('key', text, ROTATE)];
}

/** @param holding undefined: there is no secret */
function storedCheck(one: Stored, holding: Holding | undefined, keyName: string): Check {
  const { updatedAt, shared } = one.stored;
  const place = placeText(one);
  if (updatedAt === undefined || holding === undefined) {
    return fine('key', `${place}: not there yet; the first rotation creates it`);
  }
  const written = `${place}: written at ${instantText(updatedAt)}`;
  const oneOf = `${written}; it holds one of ${candidatesOf(holding).length} keys`;
  switch (holding.kind) {
    case 'works': {
      const [key, ...others] = holding.candidates;
      return key === undefined || others.length > 0
        ? fine('key', oneOf)
        : fine('key', `${place} holds key ${key.id} (${expiryText(key.expiresAt)})`);
    }
    case 'dead': {
      const [key, ...others] = holding.candidates;
      return key === undefined || others.length > 0
        ? warning('key', `${oneOf}, and none of them works any more: what uses it gets 401`, ROTATE)
        : warning('key', `${place} holds key ${key.id}, which ${deadText(key)}`, ROTATE);
    }
    case 'some-dead':
      return fine('key', `${oneOf}, ${someDead(holding.dead)}, the newest not among them`);
    case 'newest-dead':
      return warning(
        'key',
        `${oneOf}, ${someDead(holding.dead)}, the newest among them: what uses it may get 401`,
        ROTATE,
      );
    case 'none':
    case 'saved-again': {
      const no = holding.kind === 'none' ? 'could be in it' : 'was made for it then';
      const edited = shared ? ', its visibility was edited' : '';
      const older = holding.kind === 'none' ? '' : '; saved again, it may hold an older one, which works';
      return warning(
        'key',
        `${written}, and no active key named \`${keyName}\` ${no}: if a rotation wrote it, its key is revoked and what uses it gets 401${older}. Or someone set it by hand${edited}, or it belongs to another key-name`,
        `check \`key-name\`; if it is right, ${ROTATE}. A key that someone set by hand is yours to revoke`,
      );
    }
  }
}

function candidatesOf(holding: Holding | undefined): readonly KeyRecord[] {
  return holding !== undefined && 'candidates' in holding ? holding.candidates : [];
}

function someDead(dead: readonly KeyRecord[]): string {
  return `of which ${count(dead.length, 'does', 'do')} not work any more (${list(idsOf(dead))})`;
}

function idsOf(keys: readonly KeyRecord[]): readonly string[] {
  return keys.map(({ id }) => id);
}

function deadText({ isActive, expiresAt }: KeyRecord): string {
  if (!isActive) return 'is revoked';
  return expiresAt === undefined ? 'has expired' : `expired at ${instantText(expiresAt)}`;
}
