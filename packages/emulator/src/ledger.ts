import type { Instant } from './clock.ts';

export type ServerName = 'mutx' | 'github';

/** What is known of one request. Holds no credential, body or header. */
export interface LedgerEntry {
  /** 1, 2, 3 … in order of arrival, over both servers. */
  readonly seq: number;
  readonly server: ServerName;
  readonly method: string;
  /** As it arrived, encoded, without the query. */
  readonly path: string;
  /** Without the question mark; empty if there is none. */
  readonly query: string;
  /** When it arrived, by that server's clock. */
  readonly at: Instant;
  /** The status of the reply; undefined while there is none, and for good if none was sent. */
  readonly status: number | undefined;
  /** What it changed, in words; undefined: nothing. */
  readonly effect: string | undefined;
  /** 1, 2, 3 … in the order in which effects took place, over both servers; differs from `seq` for what is applied late. */
  readonly applied: number | undefined;
  /** Why no well-made client would have sent this; undefined: nothing wrong with it. */
  readonly unexpected: string | undefined;
  /** What the service takes and a client of this project does not send; empty: nothing. */
  readonly notes: readonly string[];
  /** The fault that met it. */
  readonly fault: string | undefined;
}

type Open = { -readonly [Field in keyof LedgerEntry]: LedgerEntry[Field] };

interface Waiter {
  readonly matches: (entry: LedgerEntry) => boolean;
  readonly resolve: (entry: LedgerEntry) => void;
}

/** All requests to both servers, in order of arrival, and what they changed. */
export class Ledger {
  readonly #entries: Open[] = [];
  readonly #waiters = new Set<Waiter>();
  #effects = 0;

  /** In order of arrival. */
  get entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  /** Only those that changed something, in the order in which they did. */
  effects(): readonly LedgerEntry[] {
    return this.#entries
      .filter((entry) => entry.applied !== undefined)
      .sort((one, other) => (one.applied ?? 0) - (other.applied ?? 0));
  }

  /** Requests that no well-made client would have sent; a test asserts that there are none. */
  unexpected(): readonly LedgerEntry[] {
    return this.#entries.filter((entry) => entry.unexpected !== undefined);
  }

  /**
   * Requests that the service takes, with something in them that a client of this project does not send: another
   * `Accept`, a field that is ignored. The tests of this project assert that there are none; other clients may
   * have their habits.
   */
  notes(): readonly LedgerEntry[] {
    return this.#entries.filter((entry) => entry.notes.length > 0);
  }

  /** Forgets what was recorded. Numbers go on. */
  clear(): void {
    this.#first += this.#entries.length;
    this.#entries.length = 0;
  }

  #first = 1;

  /** Resolves with the first entry, recorded already or to come, for which `matches` holds; asked again on every change. */
  waitFor(matches: (entry: LedgerEntry) => boolean): Promise<LedgerEntry> {
    const found = this.#entries.find(matches);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => this.#waiters.add({ matches, resolve }));
  }

  /** @internal */
  arrive(request: Pick<LedgerEntry, 'server' | 'method' | 'path' | 'query' | 'at'>): LedgerEntry {
    const entry: Open = {
      seq: this.#first + this.#entries.length,
      ...request,
      status: undefined,
      effect: undefined,
      applied: undefined,
      unexpected: undefined,
      notes: [],
      fault: undefined,
    };
    this.#entries.push(entry);
    this.#changed(entry);
    return entry;
  }

  /** @internal */
  note(entry: LedgerEntry, news: Partial<Pick<Open, 'status' | 'unexpected' | 'notes' | 'fault'>>): void {
    this.#changed(Object.assign(entry as Open, news));
  }

  /** @internal */
  effect(entry: LedgerEntry, effect: string): void {
    this.#effects += 1;
    this.#changed(Object.assign(entry as Open, { effect, applied: this.#effects }));
  }

  #changed(entry: LedgerEntry): void {
    for (const waiter of this.#waiters) {
      if (!waiter.matches(entry)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(entry);
    }
  }
}
