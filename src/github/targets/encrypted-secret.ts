import type { CallFailure, Reply } from '../../core/call.ts';
import type { MayStart, SecretMetadata } from '../../rotation/ports.ts';
import type { Secret } from '../../secrets/secret.ts';
import { beforeWrite, failure, lacking } from '../call-failure.ts';
import type { Answers, Calls, Decode } from '../calls.ts';
import type { ApiVersion, GithubRequest } from '../client.ts';
import { fieldsOf, isCount } from '../json.ts';
import { type CountedPage, LIST_CODES, readCounted } from '../pages.ts';
import { needsOf } from '../token-hint.ts';
import { describeMissing, type Permission } from './permissions.ts';
import { isPublicKey, loadSeal, type PublicKey } from './sealed-box.ts';

/** Where one secret lives on GitHub's API, and what it takes to write it. */
export interface SecretPlace {
  /** `/repos/acme/web/actions/secrets`, encoded */
  readonly path: string;
  /** upper case */
  readonly name: string;
  readonly apiVersion: ApiVersion;
  readonly permission: Permission;
}

/** What goes into the PUT beside the sealed box; asked for right before every PUT, for as long as that may start. */
type PutFields = (mayStart: MayStart) => Promise<Reply<Readonly<Record<string, unknown>>>>;

const noFields: PutFields = () => Promise.resolve({ ok: true, value: {}, date: undefined });

const always = () => true;

/** 201 for a secret that was not there, 204 for one that was. */
const WRITTEN: Answers<'created' | 'updated'> = {
  201: decodeCreated,
  204: () => ({ value: 'updated' }),
};

/**
 * The part that all secrets of GitHub have in common, whatever they belong to: a public key, metadata, and a
 * PUT of a sealed box. https://docs.github.com/rest/actions/secrets
 */
export class EncryptedSecret {
  readonly #calls: Calls;
  readonly #place: SecretPlace;
  #publicKey: PublicKey | undefined;
  /** Whether there is such a secret, by the last reading or write; undefined: not known. */
  #there: boolean | undefined;
  #everThere = false;
  #contradiction: string | undefined;

  constructor(calls: Calls, place: SecretPlace) {
    this.#calls = calls;
    this.#place = place;
  }

  /** Whether the secret has been seen or written here, whatever was read later. */
  get everThere(): boolean {
    return this.#everThere;
  }

  /** What GitHub answered to the last {@link put} against what was read before, for people; undefined: nothing. */
  get contradiction(): string | undefined {
    return this.#contradiction;
  }

  /** Fetches the public key and keeps it for {@link put}. */
  async fetchPublicKey(): Promise<Reply<PublicKey>> {
    const request = this.#request('GET', '/public-key');
    const reply = await this.#calls.ask(request, this.#place.permission, { 200: decodePublicKey });
    if (!reply.ok) return reply;
    if (!isPublicKey(reply.value.key))
      return { ok: false, failure: this.#unusable(request, 'github-bad-public-key') };
    this.#publicKey = reply.value;
    return reply;
  }

  /** GETs the secret; value undefined: there is none. */
  async read<T>(decode: Decode<T>): Promise<Reply<T | undefined>> {
    const reply = await this.#calls.ask<T | undefined>(
      this.#request('GET', `/${this.#place.name}`),
      this.#place.permission,
      { 200: decode, 404: () => ({ value: undefined }) },
    );
    if (!reply.ok) return reply;
    if (reply.value !== undefined || this.#publicKey !== undefined) return this.#saw(reply);
    // 404 also means "you may not see this": only where the public key can be read is the secret known to be
    // absent. Taken for absent, a hidden secret would let rule W revoke the key that it holds.
    const key = await this.fetchPublicKey();
    return key.ok ? this.#saw(reply) : key;
  }

  metadata(): Promise<Reply<SecretMetadata | undefined>> {
    return this.read(decodeMetadata);
  }

  /** The same as {@link metadata}, out of the list of all secrets of the place, which is read to its end. */
  async listed(): Promise<Reply<SecretMetadata | undefined>> {
    const { path, name, apiVersion, permission } = this.#place;
    const { target } = this.#calls.subject;
    const what = `the secrets of ${target}`;
    const list = await readCounted(this.#calls, {
      path,
      apiVersion,
      permission,
      decode: decodeSecrets,
      idOf: (secret) => secret.name,
      codes: LIST_CODES,
      what,
      incomplete: (seen, total) => ({
        message: `GitHub lists ${seen} of ${total} secrets of ${target}, so it is not known whether ${name} is there`,
        hint: 'Run again: nothing was decided on this list.',
      }),
    });
    if (!list.ok) return list;
    return this.#saw({ ...list, value: list.value.find((secret) => secret.name === name) });
  }

  /** What it would be in is not there, and so it is not either. */
  sawNone(): void {
    this.#there = false;
  }

  /**
   * One attempt to write. GitHub answers 422 when the box was made for a public key that has been replaced
   * meanwhile; only then, that is, if the key now is another one, the value is sealed and sent again, once.
   * Refused again with a key read a moment ago, it is not tried any more: this may be about something else.
   */
  async put(value: Secret, mayStart: MayStart, fields = noFields): Promise<Reply<'created' | 'updated'>> {
    const reply = await this.#putFresh(value, mayStart, fields);
    this.#contradiction = reply.ok ? this.#contradicts(reply.value) : undefined;
    if (reply.ok) this.#isThere();
    // It may have been made by this very attempt, so that finding it there proves nothing.
    else if (reply.failure.kind === 'unclear' && this.#there === false) this.#there = undefined;
    return reply;
  }

  #saw<T>(reply: Extract<Reply<T>, { ok: true }>): Reply<T> {
    if (reply.value === undefined) this.#there = false;
    else this.#isThere();
    return reply;
  }

  #isThere(): void {
    this.#there = true;
    this.#everThere = true;
  }

  #contradicts(written: 'created' | 'updated'): string | undefined {
    const place = `${this.#place.name} of ${this.#calls.subject.target}`;
    if (written === 'created' && this.#there === true) {
      return `${place} was there when it was looked for, and GitHub answers that it made it: it was deleted in between, or one of the answers is wrong`;
    }
    if (written === 'updated' && this.#there === false) {
      return `${place} was not there when it was looked for, and GitHub answers that it replaced one: it was made in between, or one of the answers is wrong`;
    }
    return undefined;
  }

  async #putFresh(
    value: Secret,
    mayStart: MayStart,
    fields: PutFields,
  ): Promise<Reply<'created' | 'updated'>> {
    const key = await this.#knownPublicKey();
    if (!key.ok) return { ok: false, failure: beforeWrite(key.failure) };
    const first = await this.#putOnce(value, key.value, mayStart, fields, WRITTEN);
    if (first.ok || first.failure.code !== 'github-validation') return first;
    this.#publicKey = undefined;
    const fresh = await this.fetchPublicKey();
    if (!fresh.ok) return { ok: false, failure: beforeWrite(fresh.failure) };
    if (fresh.value.keyId === key.value.keyId) return first;
    const second = await this.#putOnce(value, fresh.value, mayStart, fields, WRITTEN);
    if (second.ok || second.failure.code !== 'github-validation') return second;
    this.#publicKey = undefined;
    return { ok: false, failure: { ...second.failure, code: 'github-stale-public-key' } };
  }

  /**
   * Whether {@link put} would be let through, asked with a PUT whose `key_id` is nobody's. That GitHub looks at
   * the token first and at the body later is an assumption (docs/protocol.md, "Sessions"): then 422 says that
   * the token may write, and that nothing was written.
   * @param unspent sealed as it should be, so that a server which takes it is given what the secret may hold
   */
  async probe(unspent: Secret, fields = noFields): Promise<Reply<true>> {
    const key = await this.#knownPublicKey();
    if (!key.ok) return key;
    const nobodys = { ...key.value, keyId: key.value.keyId === '0' ? '1' : '0' };
    const reply = await this.#putOnce<'refused' | 'created' | 'updated'>(unspent, nobodys, always, fields, {
      ...WRITTEN,
      422: () => ({ value: 'refused' }),
    });
    if (!reply.ok) return reply.failure.code === 'github-not-found' ? this.#readOnly() : reply;
    if (reply.value === 'refused') return { ...reply, value: true };
    this.#there = true;
    // Taken, and perhaps filed under a key that does not open it: so once more, as it should be.
    const written = await this.put(unspent, always, fields);
    return written.ok ? { ...written, value: true } : written;
  }

  async #knownPublicKey(): Promise<Reply<PublicKey>> {
    const known = this.#publicKey;
    return known === undefined ? this.fetchPublicKey() : { ok: true, value: known, date: undefined };
  }

  async #putOnce<T>(
    value: Secret,
    publicKey: PublicKey,
    mayStart: MayStart,
    fields: PutFields,
    answers: Answers<T>,
  ): Promise<Reply<T>> {
    const seal = await loadSeal();
    const more = await fields(mayStart);
    if (!more.ok) return { ok: false, failure: beforeWrite(more.failure) };
    const request = this.#request('PUT', `/${this.#place.name}`);
    const sealed = seal(value, publicKey);
    if (!sealed.ok) return { ok: false, failure: this.#unusable(request, sealed.code) };
    const body = { encrypted_value: sealed.box, key_id: publicKey.keyId, ...more.value };
    return this.#calls.ask<T>({ ...request, mayStart, body }, this.#place.permission, answers);
  }

  /** 404 for a write where the public key could be read: GitHub's other way to say that a permission is missing. */
  #readOnly(): Reply<never> {
    const { name, permission, path } = this.#place;
    const context = this.#calls.context(`PUT ${path}/${name}`, permission);
    const missing = describeMissing(undefined, permission);
    const message = `${context.target} can be read, but its secrets not be written: the github-token lacks ${missing}`;
    const cause = lacking('github-missing-permission', message, needsOf(missing, permission, context.reach));
    return { ok: false, failure: failure(context, { status: 404 }, cause) };
  }

  #request(method: 'GET' | 'PUT', below: string): GithubRequest {
    return { method, path: `${this.#place.path}${below}`, apiVersion: this.#place.apiVersion };
  }

  #unusable(request: GithubRequest, code: keyof typeof UNUSABLE): CallFailure {
    const context = this.#calls.context(`${request.method} ${request.path}`, this.#place.permission);
    return failure(context, undefined, { kind: 'not-sent', code, message: UNUSABLE[code], retryable: false });
  }
}

const UNUSABLE = {
  'github-bad-public-key': 'the public key that GitHub gives for this target cannot be used',
  'github-value-too-large': 'the value is larger than the 48 KB that a secret may have',
} as const;

/**
 * GitHub's body is an empty object. What says anything else is not GitHub's, and perhaps nothing was written: the key
 * that the secret held would be revoked for it. (Not compared as text: to write what is nested thousands deep
 * overflows the stack.)
 */
function decodeCreated(json: unknown): { value: 'created' } | undefined {
  if (json === undefined) return { value: 'created' };
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
  return isObject && Object.keys(json).length === 0 ? { value: 'created' } : undefined;
}

function decodePublicKey(json: unknown) {
  const { key_id: keyId, key } = fieldsOf(json);
  if (typeof keyId !== 'string' || keyId === '' || typeof key !== 'string') return undefined;
  return { value: { keyId, key } };
}

/** GitHub's timestamps name their zone; one without would be read as local time. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

function decodeMetadata(json: unknown): { value: SecretMetadata } | undefined {
  const { updated_at: text } = fieldsOf(json);
  if (typeof text !== 'string' || !TIMESTAMP.test(text)) return undefined;
  const updatedAt = Date.parse(text);
  return Number.isNaN(updatedAt) ? undefined : { value: { updatedAt } };
}

interface ListedSecret extends SecretMetadata {
  /** upper case */
  readonly name: string;
}

function decodeSecrets(json: unknown): { value: CountedPage<ListedSecret> } | undefined {
  const { total_count: total, secrets } = fieldsOf(json);
  if (!isCount(total) || !Array.isArray(secrets)) return undefined;
  const items: ListedSecret[] = [];
  for (const row of secrets) {
    const { name } = fieldsOf(row);
    const metadata = decodeMetadata(row);
    if (typeof name !== 'string' || metadata === undefined) return undefined;
    items.push({ ...metadata.value, name: name.toUpperCase() });
  }
  return { value: { total, items } };
}
