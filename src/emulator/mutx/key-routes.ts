import { Refusal, type Reply } from '../message.ts';
import { authenticate } from './authenticate.ts';
import { days, keyName, readBody, readQuery } from './body.ts';
import { detail, invalid } from './errors.ts';
import type { EmulatedKey } from './keys.ts';
import type { Call, MutxRoute } from './routes.ts';
import { timestamp } from './timestamps.ts';
import { type EmulatedUser, quotaOf } from './users.ts';
import type { MutxWorld } from './world.ts';

/** Managing keys takes a JWT; v1 takes an API key as well, in practice. */
function owner({ request, world }: Call): EmulatedUser {
  return authenticate(request, world, { apiKey: world.generation === 'v1' });
}

function list(call: Call): Reply {
  const { request, world, requestId } = call;
  const user = owner(call);
  const keys = world.keys.list(user);
  if (world.generation === 'documented') {
    readQuery(request, requestId, {});
    return { status: 200, json: keys.map((key) => record(key, world)) };
  }
  const { skip, limit } = readQuery(request, requestId, {
    skip: [0, Number.MAX_SAFE_INTEGER, 0],
    limit: [1, 100, 50],
  });
  const items = keys.slice(skip, skip + limit).map((key) => record(key, world));
  const has_more = skip + items.length < keys.length;
  return { status: 200, json: { items, total: keys.length, skip, limit, has_more } };
}

function create(call: Call): Reply {
  const { request, world, requestId } = call;
  const user = owner(call);
  const body = readBody(request, requestId, { name: keyName }, { expires_in_days: days });
  const quota = quotaOf(user);
  if (quota !== undefined && world.keys.active(user).length >= quota) {
    return detail(
      409,
      `Active API key limit reached for the ${user.plan} plan (${quota}). Revoke an existing key or upgrade your plan.`,
    );
  }
  const key = world.keys.mint(
    user,
    String(body['name']),
    (body['expires_in_days'] ?? undefined) as number | undefined,
  );
  return { status: 201, json: minted(key, world), effect: `key minted ${key.id}` };
}

function get(call: Call): Reply {
  return { status: 200, json: record(find(call), call.world) };
}

function rotate(call: Call): Reply {
  const { world } = call;
  const old = find(call);
  if (!old.isActive) return detail(409, 'API key is already revoked');
  const key = world.keys.replace(old);
  return { status: 200, json: minted(key, world), effect: `key rotated ${old.id} -> ${key.id}` };
}

function revoke(call: Call): Reply {
  const key = find(call);
  if (!key.isActive) return { status: 204 };
  key.isActive = false;
  return { status: 204, effect: `key revoked ${key.id}` };
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function find(call: Call): EmulatedKey {
  const { world, params, requestId } = call;
  const user = owner(call);
  const id = params['key_id'] ?? '';
  if (world.generation === 'v1' && !UUID.test(id)) {
    const msg = 'Input should be a valid UUID';
    throw new Refusal(invalid([{ loc: ['path', 'key_id'], msg, type: 'uuid_parsing' }], requestId));
  }
  const key = world.keys.find(user, id);
  if (key === undefined) throw new Refusal(detail(404, 'API key not found'));
  return key;
}

function record(key: EmulatedKey, world: MutxWorld) {
  return {
    id: key.id,
    name: key.name,
    last_used: optional(key.lastUsedMicros, world),
    created_at: timestamp(key.createdAtMicros, world.timestamps),
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
    created_at: timestamp(key.createdAtMicros, world.timestamps),
    expires_at: optional(key.expiresAtMicros, world),
  };
}

function optional(micros: number | undefined, world: MutxWorld): string | null {
  return micros === undefined ? null : timestamp(micros, world.timestamps);
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
