import { header, type Reply } from '../message.ts';
import { authenticate } from './authenticate.ts';
import { email, readBody, readQuery, text, textOrNone } from './body.ts';
import { detail } from './errors.ts';
import type { Call, MutxRoute } from './routes.ts';
import { ACCESS_LIFETIME, type TokenPair } from './sessions.ts';
import { zoned } from './timestamps.ts';

function login(call: Call): Reply {
  const { world } = call;
  const body = readBody(call, { email, password: text });
  const user = world.users.find((one) => one.email === body['email'] && one.password === body['password']);
  if (user === undefined) return detail(401, 'Invalid email or password');
  if (!user.isActive) return detail(403, 'Account is deactivated');
  if (!user.isEmailVerified) return detail(403, 'Email verification is required before login');
  const { pair, session } = world.sessions.open(user.id);
  return { status: 200, json: tokens(pair), effect: `session opened ${session.familyId}` };
}

function refresh(call: Call): Reply {
  const { world } = call;
  const body = readBody(call, { refresh_token: text });
  const isActive = (id: string) => world.users.some((user) => user.id === id && user.isActive);
  const result = world.sessions.refresh(String(body['refresh_token']), isActive);
  if (!result.ok) {
    const refused = detail(401, 'Invalid or expired refresh token');
    if (result.killed === undefined) return refused;
    return { ...refused, effect: `session killed ${result.killed.familyId}: a spent refresh token was used` };
  }
  return { status: 200, json: tokens(result.pair), effect: `session refreshed ${result.session.familyId}` };
}

const LOGGED_OUT: Reply = { status: 200, json: { message: 'Successfully logged out' } };

function logout(call: Call): Reply {
  const { request, world } = call;
  // The early server looked at the access token alone, and ended nothing.
  if (world.asServed) {
    authenticate(call, { apiKey: false });
    return LOGGED_OUT;
  }
  const body = request.body === '' ? {} : readBody(call, {}, { refresh_token: textOrNone });
  const given = 'refresh_token' in body ? body['refresh_token'] : undefined;
  const token = typeof given === 'string' ? given : '';
  const user = header(request, 'authorization') === '' ? undefined : authenticated(call);
  if (user === undefined && token === '') return detail(401, 'Authentication required');
  const { known, ended } = token === '' ? NONE : world.sessions.logout(token);
  if (ended !== undefined) return { ...LOGGED_OUT, effect: `session ended ${ended.familyId}` };
  // Who is known by an access token, and whose refresh token is none, is logged out everywhere.
  const all = user === undefined || known ? [] : world.sessions.logoutEverywhere(user.id);
  return all.length === 0
    ? LOGGED_OUT
    : { ...LOGGED_OUT, effect: `sessions ended ${all.map(({ familyId }) => familyId).join(', ')}` };
}

const NONE = { known: false, ended: undefined };

/** Somebody, or nobody: a log-out does not insist. */
function authenticated(call: Call) {
  try {
    return authenticate(call, { apiKey: true });
  } catch {
    return undefined;
  }
}

function me(call: Call): Reply {
  const { world } = call;
  const user = authenticate(call, { apiKey: !world.asServed });
  // Keys can be listed and made all the same, and a new one is answered so as well.
  if (!user.isEmailVerified)
    return detail(403, 'Email verification is required before accessing this resource.');
  return {
    status: 200,
    json: {
      id: user.id,
      email: user.email,
      name: user.name,
      plan: user.plan,
      created_at: zoned(user.createdAtMicros, world.timestamps),
      is_active: user.isActive,
      is_email_verified: user.isEmailVerified,
    },
  };
}

function agents(call: Call): Reply {
  const { world } = call;
  authenticate(call, { apiKey: !world.asServed });
  const { skip, limit } = readQuery(call, {
    skip: [0, Number.MAX_SAFE_INTEGER, 0],
    limit: [1, 100, 50],
  });
  const page = { items: [], total: 0, skip, limit, has_more: false };
  return { status: 200, json: world.generation === 'v1' ? page : [] };
}

function tokens(pair: TokenPair) {
  return {
    access_token: pair.access,
    refresh_token: pair.refresh,
    token_type: 'bearer',
    // Counted down from the moment the token was made, and cut off.
    expires_in: ACCESS_LIFETIME / 1_000 - 1,
  };
}

export const SESSION_ROUTES: readonly MutxRoute[] = [
  { method: 'POST', pattern: '/auth/login', handler: login },
  { method: 'POST', pattern: '/auth/refresh', handler: refresh },
  { method: 'POST', pattern: '/auth/logout', handler: logout },
  { method: 'GET', pattern: '/agents', handler: agents },
];

/** Who the caller is, plan included; a server may not have it. */
export const ACCOUNT_ROUTES: readonly MutxRoute[] = [{ method: 'GET', pattern: '/auth/me', handler: me }];
