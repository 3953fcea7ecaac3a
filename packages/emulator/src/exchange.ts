import type { ServerName } from './ledger.ts';

/**
 * One request and its reply, whole: **credentials included**. For validating both against a description of
 * the API; never to be printed.
 */
export interface Exchange {
  readonly server: ServerName;
  readonly request: {
    readonly method: string;
    /** Encoded, without the server's base path and without the query. */
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    /** Names in lower case. */
    readonly headers: Readonly<Record<string, string>>;
    /** Decoded JSON; undefined: no body. A body that is not JSON is left as text. */
    readonly body: unknown;
  };
  /** undefined: no reply was sent */
  readonly reply:
    | {
        readonly status: number;
        readonly headers: Readonly<Record<string, string>>;
        /** Decoded JSON; undefined: no body. */
        readonly body: unknown;
      }
    | undefined;
  /** The reply is a fault's, not what the server would have said. */
  readonly faulted: boolean;
}
