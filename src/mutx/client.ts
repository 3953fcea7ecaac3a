import type { RecentKeys } from '../ephemeral/ports.ts';
import type { HttpBody } from '../http/result.ts';
import type {
  Account,
  CallFailure,
  Instant,
  KeyRecord,
  KeyService,
  MintedKey,
  Reply,
} from '../rotation/ports.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Session } from '../session/session.ts';
import type { Answer, ApiRequest, MutxApi } from './api.ts';
import { decodeId, decodeKeyPage, decodeMintedKey, decodePlan, type KeyPage } from './decode.ts';
import type { Decoded } from './fields.ts';
import { ListReader, type ReadingPorts, readFirstPages, readPage } from './pages.ts';

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

  /** An API without this route does not say; that is an answer. */
  account(): Promise<Reply<Account>> {
    return this.#ask<Account>(
      () => ({ method: 'GET', path: '/auth/me' }),
      ({ status, body }) => {
        if (status === 404) return { ok: true, value: { plan: undefined } };
        if (status !== 200) return undefined;
        const plan = decodePlan(jsonOf(body), this.#api.secrets);
        return plan.ok ? { ok: true, value: { plan: plan.value } } : plan;
      },
    );
  }

  async create(name: string, expiresInDays: number): Promise<Reply<MintedKey>> {
    const reply = await this.#ask<MintedKey>(
      () => ({ method: 'POST', path: '/api-keys', body: { name, expires_in_days: expiresInDays } }),
      ({ status, body }) => (status < 300 ? this.#minted(jsonOf(body), name) : undefined),
    );
    return reply.ok || reply.failure.code !== 'mutx-conflict' ? reply : coded(reply.failure, 'mutx-quota');
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
   * the key; any other no leaves it open.
   */
  async verify(key: Secret, mayStart: () => boolean): Promise<Reply<true>> {
    const reply = await this.#api.ask<true>(
      (generation) => ({
        method: 'GET',
        path: generation === 'v1' ? '/auth/me' : '/agents',
        headers: { 'x-api-key': key.expose() },
        mayStart,
      }),
      ({ status, body }) =>
        status === 200 && isFilled(jsonOf(body)) ? { ok: true, value: true } : undefined,
    );
    if (reply.ok || reply.failure.kind !== 'refused') return reply;
    const { failure } = reply;
    const isAboutKey = failure.status === 401 || failure.status === 403;
    return isAboutKey
      ? coded(failure, 'mutx-key-refused')
      : { ok: false, failure: { ...failure, kind: 'unclear' } };
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
    return date !== undefined && endsAt !== undefined && date >= endsAt;
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
