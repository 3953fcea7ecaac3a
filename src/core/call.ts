import type { Duration, Instant } from './time.ts';

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
