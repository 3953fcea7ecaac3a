import { header, type Reply } from '../message.ts';
import { authenticate } from './authenticate.ts';
import { email, type FieldCheck, readBody, text } from './body.ts';
import { detail, unauthorized } from './errors.ts';
import type { Call, MutxRoute } from './routes.ts';
import { ACCESS_LIFETIME, type TokenPair } from './sessions.ts';
import { timestamp } from './timestamps.ts';

function login({ request, world, requestId }: Call): Reply {
  const body = readBody(request, requestId, { email, password: text });
  const user = world.users.find(
    (one) =>
      one.email.toLowerCase() === String(body['email']).toLowerCase() && one.password === body['password'],
  );
  if (user === undefined) return unauthorized('Invalid email or password');
  if (!user.isActive) return detail(403, 'User account is deactivated');
  if (!user.isEmailVerified) return detail(403, 'Email address is not verified');
  const { pair, session } = world.sessions.open(user.id);
  return { status: 200, json: tokens(pair), effect: `session opened ${session.familyId}` };
}

function refresh({ request, world, requestId }: Call): Reply {
  const body = readBody(request, requestId, { refresh_token: text });
  const result = world.sessions.refresh(String(body['refresh_token']));
  if (!result.ok) {
    const refused = unauthorized(result.reason);
    if (result.killed === undefined) return refused;
    return { ...refused, effect: `session killed ${result.killed.familyId}: a spent refresh token was used` };
  }
  return { status: 200, json: tokens(result.pair), effect: `session refreshed ${result.session.familyId}` };
}

const textOrNull: FieldCheck = (value) => (value === null ? undefined : text(value));

function logout({ request, world, requestId }: Call): Reply {
  const body = request.body === '' ? {} : readBody(request, requestId, {}, { refresh_token: textOrNull });
  const token = 'refresh_token' in body ? body['refresh_token'] : undefined;
  const session = typeof token === 'string' ? world.sessions.logout(token) : undefined;
  const reply: Reply = { status: 200, json: { message: 'Logged out successfully' } };
  if (session !== undefined) return { ...reply, effect: `session ended ${session.familyId}` };
  // As the public server does: who is known by an access token, and whose session is not, is logged out everywhere.
  if (header(request, 'authorization') === '') return reply;
  const ended = world.sessions.logoutEverywhere(authenticate(request, world, { apiKey: false }).id);
  return ended.length === 0
    ? reply
    : { ...reply, effect: `sessions ended ${ended.map(({ familyId }) => familyId).join(', ')}` };
}

function me({ request, world }: Call): Reply {
  const user = authenticate(request, world, { apiKey: true });
  return {
    status: 200,
    json: {
      id: user.id,
      email: user.email,
      name: user.name,
      plan: user.plan,
      created_at: timestamp(user.createdAtMicros, world.timestamps),
      is_active: user.isActive,
      is_email_verified: user.isEmailVerified,
    },
  };
}

function agents({ request, world }: Call): Reply {
  authenticate(request, world, { apiKey: true });
  return { status: 200, json: [] };
}

function tokens(pair: TokenPair) {
  return {
    access_token: pair.access,
    refresh_token: pair.refresh,
    token_type: 'bearer',
    expires_in: ACCESS_LIFETIME / 1_000,
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
