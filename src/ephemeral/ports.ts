import type { Reply } from '../core/call.ts';
import type { Clock, Instant } from '../core/time.ts';
import type { KeyRecord, KeyService, MintedKey } from '../rotation/ports.ts';
import type { EphemeralEvent } from './events.ts';

/** The newest keys of the account: a bounded read, however long its list has grown. */
export interface RecentKeys {
  /** One attempt. Active or not, newest first; `date` as for {@link KeyService.list}. */
  newest(): Promise<Reply<readonly KeyRecord[]>>;
  /** One request for the keys of one page by its number, 0 for the newest, and whether there are older ones. */
  page(number: number): Promise<Reply<{ readonly keys: readonly KeyRecord[]; readonly hasMore: boolean }>>;
}

/** What a per-run key needs of MUTX. */
export type RunKeys = Pick<KeyService, 'create' | 'verify' | 'revoke'> & RecentKeys;

/** What giving a key back needs of it. */
export type ReleaseKeys = Pick<RunKeys, 'newest' | 'revoke'>;

/** What is worth knowing after this process, should it end at any moment. */
export interface LeaseJournal {
  /** A create is about to be sent: from now on a key may exist. */
  creating(): Promise<void>;
  /** A create got no clear answer, so another key of the name may exist or come to exist. */
  unconfirmed(): void;
  /** In the same synchronous step in which the reply is known. */
  created(key: MintedKey): void;
  /** There is nothing left of it to give back. */
  cleared(): void;
}

export interface CallPorts {
  readonly clock: Clock;
  /** Uniform in [0, 1); for jitter only. */
  readonly random: () => number;
  readonly report: (event: EphemeralEvent) => void;
}

export interface EphemeralPorts extends CallPorts {
  readonly keys: RunKeys;
  readonly keeper: LeaseJournal;
  /** The key works: what is left to be done is not waited for. */
  readonly handOut: (key: MintedKey) => Promise<void>;
  /** By this process's wall clock; undefined: it does not end, or can be renewed. No wait may outlive it. */
  readonly sessionEndsAt?: Instant | undefined;
}
