import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DIALING } from '../../src/http/dial.ts';
import { JSON_TYPE, ManualTimer, reply, startRawServer, TestClient } from './raw-server.ts';

// Holds invariant 21 of docs/threat-model.md.

const ok = (socket: Socket) => void socket.write(reply('200 OK', '{}', JSON_TYPE));
const get = { method: 'GET', path: '/x' } as const;

beforeEach(() => {
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) {
    vi.stubEnv(name, '');
  }
});
afterEach(() => vi.unstubAllEnvs());

const LISTENS_AND_SLEEPS = `
const { createServer } = require('node:net');
const { parentPort, workerData } = require('node:worker_threads');
const server = createServer();
server.listen({ host: workerData.host, port: 0, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  // From now on nothing is accepted: what the queue cannot hold is left without an answer.
  setImmediate(() => {
    Atomics.wait(workerData.wake, 0, 0);
    server.close();
  });
});
`;

/** An address of loopback on which connecting goes on without end, until it is released. */
async function startSilent(host: string) {
  const wake = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(LISTENS_AND_SLEEPS, { eval: true, workerData: { host, wake } });
  const [port] = (await once(worker, 'message')) as [number];
  const fillers: net.Socket[] = [];
  // Fills the queue until a connection stays without an answer.
  for (let answered = true; answered; ) {
    const filler = net.connect({ host, port });
    filler.on('error', () => {});
    fillers.push(filler);
    answered = await Promise.race([
      once(filler, 'connect').then(() => true),
      new Promise<false>((resolve) => setTimeout(resolve, 100, false)),
    ]);
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      Atomics.store(wake, 0, 1);
      Atomics.notify(wake, 0);
      for (const filler of fillers) filler.destroy();
      await worker.terminate();
    },
  };
}

/** Resolves every name to these. */
const to = (...addresses: readonly string[]) => ({
  lookup: () => Promise.resolve(addresses.map((address) => ({ address }))),
});

test('an address that does not answer does not keep the next one waiting, nor is it given up', async () => {
  await using silent = await startSilent('127.0.0.2');
  await using server = await startRawServer(ok, undefined, silent.port);
  const timer = new ManualTimer();
  using client = new TestClient(new URL(`http://api.mutx.test:${silent.port}`), {
    dialing: { ...to('127.0.0.2', '127.0.0.1'), after: timer.after },
  });
  const sending = client.send(get);
  await vi.waitUntil(() => timer.asked.length === 1);
  expect(timer.asked).toEqual([250]);
  expect(server.connections).toHaveLength(0);
  timer.fire();
  expect(await sending).toMatchObject({ kind: 'reply', status: 200 });
});

test('a slow address answers while a dead one after it does not', async () => {
  await using silent = await startSilent('127.0.0.3');
  const slow = net.createServer((socket) => void socket.once('data', () => ok(socket)));
  const timer = new ManualTimer();
  let tried = 0;
  const dialed = vi.spyOn(net, 'connect');
  dialed.mockImplementationOnce(((options: net.NetConnectOpts) => {
    // Its answer is on its way until the second address has been tried.
    const socket = new net.Socket();
    void vi.waitUntil(() => tried > 0).then(() => socket.connect(options));
    return socket;
  }) as typeof net.connect);
  slow.listen(silent.port, '127.0.0.1');
  await once(slow, 'listening');
  using client = new TestClient(new URL(`http://api.mutx.test:${silent.port}`), {
    dialing: {
      ...to('127.0.0.1', '127.0.0.3'),
      after: (ms, fire) =>
        timer.after(ms, () => {
          fire();
          tried += 1;
        }),
    },
  });
  const sending = client.send(get);
  await vi.waitUntil(() => timer.asked.length === 1);
  timer.fire();
  // After the last address there is none to begin with; all that began go on.
  await vi.waitUntil(() => timer.asked.length === 2);
  timer.fire();
  expect(await sending).toMatchObject({ kind: 'reply', status: 200 });
  expect(dialed).toHaveBeenCalledTimes(2);
  dialed.mockRestore();
  slow.close();
});

test('an address that refuses gives way at once, without its head start', async () => {
  await using server = await startRawServer(ok);
  const timer = new ManualTimer();
  using client = new TestClient(new URL(`http://api.mutx.test:${server.port}`), {
    dialing: { ...to('127.0.0.4', '127.0.0.1'), after: timer.after },
  });
  expect(await client.send(get)).toMatchObject({ kind: 'reply', status: 200 });
});

test('a failure of all addresses is that of the first', async () => {
  const { port } = await (async () => {
    await using gone = await startRawServer();
    return gone;
  })();
  using client = new TestClient(new URL(`http://api.mutx.test:${port}`), {
    dialing: { ...DIALING, ...to('127.0.0.4', '127.0.0.1') },
  });
  expect(await client.send(get)).toEqual({
    kind: 'not-sent',
    code: 'unreachable',
    message: `no connection to api.mutx.test:${port} (ECONNREFUSED)`,
    retryable: true,
  });
});

test('a name without any address is not reached', async () => {
  using client = new TestClient(new URL('http://api.mutx.test'), { dialing: { ...DIALING, ...to() } });
  expect(await client.send(get)).toMatchObject({ kind: 'not-sent', code: 'unreachable' });
});

test('a proxy with a silent address is reached by its other one', async () => {
  await using silent = await startSilent('127.0.0.2');
  await using proxy = await startRawServer(
    (socket) => void socket.write(reply('403 Forbidden')),
    undefined,
    silent.port,
  );
  vi.stubEnv('HTTP_PROXY', `http://proxy.mutx.test:${silent.port}`);
  using client = new TestClient(new URL('http://api.mutx.test'), {
    dialing: { ...DIALING, ...to('127.0.0.2', '127.0.0.1') },
  });
  expect(await client.send(get)).toMatchObject({ code: 'proxy-refused' });
  expect(proxy.connections).toHaveLength(1);
});

test('when the time is over, no address is tried any more', async () => {
  await using silent = await startSilent('127.0.0.2');
  await using server = await startRawServer(ok, undefined, silent.port);
  const attempt = new ManualTimer();
  const headStart = new ManualTimer();
  using client = new TestClient(new URL(`http://api.mutx.test:${silent.port}`), {
    after: attempt.after,
    dialing: { ...to('127.0.0.2', '127.0.0.1'), after: headStart.after },
  });
  const sending = client.send(get);
  await vi.waitUntil(() => headStart.asked.length === 1);
  attempt.fire();
  expect(await sending).toMatchObject({ kind: 'not-sent', code: 'timeout' });
  expect(headStart.cancelled).toBeGreaterThan(0);
  expect(server.connections).toHaveLength(0);
});

test('when the time is over while a name is resolved, nothing is dialled', async () => {
  await using server = await startRawServer(ok);
  const attempt = new ManualTimer();
  let answer: (addresses: { address: string }[]) => void = () => {};
  using client = new TestClient(new URL(`http://api.mutx.test:${server.port}`), {
    after: attempt.after,
    dialing: { ...DIALING, lookup: () => new Promise((resolve) => (answer = resolve)) },
  });
  const sending = client.send(get);
  attempt.fire();
  expect(await sending).toMatchObject({ kind: 'not-sent', code: 'timeout' });
  answer([{ address: '127.0.0.1' }]);
  await new Promise(setImmediate);
  expect(server.connections).toHaveLength(0);
});

test('names are resolved as the system does, to addresses or to an error', async () => {
  expect(await DIALING.lookup('localhost')).toContainEqual(expect.objectContaining({ address: '127.0.0.1' }));
  const empty = DIALING.lookup('nothing.of.that.name.invalid');
  await expect(empty).rejects.toMatchObject({ code: expect.stringMatching(/^E/u) });
});
