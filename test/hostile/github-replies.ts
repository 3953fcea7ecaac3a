import { altered, changed, EVIL, EVIL_HEADER, json } from './bytes.ts';
import type { Genuine } from './front.ts';
import type { HostileReply } from './replies.ts';
import { METADATA, PUBLIC_KEY, REPOSITORY, type Route, STORE } from './routes.ts';
import type { Trial } from './trial.ts';

type Fields = Record<string, unknown>;

function trial(route: Route, name: string, applied: boolean, bytes: (genuine: Genuine) => Buffer): Trial {
  const reply: HostileReply = {
    name,
    applied,
    answer: () => (socket, genuine) => socket.end(bytes(genuine)),
  };
  return { route, reply };
}

function withFields(route: Route, name: string, fields: Fields): Trial {
  return trial(route, name, true, (genuine) =>
    changed(genuine, (value) => ({ ...(value as Fields), ...fields })),
  );
}

/** What is no public key of X25519, or a very bad one. */
const PUBLIC_KEYS: readonly unknown[] = [
  '',
  'not base64 at all',
  Buffer.alloc(31).toString('base64'),
  Buffer.alloc(33).toString('base64'),
  Buffer.alloc(32).toString('base64'),
  Buffer.from([1, ...Buffer.alloc(31)]).toString('base64'),
  `${'A'.repeat(43)}=\n::error::x`,
  `${'-'.repeat(43)}=`,
  'A'.repeat(500_000),
  7,
  null,
];

const KEY_IDS: readonly unknown[] = ['', 7, null, EVIL, 'k'.repeat(100_000), '__proto__', ['x']];

const DATES: readonly unknown[] = [
  '9999-12-31T23:59:59Z',
  '1970-01-01T00:00:00Z',
  '2026-13-45T99:99:99Z',
  '2026-01-05T03:00:00',
  'today',
  0,
  EVIL,
];

const MOVED = { message: 'Moved Permanently', url: 'https://api.github.com/repositories/1' };
const shown = (value: unknown) => JSON.stringify(value).slice(0, 40);

/** What only makes sense on one route of GitHub. */
export const GITHUB_TRIALS: readonly Trial[] = [
  ...PUBLIC_KEYS.map((key, index) =>
    withFields(PUBLIC_KEY, `the public key ${index}: ${shown(key)}`, { key }),
  ),
  ...KEY_IDS.map((key_id) => withFields(PUBLIC_KEY, `the key's id ${shown(key_id)}`, { key_id })),
  ...DATES.map((updated_at) =>
    withFields(METADATA, `a secret written at ${shown(updated_at)}`, { updated_at }),
  ),
  ...[0, -1, '1', 1.5, 1e300, null].map((id) =>
    withFields(REPOSITORY, `a repository with the id ${id}`, { id }),
  ),
  withFields(REPOSITORY, 'a repository that is archived as a text', { archived: 'true' }),
  trial(REPOSITORY, 'a repository that has moved, its new name with commands', false, () =>
    json(301, { ...MOVED, message: EVIL, full_name: EVIL }),
  ),
  trial(STORE, 'moved, when it is to be written', false, () =>
    json(301, MOVED, ['Location', 'https://evil.example/repositories/1']),
  ),
  trial(STORE, 'a stale key, for ever', false, () => json(422, { message: EVIL })),
  trial(STORE, 'a lost reply to a write', true, () => Buffer.alloc(0)),
  trial(STORE, 'an error of a write that was done', true, () => json(500, { message: EVIL })),
  trial(STORE, 'no to a write that was done', true, () => json(202, { message: EVIL })),
  trial(STORE, 'a page for a write that was done', true, (genuine) =>
    altered({ ...genuine, status: 201, body: '<html>' }, { headers: { 'content-type': 'text/html' } }),
  ),
  trial(PUBLIC_KEY, 'single sign-on, with a link of evil', false, () =>
    json(403, { message: EVIL }, ['x-github-sso', `required; url=javascript:alert(1)${EVIL_HEADER}`]),
  ),
  trial(PUBLIC_KEY, 'permissions with commands', false, () =>
    json(403, { message: 'Resource not accessible by personal access token' }, [
      'x-accepted-github-permissions',
      EVIL_HEADER,
    ]),
  ),
  trial(REPOSITORY, 'an end of the token beyond the calendar', true, (genuine) =>
    altered(genuine, { headers: { 'github-authentication-token-expiration': '99999-99-99 99:99:99 UTC' } }),
  ),
  trial(REPOSITORY, 'an end of the token long ago', true, (genuine) =>
    altered(genuine, { headers: { 'github-authentication-token-expiration': '1970-01-01 00:00:00 UTC' } }),
  ),
];
