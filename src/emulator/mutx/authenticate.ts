import { header, type ReceivedRequest, Refusal } from '../message.ts';
import { unauthorized } from './errors.ts';
import type { EmulatedUser } from './users.ts';
import type { MutxWorld } from './world.ts';

/** What a route lets in beside an access JWT. */
export interface Accepts {
  /** `X-API-Key`, or on v1 `Authorization: Bearer` with a key. */
  readonly apiKey: boolean;
}

/**
 * Whose request this is. A key that was used says so in its `last_used`.
 * @throws Refusal 401
 */
export function authenticate(request: ReceivedRequest, world: MutxWorld, accepts: Accepts): EmulatedUser {
  const authorization = header(request, 'authorization');
  const apiKey = header(request, 'x-api-key');
  if (authorization !== '' && apiKey !== '') {
    throw refusal('Not authenticated', 'two credentials: Authorization and X-API-Key');
  }
  if (apiKey !== '') return byKey(apiKey, world, accepts);
  if (authorization === '') throw refusal('Not authenticated', undefined);
  const token = /^bearer (\S+)$/i.exec(authorization)?.[1];
  if (token === undefined)
    throw refusal('Not authenticated', 'an Authorization header that is no Bearer token');
  if (token.startsWith('mutx_live_')) {
    return byKey(token, world, { apiKey: accepts.apiKey && world.generation === 'v1' });
  }
  const claims = world.sessions.verify(token, 'access');
  if (typeof claims === 'string') throw refusal(claims, undefined);
  return known(claims.sub, world);
}

function byKey(plaintext: string, world: MutxWorld, accepts: Accepts): EmulatedUser {
  if (!accepts.apiKey) throw refusal('Could not validate credentials', undefined);
  const key = world.keys.byPlaintext(plaintext);
  if (key === undefined || !world.keys.works(key)) throw refusal('Invalid or expired API key', undefined);
  const user = known(key.userId, world);
  key.lastUsedMicros = world.keys.micros();
  return user;
}

function known(id: string, world: MutxWorld): EmulatedUser {
  const user = world.users.find((one) => one.id === id);
  if (user === undefined || !user.isActive) throw refusal('Could not validate credentials', undefined);
  return user;
}

function refusal(text: string, unexpected: string | undefined): Refusal {
  const reply = unauthorized(text);
  return new Refusal(unexpected === undefined ? reply : { ...reply, unexpected });
}
