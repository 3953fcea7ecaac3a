import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import nock from 'nock';
import { expect, onTestFinished, test, vi } from 'vitest';
import { DIALING } from '../../src/http/dial.ts';
import { notSent } from '../../src/http/failed.ts';
import type { HttpResult } from '../../src/http/result.ts';
import { JSON_TYPE, ManualTimer, reply, startRawServer, TestClient } from './raw-server.ts';

// Holds invariants 13 and 14 of docs/threat-model.md.

interface Came {
  readonly result: HttpResult;
  /** How the connection ended on the server's side. */
  readonly end: string | undefined;
}

async function sentTo(answer: (socket: Socket) => void, maxBytes?: number): Promise<Came> {
  await using server = await startRawServer(answer);
  using client = new TestClient(server.url, maxBytes === undefined ? {} : { maxBytes });
  const result = await client.send({ method: 'POST', path: '/', body: { a: 1 } });
  return { result, end: await server.ends[0] };
}

test('a body that never ends is dropped at the limit, and the connection with it', async () => {
  const { result, end } = await sentTo((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const more = () => {
      while (socket.writable && socket.write(`400\r\n${'x'.repeat(1_024)}\r\n`));
    };
    socket.on('drain', more);
    more();
  });
  expect(result).toEqual({
    kind: 'lost',
    code: 'too-large',
    message: 'the reply is longer than 1048576 bytes',
  });
  expect(end).toBe('ECONNRESET');
});

test('a body at the limit is whole, one byte more is too large', async () => {
  const answer = (length: number) => (socket: Socket) =>
    socket.end(reply('200 OK', `"${'x'.repeat(length - 2)}"`, JSON_TYPE));
  expect((await sentTo(answer(100), 100)).result.kind).toBe('reply');
  expect((await sentTo(answer(101), 100)).result).toMatchObject({ kind: 'lost', code: 'too-large' });
});

const cutOff = {
  kind: 'lost',
  code: 'cut-off',
  message: expect.stringMatching(/^the connection ended in the middle of the reply \([\w ]+\)$/),
};

test('a reply that ends before its length is lost', async () => {
  const { result } = await sentTo((socket) =>
    socket.end(`HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\nContent-Length: 100\r\n\r\n{"a":1}`),
  );
  expect(result).toEqual(cutOff);
});

test('chunks that end without the last one are lost', async () => {
  const { result } = await sentTo((socket) =>
    socket.end(`HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n`),
  );
  expect(result).toEqual(cutOff);
});

test.each([
  ['closed', (socket: Socket) => socket.end()],
  ['reset', (socket: Socket) => socket.resetAndDestroy()],
])('a connection that is %s before the reply: nobody knows what was done', async (_, answer) => {
  expect((await sentTo(answer)).result).toEqual({
    kind: 'lost',
    code: 'reset',
    message: 'the connection ended before the reply (ECONNRESET)',
  });
});

test('a compressed reply is not what was asked for', async () => {
  const zipped = gzipSync('{"a":1}');
  const { result } = await sentTo((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\nContent-Encoding: gzip\r\n`);
    socket.write(`Content-Length: ${zipped.length}\r\n\r\n`);
    socket.write(zipped);
  });
  expect(result).toEqual({
    kind: 'lost',
    code: 'compressed',
    message: 'the reply is compressed, which was not asked for',
  });
});

test.each([
  ['headers without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`, 'HPE_HEADER_OVERFLOW'],
  ['not HTTP', 'SSH-2.0-OpenSSH_9.9\r\n', 'HPE_INVALID_CONSTANT'],
  [
    'two lengths',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    'HPE_UNEXPECTED_CONTENT_LENGTH',
  ],
  [
    'chunks that are none',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
    'HPE_INVALID_CHUNK_SIZE',
  ],
])('%s', async (_, bytes, code) => {
  expect((await sentTo((socket) => socket.write(bytes))).result).toEqual({
    kind: 'lost',
    code: 'bad-http',
    message: `the reply is not HTTP as it should be (${code})`,
  });
});

test('a switch of protocols is no reply', async () => {
  const { result } = await sentTo((socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n'),
  );
  expect(result).toMatchObject({ kind: 'lost', code: 'reset' });
});

test.each([
  ['no headers at all', ''],
  ['headers that trickle', 'HTTP/1.1 200 OK\r\nX-Slow: y'],
  ['interim replies only', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(3)],
  ['a body that stops', `HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\nContent-Length: 9\r\n\r\n{"a"`],
])('the time is over with %s: lost, and what waits in the kernel is thrown away', async (_, bytes) => {
  const timer = new ManualTimer();
  await using server = await startRawServer((socket) => {
    if (bytes !== '') socket.write(bytes);
  });
  using client = new TestClient(server.url, { after: timer.after });
  const sending = client.send({ method: 'POST', path: '/', body: { a: 1 } });
  await server.arrived(0, '{"a":1}');
  timer.fire();
  expect(await sending).toEqual({
    kind: 'lost',
    code: 'timeout',
    message: 'no complete reply within 30 s',
  });
  expect(await server.ends[0]).toBe('ECONNRESET');
  expect(timer.asked).toEqual([30_000]);
});

test('the limit is one of real time when nobody sets another timer', async () => {
  await using server = await startRawServer();
  using client = new TestClient(server.url, { timeoutMs: 20 });
  expect(await client.send({ method: 'GET', path: '/' })).toEqual({
    kind: 'lost',
    code: 'timeout',
    message: 'no complete reply within 0.02 s',
  });
});

test('a timer that fires too late changes nothing, and the timer of a reply is called off', async () => {
  const timer = new ManualTimer();
  await using server = await startRawServer((socket) => socket.write(reply('200 OK', '{}', JSON_TYPE)));
  using client = new TestClient(server.url, { after: timer.after });
  expect((await client.send({ method: 'GET', path: '/1' })).kind).toBe('reply');
  expect(timer.cancelled).toBe(1);
  timer.fire();
  expect((await client.send({ method: 'GET', path: '/2' })).kind).toBe('reply');
  expect(server.connections).toHaveLength(1);
});

test('the timer of real time is called off too, so that it does not keep the process up', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  await using server = await startRawServer((socket) => socket.write(reply('200 OK', '{}', JSON_TYPE)));
  using client = new TestClient(server.url);
  const sending = client.send({ method: 'GET', path: '/' });
  expect(vi.getTimerCount()).toBe(1);
  expect((await sending).kind).toBe('reply');
  expect(vi.getTimerCount()).toBe(0);
});

test('a kept connection that dies with the next request on it: lost, and not sent again', async () => {
  await using server = await startRawServer((socket, text) => {
    if (text.includes('/2')) socket.resetAndDestroy();
    else socket.write(reply('200 OK', '{}', JSON_TYPE));
  });
  using client = new TestClient(server.url);
  await client.send({ method: 'GET', path: '/1' });
  expect(await client.send({ method: 'PUT', path: '/2' })).toMatchObject({ kind: 'lost', code: 'reset' });
  expect(server.connections).toHaveLength(1);
});

test('a POST opens its own connection, so that one the server has given up cannot swallow it', async () => {
  await using server = await startRawServer((socket, text) => {
    // As a server that closes an idle connection in the moment of the next request.
    if (text.includes('first') && text.includes('second')) socket.resetAndDestroy();
    else socket.write(reply('200 OK', '{}', JSON_TYPE));
  });
  using client = new TestClient(server.url);
  await Promise.all(['/first', '/first'].map((path) => client.send({ method: 'GET', path })));
  expect(await client.send({ method: 'POST', path: '/second' })).toMatchObject({
    kind: 'reply',
    status: 200,
  });
  expect(server.connections).toHaveLength(3);
  expect(await Promise.all(server.ends.slice(0, 2))).toEqual(['end', 'end']);
  await client.send({ method: 'GET', path: '/third' });
  expect(server.connections).toHaveLength(3);
});

test.each([
  [499, 1],
  [408, 2],
  [500, 2],
  [503, 2],
])(
  'after %i the next request goes on connection %i: a server may end one after an error without a word',
  async (status, connection) => {
    await using server = await startRawServer((socket, text) => {
      if (text.includes('first') && text.includes('second') && status !== 499) socket.destroy();
      else socket.write(reply(text.includes('second') ? '200 OK' : `${status} Whatever`, '{}', JSON_TYPE));
    });
    using client = new TestClient(server.url);
    expect(await client.send({ method: 'GET', path: '/first' })).toMatchObject({ kind: 'reply', status });
    expect(await client.send({ method: 'PUT', path: '/second' })).toMatchObject({
      kind: 'reply',
      status: 200,
    });
    expect(server.connections).toHaveLength(connection);
    expect(server.received[connection - 1]).toContain('PUT /second');
  },
);

test('a client that is closed gives up what is under way', async () => {
  await using server = await startRawServer();
  using client = new TestClient(server.url);
  const sending = client.send({ method: 'GET', path: '/' });
  await server.arrived(0, '\r\n\r\n');
  client.close();
  expect(await sending).toMatchObject({ kind: 'lost', code: 'reset' });
});

test('a connection that was not made here, as under nock, is ended all the same', async () => {
  nock('https://api.mutx.test')
    .post('/')
    .replyWithError(Object.assign(new Error('no'), { code: 'EPIPE' }));
  const lookup = () => Promise.resolve([{ address: '127.0.0.1' }]);
  using client = new TestClient(new URL('https://api.mutx.test'), { dialing: { ...DIALING, lookup } });
  expect(await client.send({ method: 'POST', path: '/' })).toEqual({
    kind: 'lost',
    code: 'reset',
    message: 'the connection ended before the reply (EPIPE)',
  });
  nock.restore();
});

test('an error of connecting that nobody foresaw: not sent, told by its code', () => {
  const error = Object.assign(new TypeError('text'), { code: 'ERR_INVALID_ARG_TYPE' });
  expect(notSent(error, { timeoutMs: 1, maxBytes: 1 })).toEqual({
    kind: 'not-sent',
    code: 'unreachable',
    message: 'the connection broke (ERR_INVALID_ARG_TYPE)',
    retryable: true,
  });
});
