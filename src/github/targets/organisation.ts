import type { Audience as WantedAudience } from '../../config/targets.ts';
import type { Reply } from '../../core/call.ts';
import type { SuccessorPlace } from '../../mutx/session/session.ts';
import type { MayStart, SecretMetadata } from '../../rotation/ports.ts';
import type { Secret } from '../../secrets/secret.ts';
import { failure, refused, unclear } from '../call-failure.ts';
import type { Calls } from '../calls.ts';
import { type Audience, decodeVisibility, selectedRepositories } from './audience.ts';
import { EncryptedSecret, type SecretPlace } from './encrypted-secret.ts';
import { newAudience } from './new-audience.ts';
import { METADATA } from './permissions.ts';
import { hiddenSecrets } from './repository-path.ts';

interface OrganisationOptions {
  readonly org: string;
  /** Where GitHub's API wants the ids of repositories as strings. */
  readonly stringIds: boolean;
  /** For a secret that does not exist yet; one that does keeps its own audience. */
  readonly audience: WantedAudience;
}

/**
 * A secret of an organisation, in any store. Its PUT replaces who may read it, so that is read again right
 * before and sent back as it is; where it cannot be read, nothing is sent.
 */
export class OrganisationTarget implements SuccessorPlace {
  readonly label: string;
  readonly secretName: string;
  readonly shared = true;
  readonly #calls: Calls;
  readonly #place: SecretPlace;
  readonly #options: OrganisationOptions;
  readonly #secret: EncryptedSecret;
  /** What `prepare` read: a later reading that differs from it has to be confirmed by another. */
  #prepared: Audience | undefined;
  /** Resolved once: names of repositories do not become other ids within a run. */
  #created: Audience | undefined;

  constructor(calls: Calls, place: SecretPlace, options: OrganisationOptions) {
    this.label = calls.subject.target;
    this.secretName = place.name;
    this.#calls = calls;
    this.#place = place;
    this.#options = options;
    this.#secret = new EncryptedSecret(calls, place);
  }

  async prepare(): Promise<Reply<true>> {
    const key = await this.#secret.fetchPublicKey();
    if (!key.ok) return key.failure.code === 'github-not-found' ? this.#whyHidden() : key;
    const audience = await this.#audience();
    if (!audience.ok) return audience;
    this.#prepared = audience.value;
    return { ...key, value: true };
  }

  metadata(): Promise<Reply<SecretMetadata | undefined>> {
    return this.#secret.metadata();
  }

  listed(): Promise<Reply<SecretMetadata | undefined>> {
    return this.#secret.listed();
  }

  get contradiction(): string | undefined {
    return this.#secret.contradiction;
  }

  write(value: Secret, mayStart: MayStart): Promise<Reply<'created' | 'updated'>> {
    return this.#secret.put(value, mayStart, (mayGoOn) => this.#fields(mayGoOn));
  }

  probe(unspent: Secret): Promise<Reply<true>> {
    return this.#secret.probe(unspent, (mayGoOn) => this.#fields(mayGoOn));
  }

  /** The secret's own audience, or that of the one to be created. */
  async #audience(mayGoOn?: MayStart): Promise<Reply<Audience>> {
    const found = await this.#secret.read(decodeVisibility);
    if (!found.ok) return found;
    switch (found.value) {
      case undefined:
        return this.#secret.everThere ? this.#gone() : this.#newAudience();
      case 'all':
      case 'private':
        return { ...found, value: { visibility: found.value } };
      case 'selected': {
        const ids = await selectedRepositories(this.#calls, this.#place, mayGoOn);
        return ids.ok ? { ...ids, value: { visibility: 'selected', repositoryIds: ids.value } } : ids;
      }
    }
  }

  async #newAudience(): Promise<Reply<Audience>> {
    if (this.#created !== undefined) return { ok: true, value: this.#created, date: undefined };
    const { org, audience } = this.#options;
    const reply = await newAudience(this.#calls, org, this.#place, audience);
    if (reply.ok) this.#created = reply.value;
    return reply;
  }

  /** What a PUT has to say of the audience, so that it stays as it is at this moment. */
  async #fields(mayGoOn: MayStart): Promise<Reply<Readonly<Record<string, unknown>>>> {
    const reply = await this.#confirmedAudience(mayGoOn);
    if (!reply.ok) return reply;
    const { value: audience } = reply;
    if (audience.visibility !== 'selected') return { ...reply, value: { visibility: audience.visibility } };
    const { visibility, repositoryIds } = audience;
    const ids = this.#options.stringIds ? repositoryIds.map(String) : repositoryIds;
    return { ...reply, value: { visibility, selected_repository_ids: ids } };
  }

  /**
   * One reply is no evidence: taken for the truth, a stale one would take the secret away from its readers, or give it to
   * others. What differs from `prepare`'s reading counts only where the next reading says the same.
   */
  async #confirmedAudience(mayGoOn: MayStart): Promise<Reply<Audience>> {
    const reply = await this.#audience(mayGoOn);
    if (!reply.ok || this.#prepared === undefined || isSame(reply.value, this.#prepared)) return reply;
    const again = await this.#audience(mayGoOn);
    if (!again.ok) return again;
    if (!isSame(again.value, reply.value) && !isSame(again.value, this.#prepared)) return this.#unsettled();
    this.#prepared = again.value;
    return again;
  }

  #unsettled(): Reply<never> {
    const { path, name, permission } = this.#place;
    const context = this.#calls.context(`GET ${path}/${name}`, permission);
    const message = `who may read ${name} of ${context.target} was answered in three ways, so it is not written`;
    const cause = unclear('github-audience-changed', message, true);
    return { ok: false, failure: failure(context, { status: 200 }, cause) };
  }

  /** One 404 is no evidence: made anew, the secret would get another audience. It is asked again before each try. */
  #gone(): Reply<never> {
    const { path, name, permission } = this.#place;
    const context = this.#calls.context(`GET ${path}/${name}`, permission);
    const message = `${name} of ${context.target} was there before, and GitHub says now that it is not; who may read it is not known, so it is not made anew`;
    const cause = { ...refused('github-secret-gone', message), retryable: true };
    return { ok: false, failure: failure(context, { status: 404 }, cause) };
  }

  /** 404 for the public key: no such organisation, or nothing of its secrets to be seen with this token. */
  async #whyHidden(): Promise<Reply<true>> {
    const path = `/orgs/${this.#options.org}`;
    const org = await this.#calls.ask({ method: 'GET', path }, METADATA, { 200: () => ({ value: true }) });
    if (org.ok) return hiddenSecrets(this.#calls, path, this.#place.permission);
    if (org.failure.code !== 'github-not-found') return org;
    const context = this.#calls.context(`GET ${path}`, this.#place.permission);
    const cause = refused(
      'github-not-found',
      `the organisation ${this.#options.org} does not exist, or the github-token cannot see it`,
      '`org:` is for organisations; secrets of a user belong to repositories and environments.',
    );
    return { ok: false, failure: failure(context, { status: 404 }, cause) };
  }
}

function isSame(one: Audience, other: Audience): boolean {
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other));
}

/** GitHub lists the repositories in an order of its own. */
function inOrder(audience: Audience): Audience {
  if (audience.visibility !== 'selected') return audience;
  return { ...audience, repositoryIds: audience.repositoryIds.toSorted((a, b) => a - b) };
}
