import { expect, test } from 'vitest';
import type { HttpReply } from '../../src/http/result.ts';
import { parseHttpDate } from '../../src/http/retry-after.ts';
import { JSON_TYPE, reply, startRawServer, TestClient } from './raw-server.ts';

// Holds invariant 4 of docs/threat-model.md.

async function received(bytes: string | Buffer): Promise<HttpReply> {
  await using server = await startRawServer((socket) => socket.write(bytes));
  using client = new TestClient(server.url);
  const result = await client.send({ method: 'GET', path: '/' });
  expect(result.kind).toBe('reply');
  return result as HttpReply;
}

test('status, headers in lower case, JSON, and the server’s own time', async () => {
  const { status, headers, body, date } = await received(
    reply('201 Created', '{"a":[1]}', JSON_TYPE, 'X-Request-Id: r1', 'Date: Sun, 06 Nov 1994 08:49:37 GMT'),
  );
  expect(status).toBe(201);
  expect(headers.get('x-request-id')).toBe('r1');
  expect(body).toEqual({ kind: 'json', value: { a: [1] } });
  expect(date).toBe(Date.UTC(1994, 10, 6, 8, 49, 37));
});

test('no time of the server’s where it says none: this machine’s is another', async () => {
  expect((await received(reply('200 OK', '1', JSON_TYPE))).date).toBeUndefined();
  expect((await received(reply('200 OK', '1', JSON_TYPE, 'Date: yesterday'))).date).toBeUndefined();
});

test.each(['application/json; charset=utf-8', 'Application/JSON', 'application/problem+json'])(
  'JSON by its content type: %s',
  async (type) => {
    expect((await received(reply('200 OK', '1', `Content-Type: ${type}`))).body).toEqual({
      kind: 'json',
      value: 1,
    });
  },
);

test.each([
  'Content-Type: text/html',
  'Content-Type: application/jsonp',
  'Content-Type: text/application/json',
  'X-No: type',
])('anything else is a text that proves nothing: %s', async (type) => {
  expect((await received(reply('200 OK', '{}', type))).body).toEqual({ kind: 'other', text: '{}' });
});

test('JSON that was cut off is not taken for anything', async () => {
  const { body } = await received(reply('200 OK', '{"key":"mutx_li', JSON_TYPE));
  expect(body).toEqual({ kind: 'other', text: '{"key":"mutx_li' });
});

test('JSON that is not UTF-8 is not mended', async () => {
  const head = Buffer.from(`HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\nContent-Length: 3\r\n\r\n`);
  const { body } = await received(Buffer.concat([head, Buffer.from([0x22, 0xff, 0x22])]));
  expect(body.kind).toBe('other');
});

test('of a long page only its beginning is kept', async () => {
  const { body } = await received(reply('502 Bad Gateway', 'x'.repeat(100_000), 'Content-Type: text/html'));
  expect(body).toEqual({ kind: 'other', text: 'x'.repeat(2_048) });
});

test.each([
  ['204 No Content', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['no bytes', reply('200 OK', '', JSON_TYPE)],
])('empty: %s', async (_, bytes) => {
  expect((await received(bytes)).body).toEqual({ kind: 'empty' });
});

test('a body in chunks, after interim replies', async () => {
  const { body } = await received(
    `HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n${JSON_TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n1\r\n]\r\n0\r\n\r\n`,
  );
  expect(body).toEqual({ kind: 'json', value: [1] });
});

test('cookies are nobody’s business, and identity is no encoding', async () => {
  const { headers } = await received(reply('200 OK', '{}', 'Set-Cookie: a=b', 'Content-Encoding: identity'));
  expect(headers.has('set-cookie')).toBe(false);
});

test('a redirect is a reply; nothing goes to where it points', async () => {
  await using other = await startRawServer();
  await using server = await startRawServer((socket, text) => {
    const to = text.includes('/elsewhere') ? other.url.href : '/same-origin';
    socket.write(reply('307 Temporary Redirect', '', `Location: ${to}`));
  });
  using client = new TestClient(server.url);
  const headers = { authorization: 'Bearer abc' };
  expect(await client.send({ method: 'POST', path: '/here', headers })).toMatchObject({ status: 307 });
  expect(await client.send({ method: 'POST', path: '/elsewhere', headers })).toMatchObject({ status: 307 });
  expect(server.received.join('').match(/POST/g)).toHaveLength(2);
  expect(other.connections).toHaveLength(0);
});

test.each([
  undefined,
  'Sunday, 06-Nov-94 08:49:37 GMT',
  'Sun Nov  6 08:49:37 1994',
  'Sun, 06 Nov 1994 08:49:37',
  'Sun, 06 Nov 1994 08:49:37 +0100',
  'Mon, 06 Nov 1994 08:49:37 GMT',
  'Wed, 31 Jun 1994 08:49:37 GMT',
  '1994-11-06T08:49:37Z',
  'never',
  '',
])('a date in another form is none: %s', (text) => {
  expect(parseHttpDate(text)).toBeUndefined();
});
