import type { Agent } from 'node:http';
import type { Duration } from '../core/time.ts';
import { createAgent } from './agent.ts';
import { attempt } from './attempt.ts';
import { decodeBody } from './body.ts';
import { type After, type Dialing, timer } from './dial.ts';
import type { HttpRequest, HttpResult, RequestLine } from './result.ts';
import { parseHttpDate } from './retry-after.ts';

export interface HttpClientOptions {
  /** May have a path, to which requests' paths are appended (GitHub Enterprise Server: `/api/v3`). */
  readonly baseUrl: URL;
  readonly service: 'mutx' | 'github';
  readonly userAgent: string;
  /** For an attempt as a whole, from `send` to the last byte of the reply. Default 30 s. */
  readonly timeoutMs?: Duration;
  /** The longest reply body that is read. Default 1 MiB. */
  readonly maxBytes?: number;
  /** For `RUNNER_DEBUG`: called once for each attempt. */
  readonly onRequest?: (line: RequestLine) => void;
  /** The timer of the time limit. */
  readonly after?: After;
  /** How names are resolved and addresses tried. */
  readonly dialing?: Dialing;
}

/**
 * One service's HTTP: JSON in and out, one attempt a call, each within its limits. No redirect is followed, no
 * request sent twice: what to do about a failure is the engine's decision.
 */
export class HttpClient {
  /** Of the base URL, without a slash at the end: `` or `/api/v3`. */
  readonly basePath: string;
  readonly #options: HttpClientOptions;
  readonly #agent: Agent;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.basePath = options.baseUrl.pathname.replace(/\/+$/, '');
    this.#agent = createAgent(options.baseUrl, options.dialing);
  }

  /**
   * @throws TypeError for a path, query or header that could not be meant (a line break in it): a bug, found
   * before anything is sent
   */
  async send(request: HttpRequest): Promise<HttpResult> {
    const { baseUrl, timeoutMs = 30_000, maxBytes = 1_048_576, after = timer } = this.#options;
    const path = this.basePath + checkedPath(request.path);
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body), 'utf8');
    const headers = checkedHeaders({
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': this.#options.userAgent,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    });
    const started = performance.now();
    const raw = await attempt({
      origin: baseUrl,
      agent: this.#agent,
      method: request.method,
      path: path + queryText(request.query),
      headers: hasLength(request) ? { ...headers, 'content-length': body?.length ?? 0 } : headers,
      body,
      mayStart: request.mayStart ?? (() => true),
      limits: { timeoutMs, maxBytes },
      after,
    });
    const ms = Math.round(performance.now() - started);
    const { service, onRequest } = this.#options;
    const status = raw.kind === 'raw' ? raw.status : raw.kind;
    onRequest?.({ service, method: request.method, path, status, ms });
    if (raw.kind !== 'raw') return raw;
    return {
      kind: 'reply',
      status: raw.status,
      headers: raw.headers,
      body: decodeBody(raw.bytes, raw.headers.get('content-type')),
      date: parseHttpDate(raw.headers.get('date')),
      ms,
    };
  }

  /** Gives up the connections. */
  close(): void {
    this.#agent.destroy();
  }
}

/** Visible ASCII: anything else should have been encoded. The query has its own field. */
function checkedPath(path: string): string {
  if (!/^\/[!-~]*$/.test(path) || /[?#]/.test(path)) throw new TypeError('a request path is not encoded');
  return path;
}

/** One line of Latin-1, tabs allowed (RFC 9110, section 5.5). */
function checkedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    // The value stays out of the message: it may be a credential.
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new TypeError(`header ${name} is not one line of text`);
  }
  return headers;
}

function queryText(query: HttpRequest['query'] = {}): string {
  const parts = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** A body is sent, or expected to be (RFC 9110, section 8.6). */
function hasLength({ method, body }: HttpRequest): boolean {
  return body !== undefined || (method !== 'GET' && method !== 'DELETE');
}
