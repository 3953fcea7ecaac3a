import type { CallFailure, Reply } from '../core/call.ts';
import { isInternalError } from '../core/retry.ts';
import type { Duration, Instant } from '../core/time.ts';
import type { RecentKeys } from '../ephemeral/ports.ts';
import type { HttpBody } from '../http/result.ts';
import type { Account, KeyRecord, KeyService, MintedKey } from '../rotation/ports.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Answer, ApiRequest, MutxApi } from './api.ts';
import { decodeId, decodeKeyPage, decodeMintedKey, decodePlan, type KeyPage } from './decode.ts';
import type { Decoded } from './fields.ts';
import { ListReader, type ReadingPorts, readFirstPages, readPage } from './pages.ts';
import type { Session } from './session/session.ts';

/** What MUTX says of its limit; a 409 for another reason says something else. */
const QUOTA = /\b(?:limit|quota|plan)\b/iu;

const FORBIDDEN =
  'MUTX knows the key, and does not let its account in: verify the e-mail address of the account at MUTX, or have the account activated';

/** How old the `Date` of a reply of MUTX's can be: up to 3.5 s were seen. */
const OLDEST_DATE: Duration = 5_000;

/** A thousand keys: a per-run key that expired a day ago is among them, on all but the busiest accounts. */
const NEWEST_PAGES = 10;

/** The four operations on keys as MUTX documents them, and what else the engine needs; each method is one attempt. */
export interface MutxClient extends KeyService, RecentKeys {
  /**
   * `POST /api-keys/{id}/rotate`: revokes the key and returns a new one of the same name and the same end. No
   * rotation of ours uses it: the old key is dead before anybody has stored the new one, and a lost reply loses
   * both (protocol, P1).
   */
  rotateInPlace(id: string): Promise<Reply<MintedKey>>;
}

/** MUTX with a session's token. */
export function createKeyService(
  api: MutxApi,
  session: Pick<Session, 'bearer' | 'endsAt'>,
  reading: ReadingPorts,
): MutxClient {
  return new MutxKeys(api, session, reading);
}

class MutxKeys implements MutxClient {
  readonly #api: MutxApi;
  readonly #session: Pick<Session, 'bearer' | 'endsAt'>;
  readonly #clock: ReadingPorts['clock'];
  readonly #reader: ListReader;

  constructor(api: MutxApi, session: Pick<Session, 'bearer' | 'endsAt'>, reading: ReadingPorts) {
    this.#api = api;
    this.#session = session;
    this.#clock = reading.clock;
    this.#reader = new ListReader(this.#askPage, reading);
  }

  list(all = false): Promise<Reply<readonly KeyRecord[]>> {
    const { endsAt } = this.#session;
    const left = endsAt === undefined ? Number.POSITIVE_INFINITY : endsAt - this.#clock.now();
    return this.#reader.read(all, left);
  }

  newest(): Promise<Reply<readonly KeyRecord[]>> {
    return readFirstPages(this.#askPage, NEWEST_PAGES);
  }

  page(number: number): Promise<Reply<KeyPage>> {
    return readPage(this.#askPage, number);
  }

  readonly #askPage = (skip: number, limit: number): Promise<Reply<KeyPage>> => {
    return this.#ask(
      (generation) => ({
        method: 'GET',
        path: '/api-keys',
        ...(generation === 'v1' ? { query: { skip, limit } } : {}),
      }),
      ({ status, body }) => (status === 200 ? decodeKeyPage(jsonOf(body)) : undefined),
    );
  };

  /**
   * An API without this route does not say; that is an answer. The plans of the documented API are not what v1 limits
   * keys by, so their names say nothing: what its limit is, a create that meets it shows.
   */
  account(): Promise<Reply<Account>> {
    return this.#ask<Account>(
      () => ({ method: 'GET', path: '/auth/me' }),
      ({ status, body }) => {
        if (status === 404) return { ok: true, value: { plan: undefined } };
        if (status !== 200) return undefined;
        const plan = decodePlan(jsonOf(body), this.#api.secrets);
        if (!plan.ok) return plan;
        return { ok: true, value: { plan: this.#api.generation === 'documented' ? undefined : plan.value } };
      },
    );
  }

  async create(name: string, expiresInDays: number): Promise<Reply<MintedKey>> {
    const reply = await this.#ask<MintedKey>(
      () => ({ method: 'POST', path: '/api-keys', body: { name, expires_in_days: expiresInDays } }),
      ({ status, body }) => (status < 300 ? this.#minted(jsonOf(body), name) : undefined),
    );
    const isQuota = !reply.ok && reply.failure.code === 'mutx-conflict' && QUOTA.test(reply.failure.message);
    return isQuota ? coded(reply.failure, 'mutx-quota') : reply;
  }

  rotateInPlace(id: string): Promise<Reply<MintedKey>> {
    return this.#ask<MintedKey>(
      () => ({ method: 'POST', path: `/api-keys/${encodeURIComponent(id)}/rotate` }),
      ({ status, body }) => (status < 300 ? this.#minted(jsonOf(body), undefined) : undefined),
    );
  }

  #minted(json: unknown, name: string | undefined): Decoded<MintedKey> {
    const minted = decodeMintedKey(json, name, this.#api.secrets);
    return minted.ok ? minted : { ok: false, problem: minted.problem + keyMade(decodeId(json)) };
  }

  /**
   * `GET /auth/me` on v1, `GET /agents` on the documented API, with the key alone. Only 401 and 403 are about
   * the key; any other no leaves it open. A 401 is looked into by one further request.
   */
  async verify(key: Secret, mayStart: () => boolean): Promise<Reply<true>> {
    const reply = await this.#use({ 'x-api-key': key.expose() }, mayStart);
    if (reply.ok || reply.failure.kind !== 'refused') return reply;
    const { failure } = reply;
    if (failure.status === 403) {
      return { ok: false, failure: { ...failure, code: 'mutx-key-refused', hint: FORBIDDEN } };
    }
    if (failure.status !== 401) return { ok: false, failure: { ...failure, kind: 'unclear' } };
    return this.#api.generation === 'documented'
      ? this.#refusedAsNobody(failure, mayStart)
      : this.#refusedAsBearer(failure, key, mayStart);
  }

  #use(headers: Readonly<Record<string, string>>, mayStart: () => boolean): Promise<Reply<true>> {
    return this.#api.ask<true>(
      (generation) => ({
        method: 'GET',
        path: generation === 'v1' ? '/auth/me' : '/agents',
        headers,
        mayStart,
      }),
      ({ status, body }) =>
        status === 200 && isFilled(jsonOf(body)) ? { ok: true, value: true } : undefined,
    );
  }

  /** v1 takes a key as a Bearer token as well; where the server fails at it so, it fails at every key. */
  async #refusedAsBearer(failure: CallFailure, key: Secret, mayStart: () => boolean): Promise<Reply<true>> {
    const reply = await this.#use({ authorization: `Bearer ${key.expose()}` }, mayStart);
    if (reply.ok || !isInternalError(reply.failure)) return coded(failure, 'mutx-key-refused');
    return {
      ok: false,
      failure: { ...reply.failure, kind: 'refused', code: 'mutx-key-unusable', retryable: false },
    };
  }

  /** A server of the documented API that says the same to no key at all has not looked at this one. */
  async #refusedAsNobody(failure: CallFailure, mayStart: () => boolean): Promise<Reply<true>> {
    const reply = await this.#use({}, mayStart);
    const isSame = !reply.ok && reply.failure.status === 401 && reply.failure.message === failure.message;
    return isSame
      ? { ok: false, failure: { ...failure, kind: 'unclear', code: 'mutx-key-unverifiable' } }
      : coded(failure, 'mutx-key-refused');
  }

  revoke(id: string): Promise<Reply<'revoked' | 'gone'>> {
    return this.#ask<'revoked' | 'gone'>(
      () => ({ method: 'DELETE', path: `/api-keys/${encodeURIComponent(id)}` }),
      ({ status }) => {
        if (status === 404) return { ok: true, value: 'gone' };
        // Any other success is not MUTX's: taken for one, it would tell of a live key that it is revoked.
        return status === 204 ? { ok: true, value: 'revoked' } : undefined;
      },
    );
  }

  async #ask<T>(request: ApiRequest, answer: Answer<T>): Promise<Reply<T>> {
    const bearer = await this.#session.bearer();
    if (!bearer.ok) return bearer;
    const headers = { authorization: `Bearer ${bearer.value.expose()}` };
    let ended = false;
    const reply = await this.#api.ask(
      (generation) => ({ ...request(generation), headers }),
      (answered) => {
        ended = answered.status === 401 && this.#hasEndedBy(answered.date);
        return answer(answered);
      },
    );
    return reply.ok || !ended ? reply : coded(reply.failure, 'session-expired');
  }

  /** By MUTX's own clock, as the token's end is. */
  #hasEndedBy(date: Instant | undefined): boolean {
    const { endsAt } = this.#session;
    return date !== undefined && endsAt !== undefined && date + OLDEST_DATE >= endsAt;
  }
}

/** The same failure under the code that says more. */
function coded(failure: CallFailure, code: string): Reply<never> {
  return { ok: false, failure: { ...failure, code } };
}

/** An object or a list: what the API gives to a key that works. */
function isFilled(json: unknown): boolean {
  return typeof json === 'object' && json !== null;
}

function jsonOf(body: HttpBody): unknown {
  return body.kind === 'json' ? body.value : undefined;
}

/** The plaintext is lost, but people can be told which key to look for. */
function keyMade(id: string | undefined): string {
  return id === undefined ? '' : `; a key was made, ${id}, and nobody knows it`;
}
