import { expect, test } from 'vitest';
import type { HttpBody, HttpReply, HttpResult } from '../../src/http/result.ts';
import { badReply, failureOf } from '../../src/mutx/failures.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';

// Holds invariant 3 of docs/threat-model.md.

const KEY = 'mutx_live_0123456789ab_secretsecretsecret';
const secrets = new SecretRegistry(() => {});
secrets.admit(KEY);
const context = { call: 'POST /v1/api-keys', secrets };

const DATE = Date.UTC(2026, 10, 23, 21, 14, 5);
const json = (value: unknown): HttpBody => ({ kind: 'json', value });
const page: HttpBody = { kind: 'other', text: '<html>' };
const empty: HttpBody = { kind: 'empty' };

function reply(status: number, body: HttpBody, headers: Readonly<Record<string, string>> = {}): HttpReply {
  return { kind: 'reply', status, headers: new Map(Object.entries(headers)), body, date: DATE, ms: 1 };
}

const failed = (result: HttpResult) => failureOf(result, context);
const detail = (text: string) => json({ detail: text });
const error = (more: object) => json({ status: 'error', error_code: 'X', message: 'oh no', ...more });

test.each([
  [400, 'mutx-validation'],
  [401, 'mutx-unauthorized'],
  [402, 'mutx-payment-required'],
  [403, 'mutx-forbidden'],
  [404, 'mutx-not-found'],
  [405, 'mutx-refused'],
  [409, 'mutx-conflict'],
  [422, 'mutx-validation'],
])('MUTX itself says no with %d', (status, code) => {
  expect(failed(reply(status, detail('because')))).toEqual({
    kind: 'refused',
    service: 'mutx',
    call: 'POST /v1/api-keys',
    status,
    code,
    message: 'because',
    retryable: false,
  });
});

test.each([400, 401, 403, 404, 409, 422])('%d that is not in MUTX’s own words proves nothing', (status) => {
  expect(failed(reply(status, page))).toMatchObject({
    kind: 'unclear',
    code: 'mutx-proxy-page',
    message: 'a page that is not of the MUTX API',
    retryable: false,
  });
  for (const body of [
    empty,
    json({ error: 'denied' }),
    json([]),
    json(null),
    json({ detail: 1 }),
    json('no'),
  ]) {
    expect(failed(reply(status, body))).toMatchObject({ kind: 'unclear', code: 'mutx-bad-reply' });
  }
});

test('a 422 tells what it found, and not what was sent', () => {
  const details = [
    { loc: ['body', 'name'], msg: 'too long', type: 'x', input: 'SENT' },
    { loc: ['body', 'tags', 0], msg: 'no', type: 'x' },
    { msg: 'no place' },
    { loc: ['a'], msg: 'is beyond what is told', type: 'x' },
  ];
  const told = 'body.name: too long; body.tags.0: no';
  expect(failed(reply(422, error({ details }))).message).toBe(`oh no; ${told}`);
  expect(failed(reply(422, json({ detail: details }))).message).toBe(told);
  expect(failed(reply(422, error({ details: 'none' }))).message).toBe('oh no');
});

test('an error needs all that MUTX gives it', () => {
  const { kind } = failed(reply(422, json({ status: 'error', message: 'oh no' })));
  expect(kind).toBe('unclear');
  expect(failed(reply(422, json({ status: 'fail', error_code: 'X', message: 'oh' }))).kind).toBe('unclear');
});

test.each([408, 500, 502, 503, 504, 599])('%d: may have been done, and may be tried again', (status) => {
  const expected = { kind: 'unclear', retryable: true, status };
  expect(failed(reply(status, error({})))).toMatchObject({
    ...expected,
    code: 'mutx-server-error',
    message: 'oh no',
  });
  expect(failed(reply(status, page))).toMatchObject({ ...expected, code: 'mutx-proxy-page' });
  expect(failed(reply(status, empty))).toMatchObject({
    ...expected,
    code: 'mutx-server-error',
    message: 'an error without words',
  });
});

test.each([
  ['in seconds', { 'retry-after': '30' }, {}, 30_000],
  ['at once', { 'retry-after': '0' }, {}, 0],
  ['as a date, by the server’s own clock', { 'retry-after': 'Mon, 23 Nov 2026 21:15:05 GMT' }, {}, 60_000],
  ['as a date that is over', { 'retry-after': 'Mon, 23 Nov 2026 21:13:05 GMT' }, {}, 0],
  ['in the body only', {}, { retry_after: 12.5 }, 12_500],
  ['the header goes before the body', { 'retry-after': '30' }, { retry_after: 12 }, 30_000],
  ['a header that says nothing', { 'retry-after': 'soon' }, { retry_after: 12 }, 12_000],
  ['beyond all measure', { 'retry-after': '999999999' }, {}, 7 * 86_400_000],
  ['less than nothing', {}, { retry_after: -1 }, 0],
  ['nowhere', {}, {}, undefined],
  ['not a number', {}, { retry_after: '12' }, undefined],
  ['a number that is none', {}, { retry_after: Number.NaN }, undefined],
])('too many requests, when to come back: %s', (_, headers, body, wait) => {
  const failure = failed(reply(429, error(body), headers));
  expect(failure).toMatchObject({ kind: 'throttled', code: 'mutx-rate-limited', retryable: true });
  expect(failure.retryAfter).toBe(wait);
});

test('a conflict may say when it is worth asking again; no other refusal does', () => {
  const headers = { 'retry-after': '7' };
  expect(failed(reply(409, error({}), headers))).toMatchObject({ kind: 'refused', retryAfter: 7_000 });
  expect(failed(reply(403, error({}), headers)).retryAfter).toBeUndefined();
});

test('a date to come back at needs the reply’s own date', () => {
  const headers = { 'retry-after': 'Mon, 23 Nov 2026 21:15:05 GMT' };
  const { retryAfter } = failed({ ...reply(429, error({}), headers), date: undefined });
  expect(retryAfter).toBeUndefined();
});

test('whoever limits the rate: it was not passed on', () => {
  expect(failed(reply(429, page, { 'retry-after': '5' }))).toMatchObject({
    kind: 'throttled',
    retryAfter: 5_000,
  });
  expect(failed(reply(503, page, { 'retry-after': '5' }))).toMatchObject({
    kind: 'unclear',
    retryAfter: 5_000,
  });
});

test.each([
  ['https://other.test/login?next=secret#x', 'a redirect to https://other.test/login, which is not followed'],
  ['/v1/api-keys/', 'a redirect, which is not followed'],
  [
    `https://other.test/${KEY}`,
    'a redirect to (withheld: the text holds a credential), which is not followed',
  ],
])('a redirect says where to, and nothing else of it: %s', (location, message) => {
  expect(failed(reply(307, empty, { location }))).toMatchObject({
    kind: 'unclear',
    code: 'mutx-redirect',
    message,
    retryable: false,
  });
  expect(failed(reply(302, detail('moved')))).toMatchObject({ code: 'mutx-redirect' });
});

test('a success that is none', () => {
  expect(failed(reply(200, page))).toMatchObject({
    kind: 'unclear',
    code: 'mutx-proxy-page',
    retryable: false,
  });
  expect(failed(reply(202, json({})))).toMatchObject({
    kind: 'unclear',
    code: 'mutx-bad-reply',
    retryable: false,
  });
  const broken: HttpBody = { kind: 'other', text: `{"key":"${KEY.slice(0, 20)}` };
  const failure = failed(reply(201, broken, { 'content-type': 'application/json' }));
  expect(failure).toMatchObject({ kind: 'unclear', code: 'mutx-bad-reply', retryable: true });
  expect(JSON.stringify(failure)).not.toContain('mutx_live');
});

test.each([
  ['not-started', 'deadline', false],
  ['unknown-host', 'mutx-unknown-host', false],
  ['unreachable', 'mutx-unreachable', true],
  ['tls', 'mutx-tls-refused', false],
  ['proxy-setting', 'mutx-proxy-setting', false],
  ['proxy-unreachable', 'mutx-proxy-unreachable', true],
  ['proxy-refused', 'mutx-proxy-refused', false],
  ['timeout', 'mutx-unreachable', true],
] as const)('not sent: %s', (code, expected, retryable) => {
  expect(failed({ kind: 'not-sent', code, message: 'why', retryable })).toEqual({
    kind: 'not-sent',
    service: 'mutx',
    call: 'POST /v1/api-keys',
    status: undefined,
    code: expected,
    message: 'why',
    retryable,
  });
});

test.each([
  ['timeout', 'mutx-timeout', true],
  ['reset', 'mutx-lost-reply', true],
  ['cut-off', 'mutx-lost-reply', true],
  ['too-large', 'mutx-bad-reply', false],
  ['compressed', 'mutx-bad-reply', false],
  ['bad-http', 'mutx-bad-reply', false],
] as const)('lost: %s', (code, expected, retryable) => {
  expect(failed({ kind: 'lost', code, message: 'why' })).toMatchObject({
    kind: 'unclear',
    status: undefined,
    code: expected,
    message: 'why',
    retryable,
  });
});

test('the server’s words are one clean line, or none where they hold a credential', () => {
  expect(failed(reply(401, detail('no\n::error::\u202e yes'))).message).toBe('no ::error:: yes');
  expect(failed(reply(401, detail(`not ${KEY}`))).message).toBe('(withheld: the text holds a credential)');
  expect(failed(reply(401, detail('x'.repeat(1_000)))).message).toHaveLength(200);
});

test('the request id comes from the header, or else from the body', () => {
  expect(failed(reply(500, error({ request_id: 'b' }), { 'x-request-id': 'h\n' })).requestId).toBe('h');
  expect(failed(reply(422, error({ request_id: 'b' }))).requestId).toBe('b');
  expect(failed(reply(500, page, { 'x-request-id': 'h' })).requestId).toBe('h');
  expect(failed(reply(422, error({ request_id: 7 })))).not.toHaveProperty('requestId');
});

test('a 402 may say where to pay', () => {
  const { hint } = failed(reply(402, detail('pay'), { 'upgrade-url': 'https://mutx.dev/pricing' }));
  expect(hint).toBe('see the plans at https://mutx.dev/pricing');
});

test('a reply that cannot be used', () => {
  expect(badReply(reply(200, json({})), 'the reply.items is not a list', context)).toEqual({
    kind: 'unclear',
    service: 'mutx',
    call: 'POST /v1/api-keys',
    status: 200,
    code: 'mutx-bad-reply',
    message: 'the reply.items is not a list',
    retryable: false,
  });
});
