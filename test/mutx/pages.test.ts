import { describe, expect, test } from 'vitest';
import type { CallFailure, Reply } from '../../src/core/call.ts';
import type { KeyPage } from '../../src/mutx/decode.ts';
import { type Ask, ListReader, readFirstPages, type Unread } from '../../src/mutx/pages.ts';
import type { KeyRecord } from '../../src/rotation/ports.ts';
import { VirtualClock } from '../github/virtual-clock.ts';

// Holds invariant 13 of docs/threat-model.md.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FOREVER = Number.POSITIVE_INFINITY;

const failure: CallFailure = {
  kind: 'unclear',
  service: 'mutx',
  call: 'GET /v1/api-keys',
  status: 500,
  code: 'mutx-server-error',
  message: 'an error without words',
  retryable: true,
};
const throttled: CallFailure = {
  ...failure,
  kind: 'throttled',
  status: 429,
  code: 'mutx-rate-limited',
  retryAfter: MINUTE,
};

/** MUTX as far as its list goes, and a reader. */
class World {
  readonly clock = new VirtualClock();
  /** Oldest first. */
  keys: KeyRecord[];
  /** Where each page that was asked for began. */
  readonly asked: number[] = [];
  readonly retries: (readonly [code: string, attempt: number, wait: number])[] = [];
  readonly unread: Unread[] = [];
  /** The most a page has, whatever is asked for. */
  atMost = 100;
  /** How the server counts; a guess for the reader. */
  total = (all: number) => all;
  /** How many of the newest keys the server that answers does not have yet. */
  stale: (skip: number, nth: number) => number = () => 0;
  /** What is answered instead, or happens before the answer. */
  before: (skip: number, nth: number) => CallFailure | undefined = () => undefined;
  latency = 0;
  readonly reader: ListReader;

  /** @param count keys, the newest a moment old, each so much older than the next */
  constructor(count: number, apart = MINUTE) {
    this.keys = Array.from({ length: count }, (_, index) => this.#record(count - 1 - index, apart));
    this.reader = new ListReader(this.ask, {
      clock: this.clock,
      random: () => 0.5,
      onRetry: ({ code }, attempt, wait) => this.retries.push([code, attempt, wait]),
      onUnread: (unread) => this.unread.push(unread),
    });
  }

  readonly ask: Ask = async (skip, limit) => {
    this.asked.push(skip);
    const refusal = this.before(skip, this.asked.length);
    const value = this.#page(skip, Math.min(limit, this.atMost), this.stale(skip, this.asked.length));
    const date = this.clock.now();
    if (this.latency > 0) await this.clock.sleep(this.latency);
    return refusal === undefined ? { ok: true, value, date } : { ok: false, failure: refusal };
  };

  /** Other clients make keys. */
  make(count: number): void {
    for (let n = 0; n < count; n++) {
      this.keys.push({ ...this.#record(0, 0), id: `made${this.keys.length}` });
    }
  }

  async read(all = false, sessionLeft = FOREVER): Promise<Reply<readonly KeyRecord[]>> {
    return this.clock.until(this.reader.read(all, sessionLeft));
  }

  async ids(all = false): Promise<readonly string[]> {
    const reply = await this.read(all);
    if (!reply.ok) throw new Error(reply.failure.message);
    return reply.value.map(({ id }) => id);
  }

  #record(place: number, apart: number): KeyRecord {
    const createdAt = -place * apart;
    return {
      id: `k${place}`,
      name: 'n',
      createdAt,
      expiresAt: undefined,
      lastUsed: undefined,
      isActive: false,
    };
  }

  #page(skip: number, length: number, stale: number): KeyPage {
    const end = this.keys.length - stale - skip;
    const keys = this.keys.slice(Math.max(0, end - length), Math.max(0, end)).toReversed();
    return { keys, hasMore: end > length, total: this.total(this.keys.length - stale) };
  }
}

const all = (count: number) => Array.from({ length: count }, (_, place) => `k${place}`);

describe('a list of keys', () => {
  test.each([
    [0, 1],
    [1, 1],
    [100, 1],
    [101, 2],
    [199, 2],
    [200, 3],
    [1_000, 11],
    [1_980, 20],
  ])('of %i takes %i requests, and none is missed', async (count, requests) => {
    const world = new World(count);
    expect(await world.ids()).toEqual(all(count));
    expect(world.asked).toHaveLength(requests);
    expect(world.unread).toEqual([]);
  });

  test('that one page holds says nothing of how it was read', async () => {
    expect(await new World(3).read()).toEqual({ ok: true, date: 0, value: expect.anything() });
  });

  test('of several pages says when the last of them was asked for', async () => {
    const world = new World(150);
    world.latency = SECOND;
    expect(await world.read()).toMatchObject({
      date: 0,
      reading: { lastDate: SECOND, lastAsked: SECOND, since: undefined },
    });
  });

  test('is read from a server that gives fewer than it is asked for', async () => {
    const world = new World(120);
    world.atMost = 50;
    expect(await world.ids()).toEqual(all(120));
    expect(world.asked).toEqual([0, 49, 98]);
    world.atMost = 1;
    expect(await new World(1).ids()).toEqual(all(1));
  });

  test('is read from a server that gives one at a time', async () => {
    const world = new World(12);
    world.atMost = 1;
    expect(await world.ids()).toEqual(all(12));
  });

  test('is read to its end where its total is too low: it is no reason to stop', async () => {
    const world = new World(340);
    world.total = () => 0;
    expect(await world.ids()).toEqual(all(340));
  });

  test.each([40, 340])('of %i that ends before its total has holes, and is none', async (count) => {
    for (const total of [count + 1, 3_500]) {
      const world = new World(count);
      world.total = () => total;
      expect(await world.read()).toMatchObject({
        failure: {
          kind: 'unclear',
          code: 'mutx-bad-reply',
          retryable: true,
          message: `the list ended after ${count} of ${total} keys`,
        },
      });
    }
  });

  test('that names a key twice and another one never is none', async () => {
    const world = new World(150);
    const [twice] = world.keys;
    if (twice === undefined) throw new Error('there is one');
    world.keys[1] = twice;
    expect(await world.read()).toMatchObject({
      failure: { code: 'mutx-bad-reply', message: 'the list ended after 149 of 150 keys' },
    });
  });

  test('of which a page does not continue the one before it is none: keys may be between them', async () => {
    const world = new World(250);
    world.stale = (skip) => (skip === 99 ? 5 : 0);
    expect(await world.read()).toMatchObject({
      failure: {
        kind: 'unclear',
        code: 'mutx-bad-reply',
        retryable: true,
        message: 'a page of the list does not continue the one before it: keys may be missing between them',
      },
    });
    // Once more, in case a key was made in between, and no more than that.
    expect(world.asked.filter((skip) => skip === 99)).toHaveLength(2);
  });

  test('of which a page comes from a stale server once is read: asked again, it continues', async () => {
    const world = new World(250);
    world.stale = (skip, nth) => (skip === 99 && nth === 2 ? 5 : 0);
    expect(await world.ids()).toEqual(all(250));
  });

  test('of which later pages are shorter than the first is none', async () => {
    const world = new World(250);
    world.before = () => {
      world.atMost = world.asked.length === 1 ? 100 : 50;
      return undefined;
    };
    expect(await world.read()).toMatchObject({ failure: { code: 'mutx-bad-reply', retryable: true } });
  });

  test('that ends with an empty page instead of what is left is none', async () => {
    const world = new World(101);
    world.before = (skip) => {
      if (skip > 0) world.keys = world.keys.slice(2, 101);
      return undefined;
    };
    expect(await world.read()).toMatchObject({ failure: { code: 'mutx-bad-reply', retryable: true } });
  });

  test('from which a key is removed while it is read is read in a second attempt', async () => {
    const world = new World(250);
    world.before = (_, nth) => {
      if (nth === 2) world.keys.splice(-10, 1);
      return undefined;
    };
    expect(await world.read()).toMatchObject({ failure: { code: 'mutx-bad-reply', retryable: true } });
    expect(await world.ids()).toHaveLength(249);
  });

  test('from which a key is removed that is still to come is read', async () => {
    const world = new World(250);
    world.before = (_, nth) => {
      if (nth === 2) world.keys.shift();
      return undefined;
    };
    expect(await world.ids()).toEqual(all(249));
  });

  test('that goes on after an empty page is none', async () => {
    const { clock } = new World(0);
    const reader = new ListReader(
      async () => ({ ok: true, value: { keys: [], hasMore: true, total: 5 }, date: undefined }),
      { clock, random: () => 0.5, onRetry: () => {}, onUnread: () => {} },
    );
    expect(await reader.read(false, FOREVER)).toMatchObject({ failure: { code: 'mutx-bad-reply' } });
  });

  test('that says that there are more and gives the same again is not believed', async () => {
    const world = new World(150);
    const reply = await world.clock.until(
      new ListReader(async () => ({ ok: true, value: { ...(await page(world)), hasMore: true }, date: 0 }), {
        clock: world.clock,
        random: () => 0.5,
        onRetry: () => {},
        onUnread: () => {},
      }).read(false, FOREVER),
    );
    expect(reply).toMatchObject({
      failure: { code: 'mutx-bad-reply', message: 'pages that bring nothing new say that there are more' },
    });
  });
});

async function page(world: World): Promise<KeyPage> {
  const reply = await world.ask(0, 100);
  if (!reply.ok) throw new Error('it is answered');
  return reply.value;
}

describe('keys that are made while a list is read', () => {
  test.each([1, 7, 99, 100, 250])('%i of them hide none, whichever page they come before', async (made) => {
    for (let nth = 2; nth <= 5; nth++) {
      const world = new World(400);
      world.before = (_, asked) => {
        if (asked === nth) world.make(made);
        return undefined;
      };
      const ids = new Set(await world.ids());
      expect(all(400).filter((id) => !ids.has(id))).toEqual([]);
    }
  });

  test('hide none where pages that were asked for at the same time are answered in another order', async () => {
    const world = new World(300);
    const { ask } = world;
    // The third page is answered first; then a key is made; then comes the second.
    let made = 0;
    const reader = new ListReader(
      async (skip, limit) => {
        if (skip === 99 && made === 0) {
          await world.clock.sleep(SECOND);
          made = 1;
          world.make(1);
        }
        return ask(skip, limit);
      },
      { clock: world.clock, random: () => 0.5, onRetry: () => {}, onUnread: () => {} },
    );
    const reply = await world.clock.until(reader.read(false, FOREVER));
    const ids = new Set(reply.ok ? reply.value.map(({ id }) => id) : []);
    expect(all(300).filter((id) => !ids.has(id))).toEqual([]);
    // Read after the second page: now nothing can be between them.
    expect(world.asked.filter((skip) => skip === 198)).toHaveLength(2);
  });
});

describe('a page that MUTX does not give', () => {
  test('the first one is left to the caller', async () => {
    const world = new World(150);
    world.before = () => throttled;
    expect(await world.read()).toEqual({ ok: false, failure: throttled });
    expect(world.asked).toEqual([0]);
    expect(world.clock.now()).toBe(0);
  });

  test('is asked for again by itself, not the whole list', async () => {
    const world = new World(500);
    world.before = (_, nth) => (nth === 3 ? failure : undefined);
    expect(await world.ids()).toEqual(all(500));
    expect(world.asked).toEqual([0, 99, 198, 297, 396, 495, 198]);
    expect(world.retries).toEqual([['mutx-server-error', 1, 750]]);
  });

  test('four times without one ends the list, and it is not read anew', async () => {
    const world = new World(500);
    world.before = (skip) => (skip === 198 ? failure : undefined);
    expect(await world.read()).toEqual({ ok: false, failure: { ...failure, retryable: false } });
    expect(world.asked.filter((skip) => skip === 198)).toHaveLength(4);
    expect(world.asked.filter((skip) => skip === 0)).toHaveLength(1);
  });

  test('ends the list where asking again does not help', async () => {
    const world = new World(150);
    const refused: CallFailure = { ...failure, kind: 'refused', status: 401, retryable: false };
    world.before = (skip) => (skip > 0 ? refused : undefined);
    expect(await world.read()).toEqual({ ok: false, failure: refused });
  });

  test('for its limit is waited for and reported once, and all others wait with it', async () => {
    const world = new World(700);
    world.latency = 100;
    world.before = (skip, nth) => (skip > 0 && nth <= 8 ? throttled : undefined);
    expect(await world.ids()).toEqual(all(700));
    expect(world.retries).toEqual([['mutx-rate-limited', 1, 67_500]]);
    // Each page a second time, after the wait, and some time apart: others share the limit.
    expect(world.asked).toHaveLength(15);
    expect(world.clock.now()).toBe(200 + 67_500 + 6 * 9_600 + 100);
  });
});

/** No more than a hundred in any minute, for all; a refusal asks to wait a whole one. */
function limiter(clock: VirtualClock) {
  let starts: number[] = [];
  return () => {
    starts = starts.filter((at) => at > clock.now() - MINUTE);
    if (starts.length >= 100) return throttled;
    starts.push(clock.now());
    return undefined;
  };
}

describe('a list that has grown for years', () => {
  test('keeps below the limit by itself: a quarter of it is left to others', async () => {
    const world = new World(40_000, 13 * MINUTE);
    const limit = limiter(world.clock);
    let refused = 0;
    world.before = () => {
      const refusal = limit();
      if (refusal !== undefined) refused += 1;
      return refusal;
    };
    expect(await world.ids()).toHaveLength(40_000);
    expect(refused).toBe(0);
    expect(world.asked).toHaveLength(405);
    expect(world.clock.now()).toBe(5 * MINUTE);
    expect(world.unread).toEqual([]);
  });

  test('that met the limit once is read slowly at first, and still to its end', async () => {
    const world = new World(40_000, 13 * MINUTE);
    world.before = (_, nth) => (nth === 20 ? throttled : undefined);
    expect(await world.ids()).toHaveLength(40_000);
    expect(world.unread).toEqual([]);
    expect(world.clock.now()).toBeGreaterThan(8 * MINUTE);
  });

  test('is read back to what no key that expires outlives, and says so', async () => {
    const world = new World(40_000, 20 * MINUTE);
    const reply = await world.read();
    // 366 days hold 26,352 of them.
    expect(reply.ok && reply.value.length).toBeGreaterThan(26_352);
    expect(reply.ok && reply.value.length).toBeLessThan(26_352 + 900);
    const { since, because } = world.unread[0] ?? {};
    expect(because).toBe('age');
    expect(since).toBeLessThan(-366 * DAY);
    expect(reply).toMatchObject({ reading: { since } });
  });

  test('is read to its end where that costs little', async () => {
    const world = new World(1_900, DAY);
    expect(await world.ids()).toEqual(all(1_900));
    expect(world.unread).toEqual([]);
  });

  test('is read to its end where all of it is asked for', async () => {
    const world = new World(10_000, 2 * HOUR);
    expect(await world.ids(true)).toHaveLength(10_000);
    expect(world.unread).toEqual([]);
  });

  test('is read to its end where it is not in the order of age: then what comes is not known to be older', async () => {
    const world = new World(3_000, DAY);
    const [oldest, ...others] = world.keys;
    if (oldest === undefined) throw new Error('there is one');
    world.keys = [...others.slice(0, -50), oldest, ...others.slice(-50)];
    expect(await world.ids()).toHaveLength(3_000);
    expect(world.unread).toEqual([]);
  });

  test('takes memory for the revoked keys that are asked for, and no others', async () => {
    const world = new World(5_000);
    world.keys = world.keys.map((key) => ({ ...key, isActive: key.id.endsWith('00') }));
    const keepsRevoked = ({ id }: KeyRecord) => id === 'k4321';
    const ports = {
      clock: world.clock,
      random: () => 0.5,
      onRetry: () => {},
      onUnread: () => {},
      keepsRevoked,
    };
    const reader = new ListReader(world.ask, ports);
    const reply = await world.clock.until(reader.read(false, FOREVER));
    // Fifty end in two zeros: those of k100, k200 and so on.
    expect(reply.ok && reply.value.filter(({ isActive }) => isActive)).toHaveLength(49);
    expect(reply.ok && reply.value.filter(({ isActive }) => !isActive).map(({ id }) => id)).toEqual([
      'k4321',
    ]);
    const none = new World(5_000);
    const empty = new ListReader(none.ask, { ...ports, clock: none.clock, keepsRevoked: () => false });
    expect(await none.clock.until(empty.read(false, FOREVER))).toMatchObject({ value: [] });
    const { length } = none.asked;
    // It is known where they end, though none of them was kept.
    await none.clock.until(empty.read(false, FOREVER));
    expect(none.asked.slice(length)).toEqual([0]);
  });

  test('is read for ten minutes at the most, and what was read counts', async () => {
    const world = new World(100_000, MINUTE);
    const reply = await world.read(true);
    expect(world.clock.now()).toBeLessThanOrEqual(10 * MINUTE);
    expect(reply.ok && reply.value.length).toBeGreaterThan(70_000);
    const since = reply.ok ? reply.value.at(-1)?.createdAt : undefined;
    expect(world.unread).toEqual([{ since, because: 'time' }]);
    expect(reply).toMatchObject({ reading: { since } });
  });

  test('takes no more than half of what is left of the session', async () => {
    const world = new World(40_000, MINUTE);
    await world.read(true, 4 * MINUTE);
    expect(world.clock.now()).toBeLessThanOrEqual(2 * MINUTE);
    expect(world.unread).toMatchObject([{ because: 'time' }]);
  });

  test('ends where MUTX asks to wait beyond that', async () => {
    const world = new World(1_000);
    world.before = (_, nth) => (nth > 5 ? throttled : undefined);
    const reply = await world.read(false, 90 * SECOND);
    expect(reply.ok && reply.value.length).toBe(100 + 4 * 99);
    expect(world.unread).toMatchObject([{ because: 'time' }]);
  });

  test('is shared: twelve who read it at the same time all come to its end', async () => {
    const worlds = Array.from({ length: 12 }, () => new World(2_000));
    const [{ clock } = new World(0)] = worlds;
    const limit = limiter(clock);
    let requests = 0;
    const lists = worlds.map((world, index) => {
      const random = () => ((index * 7) % 12) / 12;
      const ask: Ask = async (skip, most) => {
        requests += 1;
        const refusal = limit();
        return refusal === undefined ? world.ask(skip, most) : { ok: false, failure: refusal };
      };
      return new ListReader(ask, { clock, random, onRetry: () => {}, onUnread: () => {} }).read(
        false,
        FOREVER,
      );
    });
    const replies = await clock.until(Promise.all(lists));
    expect(replies.map((reply) => reply.ok && reply.value.length)).toEqual(lists.map(() => 2_000));
    // 252 pages.
    expect(requests).toBeLessThan(2 * 252);
  });
});

describe('a list that is read again', () => {
  test('goes back only as far as a key worked before: a revoked one never works again', async () => {
    const world = new World(5_000);
    const living = world.keys.findIndex(({ id }) => id === 'k250');
    const key = world.keys[living];
    if (key === undefined) throw new Error('there is one');
    world.keys[living] = { ...key, isActive: true };
    expect(await world.ids()).toHaveLength(5_000);
    const { length } = world.asked;
    world.keys[living] = key;
    world.make(2);
    const again = await world.read();
    expect(world.asked.slice(length)).toEqual([0, 99, 198]);
    expect(again.ok && again.value).toHaveLength(5_002);
    expect(again.ok && again.value.find(({ id }) => id === 'k250')?.isActive).toBe(false);
  });

  test('goes back to the newest of before where none worked', async () => {
    const world = new World(5_000);
    await world.read();
    const { length } = world.asked;
    expect(await world.ids()).toHaveLength(5_000);
    expect(world.asked.slice(length)).toEqual([0]);
  });

  test('still says what was not looked at before; and for all of it, all of it is read', async () => {
    const world = new World(40_000, 20 * MINUTE);
    await world.read();
    const since = world.unread[0]?.since;
    expect(await world.read()).toMatchObject({ reading: { since } });
    expect(world.unread).toHaveLength(1);
    expect(await world.ids(true)).toHaveLength(40_000);
  });
});

test.each([
  ['one page', 40, 1, 40, [0]],
  ['as many pages as there are', 250, 5, 250, [0, 100, 200]],
  ['no more pages than it may', 1_000, 3, 300, [0, 100, 200]],
  ['nothing', 0, 3, 0, [0]],
] as const)('the newest keys, read to %s', async (_, count, most, length, asked) => {
  const world = new World(count);
  expect(await readFirstPages(world.ask, most)).toMatchObject({ ok: true, date: 0, value: { length } });
  expect(world.asked).toEqual(asked);
});

test('the newest keys of a server that has more and gives none', async () => {
  const value: KeyPage = { keys: [], hasMore: true, total: 5 };
  const reply = await readFirstPages(async () => ({ ok: true, value, date: undefined }), 3);
  expect(reply).toMatchObject({ ok: false, failure: { kind: 'unclear', code: 'mutx-bad-reply' } });
});

test('the newest keys say where they end, and fail where the list has fewer than its own count', async () => {
  const world = new World(250);
  const cut = await readFirstPages(world.ask, 2);
  expect(cut.ok && cut.value).toHaveLength(200);
  const oldest = cut.ok ? Math.min(...cut.value.map(({ createdAt }) => createdAt)) : undefined;
  expect(cut).toMatchObject({ reading: { since: oldest } });
  expect(await readFirstPages(world.ask, 3)).toMatchObject({ ok: true, reading: { since: undefined } });
  const keys = cut.ok ? cut.value.slice(0, 3) : [];
  const value: KeyPage = { keys, hasMore: false, total: 4 };
  expect(await readFirstPages(async () => ({ ok: true, value, date: undefined }), 3)).toMatchObject({
    ok: false,
    failure: { retryable: true, message: 'the list ended after 3 of 4 keys' },
  });
});

test.each([0, 1])('the newest keys cannot be read: page %i fails', async (broken) => {
  const world = new World(250);
  world.before = (skip) => (skip === broken * 100 ? failure : undefined);
  expect(await readFirstPages(world.ask, 3)).toEqual({ ok: false, failure });
});
