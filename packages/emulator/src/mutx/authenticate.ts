import { header, type ReceivedRequest, Refusal } from '../message.ts';
import { internal, MISSING, unauthorized } from './errors.ts';
import type { EmulatedKey } from './keys.ts';
import type { Call } from './routes.ts';
import type { EmulatedUser } from './users.ts';
import type { MutxWorld } from './world.ts';

/** What a route lets in beside an access JWT. */
interface Accepts {
  /** `X-API-Key`, or on v1 `Authorization: Bearer` with a key. */
  readonly apiKey: boolean;
}

/** What a request brings along, as the server looks at it: a Bearer token goes before an API key. */
interface Credentials {
  readonly authorization: string;
  readonly bearer: string | undefined;
  readonly apiKey: string;
}

function credentialsOf(request: ReceivedRequest): Credentials {
  const authorization = header(request, 'authorization');
  return {
    authorization,
    bearer: /^bearer\s+(\S+)$/i.exec(authorization.trim())?.[1],
    apiKey: header(request, 'x-api-key'),
  };
}

/**
 * The API key that a request is made with, where it works; it then says so in its `last_used`, whatever becomes
 * of the request.
 */
export function usedKey(request: ReceivedRequest, world: MutxWorld): EmulatedKey | undefined {
  if (world.brokenTimes) return undefined;
  const { bearer, apiKey } = credentialsOf(request);
  if (bearer !== undefined && typeof world.sessions.verify(bearer, 'access') !== 'string') return undefined;
  const given = bearer === undefined || world.generation === 'documented' ? apiKey : bearer;
  const key = given === '' ? undefined : world.keys.byPlaintext(given);
  if (key === undefined || !world.keys.works(key)) return undefined;
  if (!isIn(userOf(key.userId, world))) return undefined;
  key.lastUsedMicros = world.keys.micros();
  return key;
}

/**
 * Whose request this is. What is said to a key that is not let in depends on the header that it comes in.
 * @throws Refusal 401
 */
export function authenticate(call: Call, accepts: Accepts): EmulatedUser {
  const { request, world } = call;
  const { authorization, bearer, apiKey } = credentialsOf(request);
  if (authorization !== '' && apiKey !== '') call.notes.push('two credentials: Authorization and X-API-Key');
  const key = accepts.apiKey ? usedKey(request, world) : undefined;
  const byKey = key === undefined ? undefined : userOf(key.userId, world);
  if (byKey !== undefined) return byKey;
  if (authorization === '') {
    // The documented API takes keys nowhere but in this header, so it looks at them there.
    const looksAtKeys = accepts.apiKey && world.generation === 'documented' && apiKey !== '';
    throw new Refusal(unauthorized(looksAtKeys ? 'Invalid or expired API key' : MISSING));
  }
  if (bearer === undefined) {
    const unexpected = 'an Authorization header that is no Bearer token';
    throw new Refusal({ ...unauthorized('Invalid authorization header format'), unexpected });
  }
  const claims = world.sessions.verify(bearer, 'access');
  const user = typeof claims === 'string' ? undefined : userOf(claims.sub, world);
  if (user !== undefined && isIn(user)) return user;
  if (world.brokenTimes && isKnownKey(bearer, world)) throw new Refusal(internal(call));
  throw new Refusal(unauthorized('Invalid or expired token'));
}

/** A look at its times is what fails (`brokenTimes`); a key that is not there has none. */
function isKnownKey(plaintext: string, world: MutxWorld): boolean {
  return world.keys.byPlaintext(plaintext)?.isActive === true;
}

function isIn(user: EmulatedUser | undefined): boolean {
  return user?.isActive === true;
}

function userOf(id: string, world: MutxWorld): EmulatedUser | undefined {
  return world.users.find((one) => one.id === id);
}
