import { expiryText, instantText, placeText } from '../report/words.ts';
import type { Look } from '../rotation/plan.ts';
import type { KeyRecord } from '../rotation/ports.ts';
import { couldHaveWritten, isExpired, type StoredSecret } from '../rotation/rules.ts';
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
export function storedChecks(all: readonly Stored[], look: Look, keyName: string): readonly Check[] {
  const { date } = look;
  if (date === undefined || look.clocksApart) {
    return all.map((one) =>
      fine('key', `${placeText(one)}: which key it holds cannot be told: the services' times differ`),
    );
  }
  const keys = look.keys.filter((key) => key.name === keyName);
  const checks = all.map((one) => storedCheck(one, keys, date));
  const current = new Set(
    all.map((one) =>
      candidates(one, keys)
        .map(({ id }) => id)
        .join(),
    ),
  );
  const apart = current.size > 1 && checks.every(({ verdict }) => verdict === 'fine');
  if (!apart) return checks;
  const text = 'the targets do not all hold the same key: a rotation stopped half-way, or a target is new';
  return [...checks, warning('key', text, ROTATE)];
}

function candidates({ stored: { updatedAt } }: Stored, keys: readonly KeyRecord[]): readonly KeyRecord[] {
  return updatedAt === undefined ? [] : keys.filter((key) => couldHaveWritten(key, updatedAt));
}

function storedCheck(one: Stored, keys: readonly KeyRecord[], date: number): Check {
  const { updatedAt } = one.stored;
  const place = placeText(one);
  if (updatedAt === undefined) return fine('key', `${place}: not there yet; the first rotation creates it`);
  const written = `${place}: written at ${instantText(updatedAt)}`;
  const [key, ...others] = candidates(one, keys);
  if (key === undefined) {
    return warning(
      'key',
      `${written}, when no key was made that this name still has: it was revoked, where the API forgets those, or someone set it by hand, or under another key-name`,
      'check `key-name`; if it is right, rotate now: that overwrites the secret, and a key that was set by hand is yours to revoke',
    );
  }
  if (others.length > 0) return fine('key', `${written}; it holds one of ${others.length + 1} keys`);
  if (!key.isActive) return warning('key', `${place} holds key ${key.id}, which is revoked`, ROTATE);
  if (isExpired(key, date)) {
    return warning('key', `${place} holds key ${key.id}, which ${expiredText(key)}`, ROTATE);
  }
  return fine('key', `${place} holds key ${key.id} (${expiryText(key.expiresAt)})`);
}

function expiredText({ expiresAt }: KeyRecord): string {
  return expiresAt === undefined ? 'has expired' : `expired at ${instantText(expiresAt)}`;
}
