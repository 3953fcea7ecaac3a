import type { LedgerEntry } from './ledger.ts';

/** Real milliseconds that each request waits before it is looked at. */
export type Latency = number | ((entry: LedgerEntry) => number);
