import { describe, expect, it } from 'vitest';
import type { CallFailure, Reply } from '../../src/core/call.ts';
import { WRITE_DEADLINE } from '../../src/core/limits.ts';
import { idempotent, nextWait, onlyIfNotDone, Stopwatch, tryCall } from '../../src/core/retry.ts';
import type { Clock } from '../../src/core/time.ts';
import { MINUTE, SECOND } from './records.ts';

// Holds invariant 13 of docs/threat-model.md.

const failure: CallFailure = {
  kind: 'unclear',
  service: 'mutx',
  call: 'GET /v1/api-keys',
  status: 502,
  code: 'server-error',
  message: 'bad gateway',
  retryable: true,
};
const policy = idempotent(() => 5 * MINUTE);

describe('the wait before the next try', () => {
  it('doubles from one second on, by half to the whole of it', () => {
    expect([1, 2, 3].map((attempt) => nextWait(policy, failure, attempt, 1))).toEqual([1_000, 2_000, 4_000]);
    expect([1, 2, 3].map((attempt) => nextWait(policy, failure, attempt, 0))).toEqual([500, 1_000, 2_000]);
  });

  it('never grows beyond half a minute', () => {
    expect(nextWait({ ...policy, tries: 99 }, failure, 50, 1)).toBe(30_000);
  });

  it('is what the server asks for, if that is longer', () => {
    expect(nextWait(policy, { ...failure, retryAfter: MINUTE }, 1, 1)).toBe(MINUTE);
    expect(nextWait(policy, { ...failure, retryAfter: 1 }, 1, 1)).toBe(1_000);
  });

  it('is none when it would use up the time left', () => {
    const impatient = idempotent(() => 1_000);
    expect(nextWait(impatient, failure, 1, 1)).toBeUndefined();
    expect(nextWait(impatient, failure, 1, 0.9)).toBe(950);
    expect(nextWait(policy, { ...failure, retryAfter: 5 * MINUTE }, 1, 1)).toBeUndefined();
  });

  it('is none after the fourth try, and for what does not get better', () => {
    expect(nextWait(policy, failure, 3, 1)).toBe(4_000);
    expect(nextWait(policy, failure, 4, 1)).toBeUndefined();
    expect(nextWait(policy, { ...failure, retryable: false }, 1, 1)).toBeUndefined();
  });

  it('is none where the call may have been done and must not be done twice', () => {
    const careful = onlyIfNotDone(() => MINUTE);
    expect(nextWait(careful, { ...failure, kind: 'throttled' }, 1, 1)).toBe(1_000);
    expect(nextWait(careful, { ...failure, kind: 'not-sent' }, 1, 1)).toBe(1_000);
    expect(nextWait(careful, failure, 1, 1)).toBeUndefined();
    expect(nextWait(careful, { ...failure, kind: 'refused' }, 1, 1)).toBeUndefined();
    expect(nextWait(careful, { ...failure, kind: 'throttled' }, 4, 1)).toBeUndefined();
  });
});

describe('trying a call', () => {
  /** Answers in turn; notes each wait. */
  function scripted(...replies: Reply<string>[]) {
    const sleeps: number[] = [];
    const told: unknown[] = [];
    const clock: Clock = {
      now: () => 0,
      monotonic: () => 0,
      sleep: (duration) => {
        sleeps.push(duration);
        return Promise.resolve();
      },
    };
    let calls = 0;
    const call = () => {
      const reply = replies[calls];
      calls += 1;
      if (reply === undefined) throw new Error('called once too often');
      return Promise.resolve(reply);
    };
    const retrying = {
      clock,
      random: () => 1,
      onRetry: (_: CallFailure, attempt: number, wait: number) => told.push([attempt, wait]),
    };
    return { call, retrying, sleeps, told, calls: () => calls };
  }
  const done: Reply<string> = { ok: true, value: 'done', date: undefined };
  const failed: Reply<string> = { ok: false, failure };

  it('stops at the first reply that is ok, and tells of every wait before it sleeps', async () => {
    const { call, retrying, sleeps, told } = scripted(failed, failed, done);
    expect(await tryCall(call, policy, retrying)).toBe(done);
    expect(sleeps).toEqual([1_000, 2_000]);
    expect(told).toEqual([
      [1, 1_000],
      [2, 2_000],
    ]);
  });

  it('gives the last failure after four tries', async () => {
    const last: Reply<string> = { ok: false, failure: { ...failure, status: 503 } };
    const { call, retrying, calls } = scripted(failed, failed, failed, last);
    expect(await tryCall(call, policy, retrying)).toBe(last);
    expect(calls()).toBe(4);
  });
});

describe('a stopwatch', () => {
  function withHands() {
    const hands = { wall: 0, monotonic: 0 };
    const clock: Clock = {
      now: () => hands.wall,
      monotonic: () => hands.monotonic,
      sleep: () => Promise.resolve(),
    };
    return { hands, watch: new Stopwatch(clock) };
  }

  it('shows the larger of both clocks: a monotonic one may have stood still, a wall clock gone back', () => {
    const { hands, watch } = withHands();
    Object.assign(hands, { wall: MINUTE, monotonic: SECOND });
    expect(watch.elapsed()).toBe(MINUTE);
    expect(watch.leastElapsed()).toBe(SECOND);
    Object.assign(hands, { wall: -MINUTE, monotonic: 2 * SECOND });
    expect(watch.elapsed()).toBe(2 * SECOND);
  });

  it('never shows less than nothing as what has certainly passed', () => {
    const { hands, watch } = withHands();
    hands.wall = -MINUTE;
    expect(watch.leastElapsed()).toBe(0);
  });

  it('lets a write start until ten minutes have passed by either clock', () => {
    const { hands, watch } = withHands();
    const { beforeDeadline } = watch;
    hands.wall = WRITE_DEADLINE - 1;
    expect(beforeDeadline()).toBe(true);
    hands.monotonic = WRITE_DEADLINE;
    expect(beforeDeadline()).toBe(false);
  });

  it('can be asked whether a write may still start so much later', () => {
    const { hands, watch } = withHands();
    hands.wall = MINUTE;
    expect(watch.beforeDeadline(WRITE_DEADLINE - MINUTE - 1)).toBe(true);
    expect(watch.beforeDeadline(WRITE_DEADLINE - MINUTE)).toBe(false);
  });
});
