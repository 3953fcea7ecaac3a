import { Refusal, type Reply } from '../message.ts';
import { authenticate } from './authenticate.ts';
import { days, isStorable, keyName, readBody, readQuery } from './body.ts';
import { detail, internal, invalid, quotaText } from './errors.ts';
import type { EmulatedKey } from './keys.ts';
import type { Call, MutxRoute } from './routes.ts';
import { naive, zoned } from './timestamps.ts';
import { type EmulatedUser, quotaOf } from './users.ts';
import type { MutxWorld } from './world.ts';

/** Managing keys takes a JWT; v1 takes an API key as well, in practice. */
function owner(call: Call): EmulatedUser {
  return authenticate(call, { apiKey: call.world.generation === 'v1' });
}

function list(call: Call): Reply {
  const { world } = call;
  const user = owner(call);
  const keys = world.keys.list(user);
  if (world.generation === 'documented') {
    readQuery(call, {});
    return { status: 200, json: keys.map((key) => record(key, world)) };
  }
  const { skip, limit } = readQuery(call, {
    skip: [0, Number.MAX_SAFE_INTEGER, 0],
    limit: [1, 100, 50],
  });
  const items = keys.slice(skip, skip + limit).map((key) => record(key, world));
  const has_more = skip + items.length < keys.length;
  return { status: 200, json: { items, total: keys.length, skip, limit, has_more } };
}

function create(call: Call): Reply {
  const { world } = call;
  const user = owner(call);
  const body = readBody(call, { name: keyName }, { expires_in_days: days });
  const quota = world.asServed ? SERVED_QUOTA : quotaOf(user);
  if (quota !== undefined && world.keys.active(user).length >= quota) {
    return detail(
      409,
      world.asServed ? `Active API key limit reached (${quota})` : quotaText(user.plan, quota),
    );
  }
  const name = String(body['name']);
  const expiresInDays = (body['expires_in_days'] ?? undefined) as number | undefined;
  if (!isStorable(name)) return { ...internal(call), unexpected: 'a key name that cannot be stored' };
  if (world.brokenTimes && expiresInDays !== undefined) return internal(call);
  const key = world.keys.mint(user, name, expiresInDays);
  return { status: 201, json: minted(key, world), effect: `key minted ${key.id}` };
}

/** For every account, whatever its plan. */
const SERVED_QUOTA = 10;

function get(call: Call): Reply {
  return { status: 200, json: record(find(call), call.world) };
}

function rotate(call: Call): Reply {
  const { world } = call;
  const old = find(call);
  if (!old.isActive) return detail(409, 'API key is already revoked and cannot be rotated');
  const key = world.keys.replace(old);
  return { status: 200, json: minted(key, world), effect: `key rotated ${old.id} -> ${key.id}` };
}

function revoke(call: Call): Reply {
  const key = find(call);
  if (!key.isActive) return { status: 204 };
  key.isActive = false;
  return { status: 204, effect: `key revoked ${key.id}` };
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

function find(call: Call): EmulatedKey {
  const { world, params } = call;
  const user = owner(call);
  const given = params['key_id'] ?? '';
  const digits = given.toLowerCase().replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/.test(digits)) {
    const msg = 'Input should be a valid UUID';
    throw new Refusal(invalid([{ loc: ['path', 'key_id'], msg, type: 'uuid_parsing' }], call));
  }
  if (!UUID.test(given)) call.notes.push('the id of a key in another form than MUTX gives it');
  const id = digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const key = world.keys.find(user, id);
  if (key === undefined) throw new Refusal(detail(404, 'API key not found'));
  return key;
}

function record(key: EmulatedKey, world: MutxWorld) {
  return {
    id: key.id,
    name: key.name,
    last_used: optional(key.lastUsedMicros, world),
    created_at: zoned(key.createdAtMicros, world.timestamps),
    expires_at: optional(key.expiresAtMicros, world),
    is_active: key.isActive,
  };
}

/** The only place the plaintext leaves the server. */
function minted(key: EmulatedKey, world: MutxWorld) {
  return {
    id: key.id,
    name: key.name,
    key: key.plaintext,
    created_at: zoned(key.createdAtMicros, world.timestamps),
    expires_at: optional(key.expiresAtMicros, world),
  };
}

function optional(micros: number | undefined, world: MutxWorld): string | null {
  return micros === undefined ? null : naive(micros, world.timestamps);
}

export const KEY_ROUTES: readonly MutxRoute[] = [
  { method: 'GET', pattern: '/api-keys', handler: list },
  { method: 'POST', pattern: '/api-keys', handler: create },
  { method: 'DELETE', pattern: '/api-keys/{key_id}', handler: revoke },
  { method: 'POST', pattern: '/api-keys/{key_id}/rotate', handler: rotate },
];

/** Only v1 shows a single key. */
export const V1_KEY_ROUTES: readonly MutxRoute[] = [
  { method: 'GET', pattern: '/api-keys/{key_id}', handler: get },
];
