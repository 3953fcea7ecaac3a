import type { Secret } from '../secrets/secret.ts';
import type { RotationEvent } from './events.ts';
import type { Neighbour } from './other-targets.ts';

/**
 * What the rotation engine needs of the world. Each method is ONE attempt: waiting, retrying and deadlines
 * are the engine's decisions (retry.ts), so that the simulator sees and owns every step. Methods do not
 * throw for what a server or the network did; they return a {@link Reply}. An exception is a bug.
 *
 * Instants are milliseconds since the Unix epoch, durations milliseconds.
 */

export type Instant = number;
export type Duration = number;

export type Reply<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** The server's own time, from the reply's `Date` header (whole seconds); undefined if it sent none. */
      readonly date: Instant | undefined;
      /** Of a list of several pages. */
      readonly reading?: ListReading;
    }
  | { readonly ok: false; readonly failure: CallFailure };

/** How a list of several pages was read, which can take minutes. */
export interface ListReading {
  /** The `Date` of the last page. */
  readonly lastDate: Instant | undefined;
  /** How long before the reply was complete that page was asked for. */
  readonly lastAsked: Duration;
  /** No key made before this was looked at; undefined: the list was read to its end. */
  readonly since: Instant | undefined;
}

/**
 * Why a call did not give what was asked for.
 * - `refused`: the service itself said no (401, 403, 404, 409, 422, a redirect …): nothing was changed.
 * - `throttled`: 429, or GitHub's 403 for a rate limit: not done now.
 * - `unclear`: 408, 5xx, a proxy's page, silence, a cut-off or unreadable reply: may have been done.
 * - `not-sent`: nothing left this process (the deadline guard said no, no connection could be made).
 */
export type FailureKind = 'refused' | 'throttled' | 'unclear' | 'not-sent';

export interface CallFailure {
  readonly kind: FailureKind;
  readonly service: 'mutx' | 'github';
  /** What was tried, for people: `POST /v1/api-keys`. Path without query; never a credential. */
  readonly call: string;
  /** The label of the target on whose behalf it was made, where there is one. */
  readonly target?: string;
  /** HTTP status, if there was a reply. */
  readonly status: number | undefined;
  /** Stable identifier of the cause, the index into the hints of report/ (e.g. `github-token-cannot-write`). */
  readonly code: string;
  /** One printable line: the cause, as far as it is known, with the server's own message bounded and cleaned. */
  readonly message: string;
  /** What to do about it, when the adapter knows better than the generic hint of the code. */
  readonly hint?: string;
  /** Where a token lacks a permission: what {@link hint} is about, so that several can be told in one. */
  readonly needs?: TokenNeeds;
  /** The server's own identifier of its error: `INTERNAL_ERROR` of MUTX, which only a 500 of its own carries. */
  readonly errorCode?: string;
  /** The server's request id, cleaned. */
  readonly requestId?: string;
  /** From `Retry-After` or a rate limit's reset: how long the server asks to wait. */
  readonly retryAfter?: Duration;
  /** Whether trying the same idempotent call again may help (throttled, 5xx, network). */
  readonly retryable: boolean;
}

/** What a GitHub token has to be able to do. */
export interface TokenNeeds {
  readonly owner: string;
  /** undefined: the organisation itself */
  readonly repository: string | undefined;
  /** In words, as GitHub's settings have them: `"Secrets: Read and write"`. */
  readonly missing: string;
  /** Those of actions/create-github-app-token: `permission-secrets: write`; undefined: they cannot name all of it. */
  readonly inputs: readonly string[] | undefined;
}

/** One row of the MUTX list. Times are the MUTX server's. */
export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Instant;
  /** undefined: never expires */
  readonly expiresAt: Instant | undefined;
  /** undefined: never used */
  readonly lastUsed: Instant | undefined;
  readonly isActive: boolean;
}

/** A key just made. The only time its plaintext exists outside the server. */
export interface MintedKey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant | undefined;
  readonly key: Secret;
}

export interface Account {
  /** The plan's name as the server gives it, cleaned; undefined where the server does not say. */
  readonly plan: string | undefined;
}

/** MUTX, with the session already taken care of (mutx-api: "Sessions"). */
export interface KeyService {
  /**
   * The keys of the account, of any name, active or not, deduplicated by id, as far back as one that expires can work
   * (docs/lists.md). `date` is that of the FIRST page's reply: the time of the look.
   * @param all to the end, in the time there is
   */
  list(all?: boolean): Promise<Reply<readonly KeyRecord[]>>;
  account(): Promise<Reply<Account>>;
  create(name: string, expiresInDays: number): Promise<Reply<MintedKey>>;
  /**
   * Calls MUTX with the key itself. ok: it works. `refused`: it does not. `mayStart` as for
   * {@link SecretTarget.write}: a use that came later than F would look like somebody else's (rule W).
   */
  verify(key: Secret, mayStart: () => boolean): Promise<Reply<true>>;
  /** `gone`: there was nothing (any more) to revoke (404). */
  revoke(id: string): Promise<Reply<'revoked' | 'gone'>>;
}

/**
 * Whether a write may start, now or so much later; told no, a write fails with a code that ends in `deadline`. Asked
 * about now without `ahead`, and told yes, it has started: `ahead` of 0 only asks.
 */
export type MayStart = (ahead?: Duration) => boolean;

/** One place a secret is stored: target, store and secret name. */
export interface SecretTarget {
  /** As the user would write it: `owner/repo`, `owner/repo@environment`, `org:name`, `dependabot:owner/repo` … */
  readonly label: string;
  /** The secret's name there, upper case. */
  readonly secretName: string;
  /** Organisation secrets: editing their visibility moves `updated_at`, so rule W's last clause does not hold. */
  readonly shared: boolean;
  /**
   * Whether this target can be written: public key, permissions, audience. Changes nothing, and keeps what
   * `write` needs.
   */
  prepare(): Promise<Reply<true>>;
  /** When the secret was last written (whole seconds, GitHub's time); value undefined: there is no such secret. */
  metadata(): Promise<Reply<SecretMetadata | undefined>>;
  /**
   * The same by a second reading, out of the complete list of the secrets of its place; for an environment that is
   * not there, out of the list of environments.
   */
  listed(): Promise<Reply<SecretMetadata | undefined>>;
  /**
   * Seals and PUTs the value: one attempt (plus one fetch of a fresh public key when GitHub says that the
   * sealed box was made for a stale one). `mayStart` is asked in the last synchronous step before any PUT's
   * bytes are handed to the socket; false → `not-sent`.
   */
  write(value: Secret, mayStart: MayStart): Promise<Reply<'created' | 'updated'>>;
  /**
   * What the reply to the last write contradicts of what was read before, in one line: a secret that was there was
   * made, or one that was not there replaced. undefined: nothing.
   */
  readonly contradiction?: string | undefined;
  /** Requests that create content which `write` will take: 2 where something has to be made first; default 1. */
  readonly puts?: number;
}

export interface SecretMetadata {
  readonly updatedAt: Instant;
}

/** Time as this process sees it. */
export interface Clock {
  /** Wall clock, ms since the epoch. */
  now(): Instant;
  /** A clock that never goes back, ms from an arbitrary origin. */
  monotonic(): Duration;
  sleep(duration: Duration): Promise<void>;
}

export interface RotationPorts {
  readonly keys: KeyService;
  readonly targets: readonly SecretTarget[];
  /** Looked at for a warning only, each in one attempt. */
  readonly neighbours?: readonly Neighbour[];
  readonly clock: Clock;
  /** Uniform in [0, 1); for jitter only. */
  readonly random: () => number;
  readonly report: (event: RotationEvent) => void;
  /** How many targets can be written in that time at the pace the store allows; absent: as many as there are. */
  readonly writesWithin?: (time: Duration) => number;
  /** By this process's wall clock; undefined: it does not end, or can be renewed. No wait may outlive it. */
  readonly sessionEndsAt?: Instant | undefined;
}
