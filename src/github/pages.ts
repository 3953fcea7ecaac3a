import type { Reply } from '../core/call.ts';
import type { MayStart } from '../rotation/ports.ts';
import { failure, unclear } from './call-failure.ts';
import type { Calls, Decode } from './calls.ts';
import type { ApiVersion } from './client.ts';
import type { Permission } from './targets/permissions.ts';

/** One page of a list that says how long it is. */
export interface CountedPage<T> {
  readonly total: number;
  readonly items: readonly T[];
}

interface ListCodes {
  readonly incomplete: string;
  readonly changed: string;
  readonly tooLong: string;
}

/** Of lists that only show what is there. */
export const LIST_CODES: ListCodes = {
  incomplete: 'github-list-incomplete',
  changed: 'github-list-changed',
  tooLong: 'github-list-too-long',
};

/** Which list, and what its failures say of it. */
interface ListFrame {
  /** Encoded. */
  readonly path: string;
  readonly apiVersion?: ApiVersion;
  readonly permission: Permission;
  readonly codes: ListCodes;
  /** The beginning of a sentence: `the repositories that may read X of Y`. */
  readonly what: string;
  /** Why a list that is shorter than its own count is a failure, and what to do about it. */
  readonly incomplete: (seen: number, total: number) => { readonly message: string; readonly hint: string };
}

interface CountedList<T> extends ListFrame {
  readonly decode: Decode<CountedPage<T>>;
  /** What tells two items apart. */
  readonly idOf: (item: T) => string | number;
}

/** The most that GitHub gives at a time; its default is 30. */
const PER_PAGE = 100;

/** Beyond this a run would only read: ten thousand items, and a count that never ends comes to an end. */
const MOST_PAGES = 100;

const always = () => true;

/**
 * A list, read to its end. What is missing from it is taken for absent, so a list shorter than the count that comes
 * with it is a failure; and so is a count that changes between two pages, because what moved to a page that was
 * read already is missed.
 * @param mayGoOn asked before each page but the first: false ends it (`not-sent`), with a code that ends in `deadline`
 */
export async function readCounted<T>(
  calls: Calls,
  list: CountedList<T>,
  mayGoOn: MayStart = always,
): Promise<Reply<readonly T[]>> {
  const { path, apiVersion, permission } = list;
  const found = new Map<string | number, T>();
  let counted: number | undefined;
  for (let page = 1; ; page++) {
    const before = found.size;
    const reply = await calls.ask(
      {
        method: 'GET',
        path,
        query: { per_page: PER_PAGE, page },
        ...(apiVersion === undefined ? {} : { apiVersion }),
      },
      permission,
      { 200: list.decode },
    );
    if (!reply.ok) return reply;
    const { total, items } = reply.value;
    counted ??= total;
    if (total !== counted) return changed(calls, list);
    for (const item of items) found.set(list.idOf(item), item);
    if (found.size >= total) return { ...reply, value: [...found.values()] };
    if (total > MOST_PAGES * PER_PAGE || page >= MOST_PAGES) return tooLong(calls, list, total);
    if (found.size === before) return incomplete(calls, list, found.size, total);
    // Each page may take half a minute, and a write has to start in time.
    if (!mayGoOn(0)) return tooLate(calls, list);
  }
}

function incomplete(calls: Calls, list: ListFrame, seen: number, total: number): Reply<never> {
  const { message, hint } = list.incomplete(seen, total);
  return problem(calls, list, { ...unclear(list.codes.incomplete, message, true), hint });
}

function changed(calls: Calls, list: ListFrame): Reply<never> {
  return problem(calls, list, unclear(list.codes.changed, `${list.what} changed while they were read`, true));
}

function tooLong(calls: Calls, list: ListFrame, total: number): Reply<never> {
  const most = MOST_PAGES * PER_PAGE;
  const message = `${list.what} are ${total} by GitHub's count, and no more than ${most} are read, on ${MOST_PAGES} pages`;
  return problem(calls, list, unclear(list.codes.tooLong, message, false));
}

function tooLate(calls: Calls, list: ListFrame): Reply<never> {
  const message = `the time for writing was over before ${list.what} were read, so nothing was sent`;
  return problem(calls, list, {
    kind: 'not-sent',
    code: 'github-write-deadline',
    message,
    retryable: false,
  });
}

function problem(
  calls: Calls,
  { path, permission }: ListFrame,
  cause: Parameters<typeof failure>[2],
): Reply<never> {
  return { ok: false, failure: failure(calls.context(`GET ${path}`, permission), { status: 200 }, cause) };
}
