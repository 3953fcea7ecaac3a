import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/core/call.ts';
import { type CallPolicy, onlyIfNotDone, patientCalls } from '../../src/core/retry.ts';
import { InMemoryPorts } from './ports.ts';
import { MINUTE, SECOND, START } from './records.ts';
import { breaks, throttles, works } from './scripts.ts';

const list = (ports: InMemoryPorts) => (): Promise<Reply<unknown>> => ports.keys.list();

describe('a patient call', () => {
  it('is tried again, and tells so', async () => {
    const ports = new InMemoryPorts().on('list', breaks, breaks);
    const waits: number[] = [];
    const call = patientCalls(ports, 15 * MINUTE, (_failure, _attempt, wait) => waits.push(wait));
    expect(await call(list(ports))).toMatchObject({ ok: true });
    expect(waits).toEqual([SECOND, 2 * SECOND]);
    expect(ports.sleeps).toEqual(waits);
  });

  it.each([
    ['a call takes too long', 15 * MINUTE, undefined, 6 * MINUTE],
    ['all calls together take too long', MINUTE, undefined, 2 * MINUTE],
    ['the session would end meanwhile', 15 * MINUTE, START + MINUTE, 2 * MINUTE],
  ])('gives up where %s', async (_what, allInAll, sessionEndsAt, retryAfter) => {
    const ports = new InMemoryPorts().always('list', throttles(retryAfter));
    const call = patientCalls({ ...ports, clock: ports.clock, sessionEndsAt }, allInAll, () => {});
    expect(await call(list(ports))).toMatchObject({ ok: false });
    expect(ports.sleeps).toEqual([]);
  });

  it('has all the time there is, and tells nobody, unless it is told otherwise', async () => {
    const ports = new InMemoryPorts().on('list', throttles(4 * MINUTE), works, throttles(4 * MINUTE));
    const call = patientCalls(ports);
    expect(await call(list(ports))).toMatchObject({ ok: true });
    expect(await call(list(ports))).toMatchObject({ ok: true });
    expect(ports.sleeps).toEqual([4 * MINUTE, 4 * MINUTE]);
  });

  it('keeps to the policy of a call that must not be repeated, in the time that is left for it', async () => {
    const ports = new InMemoryPorts().always('list', breaks);
    const call = patientCalls(ports, MINUTE);
    const given: number[] = [];
    const policy: CallPolicy = (timeLeft) => {
      given.push(timeLeft());
      return onlyIfNotDone(timeLeft);
    };
    expect(await call(list(ports), policy)).toMatchObject({ ok: false });
    expect(ports.sleeps).toEqual([]);
    expect(given).toEqual([MINUTE]);
  });

  it('counts what it has waited already', async () => {
    const ports = new InMemoryPorts().always('list', throttles(4 * MINUTE));
    const call = patientCalls(ports, 15 * MINUTE, () => {});
    expect(await call(list(ports))).toMatchObject({ ok: false });
    expect(ports.sleeps).toEqual([4 * MINUTE]);
  });

  it('counts what the calls before it have taken', async () => {
    const ports = new InMemoryPorts().on('list', throttles(4 * MINUTE), works, throttles(2 * MINUTE));
    const call = patientCalls(ports, 6 * MINUTE, () => {});
    expect(await call(list(ports))).toMatchObject({ ok: true });
    expect(await call(list(ports))).toMatchObject({ ok: false });
    expect(ports.sleeps).toEqual([4 * MINUTE]);
  });
});
