import type { CallFailure, ListReading, Reply } from '../core/call.ts';
import { TRIES } from '../core/limits.ts';
import { nextWait, Stopwatch } from '../core/retry.ts';
import type { Clock, Duration, Instant } from '../core/time.ts';
import type { KeyRecord } from '../rotation/ports.ts';
import type { KeyPage } from './decode.ts';
import { PagePace } from './page-pace.ts';

/** The most the API gives in one reply (mutx-api: `limit=1..100`). */
const LIMIT = 100;

const CONCURRENCY = 8;

const DAY: Duration = 86_400_000;

/** MUTX lets a key with an expiry live for 365 days at the most; the day more is for clocks that differ. */
const LONGEST_LIFE: Duration = 366 * DAY;

/** A list of so many pages is read to its end: a fifth of what MUTX takes in a minute. */
const FEW_PAGES = 20;

/** How long a list may be read. At the pace of {@link PagePace} 75,000 keys are read in that time. */
const LONGEST_READING: Duration = 10 * 60_000;

/** Pages in a row that bring nothing new; after them a server that says that there are more is not believed. */
const MOST_EMPTY = 3;

export type Ask = (skip: number, limit: number) => Promise<Reply<KeyPage>>;

export interface ReadingPorts {
  readonly clock: Clock;
  /** Uniform in [0, 1); for jitter only. */
  readonly random: () => number;
  /** A page is asked for again: MUTX limits requests, or its reply was lost. */
  readonly onRetry: (failure: CallFailure, attempt: number, wait: Duration) => void;
  /** Where a list was not read to its end: MUTX's time before which no key was looked at. */
  readonly onUnread: (unread: Unread) => void;
  /** Which revoked keys are worth their memory; default: all. MUTX never forgets one. */
  readonly keepsRevoked?: (key: KeyRecord) => boolean;
}

export interface Unread {
  readonly since: Instant;
  /** The time was over; or no key that expires can still work that is older. */
  readonly because: 'time' | 'age';
}

/** A reply that is known to be none of a failure's. */
type Good = Extract<Reply<KeyPage>, { ok: true }>;

interface Page {
  readonly reply: Good;
  /** From just before it was asked for. */
  readonly asked: Stopwatch;
}

type Failure = Extract<Reply<never>, { ok: false }>;

type PageResult = { readonly ok: true; readonly page: Page } | Failure;

/** What a list gave. */
interface Known {
  readonly keys: readonly KeyRecord[];
  /** When the newest key was made, kept or not. */
  readonly newest: Instant;
  readonly since: Instant | undefined;
}

/**
 * Reads lists of keys, newest first, as far back as a key can matter. The first page is one attempt, whose failure is
 * the caller's to handle; a later page that fails is asked for again by itself, because those before it are still true.
 *
 * Keys made meanwhile push others onto later pages, never onto earlier ones. So each page begins with the last key of
 * the one before: it is there, further down, whenever the page was read after its predecessor; otherwise the page is
 * read once more. Keys that come twice count once, and none is missed. Where a page still does not go on from its
 * predecessor, or the list ends before its own count, a key was removed meanwhile or the pages are of servers that do not
 * agree: then keys may be missing, and the list is a failure, which can be tried again.
 */
export class ListReader {
  readonly #ask: Ask;
  readonly #ports: ReadingPorts;
  readonly #pace: PagePace;
  /** What the list before this one gave, where it had many pages. */
  #before: Known | undefined;

  constructor(ask: Ask, ports: ReadingPorts) {
    this.#ask = ask;
    this.#ports = ports;
    this.#pace = new PagePace(ports.clock);
  }

  /**
   * @param all to the end, in the time there is; otherwise, where the list has many pages, back to what no key with an
   * expiry outlives
   * @param sessionLeft half of it may be spent on reading
   */
  async read(all: boolean, sessionLeft: Duration): Promise<Reply<readonly KeyRecord[]>> {
    const { clock } = this.#ports;
    const whole = new Stopwatch(clock);
    const timeLeft = () => Math.min(LONGEST_READING, sessionLeft / 2) - whole.elapsed();
    const first = await this.#first();
    if (!first.ok) return first;
    const { value, date } = first.page.reply;
    if (!value.hasMore) {
      const keys = [...byId(value.keys).values()];
      return keys.length < value.total
        ? endsEarly(keys.length, value.total)
        : { ok: true, value: keys, date };
    }
    if (value.keys.length === 0) return unreadable('a page without keys says that there are more');

    const known = all && this.#before?.since !== undefined ? undefined : this.#before;
    const { keepsRevoked = () => true } = this.#ports;
    const list = new GrowingList(first.page, keepsRevoked, known);
    const horizon = all ? Number.NEGATIVE_INFINITY : (date ?? clock.now()) - LONGEST_LIFE;
    const end = await this.#readOn(list, horizon, timeLeft);
    if (typeof end === 'object') return end;
    if (!list.hasMore && list.seen < list.total) return endsEarly(list.seen, list.total);
    const { oldest, last } = list;
    if (end !== 'all') this.#ports.onUnread({ since: oldest, because: end });
    const before = list.reachesKnown ? known?.since : undefined;
    const since = end === 'all' ? before : oldest;
    const keys = list.records();
    const { newest } = list;
    this.#before = list.pages >= FEW_PAGES || known !== undefined ? { keys, newest, since } : undefined;
    const reading: ListReading = { lastDate: last.reply.date, lastAsked: last.asked.elapsed(), since };
    return { ok: true, value: keys, date, reading };
  }

  /** Reads what comes after the pages that are there. @returns what it ended at, or the failure of a page */
  async #readOn(
    list: GrowingList,
    horizon: Instant,
    timeLeft: () => Duration,
  ): Promise<Unread['because'] | 'all' | Failure> {
    while (list.hasMore && !list.reachesKnown) {
      const isPast = list.reachesBefore(horizon);
      if (isPast && list.pages >= FEW_PAGES) return 'age';
      if (list.empty >= MOST_EMPTY) return unreadable('pages that bring nothing new say that there are more');
      const end = await this.#wave(list, list.next(isPast ? FEW_PAGES : undefined), timeLeft);
      if (end !== undefined) return end;
    }
    return 'all';
  }

  /** Reads pages side by side and adds them in their order. @returns what it ended at; undefined: all are there */
  async #wave(
    list: GrowingList,
    skips: readonly number[],
    timeLeft: () => Duration,
  ): Promise<'time' | Failure | undefined> {
    const results = await Promise.all(skips.map((skip) => this.#page(skip, timeLeft)));
    for (const [index, skip] of skips.entries()) {
      let result = results[index];
      // It was read before its predecessor, and a key was made in between.
      if (result?.ok === true && !list.continuesWith(result.page)) result = await this.#page(skip, timeLeft);
      if (result === undefined) return 'time';
      if (!result.ok) return result;
      if (list.leavesHole(result.page)) {
        return unreadable(
          'a page of the list does not continue the one before it: keys may be missing between them',
          true,
        );
      }
      list.add(result.page);
      // The total is a guess of where it ends: what was asked for beyond that is of no use.
      if (!list.hasMore) return undefined;
    }
    return undefined;
  }

  async #first(): Promise<PageResult> {
    const start = this.#pace.start();
    const asked = new Stopwatch(this.#ports.clock);
    const reply = await this.#ask(0, LIMIT);
    if (reply.ok) return { ok: true, page: { reply, asked } };
    const { kind, retryAfter = 0 } = reply.failure;
    if (kind === 'throttled') this.#pace.limited(start, retryAfter);
    return reply;
  }

  /** @returns undefined: the time was over before MUTX's limit let it through */
  async #page(skip: number, timeLeft: () => Duration): Promise<PageResult | undefined> {
    const { clock, random, onRetry } = this.#ports;
    for (let attempt = 1, failures = 1; ; attempt++) {
      const start = await this.#pace.turn(timeLeft);
      if (start === undefined) return undefined;
      const asked = new Stopwatch(clock);
      const reply = await this.#ask(skip, LIMIT);
      if (reply.ok) {
        this.#pace.passed();
        return { ok: true, page: { reply, asked } };
      }
      const { failure } = reply;
      const throttled = failure.kind === 'throttled';
      // Only time ends it where MUTX limits requests.
      const tries = throttled ? Number.POSITIVE_INFINITY : TRIES;
      const wait = nextWait({ tries, again: () => true, timeLeft }, failure, failures, random());
      if (wait === undefined && throttled) return undefined;
      // Tried often enough: the pages before it need not be read again to find that out.
      if (wait === undefined) return { ok: false, failure: { ...failure, retryable: false } };
      const isNews = !throttled || this.#pace.limited(start, wait);
      if (isNews) onRetry(failure, attempt, wait);
      if (throttled) continue;
      failures += 1;
      await clock.sleep(wait);
    }
  }
}

/** The pages of a list so far, one after the other. */
class GrowingList {
  readonly #keys = new Map<string, KeyRecord>();
  /** The ids of all, kept or not. */
  readonly #seen = new Set<string>();
  readonly #keepsRevoked: (key: KeyRecord) => boolean;
  /** From the list before: what was revoked then is revoked for good. */
  readonly #known: readonly KeyRecord[];
  /** When the oldest key was made that could be another one now. */
  readonly #knownFrom: Instant;
  readonly #step: number;
  readonly #total: number;
  #isSorted = true;
  /** When the first key was made: the newest. */
  readonly newest: Instant;
  /** Where the pages end so far. */
  oldest = Number.POSITIVE_INFINITY;
  last: Page;
  pages = 1;
  /** Pages in a row without anything new. */
  empty = 0;

  constructor(first: Page, keepsRevoked: (key: KeyRecord) => boolean, known: Known | undefined) {
    this.last = first;
    const { keys, total } = first.reply.value;
    this.newest = keys[0]?.createdAt ?? Number.NEGATIVE_INFINITY;
    this.#total = total;
    // A server may give fewer than it was asked for. One of them is that of the page before.
    this.#step = Math.max(1, keys.length - 1);
    this.#keepsRevoked = keepsRevoked;
    this.#known = known?.keys ?? [];
    const active = this.#known.filter(({ isActive }) => isActive);
    this.#knownFrom = active.reduce(
      (at, { createdAt }) => Math.min(at, createdAt),
      known?.newest ?? Number.NEGATIVE_INFINITY,
    );
    this.#take(first);
  }

  get hasMore(): boolean {
    return this.last.reply.value.hasMore;
  }

  get seen(): number {
    return this.#seen.size;
  }

  /**
   * How many keys there are at least, by the server. Those that were made since the first page raise its count, and
   * are not looked for; those that were removed lower it.
   */
  get total(): number {
    return Math.min(this.#total, this.last.reply.value.total);
  }

  /** Whether what comes now is older. False for a list that is not sorted: then nothing is known of what comes. */
  reachesBefore(horizon: Instant): boolean {
    return this.#isSorted && this.oldest < horizon;
  }

  /** Whether everything that comes now is known from the list before, and cannot have changed. */
  get reachesKnown(): boolean {
    return this.reachesBefore(this.#knownFrom);
  }

  /** Where the next pages begin. @param most pages in all, for now */
  next(most = Number.POSITIVE_INFINITY): readonly number[] {
    const needed = Math.max(this.pages + 1, Math.ceil((this.#total - 1) / this.#step));
    const side = this.#step === 1 || Number.isFinite(this.#knownFrom) ? 1 : CONCURRENCY;
    const count = Math.min(needed - this.pages, side, Math.max(1, most - this.pages));
    return Array.from({ length: count }, (_, index) => (this.pages + index) * this.#step);
  }

  /** Whether no key can be between this page and the last one. */
  continuesWith({ reply }: Page): boolean {
    const end = this.last.reply.value.keys.at(-1);
    // Pages of one key have none in common; but they are read one after the other.
    return this.#step === 1 || end === undefined || reply.value.keys.some(({ id }) => id === end.id);
  }

  /**
   * Whether keys may be between this page and the last one. Not where it {@link continuesWith} it, and not where so many
   * keys were made meanwhile that all of this page is above the end of the last one: then what follows comes to that.
   */
  leavesHole(page: Page): boolean {
    if (this.continuesWith(page)) return false;
    const { keys } = page.reply.value;
    const end = this.last.reply.value.keys.at(-1)?.createdAt ?? Number.POSITIVE_INFINITY;
    const isAbove = (key: KeyRecord) => this.#seen.has(key.id) || (this.#isSorted && key.createdAt > end);
    return keys.length === 0 || !keys.every(isAbove);
  }

  add(page: Page): void {
    this.pages += 1;
    const [end, before] = [page, this.last].map(({ reply }) => reply.value.keys.at(-1)?.id);
    this.empty = end === undefined || end === before ? this.empty + 1 : 0;
    this.#take(page);
    this.last = page;
  }

  records(): readonly KeyRecord[] {
    if (this.reachesKnown) {
      for (const key of this.#known) if (!this.#keys.has(key.id)) this.#keys.set(key.id, key);
    }
    return [...this.#keys.values()];
  }

  #take({ reply }: Page): void {
    let above = Number.POSITIVE_INFINITY;
    for (const key of reply.value.keys) {
      this.#isSorted &&= key.createdAt <= above;
      above = key.createdAt;
      this.#seen.add(key.id);
      if (key.isActive || this.#keepsRevoked(key)) this.#keys.set(key.id, key);
    }
    // Further down than what is above it, or it is not sorted.
    this.#isSorted &&= above <= this.oldest || above === Number.POSITIVE_INFINITY;
    this.oldest = Math.min(this.oldest, above);
  }
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
  const value = [...byId(keys).values()];
  if (last.hasMore && last.keys.length === 0)
    return unreadable('a page without keys says that there are more');
  if (!last.hasMore && value.length < last.total) return endsEarly(value.length, last.total);
  const since = last.hasMore ? Math.min(...value.map(({ createdAt }) => createdAt)) : undefined;
  return { ok: true, value, date: first.date, reading: { lastDate: first.date, lastAsked: 0, since } };
}

/** One page by its number; 0: the newest keys. */
export function readPage(ask: Ask, page: number): Promise<Reply<KeyPage>> {
  return ask(page * LIMIT, LIMIT);
}

function byId(keys: readonly KeyRecord[]): Map<string, KeyRecord> {
  return new Map(keys.map((key) => [key.id, key]));
}

function endsEarly(seen: number, total: number): Failure {
  return unreadable(`the list ended after ${seen} of ${total} keys`, true);
}

/** @param retryable read once more, it may be whole */
function unreadable(message: string, retryable = false): Failure {
  return {
    ok: false,
    failure: {
      kind: 'unclear',
      service: 'mutx',
      call: 'GET /api-keys',
      status: 200,
      code: 'mutx-bad-reply',
      message,
      retryable,
    },
  };
}
