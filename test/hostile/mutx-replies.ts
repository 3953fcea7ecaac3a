import { altered, changed, EVIL, json } from './bytes.ts';
import type { Genuine } from './front.ts';
import type { HostileReply } from './replies.ts';
import { ACCOUNT, CREATE, LIST, LOGIN, LOGOUT, REFRESH, REVOKE, type Route, VERIFY } from './routes.ts';
import type { Trial } from './trial.ts';

type Fields = Record<string, unknown>;

function reply(name: string, applied: boolean, bytes: (genuine: Genuine) => Buffer): HostileReply {
  return { name, applied, answer: () => (socket, genuine) => socket.end(bytes(genuine)) };
}

/** The genuine reply with other fields. */
function withFields(route: Route, name: string, change: (fields: Fields) => Fields): Trial {
  const bytes = (genuine: Genuine) =>
    changed(genuine, (value) => ({ ...(value as Fields), ...change(value as Fields) }));
  return { route, reply: reply(name, true, bytes) };
}

/** The genuine list with each of its rows changed. */
function withRows(name: string, change: (row: Fields, index: number) => Fields): Trial {
  return withFields(LIST, name, ({ items }) => ({
    items: (items as Fields[]).map((row, index) => ({ ...row, ...change(row, index) })),
  }));
}

/** The genuine list with one more row. */
function withRow(name: string, row: Fields): Trial {
  return withFields(LIST, name, ({ items }) => {
    const [first] = items as Fields[];
    return { items: [...(items as Fields[]), { ...first, ...row }] };
  });
}

/** What an id could do in a path, a line, a file of outputs or a page. */
const IDS: readonly unknown[] = [
  '../../auth/logout',
  '..',
  '.',
  '',
  'a/b',
  '%2e%2e%2f',
  '?limit=1#x',
  'id\r\nx-evil: 1',
  'id\n::stop-commands::x',
  `mutx_live_${'i'.repeat(43)}`,
  'i'.repeat(101),
  'ìd',
  7,
  null,
  {},
  ['x'],
];

const TIMES: readonly unknown[] = [
  '9999-12-31T23:59:59Z',
  '0000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-01-05T25:00:00Z',
  'yesterday',
  '1767582000',
  1_767_582_000,
  -1,
  '',
  '2026-01-05T03:00:00Z\n::error::x',
];

/** What is no key, or cannot be one. */
const KEYS: readonly unknown[] = [
  '',
  'short',
  'mutx_live_a\nmutx_live_b',
  `mutx_live_x\r\n::add-mask::y${'z'.repeat(20)}`,
  `mutx_live_\u0000${'z'.repeat(20)}`,
  `mutx_live_ü${'z'.repeat(20)}`,
  `mutx live ${'z'.repeat(20)}`,
  ' '.repeat(40),
  'k'.repeat(4_097),
  'k'.repeat(60_000),
  123_456_789_012,
  null,
  ['mutx_live_xxxxxxxxxxxxxxxx'],
  { key: 'mutx_live_xxxxxxxxxxxxxxxx' },
];

const LIFETIMES: readonly unknown[] = [0, -1, 1.5, '1800', 1e308, null, Number.MAX_SAFE_INTEGER + 2];

const shown = (value: unknown) => JSON.stringify(value).slice(0, 40);

/** What only makes sense on one route of MUTX. */
export const MUTX_TRIALS: readonly Trial[] = [
  ...IDS.map((id) => withFields(CREATE, `the id ${shown(id)}`, () => ({ id }))),
  ...IDS.map((id) => withRow(`a key with the id ${shown(id)}`, { id })),
  ...KEYS.map((key, index) => withFields(CREATE, `the key ${index}: ${shown(key)}`, () => ({ key }))),
  ...TIMES.map((time) => withFields(CREATE, `expires at ${shown(time)}`, () => ({ expires_at: time }))),
  ...TIMES.map((time) =>
    withRow(`a key of another name made at ${shown(time)}`, { id: 'x1', name: 'x', created_at: time }),
  ),
  ...TIMES.map((time) =>
    withRow(`a key of another name used at ${shown(time)}`, { id: 'x1', name: 'x', last_used: time }),
  ),
  ...LIFETIMES.map((expires_in) =>
    withFields(LOGIN, `a token that lives for ${shown(expires_in)}`, () => ({ expires_in })),
  ),
  ...['access_token', 'refresh_token'].flatMap((field) =>
    ['', 'short', 'a token\nwith a line break', '\u0000'.repeat(20), null].flatMap((value) => [
      withFields(LOGIN, `the ${field} ${shown(value)}`, () => ({ [field]: value })),
      withFields(REFRESH, `the ${field} ${shown(value)}`, () => ({ [field]: value })),
    ]),
  ),
  {
    route: { ...CREATE, credential: 'api-key' },
    reply: { ...echoedKey(), name: 'the very key that it was asked with' },
  },
  { route: CREATE, reply: { ...echoedKey(), name: 'the very token that it was asked with' } },
  withFields(CREATE, 'another name', () => ({ name: 'laptop' })),
  withFields(CREATE, 'the name with commands', ({ name }) => ({ name: `${String(name)}\n${EVIL}` })),
  withRows('keys that are active as a text', () => ({ is_active: 'false' })),
  withRows('every name with commands', ({ name }) => ({ name: `${EVIL}${String(name)}` })),
  withRow('a name of look-alikes', { id: 'x1', name: 'gha/acme/web/MUTX_АPI_KEY' }),
  withRow('an id that is a prototype', { id: '__proto__', name: 'x' }),
  withRow('a name with commands', { id: 'x1', name: EVIL }),
  withRow('a name without end', { id: 'x1', name: 'n'.repeat(300_000) }),
  withFields(LIST, 'more keys than anybody has', () => ({ total: 1e15, has_more: true })),
  withFields(LIST, 'pages without end', () => ({ has_more: true })),
  withFields(LIST, 'an empty page before more', () => ({ items: [], total: 5, has_more: true })),
  withFields(LIST, 'ten thousand keys', ({ items }) => {
    const [first] = items as Fields[];
    return {
      items: Array.from({ length: 5_000 }, (_, index) => ({
        ...first,
        id: `x${index}`,
        name: 'x',
        is_active: false,
      })),
    };
  }),
  withFields(LIST, 'a total below zero', () => ({ total: -5 })),
  withFields(ACCOUNT, 'a plan with commands', () => ({ plan: EVIL })),
  withFields(ACCOUNT, 'a plan that is a prototype', () => ({ plan: '__proto__' })),
  withFields(ACCOUNT, 'a plan that is a constructor', () => ({ plan: 'constructor' })),
  withFields(ACCOUNT, 'a plan that holds a key', () => ({ plan: `mutx_live_${'p'.repeat(43)}` })),
  { route: VERIFY, reply: reply('no to the new key', false, () => json(401, { detail: EVIL })) },
  { route: VERIFY, reply: reply('forbidden to the new key', false, () => json(403, { detail: EVIL })) },
  { route: CREATE, reply: reply('the quota, in words of evil', false, () => json(409, { detail: EVIL })) },
  {
    route: CREATE,
    reply: reply('payment, with a link of evil', false, () =>
      json(402, { detail: 'pay' }, ['Upgrade-Url', 'javascript:alert(1)//::error::x']),
    ),
  },
  { route: CREATE, reply: reply('a lost reply to a key that was made', true, () => Buffer.alloc(0)) },
  {
    route: CREATE,
    reply: reply('a refusal of a key that was made', true, () => json(500, { detail: EVIL })),
  },
  { route: REVOKE, reply: reply('a lost reply to a revocation', true, () => Buffer.alloc(0)) },
  {
    route: REVOKE,
    reply: reply('no to a revocation that was done', true, () => json(403, { detail: EVIL })),
  },
  { route: LOGOUT, reply: reply('no to a log-out', false, () => json(401, { detail: EVIL })) },
  {
    route: LIST,
    reply: reply('a date beyond every key', true, (genuine) =>
      altered(genuine, { headers: { date: 'Fri, 31 Dec 9999 23:59:59 GMT' } }),
    ),
  },
];

/** The plaintext is the credential of the request: it is no new key. */
function echoedKey(): HostileReply {
  return {
    name: '',
    applied: true,
    answer:
      () =>
      (socket, genuine, { headers }) => {
        const key = headers['authorization']?.replace('Bearer ', '');
        socket.end(changed(genuine, (value) => ({ ...(value as Fields), key })));
      },
  };
}
