import type { Reply } from '../../core/call.ts';
import type { SuccessorPlace } from '../../mutx/session/session.ts';
import type { MayStart, SecretMetadata } from '../../rotation/ports.ts';
import type { Secret } from '../../secrets/secret.ts';
import { beforeWrite, failure, refused } from '../call-failure.ts';
import type { Calls } from '../calls.ts';
import { fieldsOf, isCount } from '../json.ts';
import { type CountedPage, LIST_CODES, readCounted } from '../pages.ts';
import { EncryptedSecret, type SecretPlace } from './encrypted-secret.ts';
import { CREATE_ENVIRONMENTS, type Permission, READ_ENVIRONMENTS } from './permissions.ts';
import { getRepository, hiddenSecrets, judge } from './repository-path.ts';

interface EnvironmentPaths {
  readonly repository: string;
  /** encoded */
  readonly environment: string;
  readonly name: string;
}

/** A secret of one environment of a repository, which has a public key of its own. */
export class EnvironmentTarget implements SuccessorPlace {
  readonly label: string;
  readonly secretName: string;
  readonly shared = false;
  readonly #calls: Calls;
  readonly #paths: EnvironmentPaths;
  readonly #permission: Permission;
  readonly #create: boolean;
  readonly #secret: EncryptedSecret;
  /** Known not to exist, and to be created by the first write: `prepare` changes nothing. */
  #missing = false;

  /** @param create create the environment if it does not exist */
  constructor(calls: Calls, paths: EnvironmentPaths, place: SecretPlace, create: boolean) {
    this.label = calls.subject.target;
    this.secretName = place.name;
    this.#calls = calls;
    this.#paths = paths;
    this.#permission = place.permission;
    this.#create = create;
    this.#secret = new EncryptedSecret(calls, place);
  }

  get puts(): number {
    return this.#missing ? 2 : 1;
  }

  async prepare(): Promise<Reply<true>> {
    const [key, repository] = await Promise.all([
      this.#secret.fetchPublicKey(),
      getRepository(this.#calls, this.#paths.repository),
    ]);
    const together = judge(this.#calls, this.#paths.repository, this.#permission, key, repository);
    if (key.ok || key.failure.code !== 'github-not-found') return together;
    if (!repository.ok || repository.value.archived) return together;
    const exists = await this.#exists();
    if (!exists.ok) return exists;
    if (exists.value) return hiddenSecrets(this.#calls, this.#paths.environment, this.#permission);
    if (!this.#create) return this.#notFound();
    this.#missing = true;
    return { ...exists, value: true };
  }

  async metadata(): Promise<Reply<SecretMetadata | undefined>> {
    if (this.#missing) {
      const exists = await this.#exists();
      if (!exists.ok) return exists;
      if (!exists.value) return this.#none(exists);
      this.#missing = false;
    }
    return this.#secret.metadata();
  }

  /** An environment that the list of environments does not name has no secrets. */
  async listed(): Promise<Reply<SecretMetadata | undefined>> {
    const secrets = this.#missing ? undefined : await this.#secret.listed();
    if (secrets?.ok === true || (secrets !== undefined && secrets.failure.code !== 'github-not-found')) {
      return secrets;
    }
    const environments = await this.#listEnvironments();
    if (!environments.ok) return environments;
    if (!this.#isNamedBy(environments.value)) return this.#none(environments);
    this.#missing = false;
    // Its own GET, or that of its secrets, said that it is not there.
    return secrets ?? this.#secret.listed();
  }

  get contradiction(): string | undefined {
    return this.#secret.contradiction;
  }

  async write(value: Secret, mayStart: MayStart): Promise<Reply<'created' | 'updated'>> {
    const there = await this.#createIfMissing(mayStart);
    return there.ok ? this.#secret.put(value, mayStart) : there;
  }

  async probe(unspent: Secret): Promise<Reply<true>> {
    const there = await this.#createIfMissing(() => true);
    return there.ok ? this.#secret.probe(unspent) : there;
  }

  #none({ date }: Extract<Reply<unknown>, { ok: true }>): Reply<undefined> {
    this.#secret.sawNone();
    return { ok: true, value: undefined, date };
  }

  #isNamedBy(environments: readonly string[]): boolean {
    const name = this.#paths.name.toLowerCase();
    return environments.some((other) => other === name);
  }

  #exists(): Promise<Reply<boolean>> {
    return this.#calls.ask({ method: 'GET', path: this.#paths.environment }, READ_ENVIRONMENTS, {
      200: () => ({ value: true }),
      404: () => ({ value: false }),
    });
  }

  /** In lower case: GitHub takes two names that differ in nothing else for one. */
  #listEnvironments(mayGoOn?: MayStart): Promise<Reply<readonly string[]>> {
    const { target } = this.#calls.subject;
    const list = {
      path: `${this.#paths.repository}/environments`,
      permission: READ_ENVIRONMENTS,
      decode: decodeEnvironments,
      idOf: (name: string) => name,
      codes: LIST_CODES,
      what: `the environments of the repository of ${target}`,
      incomplete: (seen: number, total: number) => ({
        message: `GitHub lists ${seen} of ${total} environments, so it is not known whether that of ${target} is there`,
        hint: 'Run again: nothing was decided on this list.',
      }),
    };
    return readCounted(this.#calls, list, mayGoOn);
  }

  async #createIfMissing(mayStart: MayStart): Promise<Reply<unknown>> {
    if (!this.#missing) return { ok: true, value: true, date: undefined };
    const created = await this.#createUnlessThere(mayStart);
    if (!created.ok) return { ok: false, failure: beforeWrite(created.failure) };
    this.#missing = false;
    return created;
  }

  /**
   * A PUT for an environment that exists would take its protection rules away, so it is looked for again, and a 404, which
   * any server has, has to agree with the list of environments.
   */
  async #createUnlessThere(mayStart: MayStart): Promise<Reply<unknown>> {
    const exists = await this.#exists();
    if (!exists.ok || exists.value) return exists;
    const environments = await this.#listEnvironments(mayStart);
    if (!environments.ok || this.#isNamedBy(environments.value)) return environments;
    const request = { method: 'PUT', path: this.#paths.environment, body: {}, mayStart } as const;
    const created = await this.#calls.ask(request, CREATE_ENVIRONMENTS, { 200: () => ({ value: true }) });
    if (created.ok) this.#secret.sawNone();
    return created;
  }

  #notFound(): Reply<true> {
    const context = this.#calls.context(`GET ${this.#paths.environment}`, READ_ENVIRONMENTS);
    const cause = refused(
      'github-environment-not-found',
      `the environment of ${context.target} does not exist`,
      /%[\dA-F]{2}/i.test(this.#paths.name)
        ? 'Write the name as it is, not URL-encoded: `/` instead of `%2F`, a space instead of `%20`.'
        : 'Create it in the settings of the repository, or have it created: `create-environment: true`.',
    );
    return { ok: false, failure: failure(context, { status: 404 }, cause) };
  }
}

function decodeEnvironments(json: unknown): { value: CountedPage<string> } | undefined {
  const { total_count: total, environments } = fieldsOf(json);
  if (!isCount(total) || !Array.isArray(environments)) return undefined;
  const items: string[] = [];
  for (const row of environments) {
    const { name } = fieldsOf(row);
    if (typeof name !== 'string') return undefined;
    items.push(name.toLowerCase());
  }
  return { value: { total, items } };
}
