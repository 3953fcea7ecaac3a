import { expect, test } from 'vitest';
import type { KeyPage } from '../../src/mutx/decode.ts';
import { readAllPages, readFirstPages } from '../../src/mutx/pages.ts';
import type { CallFailure, KeyRecord } from '../../src/rotation/ports.ts';

// Holds invariant 13 of docs/threat-model.md.

const record = (n: number): KeyRecord => ({
  id: `k${n}`,
  name: 'n',
  createdAt: n,
  expiresAt: undefined,
  lastUsed: undefined,
  isActive: true,
});

/** A server with so many keys, which gives as many at once as it likes. */
function serverWith(count: number, atMost: number, total = (_skip: number) => count) {
  const asked: number[] = [];
  const ask = async (skip: number, limit: number) => {
    asked.push(skip);
    const length = Math.max(0, Math.min(limit, atMost, count - skip));
    const keys = Array.from({ length }, (_, index) => record(skip + index));
    const value: KeyPage = { keys, hasMore: skip + length < count, total: total(skip) };
    return { ok: true, value, date: skip } as const;
  };
  return { ask, asked };
}

const read = async (server: ReturnType<typeof serverWith>) => readAllPages(server.ask);

test('a server that gives fewer than it is asked for', async () => {
  const server = serverWith(120, 50);
  expect(await read(server)).toMatchObject({ ok: true, date: 0, value: { length: 120 } });
  expect(server.asked).toEqual([0, 50, 100]);
});

test.each([
  ['too few', () => 0],
  ['too many', (skip: number) => (skip === 0 ? 350 : 0)],
])('a total of %s is only a guess', async (_, total) => {
  expect(await read(serverWith(340, 100, total))).toMatchObject({ ok: true, value: { length: 340 } });
});

test('keys that come while the pages are read are read too', async () => {
  let count = 150;
  const { ask } = serverWith(10_000, 100);
  const reply = await readAllPages(async (skip, limit) => {
    const { value, ...rest } = await ask(skip, limit);
    const keys = value.keys.filter((key) => key.createdAt < count);
    const page = { keys, hasMore: skip + 100 < count, total: 150 };
    if (skip === 100) count = 250;
    return { ...rest, value: { ...page, hasMore: skip + 100 < count } };
  });
  expect(reply).toMatchObject({ ok: true });
  expect(new Set(reply.ok ? reply.value.map(({ id }) => id) : []).size).toBe(200);
});

test('a key is not missed that another one, made meanwhile, pushes onto a page that was read before', async () => {
  let made = 0;
  const asked: number[] = [];
  const reply = await readAllPages(async (skip, limit) => {
    asked.push(skip);
    // The second page comes after the key, the third, asked for beside it, came before.
    if (skip === 100) made = 1;
    const shift = skip === 200 && asked.length <= 3 ? 0 : made;
    const { ask } = serverWith(300 + shift, 100);
    const { value, date } = await ask(skip, limit);
    const keys = value.keys.map(({ createdAt }) => record(createdAt - shift));
    return { ok: true, date, value: { ...value, keys } };
  });
  const ids = new Set(reply.ok ? reply.value.map(({ id }) => id) : []);
  expect(Array.from({ length: 300 }, (_, n) => `k${n}`).filter((id) => !ids.has(id))).toEqual([]);
  // Once more, one page after the other: then none can be missed.
  expect(asked).toEqual([0, 100, 200, 0, 100, 200, 300]);
  expect(reply).toMatchObject({ date: 0 });
});

test('a hundred pages are read, and a list that goes on then is not', async () => {
  expect(await read(serverWith(10_000, 100))).toMatchObject({ ok: true, value: { length: 10_000 } });
  const longer = serverWith(10_001, 100);
  expect(await read(longer)).toMatchObject({
    ok: false,
    failure: {
      code: 'mutx-too-many-keys',
      message: 'the list of keys goes on after 100 pages, and no more are read',
      retryable: false,
    },
  });
  // Its total says so on the first page.
  expect(longer.asked).toEqual([0]);
});

test('a server that always says that there is more is not believed for ever', async () => {
  const asked: number[] = [];
  const reply = await readAllPages(async (skip) => {
    asked.push(skip);
    return { ok: true, value: { keys: [record(skip)], hasMore: true, total: 1 }, date: undefined };
  });
  expect(reply).toMatchObject({ ok: false, failure: { code: 'mutx-too-many-keys' } });
  expect(asked).toHaveLength(100);
});

test('a first page without keys cannot have others after it', async () => {
  const reply = await readAllPages(async () => ({
    ok: true,
    value: { keys: [], hasMore: true, total: 5 },
    date: undefined,
  }));
  expect(reply).toMatchObject({ ok: false, failure: { code: 'mutx-bad-reply' } });
});

test.each([
  ['one page', 40, 1, 40, [0]],
  ['as many pages as there are', 250, 5, 250, [0, 100, 200]],
  ['no more pages than it may', 1_000, 3, 300, [0, 100, 200]],
  ['nothing', 0, 3, 0, [0]],
] as const)('the newest keys, read to %s', async (_, count, most, length, asked) => {
  const server = serverWith(count, 100);
  expect(await readFirstPages(server.ask, most)).toMatchObject({ ok: true, date: 0, value: { length } });
  expect(server.asked).toEqual(asked);
});

test('the newest keys of a server that has more and gives none', async () => {
  const value: KeyPage = { keys: [], hasMore: true, total: 5 };
  const reply = await readFirstPages(async () => ({ ok: true, value, date: undefined }), 3);
  expect(reply).toEqual({ ok: true, value: [], date: undefined });
});

test.each([0, 1])('the newest keys cannot be read: page %i fails', async (broken) => {
  const server = serverWith(250, 100);
  const failure = { kind: 'unclear', code: 'mutx-timeout' } as CallFailure;
  const reply = await readFirstPages(
    async (skip, limit) => (skip === broken * 100 ? { ok: false, failure } : server.ask(skip, limit)),
    3,
  );
  expect(reply).toEqual({ ok: false, failure });
});
