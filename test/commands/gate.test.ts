import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Gate } from '../../src/commands/gate.ts';
import type { HttpRequest, HttpResult } from '../../src/http/result.ts';

const REQUEST: HttpRequest = { method: 'POST', path: '/api-keys' };
const DONE: HttpResult = {
  kind: 'reply',
  status: 201,
  headers: new Map(),
  body: { kind: 'empty' },
  date: undefined,
  ms: 1,
};
const NOT_STARTED: HttpResult = { kind: 'not-sent', code: 'not-started', message: 'x', retryable: false };

/** A client that asks right before the bytes leave, when the test says so. */
function wire() {
  const leave: (() => void)[] = [];
  const sent: string[] = [];
  return {
    basePath: '',
    sent,
    connected: () => leave.shift()?.(),
    send: ({ method, mayStart }: HttpRequest) =>
      new Promise<HttpResult>((resolve) => {
        leave.push(() => {
          if (mayStart?.() === false) return resolve(NOT_STARTED);
          sent.push(method);
          resolve(DONE);
        });
      }),
  };
}

/** What came of it by now; undefined: nothing yet. */
async function soFar<T>(promise: Promise<T>): Promise<T | undefined> {
  let value: T | undefined;
  void promise.then((result) => {
    value = result;
  });
  for (let turn = 0; turn < 3; turn++) await setImmediate();
  return value;
}

describe('the gate between a run and the wire', () => {
  it('lets pass what was sent before it was closed', async () => {
    const [gate, http] = [new Gate(), wire()];
    const sending = gate.requests(http).send(REQUEST);
    http.connected();
    expect(await soFar(sending)).toEqual(DONE);
  });

  it('keeps back what was still connecting when it was closed, and the run never hears of it', async () => {
    const [gate, http] = [new Gate(), wire()];
    const sending = gate.requests(http).send(REQUEST);
    gate.close();
    http.connected();
    expect(await soFar(sending)).toBeUndefined();
    expect(http.sent).toEqual([]);
  });

  it('still tells the run of a request whose bytes had left, and of one that was not sent before', async () => {
    const [gate, http] = [new Gate(), wire()];
    const sending = gate.requests(http).send(REQUEST);
    const refused = gate.requests(http).send({ ...REQUEST, mayStart: () => false });
    http.connected();
    http.connected();
    gate.close();
    expect(await soFar(sending)).toEqual(DONE);
    expect(http.sent).toEqual(['POST']);
    const open = new Gate().requests(http).send({ ...REQUEST, mayStart: () => false });
    http.connected();
    expect(await soFar(open)).toEqual(NOT_STARTED);
    expect(await soFar(refused)).toBeUndefined();
  });

  it('asks nothing once it is closed, but for what cleans up', async () => {
    const [gate, http] = [new Gate(), wire()];
    const requests = gate.requests(http, ({ method }) => method === 'DELETE');
    gate.close();
    expect(await soFar(requests.send(REQUEST))).toBeUndefined();
    http.connected();
    const cleaning = requests.send({ ...REQUEST, method: 'DELETE' });
    http.connected();
    expect(await soFar(cleaning)).toEqual(DONE);
    expect(http.sent).toEqual(['DELETE']);
  });

  it('settles when every request on its way has come to something', async () => {
    const [gate, http] = [new Gate(), wire()];
    const requests = gate.requests(http);
    void requests.send(REQUEST);
    void requests.send(REQUEST);
    gate.close();
    const settled = gate.settled().then(() => true);
    expect(await soFar(settled)).toBeUndefined();
    http.connected();
    expect(await soFar(settled)).toBeUndefined();
    http.connected();
    expect(await soFar(settled)).toBe(true);
  });
});
