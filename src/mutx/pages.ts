import type { KeyRecord, Reply } from '../rotation/ports.ts';
import type { KeyPage } from './decode.ts';

/** The most the API gives at once (mutx-api: `limit=1..100`). */
const LIMIT = 100;

/** Revoked keys stay in the list for good, so it grows; beyond this a run would only read. */
const MOST_PAGES = 100;

const CONCURRENCY = 8;

type Ask = (skip: number, limit: number) => Promise<Reply<KeyPage>>;

/**
 * The list, read to its end: the first page says how many there are, the others are read side by side, and as
 * long as the last one says that there is more, on it goes. Keys made meanwhile push others onto the next page
 * (newest first), so rows may come twice. One is missed only where that page came first; then there are fewer than
 * there were on the first page, and they are read once more, one page after the other.
 */
export async function readAllPages(ask: Ask): Promise<Reply<readonly KeyRecord[]>> {
  const first = await ask(0, LIMIT);
  if (!first.ok) return first;
  const pages: KeyPage[] = [first.value];
  // As many as there were on the first page: a server may give fewer than it was asked for.
  const step = first.value.keys.length;
  for (let last = first.value; last.hasMore; ) {
    const known = pages.length;
    const needed = Math.max(known + 1, Math.ceil(last.total / step));
    if (step === 0) return unreadable('mutx-bad-reply', 'a page without keys says that there are more');
    if (needed > MOST_PAGES) return unreadable('mutx-too-many-keys', TOO_MANY);
    const next = Array.from({ length: Math.min(needed - known, CONCURRENCY) }, (_, index) => known + index);
    for (const reply of await Promise.all(next.map((page) => ask(page * step, LIMIT)))) {
      if (!reply.ok) return reply;
      last = reply.value;
      pages.push(last);
    }
  }
  const keys = byId(pages.flatMap((page) => page.keys));
  if (pages.length > 2 && keys.size < first.value.total) {
    const again = await readFirstPages(ask, MOST_PAGES);
    if (!again.ok) return again;
    for (const key of again.value) keys.set(key.id, key);
  }
  return { ok: true, value: [...keys.values()], date: first.date };
}

/**
 * The first pages, newest first, one after the other: what is further back is not looked at.
 * @param most pages at the most
 */
export async function readFirstPages(ask: Ask, most: number): Promise<Reply<readonly KeyRecord[]>> {
  const first = await ask(0, LIMIT);
  if (!first.ok) return first;
  const keys = [...first.value.keys];
  const step = keys.length;
  let last = first.value;
  for (let page = 1; page < most; page++) {
    if (!last.hasMore || last.keys.length === 0) break;
    const next = await ask(page * step, LIMIT);
    if (!next.ok) return next;
    last = next.value;
    keys.push(...last.keys);
  }
  return { ok: true, value: [...byId(keys).values()], date: first.date };
}

function byId(keys: readonly KeyRecord[]): Map<string, KeyRecord> {
  return new Map(keys.map((key) => [key.id, key]));
}

const TOO_MANY = `the list of keys goes on after ${MOST_PAGES} pages, and no more are read`;

function unreadable(code: string, message: string): Reply<never> {
  return {
    ok: false,
    failure: {
      kind: 'unclear',
      service: 'mutx',
      call: 'GET /api-keys',
      status: 200,
      code,
      message,
      retryable: false,
    },
  };
}
