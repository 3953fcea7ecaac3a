import type { Reply } from '../core/call.ts';
import type { HttpClient } from '../http/client.ts';
import type { HttpReply, HttpRequest, HttpResult } from '../http/result.ts';
import type { SecretRegistry } from '../secrets/registry.ts';
import { badReply, failureOf } from './failures.ts';
import type { Decoded } from './fields.ts';
import { ownError } from './own-error.ts';

/**
 * `v1`: under `/v1`, revoked keys stay in a paged list. `documented`: no prefix, an array, revoked keys gone
 * (mutx-api, "two generations").
 */
export type Generation = 'v1' | 'documented';

/** A request as each generation wants it; its path without the generation's prefix: `/api-keys`. */
export type ApiRequest = (generation: Generation) => HttpRequest;

/**
 * Reads the answer out of a reply; undefined: it is none, but a failure. Only asked about replies that are
 * answered with 2xx or are MUTX's own errors.
 */
export type Answer<T> = (reply: HttpReply) => Decoded<T> | undefined;

interface Sent {
  readonly result: HttpResult;
  readonly method: HttpRequest['method'];
  /** For people: `POST /v1/api-keys` */
  readonly call: string;
}

/**
 * The MUTX API of whichever generation, one attempt a call. The generation is found out by asking with the
 * calls themselves: where `/v1` is right, that costs nothing; where it is not, its 404 says that nothing was
 * done, and the same call is made without the prefix. A gateway may answer with a page of its own there, which says
 * nothing of a call that changes something; then the list is asked for.
 */
export class MutxApi {
  readonly secrets: SecretRegistry;
  readonly #http: Pick<HttpClient, 'send' | 'basePath'>;
  #generation: Generation | undefined;

  /** @param http its base URL is `api-url`; one that ends in `/v1` is taken at its word */
  constructor(http: Pick<HttpClient, 'send' | 'basePath'>, secrets: SecretRegistry) {
    this.#http = http;
    this.secrets = secrets;
    this.#generation = this.#isAtItsWord() ? 'v1' : undefined;
  }

  /** undefined: no reply has shown it yet */
  get generation(): Generation | undefined {
    return this.#generation;
  }

  async ask<T>(request: ApiRequest, answer: Answer<T>): Promise<Reply<T>> {
    const { result, call } = await this.#send(request);
    const context = { call, secrets: this.secrets };
    const value = result.kind === 'reply' && isMutxs(result) ? answer(result) : undefined;
    if (result.kind !== 'reply' || value === undefined) {
      return { ok: false, failure: failureOf(result, context) };
    }
    if (!value.ok) return { ok: false, failure: badReply(result, value.problem, context) };
    return { ok: true, value: value.value, date: result.date };
  }

  async #send(request: ApiRequest): Promise<Sent> {
    const known = this.#generation;
    const first = await this.#sendTo(known ?? 'v1', request);
    if (known !== undefined || !isMissing(first)) {
      if (isSuccess(first)) this.#generation ??= 'v1';
      return first;
    }
    if (!isAnswered(first) && !(await this.#isDocumented(request))) return first;
    // Another call may have learned meanwhile that this 404 is v1's own.
    if (this.#generation === 'v1') return first;
    const second = await this.#sendTo('documented', request);
    if (isSuccess(second)) this.#generation ??= 'documented';
    return second;
  }

  /**
   * Whether the list is where the documented API has it, and not where v1 has it: then nothing was done by a call
   * that was answered with a page.
   */
  async #isDocumented(like: ApiRequest): Promise<boolean> {
    const listOf: ApiRequest = (generation) => {
      const { headers = {} } = like(generation);
      return { method: 'GET', path: '/api-keys', headers };
    };
    if (!isMissing(await this.#sendTo('v1', listOf))) return false;
    const { result } = await this.#sendTo('documented', listOf);
    return result.kind === 'reply' && result.status !== 404 && isMutxs(result);
  }

  async #sendTo(generation: Generation, requestOf: ApiRequest): Promise<Sent> {
    const request = requestOf(generation);
    const prefix = generation === 'v1' && !this.#isAtItsWord() ? '/v1' : '';
    const path = prefix + request.path;
    const result = await this.#http.send({ ...request, path });
    return { result, method: request.method, call: `${request.method} ${this.#http.basePath}${path}` };
  }

  #isAtItsWord(): boolean {
    return this.#http.basePath.endsWith('/v1');
  }
}

/** A success that holds an error is none of MUTX's: something in between made it of an error. */
function isMutxs(reply: HttpReply): boolean {
  const isError = ownError(reply) !== undefined;
  return reply.status < 300 ? reply.body.kind !== 'other' && !isError : isError;
}

function isSuccess({ result }: Sent): boolean {
  return result.kind === 'reply' && result.status < 300 && isMutxs(result);
}

function isMissing({ result }: Sent): boolean {
  return result.kind === 'reply' && result.status === 404;
}

/**
 * Whether a 404 says that nothing was done. Of what changes something only MUTX itself can say so: a page of
 * something in between does not prove it.
 */
function isAnswered({ method, result }: Sent): boolean {
  return method === 'GET' || (result.kind === 'reply' && ownError(result) !== undefined);
}
