import type { Duration, Instant } from '../core/time.ts';

/** What to ask. Header values and the body may hold credentials: they are never part of a message. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  /** Appended to the client's base URL, already encoded: `/v1/api-keys`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /**
   * Asked once, when the connection is ready and in the same synchronous step that hands over the request's
   * bytes; false → nothing is sent (`not-sent`, code `not-started`).
   */
  readonly mayStart?: () => boolean;
}

/** What came of one attempt. The network's and the server's faults are results, not exceptions. */
export type HttpResult = HttpReply | HttpNotSent | HttpLost;

export interface HttpReply {
  readonly kind: 'reply';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: HttpBody;
  /** The server's own time, from `Date`; undefined where it sent none that can be read. */
  readonly date: Instant | undefined;
  readonly ms: Duration;
}

/** 408 and 5xx: the request arrived somewhere, and how far it came is not known. */
export function isServerError(status: number): boolean {
  return status === 408 || status >= 500;
}

/** Not one byte of the request left this process. */
export interface HttpNotSent {
  readonly kind: 'not-sent';
  /**
   * - `not-started`: `mayStart` said no
   * - `unknown-host`: there is no host of that name
   * - `unreachable`: no connection, or it broke
   * - `tls`: the other side's certificate or its TLS was not accepted
   * - `proxy-setting`: the environment names a proxy that cannot be used
   * - `proxy-unreachable`: no connection to the proxy
   * - `proxy-refused`: the proxy did not connect us
   * - `timeout`: the time was over before there was a connection
   */
  readonly code:
    | 'not-started'
    | 'unknown-host'
    | 'unreachable'
    | 'tls'
    | 'proxy-setting'
    | 'proxy-unreachable'
    | 'proxy-refused'
    | 'timeout';
  /** One printable line; in our words, never the server's. */
  readonly message: string;
  /** false: a setting has to be changed first, or its time is over */
  readonly retryable: boolean;
}

/** Sent, and no usable reply: it may have been applied. */
export interface HttpLost {
  readonly kind: 'lost';
  readonly code: 'timeout' | 'reset' | 'cut-off' | 'too-large' | 'compressed' | 'bad-http';
  /** One printable line; in our words, never the server's. */
  readonly message: string;
}

export type HttpBody =
  | { readonly kind: 'empty' }
  | { readonly kind: 'json'; readonly value: unknown }
  /**
   * HTML, text, or JSON that is broken. `text` is untrusted, cut, and may hold part of a credential that
   * nobody has masked: for recognising a page, not for printing.
   */
  | { readonly kind: 'other'; readonly text: string };

/** For `RUNNER_DEBUG`: what may be told of any attempt. */
export interface RequestLine {
  readonly service: 'mutx' | 'github';
  readonly method: string;
  /** With the base URL's own path, without query. */
  readonly path: string;
  readonly status: number | 'not-sent' | 'lost';
  readonly ms: Duration;
}
