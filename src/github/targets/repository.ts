import type { Reply } from '../../core/call.ts';
import type { SuccessorPlace } from '../../mutx/session/session.ts';
import type { MayStart, SecretMetadata } from '../../rotation/ports.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { Calls } from '../calls.ts';
import { EncryptedSecret, type SecretPlace } from './encrypted-secret.ts';
import type { Permission } from './permissions.ts';
import { getRepository, judge } from './repository-path.ts';

/** A secret of one repository, in any store. */
export class RepositoryTarget implements SuccessorPlace {
  readonly label: string;
  readonly secretName: string;
  readonly shared = false;
  readonly #calls: Calls;
  readonly #path: string;
  readonly #permission: Permission;
  readonly #secret: EncryptedSecret;

  /** @param path the repository's */
  constructor(calls: Calls, path: string, place: SecretPlace) {
    this.label = calls.subject.target;
    this.secretName = place.name;
    this.#calls = calls;
    this.#path = path;
    this.#permission = place.permission;
    this.#secret = new EncryptedSecret(calls, place);
  }

  async prepare(): Promise<Reply<true>> {
    const [key, repository] = await Promise.all([
      this.#secret.fetchPublicKey(),
      getRepository(this.#calls, this.#path),
    ]);
    return judge(this.#calls, this.#path, this.#permission, key, repository);
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
    return this.#secret.put(value, mayStart);
  }

  probe(unspent: Secret): Promise<Reply<true>> {
    return this.#secret.probe(unspent);
  }
}
