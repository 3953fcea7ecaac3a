import { gzipSync } from 'node:zlib';
import {
  altered,
  changed,
  EVIL,
  EVIL_HEADER,
  eachScalar,
  endlessly,
  JSON_TYPE,
  json,
  wire,
} from './bytes.ts';
import type { Answer, Genuine } from './front.ts';

/** One way to answer any request. */
export interface HostileReply {
  readonly name: string;
  /** The request was done, and only the reply is hostile. */
  readonly applied: boolean;
  /** Needs the end of a request's time. */
  readonly silent?: true;
  /** `elsewhere` is a server that nobody has any business with. */
  readonly answer: (elsewhere: string) => Answer;
}

function before(name: string, bytes: (elsewhere: string) => Buffer | string): HostileReply {
  return { name, applied: false, answer: (elsewhere) => (socket) => socket.end(bytes(elsewhere)) };
}

function after(name: string, bytes: (genuine: Genuine) => Buffer | string): HostileReply {
  return { name, applied: true, answer: () => (socket, genuine) => socket.end(bytes(genuine)) };
}

function stream(name: string, answer: Answer, more: Partial<HostileReply> = {}): HostileReply {
  return { name, applied: false, ...more, answer: () => answer };
}

/** An error as either service words it. */
const error = (words: string) => ({ detail: words, message: words, status: 'error', error_code: words });

const BOMB = gzipSync(Buffer.alloc(32 * 1_048_576));
/** As deep as JSON.parse reads, and JSON.stringify does not write. */
const NESTED = '['.repeat(5_000) + ']'.repeat(5_000);
const MEGABYTE = Buffer.alloc(1_048_576, 'x');

/** HTTP as it should be, with content that is not. */
export const REPLIES: readonly HostileReply[] = [
  before('a refusal with commands, escapes and controls', () => json(400, error(EVIL))),
  before('a refusal with all of that in its headers', () =>
    json(
      403,
      error('no'),
      ['x-request-id', EVIL_HEADER],
      ['x-github-request-id', EVIL_HEADER],
      ['x-accepted-github-permissions', EVIL_HEADER],
      ['upgrade-url', EVIL_HEADER],
      ['www-authenticate', EVIL_HEADER],
      ['github-authentication-token-expiration', EVIL_HEADER],
    ),
  ),
  before('an error with all of that, again and again', () => json(500, error(EVIL))),
  before('an error of megabytes', () => json(422, error('x'.repeat(300_000)))),
  {
    name: 'a refusal that echoes the credential',
    applied: false,
    answer: () => (socket, _genuine, asked) => {
      const sent = `${asked.headers['authorization'] ?? asked.headers['x-api-key'] ?? ''} ${asked.body}`;
      socket.end(json(401, error(`who is ${sent}?`), ['x-request-id', sent.slice(0, 900)]));
    },
  },
  {
    name: 'a refusal that echoes the credential in base64',
    applied: false,
    answer: () => (socket, _genuine, asked) => {
      const token = asked.headers['authorization'] ?? asked.headers['x-api-key'] ?? asked.body;
      const sent = Buffer.from(`u:${token}`).toString('base64');
      socket.end(json(403, error(sent)));
    },
  },
  before('a success that holds an error', () => json(200, error(EVIL))),
  before('a created that holds an error', () =>
    json(201, { status: 'error', error_code: 'X', message: EVIL }),
  ),
  before('a page in place of JSON', () => wire(200, [['Content-Type', 'text/html']], `<html>${EVIL}</html>`)),
  before("a gateway's page", () => wire(502, [['Content-Type', 'text/html']], `<html>${EVIL}</html>`)),
  before("a firewall's page", () => wire(403, [['Content-Type', 'text/html']], `<html>${EVIL}</html>`)),
  before('null', () => json(200, null)),
  before('a number', () => json(200, 42)),
  before('a list of lists', () => json(200, [[[[]]]])),
  before('the deepest nesting', () => wire(200, [JSON_TYPE], '['.repeat(100_000) + ']'.repeat(100_000))),
  after('the deepest nesting, with the status of the reply', (genuine) => altered(genuine, { body: NESTED })),
  after('the deepest nesting in place of each value', (genuine) =>
    altered(genuine, { body: genuine.body.replace(/:(?:"[^"]*"|[\d.]+|true|false|null)/gu, `:${NESTED}`) }),
  ),
  after('the deepest nesting beside what belongs there', (genuine) =>
    altered(genuine, { body: genuine.body.replace(/^\{(?=")/u, `{"deep":${NESTED},`) }),
  ),
  after('every field twice, the second time another one', (genuine) =>
    altered(genuine, {
      body: genuine.body.replace(/("\w+"):("[^"]*"|[\d.]+|true|false|null)/gu, '$1:$2,$1:[$2]'),
    }),
  ),
  before('fields of every prototype', () =>
    wire(
      200,
      [JSON_TYPE],
      '{"__proto__":{"id":"x","key":"xxxxxxxx","items":[],"ok":true},"constructor":{"prototype":{"ok":1}},"toString":1,"hasOwnProperty":0,"valueOf":null}',
    ),
  ),
  before('nothing at all, with success', () => wire(200, [])),
  before('invalid UTF-8', () => wire(200, [JSON_TYPE], Buffer.from('{"id":"\xff\xfe"}', 'latin1'))),
  after('the reply behind prototype fields', (genuine) =>
    altered(genuine, {
      body: `{"__proto__":${genuine.body || '{}'},"constructor":${genuine.body || '{}'}}`,
    }),
  ),
  after('the reply with prototype fields beside its own', (genuine) =>
    altered(genuine, {
      body: genuine.body.replace(/^\{(?=")/u, '{"__proto__":{"polluted":true},"constructor":null,'),
    }),
  ),
  after('numbers as strings and strings as numbers', (genuine) =>
    changed(genuine, (value) =>
      eachScalar(value, (scalar) => (typeof scalar === 'string' ? scalar.length : String(scalar))),
    ),
  ),
  after('numbers beyond every number', (genuine) =>
    altered(genuine, { body: genuine.body.replace(/:\d+/gu, ':1e999').replace(/:true/gu, ':1') }),
  ),
  after('every text with commands', (genuine) =>
    changed(genuine, (value) =>
      eachScalar(value, (scalar) => (typeof scalar === 'string' ? `${EVIL}${scalar}` : scalar)),
    ),
  ),
  after('every text with a line break after it', (genuine) =>
    changed(genuine, (value) =>
      eachScalar(value, (scalar) => (typeof scalar === 'string' ? `${scalar}\n` : scalar)),
    ),
  ),
  after('every text empty', (genuine) =>
    changed(genuine, (value) => eachScalar(value, (scalar) => (typeof scalar === 'string' ? '' : scalar))),
  ),
  after('every value null', (genuine) => changed(genuine, (value) => eachScalar(value, () => null))),
  after('JSON that ends in the middle', (genuine) =>
    altered(genuine, { body: genuine.body.slice(0, genuine.body.length >> 1) || '{' }),
  ),
  after('a reply that ends in the middle', (genuine) => {
    const whole = altered(genuine, {});
    return whole.subarray(0, whole.length - 1 - (genuine.body.length >> 1));
  }),
  after('JSON that says it is HTML', (genuine) =>
    altered(genuine, { headers: { 'content-type': 'text/html' } }),
  ),
  after('JSON after a byte order mark', (genuine) => altered(genuine, { body: `\uFEFF${genuine.body}` })),
  after('every header twice', (genuine) =>
    wire(
      genuine.status,
      [...Object.entries(genuine.headers), ...Object.entries(genuine.headers)],
      genuine.body,
    ),
  ),
  after('a second reply right behind the first', (genuine) =>
    Buffer.concat([
      wire(genuine.status, [...Object.entries(genuine.headers), ['Connection', 'keep-alive']], genuine.body),
      json(200, error(EVIL)),
    ]),
  ),
  after('a date beyond the calendar', (genuine) =>
    altered(genuine, { headers: { date: 'Sun, 99 Foo 99999 25:61:61 GMT' } }),
  ),
  after('a date in the past', (genuine) =>
    altered(genuine, { headers: { date: 'Thu, 01 Jan 1970 00:00:00 GMT' } }),
  ),
  after('headers named as prototypes are', (genuine) =>
    altered(genuine, { headers: { __proto__x: 'x', constructor: 'x', toString: '1', 'set-cookie': 'a=b' } }),
  ),
  after('length and chunks at once', (genuine) =>
    wire(
      genuine.status,
      [...Object.entries(genuine.headers), ['Transfer-Encoding', 'chunked'], ['Content-Length', 3]],
      genuine.body,
    ),
  ),
  before('part of the content', () => json(206, {}, ['Content-Range', 'bytes 0-1/1000000'])),
  before('not modified', () => wire(304, [['ETag', '"x"']])),
  before('a redirect elsewhere', (elsewhere) =>
    json(302, error('moved'), ['Location', `${elsewhere}/steal`]),
  ),
  before('a redirect elsewhere that keeps the method', (elsewhere) =>
    wire(307, [['Location', `${elsewhere}/steal`]]),
  ),
  before('a redirect within the origin', () => json(301, error('moved'), ['Location', '/v1/auth/me?next=1'])),
  before('a redirect to a place of another kind', () =>
    json(308, error(EVIL), ['Location', 'file:///etc/passwd?::error::x#\u009b']),
  ),
  before('a limit with a time that is none', () => json(429, error('slow'), ['Retry-After', '-1e9'])),
  before('a limit until the end of time', () => json(429, error('slow'), ['Retry-After', '999999999999'])),
  before('a limit of GitHub without end', () =>
    json(
      403,
      error('API rate limit exceeded'),
      ['x-ratelimit-remaining', '0'],
      ['x-ratelimit-reset', '999999999999'],
    ),
  ),
  before('an outage with dates of nonsense', () =>
    json(503, error('later'), ['Retry-After', 'Fri, 31 Dec 9999 23:59:59 GMT'], ['Date', 'never']),
  ),
];

/** What is no HTTP, or no end: it meets the client before anyone asks what it means. */
export const WIRE_REPLIES: readonly HostileReply[] = [
  before('a compressed bomb', () => wire(200, [JSON_TYPE, ['Content-Encoding', 'gzip']], BOMB)),
  before('a bomb that does not say that it is one', () => wire(200, [JSON_TYPE], BOMB)),
  before(
    'chunks that are none',
    () => 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n::error::x\r\n',
  ),
  before('no HTTP', () => `SSH-2.0-OpenSSH_9.9\r\n${EVIL}`),
  before('a status that is none', () => wire(999, [JSON_TYPE], '{}')),
  before('another protocol', () => 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n'),
  before('an end without a word', () => ''),
  stream('a body without end', (socket) =>
    endlessly(
      socket,
      wire(200, [JSON_TYPE, ['Transfer-Encoding', 'chunked']]),
      Buffer.concat([Buffer.from('100000\r\n'), MEGABYTE, Buffer.from('\r\n')]),
    ),
  ),
  stream('a header without end', (socket) =>
    endlessly(socket, 'HTTP/1.1 200 OK\r\nX-Long: ', MEGABYTE.subarray(0, 9_999)),
  ),
  stream(
    'headers that come one by one and never end',
    (socket) => socket.write('HTTP/1.1 200 OK\r\nX-Slow: 1\r\n'),
    {
      silent: true,
    },
  ),
  {
    name: 'a body that stops',
    applied: true,
    silent: true,
    answer: () => (socket, genuine) => {
      const whole = wire(200, [...Object.entries(genuine.headers), ['Content-Length', 5_000]], genuine.body);
      socket.write(whole);
    },
  },
];
