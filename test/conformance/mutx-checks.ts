import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { send, type WireJson, type WireReply, type WireRequest } from '../../packages/emulator/test/wire.ts';
import { type Check, instantOf, patiently, shapeOf } from './check.ts';

/** An account on a MUTX with a plan of two keys (FREE), of which none is in use. */
export interface MutxAccount {
  readonly url: string;
  readonly email: string;
  readonly password: string;
  /** The same with its limits on; a real server has them always. */
  readonly limited: Pick<MutxAccount, 'url' | 'email' | 'password'>;
}

export type MutxCheck = Check<MutxWorld>;

/** Names of keys that a suite makes, and cleans up. */
const PREFIX = 'conformance/';

/** What the checks share: a session, and calls with it. */
export class MutxWorld {
  readonly account: MutxAccount;
  readonly prefix: '/v1' | '';
  #jwt = '';

  /** @param prefix of the paths of the generation */
  constructor(account: MutxAccount, prefix: '/v1' | '') {
    this.account = account;
    this.prefix = prefix;
  }

  async open(): Promise<void> {
    this.#jwt = (await this.login()).json.access_token;
    await this.cleanUp();
  }

  /** Revokes what a suite has made. */
  async cleanUp(): Promise<void> {
    for (const { id, name, is_active } of await this.list()) {
      if (is_active && name.startsWith(PREFIX)) await this.call('DELETE', `/api-keys/${id}`);
    }
  }

  get bearer(): string {
    return `Bearer ${this.#jwt}`;
  }

  /** With the session's token, unless other headers are given. */
  call(method: string, path: string, request: WireRequest = {}): Promise<WireReply> {
    const headers = request.headers ?? { authorization: this.bearer };
    return patiently(this.account.url, method, this.prefix + path, { ...request, headers });
  }

  byKey(key: string, path = '/auth/me', method = 'GET'): Promise<WireReply> {
    return this.call(method, path, { headers: { 'x-api-key': key } });
  }

  login(change: Partial<Pick<MutxAccount, 'email' | 'password'>> = {}): Promise<WireReply> {
    const { email, password } = { ...this.account, ...change };
    return this.call('POST', '/auth/login', { headers: {}, body: { email, password } });
  }

  refresh(refresh_token: string): Promise<WireReply> {
    return this.call('POST', '/auth/refresh', { headers: {}, body: { refresh_token } });
  }

  /** Makes a key that the end of the check revokes. */
  create(body: Readonly<Record<string, unknown>> = {}): Promise<WireReply> {
    return this.call('POST', '/api-keys', { body: { name: `${PREFIX}a`, ...body } });
  }

  /** Newest first, as the server gives them. */
  async list(): Promise<readonly WireJson[]> {
    const { json } = await this.call('GET', this.prefix === '' ? '/api-keys' : '/api-keys?skip=0&limit=100');
    return this.prefix === '' ? json : json.items;
  }
}

interface Claims {
  readonly type: string;
  readonly exp: number;
  readonly iat: number;
  readonly jti?: string;
  readonly family_id?: string;
}

function claimsOf(jwt: string): Claims {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8')) as Claims;
}

/** What an answer that is a refusal comes to. */
function refusal({ status, json, headers }: WireReply): readonly unknown[] {
  return [status, json.detail, headers['www-authenticate']];
}

/** What a 422, 429 or 500 comes to: the kind of error, and which fields it has. */
function ownError({ status, json }: WireReply): readonly unknown[] {
  const details: WireJson['details'] | null = json.details;
  const about = details?.map(({ loc }) => loc.join('.')) ?? null;
  return [status, json.error_code, Object.keys(json).sort(), about];
}

const ERROR_FIELDS = ['details', 'error_code', 'message', 'request_id', 'status', 'timestamp'];
const INTERNAL = [500, 'INTERNAL_ERROR', ERROR_FIELDS, null];
const invalid = (...about: readonly string[]) => [422, 'VALIDATION_ERROR', ERROR_FIELDS, about];
const NOBODY = '00000000-0000-4000-8000-000000000000';
const DAY_SECONDS = 86_400;
const RECORD = {
  id: 'string',
  name: 'string',
  last_used: 'null',
  created_at: 'timestamp',
  expires_at: 'timestamp',
  is_active: 'boolean',
};
const TOKENS = {
  access_token: 'string',
  refresh_token: 'string',
  token_type: 'string',
  expires_in: 'number',
};
const MISSING = [401, 'Missing authorization header', 'Bearer'];
const NO_TOKEN = [401, 'Invalid or expired token', 'Bearer'];

/** Both generations. */
const KEYS: readonly MutxCheck[] = [
  {
    name: 'a create answers 201 with the key, its name as it was given, and its end',
    see: async (mutx) => {
      const { status, json } = await mutx.create({ expires_in_days: 30 });
      const days = (instantOf(json.expires_at) - instantOf(json.created_at)) / (DAY_SECONDS * 1_000);
      return [status, shapeOf(json), json.name, /^mutx_live_[!-~]{43,}$/.test(json.key), Math.round(days)];
    },
    expected: [
      201,
      { id: 'string', name: 'string', key: 'string', created_at: 'timestamp', expires_at: 'timestamp' },
      'conformance/a',
      true,
      30,
    ],
  },
  {
    name: 'without a number of days a key has no end',
    see: async (mutx) => shapeOf((await mutx.create()).json.expires_at),
    expected: 'null',
  },
  {
    name: 'the list begins with the newest key, has its record, and no plaintext',
    see: async (mutx) => {
      const older = (await mutx.create()).json;
      const { json } = await mutx.create({ expires_in_days: 1, name: `${PREFIX}ü 😀` });
      const [first, second] = await mutx.list();
      return [
        shapeOf(first),
        first?.id === json.id,
        second?.id === older.id,
        first?.name,
        first?.is_active,
        JSON.stringify(first).includes(json.key),
      ];
    },
    expected: [RECORD, true, true, 'conformance/ü 😀', true, false],
  },
  {
    name: 'two keys can have the same name',
    see: async (mutx) => {
      await mutx.create();
      return (await mutx.create()).status;
    },
    expected: 201,
  },
  {
    name: 'a revoked key works no more, and is not active in any list',
    see: async (mutx) => {
      const { id, key } = (await mutx.create({ expires_in_days: 1 })).json;
      const revoked = await mutx.call('DELETE', `/api-keys/${id}`);
      const used = await mutx.byKey(key, mutx.prefix === '' ? '/agents' : '/auth/me');
      const listed = (await mutx.list()).filter((one) => one.id === id && one.is_active);
      return [revoked.status, revoked.text, used.status, listed.length];
    },
    expected: [204, '', 401, 0],
  },
  {
    name: 'the id of a key that is not there is 404',
    see: async (mutx) => refusal(await mutx.call('DELETE', `/api-keys/${NOBODY}`)),
    expected: [404, 'API key not found', undefined],
  },
  {
    name: 'replacing a key in place keeps name and end, and the old one is dead at once',
    see: async (mutx) => {
      const old = (await mutx.create({ expires_in_days: 3 })).json;
      const { status, json } = await mutx.call('POST', `/api-keys/${old.id}/rotate`);
      const path = mutx.prefix === '' ? '/agents' : '/auth/me';
      return [
        status,
        json.name === old.name,
        json.expires_at === old.expires_at,
        (await mutx.byKey(old.key, path)).status,
        (await mutx.byKey(json.key, path)).status,
      ];
    },
    expected: [200, true, true, 401, 200],
  },
  {
    name: 'a key that is used says when in its record',
    see: async (mutx) => {
      const { id, key } = (await mutx.create({ expires_in_days: 1 })).json;
      await mutx.byKey(key, mutx.prefix === '' ? '/agents' : '/auth/me');
      return shapeOf((await mutx.list()).find((one) => one.id === id)?.last_used);
    },
    expected: 'timestamp',
  },
  {
    name: 'a key that MUTX does not know is 401',
    see: async (mutx) =>
      (await mutx.byKey('mutx_live_0123456789ab_none', mutx.prefix === '' ? '/agents' : '/auth/me')).status,
    expected: 401,
  },
  {
    name: 'every reply says what time it is, and a key is made within five seconds of that',
    see: async (mutx) => {
      const { json, headers } = await mutx.create({ expires_in_days: 1 });
      const later = instantOf(json.created_at) - Date.parse(headers['date'] ?? '');
      return later > -1_500 && later < 5_000;
    },
    expected: true,
  },
];

const SESSIONS: readonly MutxCheck[] = [
  {
    name: 'a log-in gives both tokens; the access token lives half an hour, the refresh token a week',
    see: async (mutx) => {
      const { status, json } = await mutx.login();
      const [access, refresh] = [claimsOf(json.access_token), claimsOf(json.refresh_token)];
      return [
        status,
        shapeOf(json),
        json.token_type,
        json.expires_in,
        [access.type, access.exp - access.iat],
        [refresh.type, refresh.exp - refresh.iat, typeof refresh.jti, typeof refresh.family_id],
      ];
    },
    expected: [
      200,
      TOKENS,
      'bearer',
      1_799,
      ['access', 1_800],
      ['refresh', 7 * DAY_SECONDS, 'string', 'string'],
    ],
  },
  {
    name: 'a wrong password is 401',
    see: async (mutx) => refusal(await mutx.login({ password: 'not the password' })),
    expected: [401, 'Invalid email or password', undefined],
  },
  {
    name: 'an exchange gives both tokens, of the same family, and keeps the time of the log-in',
    see: async (mutx) => {
      const first = claimsOf((await mutx.login()).json.refresh_token);
      const given = (await mutx.login()).json.refresh_token;
      const { status, json } = await mutx.refresh(given);
      const [spent, next] = [claimsOf(given), claimsOf(json.refresh_token)];
      return [
        status,
        shapeOf(json),
        next.family_id === spent.family_id,
        next.jti === spent.jti,
        next.iat === spent.iat,
        first.family_id === spent.family_id,
      ];
    },
    expected: [200, TOKENS, true, false, true, false],
  },
  {
    name: 'a spent refresh token is 401, and ends its family',
    see: async (mutx) => {
      const first = (await mutx.login()).json.refresh_token;
      const second = (await mutx.refresh(first)).json.refresh_token;
      const spent = await mutx.refresh(first);
      return [refusal(spent), refusal(await mutx.refresh(second))];
    },
    expected: [
      [401, 'Invalid or expired refresh token', undefined],
      [401, 'Invalid or expired refresh token', undefined],
    ],
  },
];

const V1: readonly MutxCheck[] = [
  {
    name: 'v1: what has no prefix is 404, in JSON',
    see: async ({ account, bearer }) =>
      refusal(await patiently(account.url, 'GET', '/api-keys', { headers: { authorization: bearer } })),
    expected: [404, 'Not Found', undefined],
  },
  {
    name: 'v1: the list is a page, with how many there are, revoked ones included',
    see: async (mutx) => {
      const [before, { id }] = [await mutx.list(), (await mutx.create()).json];
      await mutx.call('DELETE', `/api-keys/${id}`);
      const { json } = await mutx.call('GET', '/api-keys?skip=0&limit=1');
      const { json: beyond } = await mutx.call('GET', `/api-keys?skip=${json.total}&limit=1`);
      return [
        Object.keys(json).sort(),
        json.items.map((one) => [one.id === id, one.is_active]),
        [json.total - before.length, json.skip, json.limit, json.has_more === json.total > 1],
        [beyond.items, beyond.has_more],
      ];
    },
    expected: [
      ['has_more', 'items', 'limit', 'skip', 'total'],
      [[true, false]],
      [1, 0, 1, true],
      [[], false],
    ],
  },
  {
    name: 'v1: a page has fifty keys unless it is asked for others, and a hundred at the most',
    see: async (mutx) => [
      (await mutx.call('GET', '/api-keys')).json.limit,
      ownError(await mutx.call('GET', '/api-keys?skip=-1&limit=101')),
    ],
    expected: [50, invalid('query.skip', 'query.limit')],
  },
  {
    name: 'v1: one key can be looked at; one that is not there is 404, what is no id 422',
    see: async (mutx) => {
      const { id } = (await mutx.create({ expires_in_days: 1 })).json;
      const one = await mutx.call('GET', `/api-keys/${id}`);
      return [
        [one.status, shapeOf(one.json)],
        refusal(await mutx.call('GET', `/api-keys/${NOBODY}`)),
        ownError(await mutx.call('GET', '/api-keys/none')),
      ];
    },
    expected: [[200, RECORD], [404, 'API key not found', undefined], invalid('path.key_id')],
  },
  {
    name: 'v1: revoking twice is 204 twice',
    see: async (mutx) => {
      const { id } = (await mutx.create()).json;
      const revoke = async () => (await mutx.call('DELETE', `/api-keys/${id}`)).status;
      return [await revoke(), await revoke()];
    },
    expected: [204, 204],
  },
  {
    name: 'v1: a revoked key cannot be replaced in place',
    see: async (mutx) => {
      const { id } = (await mutx.create()).json;
      await mutx.call('DELETE', `/api-keys/${id}`);
      return refusal(await mutx.call('POST', `/api-keys/${id}/rotate`));
    },
    expected: [409, 'API key is already revoked and cannot be rotated', undefined],
  },
  {
    name: 'v1: at the plan’s limit a create is 409, and a revoked key gives its place back',
    see: async (mutx) => {
      const { id } = (await mutx.create()).json;
      await mutx.create();
      const full = await mutx.create();
      await mutx.call('DELETE', `/api-keys/${id}`);
      return [full.status, full.json.detail.slice(0, 28), (await mutx.create()).status];
    },
    expected: [409, 'Active API key limit reached', 201],
  },
  {
    name: 'v1: a key is taken in either header, on the routes for keys too, and can revoke itself',
    see: async (mutx) => {
      const { id, key } = (await mutx.create({ expires_in_days: 1 })).json;
      const asBearer = { headers: { authorization: `Bearer ${key}` } };
      return [
        (await mutx.byKey(key)).status,
        (await mutx.call('GET', '/auth/me', asBearer)).status,
        (await mutx.byKey(key, '/agents')).status,
        (await mutx.call('GET', '/api-keys', asBearer)).status,
        (await mutx.byKey(key, `/api-keys/${id}`, 'DELETE')).status,
        refusal(await mutx.byKey(key)),
        refusal(await mutx.call('GET', '/auth/me', asBearer)),
      ];
    },
    expected: [200, 200, 200, 200, 204, MISSING, NO_TOKEN],
  },
  {
    name: 'v1: the account says its plan',
    see: async (mutx) => {
      const { status, json } = await mutx.call('GET', '/auth/me');
      return [status, shapeOf(json), json.plan];
    },
    expected: [
      200,
      {
        id: 'string',
        email: 'string',
        name: 'string',
        plan: 'string',
        created_at: 'timestamp',
        is_active: 'boolean',
        is_email_verified: 'boolean',
      },
      'FREE',
    ],
  },
  {
    name: 'v1: the agents are a page',
    see: async (mutx) => Object.keys((await mutx.call('GET', '/agents')).json).sort(),
    expected: ['has_more', 'items', 'limit', 'skip', 'total'],
  },
  {
    name: 'v1: without a credential, with a key, another scheme, a token that is none',
    see: async (mutx) => [
      refusal(await mutx.byKey('mutx_live_0123456789ab_none')),
      refusal(await mutx.call('GET', '/api-keys', { headers: {} })),
      refusal(await mutx.call('GET', '/api-keys', { headers: { authorization: 'Basic eDp5' } })),
      refusal(await mutx.call('GET', '/api-keys', { headers: { authorization: 'Bearer none' } })),
    ],
    expected: [MISSING, MISSING, [401, 'Invalid authorization header format', 'Bearer'], NO_TOKEN],
  },
  {
    name: 'v1: a Bearer token goes before an API key',
    see: async (mutx) => {
      const { key } = (await mutx.create({ expires_in_days: 1 })).json;
      const list = async (authorization: string, apiKey: string) =>
        (await mutx.call('GET', '/api-keys', { headers: { authorization, 'x-api-key': apiKey } })).status;
      return [await list(mutx.bearer, 'none'), await list('Bearer none', key), await list('Basic eDp5', key)];
    },
    expected: [200, 401, 200],
  },
  {
    name: 'v1: an end of less than a day or more than a year, and a name that is none, are 422',
    see: async (mutx) => [
      ownError(await mutx.create({ expires_in_days: 0 })),
      ownError(await mutx.create({ expires_in_days: 366 })),
      ownError(await mutx.create({ expires_in_days: 1.5, name: null })),
    ],
    expected: [
      invalid('body.expires_in_days'),
      invalid('body.expires_in_days'),
      invalid('body.name', 'body.expires_in_days'),
    ],
  },
  {
    name: 'v1: a name of 255 characters is taken; of 256, or with a NUL, it is 500 and no key is made',
    see: async (mutx) => {
      const before = (await mutx.list()).length;
      const name = PREFIX + 'ä'.repeat(255 - PREFIX.length);
      return [
        (await mutx.create({ name })).status,
        ownError(await mutx.create({ name: `${name}ä` })),
        ownError(await mutx.create({ name: `${PREFIX}\0` })),
        (await mutx.list()).length - before,
      ];
    },
    expected: [201, INTERNAL, INTERNAL, 1],
  },
  {
    name: 'v1: more is taken than is described: days as text, fields and parameters that it does not know',
    see: async (mutx) => {
      const { status, json } = await mutx.create({ expires_in_days: '2', more: true });
      const days = (instantOf(json.expires_at) - instantOf(json.created_at)) / (DAY_SECONDS * 1_000);
      return [status, Math.round(days), (await mutx.call('GET', '/api-keys?more=1')).status];
    },
    expected: [201, 2, 200],
  },
  {
    name: 'v1: an id is found in any form of a UUID',
    see: async (mutx) => {
      const { id } = (await mutx.create()).json;
      const find = async (form: string) => (await mutx.call('GET', `/api-keys/${form}`)).json.id === id;
      return [await find(id.replaceAll('-', '')), await find(id.toUpperCase())];
    },
    expected: [true, true],
  },
  {
    name: 'v1: a body that is not JSON is 500; none, or one that is not said to be JSON, is 422',
    see: async (mutx) => {
      const post = (text: string, type = 'application/json') =>
        mutx.call('POST', '/api-keys', {
          headers: {
            authorization: mutx.bearer,
            'content-type': type,
            'content-length': String(Buffer.byteLength(text)),
          },
          text,
        });
      return [
        ownError(await post('{"name":')),
        ownError(await post('')),
        ownError(await post('{"name":"conformance/a"}', 'text/plain')),
        ownError(await post('[]')),
      ];
    },
    expected: [INTERNAL, invalid('body'), invalid('body'), invalid('body')],
  },
  {
    name: 'v1: after a 500 the connection is closed, and no header says so',
    see: async (mutx) => {
      const { request, Agent } = mutx.account.url.startsWith('https:') ? https : http;
      const agent = new Agent({ keepAlive: true });
      const body = JSON.stringify({ name: `${PREFIX}\0` });
      const outgoing = request(`${mutx.account.url}${mutx.prefix}/api-keys`, {
        agent,
        method: 'POST',
        headers: {
          authorization: mutx.bearer,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      });
      outgoing.end(body);
      const [incoming] = (await once(outgoing, 'response')) as [http.IncomingMessage];
      const { socket, statusCode, headers } = incoming;
      const closed = Promise.race([
        once(socket, 'close').then(() => 'closed'),
        new Promise((resolve) => setTimeout(resolve, 2_000, 'open').unref()),
      ]);
      incoming.resume();
      const after = await closed;
      agent.destroy();
      return [statusCode, headers.connection === 'close', after];
    },
    expected: [500, false, 'closed'],
  },
  {
    name: 'v1: a slash at the end of a path is redirected',
    see: async (mutx) => {
      const { status, headers } = await mutx.call('GET', '/api-keys/?limit=1');
      return [status, headers['location']?.endsWith('/v1/api-keys?limit=1')];
    },
    expected: [307, true],
  },
  {
    name: 'v1: a method that a path does not have is 405, and a path that is not there 404',
    see: async (mutx) => [
      refusal(await mutx.call('PUT', '/api-keys')),
      refusal(await mutx.call('GET', '/api-key')),
    ],
    expected: [
      [405, 'Method Not Allowed', undefined],
      [404, 'Not Found', undefined],
    ],
  },
  {
    name: 'v1: a change that comes from a page of others is 403, a look is not',
    see: async (mutx) => {
      const headers = { authorization: mutx.bearer, origin: 'https://elsewhere.example' };
      const post = await mutx.call('POST', '/api-keys', { headers, body: { name: `${PREFIX}a` } });
      return [post.status, (await mutx.call('GET', '/api-keys', { headers })).status];
    },
    expected: [403, 200],
  },
  {
    name: 'v1: the address of an account: the domain in any case, the rest as it is; what is none is 422',
    see: async (mutx) => {
      const [local = '', domain = ''] = mutx.account.email.split('@');
      return [
        (await mutx.login({ email: `${local}@${domain.toUpperCase()}` })).status,
        (await mutx.login({ email: `${local.toUpperCase()}@${domain}` })).status,
        ownError(await mutx.login({ email: `${local}@host` })),
        ownError(await mutx.login({ email: `${local}@host.local` })),
      ];
    },
    expected: [200, 401, invalid('body.email'), invalid('body.email')],
  },
  {
    name: 'v1: a log-out by the refresh token alone ends its family, not the access token, and can be repeated',
    see: async (mutx) => {
      const { access_token, refresh_token } = (await mutx.login()).json;
      const logout = () => mutx.call('POST', '/auth/logout', { headers: {}, body: { refresh_token } });
      const first = await logout();
      const me = { headers: { authorization: `Bearer ${access_token}` } };
      return [
        first.status,
        first.json.message,
        (await logout()).status,
        refusal(await mutx.refresh(refresh_token)),
        (await mutx.call('GET', '/auth/me', me)).status,
      ];
    },
    expected: [
      200,
      'Successfully logged out',
      200,
      [401, 'Invalid or expired refresh token', undefined],
      200,
    ],
  },
  {
    name: 'v1: a log-out by nothing is 401',
    see: async (mutx) => refusal(await mutx.call('POST', '/auth/logout', { headers: {}, body: {} })),
    expected: [401, 'Authentication required', undefined],
  },
  {
    // The last: what it does to the limit, later ones would feel.
    name: 'v1: the eleventh log-in of a minute is 429 for a whole minute, and other calls are not limited by it',
    see: async ({ account: { limited }, prefix }) => {
      const { url, email, password } = limited;
      const login = () =>
        send(url, 'POST', `${prefix}/auth/login`, { body: { email, password: `not ${password}` } });
      let reply = await login();
      for (let tried = 1; tried < 11 && reply.status !== 429; tried++) reply = await login();
      const other = await send(url, 'GET', `${prefix}/api-keys`);
      return [
        reply.headers['retry-after'],
        reply.json.retry_after,
        reply.status,
        reply.json.error_code,
        Object.keys(reply.json).sort(),
        other.status,
      ];
    },
    expected: ['60', 60, 429, 'RATE_LIMIT_EXCEEDED', [...ERROR_FIELDS, 'retry_after'].sort(), 401],
  },
];

const DOCUMENTED: readonly MutxCheck[] = [
  {
    name: 'documented: what has the prefix of v1 is 404',
    see: async ({ account, bearer }) =>
      (await patiently(account.url, 'GET', '/v1/api-keys', { headers: { authorization: bearer } })).status,
    expected: 404,
  },
  {
    name: 'documented: the list is an array',
    see: async (mutx) => Array.isArray((await mutx.call('GET', '/api-keys')).json),
    expected: true,
  },
  {
    name: 'documented: a revoked key is in no list, and revoking it again is 404',
    see: async (mutx) => {
      const { id } = (await mutx.create()).json;
      await mutx.call('DELETE', `/api-keys/${id}`);
      const again = await mutx.call('DELETE', `/api-keys/${id}`);
      return [(await mutx.list()).some((one) => one.id === id), refusal(again)];
    },
    expected: [false, [404, 'API key not found', undefined]],
  },
  {
    name: 'documented: a key is taken in X-API-Key on the agents, and not on the routes for keys',
    see: async (mutx) => {
      const { key } = (await mutx.create()).json;
      return [(await mutx.byKey(key, '/agents')).status, (await mutx.byKey(key, '/api-keys')).status];
    },
    expected: [200, 401],
  },
  {
    name: 'documented: to a key that it does not take it says something else than to none',
    see: async (mutx) => {
      const [bad, none] = [
        await mutx.byKey('mutx_live_none', '/agents'),
        await mutx.call('GET', '/agents', { headers: {} }),
      ];
      return [bad.status, none.status, bad.json.detail === none.json.detail];
    },
    expected: [401, 401, false],
  },
  {
    name: 'documented: a log-out by the refresh token alone ends its family',
    see: async (mutx) => {
      const { refresh_token } = (await mutx.login()).json;
      const body = { refresh_token };
      const { status } = await mutx.call('POST', '/auth/logout', { headers: {}, body });
      return [status, (await mutx.refresh(refresh_token)).status];
    },
    expected: [200, 401],
  },
];

/** In order: the last may leave the account limited for a minute. */
export function mutxChecks(prefix: MutxWorld['prefix']): readonly MutxCheck[] {
  return [...KEYS, ...SESSIONS, ...(prefix === '' ? DOCUMENTED : V1)];
}
