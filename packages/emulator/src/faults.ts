import type { LedgerEntry, ServerName } from './ledger.ts';

/** What goes wrong. Unless it says `applied`, the request changes nothing. */
export type Fault =
  /** A JSON error in the server's own shape, or with a body of your own. `applied`: it was done all the same. */
  | {
      readonly what: 'refuse';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      readonly applied?: boolean;
    }
  /** Too many requests, as the server puts it; GitHub's as a secondary limit with 403. `retryAfter` in seconds. */
  | { readonly what: 'rate-limit'; readonly retryAfter?: number }
  /** A proxy's page. */
  | { readonly what: 'html'; readonly status: number; readonly applied?: boolean }
  /** Exactly these bytes. */
  | {
      readonly what: 'raw';
      readonly status: number;
      readonly body: string | Uint8Array;
      readonly headers?: Readonly<Record<string, string>>;
      readonly applied?: boolean;
    }
  /** The connection is cut before anything was done. */
  | { readonly what: 'drop' }
  /** Done, and then the connection is cut instead of a reply. */
  | { readonly what: 'reply-lost' }
  /** Done, and then the connection is cut in the middle of the reply. */
  | { readonly what: 'cut-off' }
  /** The connection is cut now; done when `handle.apply()` is called, or the clock has moved by `afterMs`. */
  | { readonly what: 'apply-late'; readonly afterMs?: number }
  /**
   * Held until `handle.release()`, or for `ms` real milliseconds; then all is well. `point: 'after'`: done
   * first, and only the reply is held.
   */
  | { readonly what: 'slow'; readonly ms?: number; readonly point?: 'before' | 'after' }
  /** No reply, ever; the connection stays open. */
  | { readonly what: 'never'; readonly applied?: boolean }
  /** GitHub: the scope's key pair is replaced right before the PUT is looked at, so that its `key_id` is stale. */
  | { readonly what: 'stale-key' };

export type FaultKind = Fault['what'];

/** Which requests a fault meets. */
export interface FaultMatch {
  readonly server: ServerName;
  /** default: any */
  readonly method?: string;
  /** Against the encoded path without the query; default: any */
  readonly path?: RegExp;
  /** Against the query without the question mark; default: any */
  readonly query?: RegExp;
  /** Matching requests that pass unharmed before; default 0 */
  readonly skip?: number;
  /** Matching requests that are met; default 1; `Infinity`: all */
  readonly times?: number;
}

export type FaultRule = FaultMatch & Fault;

/** A fault that was asked for. */
export interface FaultHandle {
  /** Requests met so far. */
  readonly hits: number;
  /** Resolves once so many requests (default: one) have been met, with the last of them. */
  met(count?: number): Promise<LedgerEntry>;
  /** Lets go of everything held by `slow`, now and later. */
  release(): void;
  /** Applies everything that `apply-late` holds back, in order of arrival. */
  apply(): void;
  /** Meets no further request. */
  cancel(): void;
}

/** What a fault holds back. */
interface Late {
  readonly due: number | undefined;
  readonly now: () => number;
  readonly apply: () => void;
}

/** @internal One rule at work. */
export class ActiveFault implements FaultHandle {
  readonly rule: FaultRule;
  #seen = 0;
  readonly #hits: LedgerEntry[] = [];
  readonly #waiting: { readonly count: number; readonly resolve: (entry: LedgerEntry) => void }[] = [];
  #cancelled = false;
  #late: Late[] = [];
  readonly #released: Promise<void>;
  #letGo: () => void = () => {};

  constructor(rule: FaultRule) {
    this.rule = rule;
    this.#released = new Promise((resolve) => {
      this.#letGo = resolve;
    });
  }

  get hits(): number {
    return this.#hits.length;
  }

  met(count = 1): Promise<LedgerEntry> {
    const entry = this.#hits[count - 1];
    if (entry !== undefined) return Promise.resolve(entry);
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  release(): void {
    this.#letGo();
  }

  apply(): void {
    for (const late of this.#late.splice(0)) late.apply();
  }

  cancel(): void {
    this.#cancelled = true;
  }

  /** Whether this request is one of those to be met; counts it. */
  takes(entry: LedgerEntry): boolean {
    const { server, method, path, query, skip = 0, times = 1 } = this.rule;
    if (this.#cancelled || server !== entry.server || this.hits >= times) return false;
    if (method !== undefined && method !== entry.method) return false;
    if (path !== undefined && entry.path.search(path) === -1) return false;
    if (query !== undefined && entry.query.search(query) === -1) return false;
    this.#seen += 1;
    return this.#seen > skip;
  }

  hit(entry: LedgerEntry): void {
    this.#hits.push(entry);
    for (const waiter of this.#waiting.filter(({ count }) => count === this.hits)) waiter.resolve(entry);
  }

  /** Holds a request for as long as `slow` says. */
  held(ms: number | undefined): Promise<void> {
    if (ms === undefined) return this.#released;
    return Promise.race([new Promise<void>((resolve) => setTimeout(resolve, ms)), this.#released]);
  }

  holdBack(late: Late): void {
    this.#late.push(late);
  }

  /** Applies what the clocks say is due. */
  applyDue(): void {
    const due = this.#late.filter((late) => late.due !== undefined && late.now() >= late.due);
    this.#late = this.#late.filter((late) => !due.includes(late));
    for (const late of due) late.apply();
  }
}

/** @internal All rules, the oldest first. */
export class FaultBook {
  readonly #faults: ActiveFault[] = [];

  add(rule: FaultRule): FaultHandle {
    if (rule.what === 'stale-key' && rule.server !== 'github')
      throw new TypeError('stale-key is for github only');
    const fault = new ActiveFault(rule);
    this.#faults.push(fault);
    return fault;
  }

  /** The first fault that wants this request. */
  take(entry: LedgerEntry): ActiveFault | undefined {
    const fault = this.#faults.find((one) => one.takes(entry));
    fault?.hit(entry);
    return fault;
  }

  applyDue(): void {
    for (const fault of this.#faults) fault.applyDue();
  }

  /** Cancels all, and lets go of what they hold; what was to be applied late is not applied. */
  clear(): void {
    for (const fault of this.#faults.splice(0)) {
      fault.cancel();
      fault.release();
    }
  }
}
