import type { Clock, Duration, Instant } from '../core/time.ts';
import type { HttpClient } from '../http/client.ts';
import type { HttpRequest, HttpResult } from '../http/result.ts';
import type { Secret } from '../secrets/secret.ts';
import { ownerOfGithubToken } from '../secrets/shapes.ts';
import { Limiter } from './limiter.ts';
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

/** Nothing was sent, because GitHub has asked for a rest that is not over. */
interface Resting {
  readonly kind: 'resting';
  /** What is left of it. */
  readonly wait: Duration;
}

export type GithubResult = HttpResult | Resting;

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
  /** Shared by all that this token sends. */
  readonly limiter: Limiter;
  #tokenExpiresAt: Instant | undefined;

  constructor(options: GithubClientOptions) {
    this.#http = options.http;
    this.limiter = new Limiter(options.clock);
    this.#token = options.token;
  }

  async send(request: GithubRequest): Promise<GithubResult> {
    const { apiVersion = '2022-11-28', ...rest } = request;
    const wait = await this.limiter.admit(request.method);
    if (wait > 0) return { kind: 'resting', wait };
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
      this.limiter.heed(result);
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

  #note(expiration: string | undefined): void {
    // An installation's token lives an hour by design.
    if (expiration === undefined || ownerOfGithubToken(this.#token.expose()) === 'installation') return;
    this.#tokenExpiresAt = parseTokenExpiration(expiration) ?? this.#tokenExpiresAt;
  }
}
