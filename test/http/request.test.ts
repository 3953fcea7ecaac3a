import { expect, test } from 'vitest';
import type { HttpReply, RequestLine } from '../../src/http/result.ts';
import { JSON_TYPE, type RawServer, reply, startRawServer, TestClient } from './raw-server.ts';

// Holds invariants 3, 5 and 23 of docs/threat-model.md.

const answering = () => startRawServer((socket) => socket.write(reply('200 OK', '{}', JSON_TYPE)));

const headOf = (server: RawServer, connection = 0) => server.received[connection]?.split('\r\n\r\n')[0] ?? '';

test('a GET goes out with its query, asks for JSON that is not compressed, and has no body', async () => {
  await using server = await answering();
  using client = new TestClient(server.url);
  await client.send({
    method: 'GET',
    path: '/v1/api-keys',
    query: { skip: 0, limit: 100, q: 'a&b=c d' },
    headers: { authorization: 'Bearer abc' },
  });
  expect(headOf(server).split('\r\n')).toEqual([
    'GET /v1/api-keys?skip=0&limit=100&q=a%26b%3Dc%20d HTTP/1.1',
    'accept: application/json',
    'accept-encoding: identity',
    'user-agent: test/1',
    'authorization: Bearer abc',
    `Host: localhost:${server.port}`,
    'Connection: keep-alive',
  ]);
  expect(server.received[0]).toMatch(/\r\n\r\n$/);
});

test('a body is sent as JSON, with its length in bytes', async () => {
  await using server = await answering();
  using client = new TestClient(server.url);
  await client.send({ method: 'POST', path: '/keys', body: { name: 'größer ☃' } });
  const [head, body] = server.received[0]?.split('\r\n\r\n') ?? [];
  expect(head).toContain('content-type: application/json');
  expect(head).toContain('content-length: 23');
  expect(Buffer.from(body ?? '', 'latin1').toString('utf8')).toBe('{"name":"größer ☃"}');
});

test('without a body, a POST and a PUT say that there is none, a DELETE says nothing', async () => {
  await using server = await answering();
  using client = new TestClient(server.url);
  for (const method of ['POST', 'PUT', 'DELETE'] as const) await client.send({ method, path: `/${method}` });
  const [post, put, remove] = (server.received[0] ?? '').split('\r\n\r\n');
  expect(post).toContain('content-length: 0');
  expect(put).toContain('content-length: 0');
  expect(remove).not.toMatch(/content-length|transfer-encoding/i);
});

test.each([
  ['/', '/x'],
  ['/api/v3', '/api/v3/x'],
  ['/api/v3/', '/api/v3/x'],
  ['/api/v3//', '/api/v3/x'],
])('the path is appended to the base URL: %s', async (base, expected) => {
  await using server = await answering();
  using client = new TestClient(new URL(base, server.url));
  await client.send({ method: 'GET', path: '/x' });
  expect(headOf(server)).toMatch(new RegExp(`^GET ${expected} `));
});

test('an encoded path arrives as it was encoded', async () => {
  await using server = await answering();
  using client = new TestClient(server.url);
  await client.send({ method: 'GET', path: '/environments/a%2Fb%20c/%2E%2E' });
  expect(headOf(server)).toMatch(/^GET \/environments\/a%2Fb%20c\/%2E%2E /);
});

test.each(['keys', 'keys/1', 'https://elsewhere.test/', '/a b', '/a\r\nx: y', '/a?b=c', '/a#b', '/ä'])(
  'a path that is not one is a bug, and nothing is sent: %j',
  async (path) => {
    await using server = await answering();
    using client = new TestClient(server.url);
    const bug = new TypeError('a request path is not encoded');
    await expect(client.send({ method: 'GET', path })).rejects.toThrow(bug);
    expect(server.connections).toHaveLength(0);
  },
);

test.each(['secret\r\nx-admin: 1', 'secret\n', 'secret\0', 'secret☃'])(
  'a header that is not one line of text is a bug, told without its value: %j',
  async (value) => {
    await using server = await answering();
    using client = new TestClient(server.url);
    const sending = client.send({ method: 'GET', path: '/', headers: { authorization: value } });
    await expect(sending).rejects.toThrow(/^header authorization is not one line of text$/);
    expect(server.connections).toHaveLength(0);
  },
);

test('calls that follow one another share a connection, calls at the same time do not', async () => {
  await using server = await answering();
  using client = new TestClient(server.url);
  await client.send({ method: 'GET', path: '/1' });
  await client.send({ method: 'GET', path: '/2' });
  expect(server.connections).toHaveLength(1);
  await Promise.all([client.send({ method: 'GET', path: '/3' }), client.send({ method: 'GET', path: '/4' })]);
  expect(server.connections).toHaveLength(2);
});

test('for RUNNER_DEBUG each attempt is one line: method, path without query, status, time', async () => {
  await using server = await startRawServer((socket, text) => {
    if (text.includes('/gone')) socket.destroy();
    else socket.write(reply('404 Not Found'));
  });
  const lines: RequestLine[] = [];
  using client = new TestClient(new URL('/base', server.url), { onRequest: (line) => lines.push(line) });
  await client.send({
    method: 'GET',
    path: '/a',
    query: { token: 'x' },
    headers: { authorization: 'Bearer y' },
  });
  await client.send({ method: 'PUT', path: '/gone' });
  await client.send({ method: 'PUT', path: '/late', mayStart: () => false });
  const ms = expect.any(Number);
  expect(lines).toEqual([
    { service: 'mutx', method: 'GET', path: '/base/a', status: 404, ms },
    { service: 'mutx', method: 'PUT', path: '/base/gone', status: 'lost', ms },
    { service: 'mutx', method: 'PUT', path: '/base/late', status: 'not-sent', ms },
  ]);
});

test('an attempt took no longer than the caller waited for it', async () => {
  await using server = await answering();
  const lines: RequestLine[] = [];
  using client = new TestClient(server.url, { onRequest: (line) => lines.push(line) });
  const before = performance.now();
  const result = await client.send({ method: 'GET', path: '/' });
  // Both are rounded.
  const most = performance.now() - before + 1;
  for (const { ms } of [result as HttpReply, ...lines]) {
    expect(ms).toBeGreaterThanOrEqual(0);
    expect(ms).toBeLessThanOrEqual(most);
  }
  expect(lines).toHaveLength(1);
});
