import type { Clock, Instant } from '../core/time.ts';
import type { HttpClient } from '../http/client.ts';
import type { HttpReply, HttpRequest, HttpResult } from '../http/result.ts';
import type { Secret } from '../secrets/secret.ts';
import { ownerOfGithubToken } from '../secrets/shapes.ts';
import { rateLimitWait } from './rate-limit.ts';
import { RequestBudget } from './request-budget.ts';
import { parseTokenExpiration } from './token-expiry.ts';

/**
 * The version every GitHub, GitHub Enterprise Server included, knows; and the first one with agents' secrets.
 * https://docs.github.com/rest/about-the-rest-api/api-versions
 */
export type ApiVersion = '2022-11-28' | '2026-03-10';

export interface GithubRequest extends Omit<HttpRequest, 'headers'> {
  /** default `2022-11-28` */
  readonly apiVersion?: ApiVersion;
}

interface GithubClientOptions {
  readonly http: Pick<HttpClient, 'send'>;
  readonly token: Secret;
  /** For the waits that GitHub's limits ask of runs with very many requests. */
  readonly clock: Clock;
}

/**
 * GitHub's REST API as the writer token sees it: one attempt per call. Targets share one client, so that they
 * share connections and GitHub's limits.
 */
export class GithubClient {
  readonly #http: Pick<HttpClient, 'send'>;
  readonly #token: Secret;
  readonly #budget: RequestBudget;
  #tokenExpiresAt: Instant | undefined;
  readonly #clock: Clock;
  /** The reply that asked for a rest, and until when (monotonic): the answer to every request till then. */
  #resting: { readonly reply: HttpReply; readonly until: number } | undefined;

  constructor(options: GithubClientOptions) {
    this.#http = options.http;
    this.#budget = new RequestBudget(options.clock);
    this.#token = options.token;
    this.#clock = options.clock;
  }

  async send(request: GithubRequest): Promise<HttpResult> {
    const { apiVersion = '2022-11-28', ...rest } = request;
    const resting = this.#rest();
    if (resting !== undefined) return resting;
    await this.#budget.take(request.method);
    // Others may have been told to rest meanwhile.
    const rested = this.#rest();
    if (rested !== undefined) return rested;
    const result = await this.#http.send({
      ...rest,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${this.#token.expose()}`,
        'x-github-api-version': apiVersion,
      },
    });
    if (result.kind === 'reply') {
      this.#note(result.headers.get('github-authentication-token-expiration'));
      const wait = rateLimitWait(result);
      if (wait !== undefined) this.#resting = { reply: result, until: this.#clock.monotonic() + wait };
    }
    return result;
  }

  /**
   * When the writer token ends, as GitHub says in its replies; undefined until one was seen, for a token
   * without an end, and for an installation's, whose end is no news.
   */
  get tokenExpiresAt(): Instant | undefined {
    return this.#tokenExpiresAt;
  }

  /** The reply that asked for a rest, as it would be now: what is left of the rest is what it asks for. */
  #rest(): HttpReply | undefined {
    if (this.#resting === undefined) return undefined;
    const { reply, until } = this.#resting;
    const left = until - this.#clock.monotonic();
    if (left <= 0) return undefined;
    const headers = new Map(reply.headers).set('retry-after', String(Math.ceil(left / 1_000)));
    headers.delete('x-ratelimit-reset');
    return { ...reply, headers };
  }

  #note(expiration: string | undefined): void {
    // An installation's token lives an hour by design.
    if (expiration === undefined || ownerOfGithubToken(this.#token.expose()) === 'installation') return;
    this.#tokenExpiresAt = parseTokenExpiration(expiration) ?? this.#tokenExpiresAt;
  }
}
