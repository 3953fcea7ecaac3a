import { describe, expect, it } from 'vitest';
import type { CallFailure, Reply } from '../../src/core/call.ts';
import type { Clock } from '../../src/core/time.ts';
import { estimateWriteTime, Limiter, writesWithin } from '../../src/github/limiter.ts';
import { paced } from '../../src/github/pace.ts';
import type { SecretTarget } from '../../src/rotation/ports.ts';
import { Secret } from '../../src/secrets/secret.ts';
import { VirtualClock } from './virtual-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const VALUE = new Secret('value');
const always = () => true;

type Answer = Reply<'created' | 'updated'>;
const updated: Answer = { ok: true, value: 'updated', date: undefined };

function failing(failure: Partial<CallFailure>): Answer {
  return {
    ok: false,
    failure: {
      kind: 'refused',
      service: 'github',
      call: 'PUT /x',
      status: 403,
      code: 'github-forbidden',
      message: 'no',
      retryable: false,
      ...failure,
    },
  };
}

const limited = (seconds: string) =>
  ({
    kind: 'reply',
    status: 429,
    headers: new Map([['retry-after', seconds]]),
    body: { kind: 'empty' },
    date: undefined,
    ms: 1,
  }) as const;

/** Places that note when they were written. */
function places(count: number, clock: Clock, answer: (write: number) => Answer = () => updated) {
  const starts: number[] = [];
  const targets = Array.from(
    { length: count },
    (_, index): SecretTarget => ({
      label: `acme/${index}`,
      secretName: 'MUTX_API_KEY',
      shared: false,
      prepare: () => Promise.resolve({ ok: true, value: true, date: 1 }),
      metadata: () => Promise.resolve({ ok: true, value: { updatedAt: index }, date: 2 }),
      listed: () => Promise.resolve({ ok: true, value: { updatedAt: index }, date: 3 }),
      write: (value, mayStart) => {
        expect(value).toBe(VALUE);
        expect(mayStart()).toBe(true);
        starts.push(clock.monotonic());
        return Promise.resolve(answer(starts.length));
      },
    }),
  );
  return { targets, starts };
}

/** As the engine does: some at a time, in order. */
async function writeAll(targets: readonly SecretTarget[], mayStart = always, limit = 8): Promise<Answer[]> {
  const answers: Answer[] = [];
  const queue = targets.entries();
  const worker = async () => {
    for (const [index, target] of queue) answers[index] = await target.write(VALUE, mayStart);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return answers;
}

function mostWithin(starts: readonly number[], window: number): number {
  return Math.max(
    ...starts.map((start) => starts.filter((other) => other >= start && other < start + window).length),
  );
}

describe('the pace of writes', () => {
  it('lets one target, and a handful, go at once', async () => {
    const clock = new VirtualClock();
    const { targets, starts } = places(5, clock);
    await clock.until(writeAll(paced(targets, new Limiter(clock))));
    expect(starts).toEqual([0, 0, 0, 0, 0]);
  });

  it('keeps 500 targets under 80 a minute, and in the ten minutes that a rotation has', async () => {
    const clock = new VirtualClock();
    const { targets, starts } = places(500, clock);
    const answers = await clock.until(writeAll(paced(targets, new Limiter(clock))));
    expect(answers.every((answer) => answer.ok)).toBe(true);
    expect(mostWithin(starts, MINUTE)).toBeLessThanOrEqual(76);
    expect(Math.max(...starts)).toBe(estimateWriteTime(500));
    expect(Math.max(...starts)).toBeLessThan(10 * MINUTE);
  });

  it('starts no more than 500 an hour, whichever way they go', async () => {
    const clock = new VirtualClock();
    const { targets, starts } = places(520, clock);
    await clock.until(writeAll(paced(targets, new Limiter(clock))));
    expect(mostWithin(starts, HOUR)).toBe(500);
    expect(starts[500]).toBe(HOUR);
    expect(Math.max(...starts)).toBeGreaterThanOrEqual(HOUR);
  });

  it('does not count towards the hour what GitHub answered with an error, but what it may have done', async () => {
    const clock = new VirtualClock();
    const answers: Answer[] = [
      failing({}),
      failing({ kind: 'unclear', status: 502 }),
      failing({ kind: 'not-sent', status: undefined }),
      failing({ kind: 'unclear', status: undefined }),
    ];
    const { targets, starts } = places(505, clock, (write) => answers[write - 1] ?? updated);
    await clock.until(writeAll(paced(targets, new Limiter(clock))));
    expect(starts.findIndex((start) => start >= HOUR)).toBe(503);
  });

  it('rests for all when GitHub asks one to', async () => {
    const clock = new VirtualClock();
    const { targets, starts } = places(8, clock, (write) =>
      write === 2 ? failing({ kind: 'throttled', status: 429, retryAfter: 30_000 }) : updated,
    );
    await clock.until(writeAll(paced(targets, new Limiter(clock)), always, 1));
    expect(starts.slice(0, 2)).toEqual([0, 0]);
    expect(starts[2]).toBe(30_000);
  });

  /** One place that takes `puts`, and makes as many as `made` says. */
  const taking = (clock: Clock, puts: number, made: number, answer: Answer = updated) => {
    const starts: number[] = [];
    const target: SecretTarget = {
      ...(places(1, clock).targets[0] as SecretTarget),
      puts,
      write: (_value, mayStart) => {
        for (let put = 0; put < made; put++) {
          if (!mayStart()) return Promise.resolve(failing({ kind: 'not-sent', status: undefined }));
          starts.push(clock.monotonic());
        }
        return Promise.resolve(answer);
      },
    };
    return { target, starts };
  };

  it('gives a turn to each request of a write that takes two', async () => {
    const clock = new VirtualClock();
    const { target, starts } = taking(clock, 2, 2);
    const [double] = paced([target], new Limiter(clock));
    expect(double?.puts).toBe(2);
    const { targets, starts: others } = places(4, clock);
    await clock.until(writeAll(paced([target, ...targets], new Limiter(clock)), always, 1));
    expect(starts).toEqual([0, 0]);
    expect(others).toEqual([0, 0, 0, 850]);
  });

  it('writes nothing where the time is over before the second turn', async () => {
    const clock = new VirtualClock();
    const { target, starts } = taking(clock, 2, 2);
    const { targets } = places(4, clock);
    const mayStart = (ahead = 0) => ahead === 0;
    const answers = await clock.until(writeAll(paced([...targets, target], new Limiter(clock)), mayStart, 1));
    expect(answers.map((answer) => answer.ok)).toEqual([true, true, true, true, false]);
    expect(answers[4]).toMatchObject({
      failure: { code: 'github-write-deadline', target: 'acme/0', retryable: false },
    });
    expect(starts).toEqual([]);
    expect(clock.time).toBe(0);
  });

  it('makes the others wait for a second try with a fresh public key, which takes no place in the hour', async () => {
    const clock = new VirtualClock();
    const { target, starts } = taking(clock, 1, 2);
    const { targets, starts: others } = places(500, clock);
    await clock.until(writeAll(paced([target, ...targets], new Limiter(clock)), always, 1));
    expect(starts).toEqual([0, 0]);
    expect(others.slice(0, 4)).toEqual([0, 0, 0, 850]);
    expect(others.findIndex((start) => start >= HOUR)).toBe(499);
  });

  it('asks before the second try whether it may still start', async () => {
    const clock = new VirtualClock();
    const { target, starts } = taking(clock, 1, 2);
    let asked = 0;
    const [one] = paced([target], new Limiter(clock));
    const answer = await one?.write(VALUE, () => {
      asked += 1;
      return asked === 1;
    });
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'not-sent' } });
    expect(starts).toEqual([0]);
  });

  it('never shortens a pause', async () => {
    const clock = new VirtualClock();
    const limiter = new Limiter(clock);
    limiter.pauseWrites(1_000);
    limiter.pauseWrites(500);
    // Of a write that was never counted.
    limiter.releaseWrite(3);
    expect(await clock.until(limiter.takeTurn(always))).toBe(1_000);
  });

  it('waits for a rest that GitHub asked another request for', async () => {
    const clock = new VirtualClock();
    const limiter = new Limiter(clock);
    limiter.heed(limited('30'));
    limiter.heed(limited('10'));
    const { targets, starts } = places(1, clock);
    await clock.until(writeAll(paced(targets, limiter)));
    expect(starts).toEqual([30_000]);
  });

  it('gives up as soon as the time for writing is over, and sends nothing then', async () => {
    const clock = new VirtualClock();
    const { targets, starts } = places(510, clock);
    const answers = await clock.until(
      writeAll(paced(targets, new Limiter(clock)), () => clock.monotonic() < 10 * MINUTE),
    );
    expect(starts).toHaveLength(500);
    expect(clock.time).toBeLessThan(10 * MINUTE + 10_000);
    expect(answers.slice(500)).toHaveLength(10);
    for (const answer of answers.slice(500)) {
      expect(answer).toMatchObject({
        ok: false,
        failure: { kind: 'not-sent', code: 'github-write-deadline', retryable: false },
      });
    }
  });

  it('hands on what a write contradicted, and counts no start where a place only asks', async () => {
    const clock = new VirtualClock();
    const asked: (number | undefined)[] = [];
    const place: SecretTarget = {
      ...(places(1, clock).targets[0] as SecretTarget),
      contradiction: 'was there, and was made',
      write: (_value, mayStart) => {
        for (let page = 0; page < 10; page++) expect(mayStart(0)).toBe(true);
        mayStart();
        return Promise.resolve(updated);
      },
    };
    const [target] = paced([place], new Limiter(clock));
    expect(target?.contradiction).toBe('was there, and was made');
    for (let write = 0; write < 5; write++) {
      await target?.write(VALUE, (ahead) => {
        asked.push(ahead);
        return true;
      });
    }
    expect(clock.monotonic()).toBe(0);
    expect(asked.filter((ahead) => ahead === undefined)).toHaveLength(5);
  });

  it('leaves everything but writing as it is', async () => {
    const clock = new VirtualClock();
    const { targets } = places(1, clock);
    const [target] = paced(targets, new Limiter(clock));
    expect(target).toMatchObject({ label: 'acme/0', secretName: 'MUTX_API_KEY', shared: false, puts: 1 });
    expect(await target?.prepare()).toEqual({ ok: true, value: true, date: 1 });
    expect(await target?.metadata()).toEqual({ ok: true, value: { updatedAt: 0 }, date: 2 });
    expect(await target?.listed()).toEqual({ ok: true, value: { updatedAt: 0 }, date: 3 });
  });
});

describe('what fits', () => {
  it.each([
    [0, 0],
    [1, 0],
    [5, 0],
    [6, 850],
    [500, 420_750],
    [501, HOUR],
    [1_000, HOUR + 420_750],
  ])('%i writes take %i ms', (count, time) => {
    expect(estimateWriteTime(count)).toBe(time);
    expect(writesWithin(time)).toBeGreaterThanOrEqual(count);
  });

  it('within the write deadline is 500', () => {
    expect(writesWithin(10 * MINUTE)).toBe(500);
    expect(writesWithin(MINUTE)).toBe(75);
    expect(writesWithin(0)).toBe(5);
  });
});

describe('room in the hour for all writes of a key', () => {
  /** So many writes, a second apart, the first one at 0, and the time right after the last second. */
  function written(writes: number) {
    const clock = new VirtualClock();
    const limiter = new Limiter(clock);
    for (let write = 0; write < writes; write++) {
      limiter.startWrite();
      clock.time += 1_000;
    }
    return { clock, limiter };
  }

  it('is there while the hour has had fewer than 500 with them', () => {
    expect(written(0).limiter.waitForRoom(500)).toBe(0);
    expect(written(497).limiter.waitForRoom(3)).toBe(0);
  });

  it('comes when as many writes as are too many are an hour old', () => {
    expect(written(500).limiter.waitForRoom(1)).toBe(HOUR - 500_000);
    const { clock, limiter } = written(498);
    const wait = limiter.waitForRoom(5);
    expect(wait).toBe(HOUR + 2_000 - 498_000);
    clock.time += wait - 1;
    expect(limiter.waitForRoom(5)).toBe(1);
    clock.time += 1;
    expect(limiter.waitForRoom(5)).toBe(0);
  });

  it('is the whole hour for a key with more targets than an hour allows, and no more', () => {
    const { clock, limiter } = written(10);
    expect(limiter.waitForRoom(700)).toBe(HOUR + 9_000 - 10_000);
    clock.time = HOUR + 9_000;
    expect(limiter.waitForRoom(700)).toBe(0);
  });

  it('grows by a write that GitHub refused', () => {
    const { limiter } = written(500);
    limiter.releaseWrite(499_000);
    expect(limiter.waitForRoom(1)).toBe(0);
  });
});

const many = (count: number, method: string) => Array.from({ length: count }, () => method);

/** When each of these requests may be made, all asked for at once. */
async function admitted(clock: VirtualClock, methods: readonly string[]): Promise<number[]> {
  const limiter = new Limiter(clock);
  const times: number[] = [];
  const take = async (method: string) => {
    await limiter.admit(method);
    times.push(clock.monotonic());
  };
  await clock.until(Promise.all(methods.map(take)));
  return times;
}

function mostPoints(times: readonly number[], methods: readonly string[], window: number): number {
  const points = methods.map((method) => (method === 'GET' ? 1 : 5));
  return Math.max(
    ...times.map((start) =>
      points.reduce((sum, point, i) => {
        const at = times[i] ?? 0;
        return at >= start && at < start + window ? sum + point : sum;
      }, 0),
    ),
  );
}

describe("GitHub's 900 points a minute", () => {
  it('hold up nothing in a run with a few targets', async () => {
    const clock = new VirtualClock();
    const methods = [...many(100, 'GET'), ...many(40, 'PUT')];
    expect(new Set(await admitted(clock, methods))).toEqual(new Set([0]));
  });

  it.each([['GET'], ['PUT']])('are never passed by a thousand %s', async (method) => {
    const clock = new VirtualClock();
    const methods = many(1_000, method);
    const times = await admitted(clock, methods);
    expect(mostPoints(times, methods, 60_000)).toBeLessThanOrEqual(900);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('come back with time', async () => {
    const clock = new VirtualClock();
    const limiter = new Limiter(clock);
    for (let request = 0; request < 300; request++) await limiter.admit('GET');
    clock.time += 60_000;
    for (let request = 0; request < 300; request++) await limiter.admit('GET');
    expect(clock.time).toBe(60_000);
  });
});
