import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import tls from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import { connect, reset } from '../../src/http/connect.ts';
import { DIALING } from '../../src/http/dial.ts';
import { selfSigned } from './certificate.ts';
import { JSON_TYPE, ManualTimer, reply, startRawServer, TestClient } from './raw-server.ts';

// Holds invariant 21 of docs/threat-model.md.

const identity = selfSigned('localhost');
const elsewhere = selfSigned('elsewhere.test');

// All of them before the first connection: Node keeps what it read then.
beforeAll(() => tls.setDefaultCACertificates([identity.cert, elsewhere.cert]));

const ok = (socket: Socket) => void socket.write(reply('200 OK', '{}', JSON_TYPE));

/** The sockets that this process opens meanwhile, as a client. */
async function watchingSockets<T>(work: (sockets: readonly Socket[]) => Promise<T>): Promise<T> {
  const sockets: Socket[] = [];
  const note = (message: unknown) => sockets.push((message as { socket: Socket }).socket);
  subscribe('net.client.socket', note);
  try {
    return await work(sockets);
  } finally {
    unsubscribe('net.client.socket', note);
  }
}

test.each([
  ['http', undefined],
  ['https', identity],
])('%s: a no sends not one byte of the request, on a new connection or a kept one', async (_, secure) => {
  await using server = await startRawServer(ok, secure);
  using client = new TestClient(server.url);
  let asked = 0;
  const no = () => {
    asked += 1;
    return false;
  };
  const refused = {
    kind: 'not-sent',
    code: 'not-started',
    message: 'the time for sending it was over',
    retryable: false,
  };
  expect(await client.send({ method: 'PUT', path: '/new', body: { a: 1 }, mayStart: no })).toEqual(refused);
  await client.send({ method: 'GET', path: '/' });
  expect(await client.send({ method: 'PUT', path: '/kept', body: { a: 1 }, mayStart: no })).toEqual(refused);
  expect(asked).toBe(2);
  await Promise.all(server.ends);
  expect(server.received.join('')).toMatch(/^GET \/ HTTP/);
  expect(server.received.join('')).not.toContain('PUT');
});

test('the question comes once the connection is made, and the bytes are written before anything else runs', async () => {
  await using server = await startRawServer(ok);
  using client = new TestClient(server.url);
  await watchingSockets(async (sockets) => {
    const seen: unknown[] = [];
    const send = () =>
      client.send({
        method: 'PUT',
        path: '/',
        body: { a: 'x'.repeat(5_000) },
        mayStart: () => {
          const [socket] = sockets;
          const before = socket?.bytesWritten ?? 0;
          seen.push({ connecting: socket?.connecting });
          process.nextTick(() => {
            const written = (socket?.bytesWritten ?? 0) - before;
            seen.push({ allWritten: written > 5_000, waiting: socket?.writableLength });
          });
          return true;
        },
      });
    expect(await send()).toMatchObject({ kind: 'reply' });
    expect(await send()).toMatchObject({ kind: 'reply' });
    const once = [{ connecting: false }, { allWritten: true, waiting: 0 }];
    expect(seen).toEqual([...once, ...once]);
    expect(sockets).toHaveLength(1);
  });
});

test('TLS is done before the question: while the server shakes no hand, nobody asks', async () => {
  // Takes connections, and says nothing on them.
  await using server = await startRawServer();
  const timer = new ManualTimer();
  const url = new URL(`https://localhost:${server.port}`);
  using client = new TestClient(url, { after: timer.after });
  let asked = 0;
  const sending = client.send({
    method: 'PUT',
    path: '/',
    mayStart: () => {
      asked += 1;
      return true;
    },
  });
  await server.arrived(0, '\u0016');
  timer.fire();
  expect(await sending).toEqual({
    kind: 'not-sent',
    code: 'timeout',
    message: 'no connection within 30 s',
    retryable: true,
  });
  expect(asked).toBe(0);
  await server.ends[0];
});

test('a connection that is given up while it is being made is ended', async () => {
  await using server = await startRawServer(ok);
  const timer = new ManualTimer();
  // Called in the step that begins to connect.
  const after = () => {
    timer.fire();
    return () => {};
  };
  using client = new TestClient(server.url, { after: timer.after, dialing: { ...DIALING, after } });
  await watchingSockets(async (sockets) => {
    expect(await client.send({ method: 'GET', path: '/' })).toMatchObject({
      kind: 'not-sent',
      code: 'timeout',
    });
    await new Promise(setImmediate);
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});

test('a connection that fails before its request has it brings nothing down', async () => {
  await using server = await startRawServer();
  const socket = await connect(server.url, new AbortController().signal);
  expect(() => socket.emit('error', new Error('late'))).not.toThrow();
  reset(socket);
  expect(await server.ends[0]).toBe('ECONNRESET');
});

test('a connection that was not made here is ended too', () => {
  const socket = new Socket();
  reset(socket);
  expect(socket.destroyed).toBe(true);
});

test.each([
  ['localhost', true],
  ['127.0.0.1', false],
])('TLS asks for %s by its name: %s; and for HTTP/1.1', async (host, named) => {
  // Takes the greeting, and says nothing.
  await using server = await startRawServer();
  const timer = new ManualTimer();
  using client = new TestClient(new URL(`https://${host}:${server.port}`), { after: timer.after });
  const sending = client.send({ method: 'GET', path: '/' });
  await server.arrived(0, 'http/1.1');
  timer.fire();
  await sending;
  expect(server.received[0]?.includes(host)).toBe(named);
});

test('over TLS too, what is given up is reset', async () => {
  await using server = await startRawServer((socket, text) => {
    if (!text.includes('/late')) ok(socket);
  }, identity);
  const timer = new ManualTimer();
  using client = new TestClient(server.url, { after: timer.after });
  // Over the same connection, so that nothing of the handshake is under way any more.
  await client.send({ method: 'GET', path: '/' });
  const sending = client.send({ method: 'PUT', path: '/late', body: { a: 1 } });
  await server.arrived(0, '{"a":1}');
  timer.fire();
  expect(await sending).toMatchObject({ kind: 'lost', code: 'timeout' });
  expect(await server.ends[0]).toBe('ECONNRESET');
});

test('a certificate of nobody’s: not sent, and none of its words are repeated', async () => {
  await using server = await startRawServer(ok, selfSigned('<b>evil</b>'));
  using client = new TestClient(server.url);
  const result = await client.send({ method: 'PUT', path: '/', headers: { authorization: 'Bearer abc' } });
  expect(result).toEqual({
    kind: 'not-sent',
    code: 'tls',
    message: `no TLS connection to localhost:${server.port} (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    retryable: false,
  });
  expect(server.received.join('')).toBe('');
});

test('a certificate of another name: not sent', async () => {
  await using server = await startRawServer(ok, elsewhere);
  using client = new TestClient(server.url);
  expect(await client.send({ method: 'GET', path: '/' })).toMatchObject({
    kind: 'not-sent',
    message: `no TLS connection to localhost:${server.port} (ERR_TLS_CERT_ALTNAME_INVALID)`,
  });
});

test('an address has no name for TLS to ask for', async () => {
  await using server = await startRawServer(ok, identity);
  using client = new TestClient(new URL(`https://127.0.0.1:${server.port}`));
  expect(await client.send({ method: 'GET', path: '/' })).toMatchObject({
    kind: 'not-sent',
    message: `no TLS connection to 127.0.0.1:${server.port} (ERR_TLS_CERT_ALTNAME_INVALID)`,
  });
});
