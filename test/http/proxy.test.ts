import { connect, type Socket } from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { errorCode } from '../../src/http/connect.ts';
import { DIALING } from '../../src/http/dial.ts';
import { selfSigned } from './certificate.ts';
import { JSON_TYPE, ManualTimer, reply, startRawServer, TestClient } from './raw-server.ts';

// Holds invariants 21 and 22 of docs/threat-model.md.

const identity = selfSigned('api.mutx.test', 'localhost');
const ok = (socket: Socket) => void socket.write(reply('200 OK', '{}', JSON_TYPE));

beforeAll(() => tls.setDefaultCACertificates([identity.cert]));
beforeEach(() => {
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) {
    vi.stubEnv(name, '');
  }
});
afterEach(() => vi.unstubAllEnvs());

/** Connects everyone to the one server, whatever name they ask for. */
function startProxy(port: number, secure?: typeof identity) {
  return startRawServer((socket, text) => {
    if (!text.startsWith('CONNECT') || !text.endsWith('\r\n\r\n')) return;
    const onward = connect(port, '127.0.0.1', () => {
      socket.removeAllListeners('data');
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => {});
    socket.on('close', () => onward.destroy());
  }, secure);
}

const get = { method: 'GET', path: '/x' } as const;

test.each([
  ['http', 80, undefined, undefined],
  ['https', 443, identity, undefined],
  ['https', 443, identity, identity],
] as const)(
  '%s goes through the proxy that is set (port %d)',
  async (protocol, port, secure, secureProxy) => {
    await using server = await startRawServer(ok, secure);
    await using proxy = await startProxy(server.port, secureProxy);
    vi.stubEnv(`${protocol.toUpperCase()}_PROXY`, proxy.url.href);
    using client = new TestClient(new URL(`${protocol}://api.mutx.test`));
    expect(await client.send(get)).toMatchObject({ kind: 'reply', status: 200 });
    expect(proxy.received[0]).toBe(
      `CONNECT api.mutx.test:${port} HTTP/1.1\r\nhost: api.mutx.test:${port}\r\nConnection: close\r\n\r\n`,
    );
    expect(server.received[0]).toMatch(/^GET \/x HTTP\/1\.1\r\n/);
    expect(server.received[0]).not.toMatch(/proxy/i);
  },
);

test('a tunnel is kept for the next call', async () => {
  await using server = await startRawServer(ok, identity);
  await using proxy = await startProxy(server.port);
  vi.stubEnv('HTTPS_PROXY', proxy.url.href);
  using client = new TestClient(new URL('https://api.mutx.test'));
  await client.send(get);
  await client.send(get);
  expect(proxy.connections).toHaveLength(1);
});

test.each([
  ['user:p%40ss', 'user:p@ss'],
  ['user', 'user:'],
  [':secret', ':secret'],
])('the proxy is told who comes, and the server is not: %s', async (given, sent) => {
  await using server = await startRawServer(ok);
  await using proxy = await startProxy(server.port);
  vi.stubEnv('HTTP_PROXY', `http://${given}@localhost:${proxy.port}`);
  using client = new TestClient(new URL('http://api.mutx.test'));
  expect(await client.send(get)).toMatchObject({ kind: 'reply' });
  expect(proxy.received[0]).toContain(
    `proxy-authorization: Basic ${Buffer.from(sent).toString('base64')}\r\n`,
  );
  expect(server.received[0]).not.toMatch(/proxy-authorization/i);
});

test('loopback is never proxied', async () => {
  await using server = await startRawServer(ok);
  await using proxy = await startProxy(server.port);
  vi.stubEnv('HTTP_PROXY', proxy.url.href);
  using client = new TestClient(server.url);
  expect(await client.send(get)).toMatchObject({ kind: 'reply' });
  expect(proxy.connections).toHaveLength(0);
});

/** A resolver that knows no name, and may not even answer. */
const resolvingNothing = (code = 'ENOTFOUND') => ({
  dialing: { ...DIALING, lookup: () => Promise.reject(Object.assign(new Error('no'), { code })) },
});

test.each([
  ['http', 80],
  ['https', 443],
])('%s goes straight where no proxy is set', async (protocol, port) => {
  using client = new TestClient(new URL(`${protocol}://api.mutx.invalid`), resolvingNothing());
  expect(await client.send(get)).toEqual({
    kind: 'not-sent',
    code: 'unknown-host',
    message: `there is no host api.mutx.invalid:${port} (ENOTFOUND)`,
    retryable: false,
  });
});

test('a name that could not be asked for is not one that does not exist', async () => {
  using client = new TestClient(new URL('http://api.mutx.invalid'), resolvingNothing('EAI_AGAIN'));
  expect(await client.send(get)).toEqual({
    kind: 'not-sent',
    code: 'unreachable',
    message: 'no connection to api.mutx.invalid:80 (EAI_AGAIN)',
    retryable: true,
  });
});

test('a host that was reached before exists, whatever a resolver says later', async () => {
  await using server = await startRawServer(ok);
  let answers = true;
  const lookup = () =>
    answers ? Promise.resolve([{ address: '127.0.0.1' }]) : resolvingNothing().dialing.lookup();
  using client = new TestClient(new URL(`http://once.mutx.test:${server.port}`), {
    dialing: { ...DIALING, lookup },
  });
  expect(await client.send({ method: 'POST', path: '/x' })).toMatchObject({ kind: 'reply' });
  answers = false;
  expect(await client.send({ method: 'POST', path: '/x' })).toMatchObject({
    code: 'unreachable',
    message: `no connection to once.mutx.test:${server.port} (ENOTFOUND)`,
    retryable: true,
  });
});

test('NO_PROXY is honoured: without its proxy, a name that does not exist is not found', async () => {
  await using proxy = await startProxy(1);
  vi.stubEnv('HTTP_PROXY', proxy.url.href);
  vi.stubEnv('NO_PROXY', 'mutx.invalid');
  using client = new TestClient(new URL('http://api.mutx.invalid'), resolvingNothing());
  expect(await client.send(get)).toMatchObject({ kind: 'not-sent', code: 'unknown-host' });
  expect(proxy.connections).toHaveLength(0);
});

test('a proxy that is not there fails the call: nothing goes around it', async () => {
  await using server = await startRawServer(ok);
  const { port } = await (async () => {
    await using gone = await startRawServer();
    return gone;
  })();
  vi.stubEnv('HTTP_PROXY', `http://user:secret@localhost:${port}`);
  using client = new TestClient(new URL(`http://api.mutx.test:${server.port}`));
  expect(await client.send(get)).toEqual({
    kind: 'not-sent',
    code: 'proxy-unreachable',
    message: `no connection to the proxy localhost:${port} (ECONNREFUSED)`,
    retryable: true,
  });
  expect(server.connections).toHaveLength(0);
});

test('a proxy whose name does not exist is a setting, and nothing goes around it', async () => {
  await using server = await startRawServer(ok);
  vi.stubEnv('HTTP_PROXY', 'http://proxy.mutx.invalid:3128');
  using client = new TestClient(new URL(`http://api.mutx.test:${server.port}`), resolvingNothing());
  expect(await client.send(get)).toEqual({
    kind: 'not-sent',
    code: 'proxy-unreachable',
    message: 'there is no host the proxy proxy.mutx.invalid:3128 (ENOTFOUND)',
    retryable: false,
  });
  expect(server.connections).toHaveLength(0);
});

const ENCODE = 'percent-encode the user name and the password';
const AFTER_HOST = new RegExp(
  `^HTTPS?_PROXY has a path, a query or a fragment after the host: ${ENCODE} `,
  'u',
);
const NO_URL = /^HTTPS?_PROXY is not the URL of a proxy, like http:\/\/host:port$/u;
const OTHER_KIND = /^HTTPS?_PROXY names a proxy of another kind than http and https$/u;

test.each([
  ['a word with a colon', ':', NO_URL],
  ['a host without an end', 'http://[::1', NO_URL],
  ['a port that is none', 'http://localhost:eighty', NO_URL],
  ['nothing after the scheme', 'http://', NO_URL],
  [
    'credentials that are not encoded',
    'http://user:100%zz@localhost:1',
    /^HTTPS?_PROXY has a % that encodes nothing: /u,
  ],
  [
    'such credentials without a scheme',
    'user:100%zz@localhost:1',
    /^HTTPS?_PROXY has a % that encodes nothing: /u,
  ],
  ['another protocol', 'socks5://localhost:1', OTHER_KIND],
  ['one that only ends like it', 'shttp://localhost:1', OTHER_KIND],
  ['a # in the password', 'http://user:12#hunter2@localhost:1', AFTER_HOST],
  ['a / in the password', 'http://user:12/hunter2@localhost:1', AFTER_HOST],
  ['a ? in the password', 'http://user:12?hunter2@localhost:1', AFTER_HOST],
  ['a \\ in the password', 'http://user:12\\hunter2@localhost:1', AFTER_HOST],
  ['a # in the password, without a scheme', 'user:hunter2#x@localhost:1', AFTER_HOST],
  ['a path', 'http://localhost:1/hunter2', AFTER_HOST],
])('a proxy that cannot be used fails the call, and nothing goes around it: %s', async (_, proxy, why) => {
  await using server = await startRawServer(ok);
  vi.stubEnv('HTTP_PROXY', proxy);
  vi.stubEnv('HTTPS_PROXY', proxy);
  const dialled: string[] = [];
  const lookup = (host: string) => {
    dialled.push(host);
    return Promise.resolve([{ address: '127.0.0.1' }]);
  };
  for (const protocol of ['http', 'https']) {
    using client = new TestClient(new URL(`${protocol}://localhost.:${server.port}`), {
      dialing: { ...DIALING, lookup },
    });
    const result = await client.send(get);
    expect(result).toMatchObject({
      kind: 'not-sent',
      code: 'proxy-setting',
      message: expect.stringMatching(why),
      retryable: false,
    });
    expect(JSON.stringify(result)).not.toMatch(/hunter2|localhost|user:/u);
  }
  expect(dialled).toEqual([]);
  expect(server.connections).toHaveLength(0);
});

test.each([
  ['a host and a port', 'localhost', ''],
  ['an address and a port', '127.0.0.1', ''],
  ['with credentials', 'user:p%40ss@localhost', `Basic ${Buffer.from('user:p@ss').toString('base64')}`],
  ['with a slash at the end', 'http://localhost', ''],
  ['with a scheme in capitals', 'HTTP://localhost', ''],
  ['with white space around it', ' localhost', ''],
])('a proxy is taken without a scheme too: %s', async (what, host, credentials) => {
  await using server = await startRawServer(ok);
  await using proxy = await startProxy(server.port);
  vi.stubEnv('HTTP_PROXY', `${host}:${proxy.port}${what.includes('slash') ? '/' : ''}`);
  using client = new TestClient(new URL('http://api.mutx.test'));
  expect(await client.send(get)).toMatchObject({ kind: 'reply', status: 200 });
  expect(proxy.received[0]).toContain(credentials);
});

test('a proxy that cannot be used is no matter where none is used', async () => {
  await using server = await startRawServer(ok);
  vi.stubEnv('HTTP_PROXY', 'http://[::1');
  using client = new TestClient(server.url);
  expect(await client.send(get)).toMatchObject({ kind: 'reply' });
});

test('the small spelling of the variables goes first', async () => {
  await using server = await startRawServer(ok, identity);
  await using proxy = await startProxy(server.port);
  vi.stubEnv('HTTPS_PROXY', 'http://[::1');
  vi.stubEnv('https_proxy', proxy.url.href);
  using client = new TestClient(new URL('https://api.mutx.test'));
  expect(await client.send(get)).toMatchObject({ kind: 'reply' });
});

test('certificates are checked, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
  await using server = await startRawServer(ok, selfSigned('localhost'));
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  using client = new TestClient(new URL(`https://localhost:${server.port}`));
  expect(await client.send({ ...get, headers: { authorization: 'Bearer abc' } })).toEqual({
    kind: 'not-sent',
    code: 'tls',
    message: `no TLS connection to localhost:${server.port} (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    retryable: false,
  });
  expect(server.received.join('')).not.toContain('abc');
});

test.each([
  ['a refusal', reply('407 Proxy Authentication Required', '<h1>no</h1>'), 'status 407', false],
  ['a prohibition', reply('403 Forbidden', '<h1>no</h1>'), 'status 403', false],
  ['a failure of its own', reply('503 Service Unavailable'), 'status 503', true],
  ['a limit', reply('429 Too Many Requests'), 'status 429', true],
  ['an early word', 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n', 'it sent something of its own', false],
  ['not HTTP', 'SSH-2.0\r\n', 'HPE_INVALID_CONSTANT', false],
  ['nothing', '', 'ECONNRESET', true],
])('a proxy that answers CONNECT with %s', async (_, bytes, why, retryable) => {
  await using proxy = await startRawServer((socket) => (bytes === '' ? socket.end() : socket.write(bytes)));
  vi.stubEnv('HTTPS_PROXY', proxy.url.href);
  using client = new TestClient(new URL('https://api.mutx.test'));
  expect(await client.send({ ...get, headers: { authorization: 'Bearer abc' } })).toEqual({
    kind: 'not-sent',
    code: 'proxy-refused',
    message: `the proxy localhost:${proxy.port} did not connect to api.mutx.test:443 (${why})`,
    retryable,
  });
  expect(proxy.received.join('')).not.toContain('abc');
  // Whoever refused us is not kept waiting.
  await proxy.ends[0];
});

test('a connection that ends in the middle of TLS is the network’s fault, and may be tried again', async () => {
  await using server = await startRawServer((socket) => socket.destroy());
  using client = new TestClient(new URL(`https://localhost:${server.port}`));
  expect(await client.send(get)).toEqual({
    kind: 'not-sent',
    code: 'unreachable',
    message: `no TLS connection to localhost:${server.port} (ECONNRESET)`,
    retryable: true,
  });
});

test('a port that does not speak TLS refuses it', async () => {
  await using server = await startRawServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  using client = new TestClient(new URL(`https://localhost:${server.port}`));
  expect(await client.send(get)).toMatchObject({ kind: 'not-sent', code: 'tls', retryable: false });
});

test('a proxy whose certificate is nobody’s', async () => {
  await using proxy = await startRawServer(undefined, selfSigned('localhost'));
  vi.stubEnv('HTTPS_PROXY', proxy.url.href);
  using client = new TestClient(new URL('https://api.mutx.test'));
  expect(await client.send(get)).toEqual({
    kind: 'not-sent',
    code: 'proxy-unreachable',
    message: `no TLS connection to the proxy localhost:${proxy.port} (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    retryable: false,
  });
});

test('a proxy that does not answer CONNECT is let go of when the time is over', async () => {
  await using proxy = await startRawServer();
  vi.stubEnv('HTTPS_PROXY', proxy.url.href);
  const timer = new ManualTimer();
  using client = new TestClient(new URL('https://api.mutx.test'), { after: timer.after });
  const sending = client.send(get);
  await proxy.arrived(0, '\r\n\r\n');
  timer.fire();
  expect(await sending).toMatchObject({ kind: 'not-sent', code: 'timeout' });
  await proxy.ends[0];
});

test('the time is over before there is any connection', async () => {
  const timer = new ManualTimer();
  await using server = await startRawServer(ok);
  using client = new TestClient(server.url, { after: timer.after });
  const sending = client.send(get);
  timer.fire();
  expect(await sending).toMatchObject({ kind: 'not-sent', code: 'timeout' });
  // The connection that was on its way goes to waste, and the next call works.
  expect(await client.send(get)).toMatchObject({ kind: 'reply' });
});

test('an address of version 6', async () => {
  using client = new TestClient(new URL('http://[::1]:1'));
  expect(await client.send(get)).toMatchObject({
    message: expect.stringMatching(/^no connection to \[::1\]:1 \(E\w+\)$/),
  });
});

test('of an error only a code is told', () => {
  expect(errorCode(Object.assign(new Error('text'), { code: 'ECONNRESET' }))).toBe('ECONNRESET');
  expect(errorCode(Object.assign(new Error('text'), { code: 'a b' }))).toBe('no code');
  expect(errorCode(new Error('text'))).toBe('no code');
  expect(errorCode('text')).toBe('no code');
});
