import type { Instant } from '../clock.ts';
import { Issues } from './issues.ts';
import { Scope, STORES, type StoreName } from './scopes.ts';

export interface EmulatedEnvironment {
  readonly id: number;
  readonly name: string;
  readonly createdAt: Instant;
  updatedAt: Instant;
  /** Minutes; a PUT of the environment that does not repeat it takes it away. */
  waitTimer: number;
  readonly scope: Scope;
  /** Whether administrators may deploy without waiting. */
  canAdminsBypass: boolean;
  branchPolicy: BranchPolicy | null;
}

/** Which branches may deploy to an environment: exactly one of the two. */
export interface BranchPolicy {
  readonly protected_branches: boolean;
  readonly custom_branch_policies: boolean;
}

/** A repository; `archived` and `private` may be changed by a test at any time. */
export interface EmulatedRepository {
  readonly id: number;
  readonly owner: string;
  name: string;
  private: boolean;
  archived: boolean;
  readonly createdAt: Instant;
  /** By lower-case name. */
  readonly environments: Map<string, EmulatedEnvironment>;
  readonly issues: Issues;
  readonly scopes: Readonly<Record<StoreName, Scope>>;
}

export interface EmulatedOrganisation {
  readonly id: number;
  readonly login: string;
  readonly createdAt: Instant;
  readonly scopes: Readonly<Record<StoreName, Scope>>;
}

type Found =
  | { readonly kind: 'here'; readonly repository: EmulatedRepository }
  | { readonly kind: 'moved'; readonly repository: EmulatedRepository }
  | { readonly kind: 'none' };

/** Everything that has a name on GitHub. Names are not case-sensitive. */
export class GithubWorld {
  readonly now: () => Instant;
  readonly #repositories = new Map<string, EmulatedRepository>();
  readonly #moved = new Map<string, EmulatedRepository>();
  readonly #organisations = new Map<string, EmulatedOrganisation>();
  #nextId = 700_000_001;

  constructor(now: () => Instant) {
    this.now = now;
  }

  addRepository(owner: string, name: string, isPrivate: boolean): EmulatedRepository {
    const fullName = `${owner}/${name}`;
    if (this.#repositories.has(fullName.toLowerCase())) throw new TypeError(`${fullName} exists already`);
    const repository: EmulatedRepository = {
      id: this.#id(),
      owner,
      name,
      private: isPrivate,
      archived: false,
      createdAt: this.now(),
      environments: new Map(),
      issues: new Issues(this.now),
      scopes: this.#scopes(fullName),
    };
    this.#repositories.set(fullName.toLowerCase(), repository);
    return repository;
  }

  renameRepository(from: string, to: string): void {
    const repository = this.repository(from);
    const [owner, name = ''] = to.split('/');
    if (owner?.toLowerCase() !== repository.owner.toLowerCase())
      throw new TypeError('the owner stays the same');
    this.#repositories.delete(from.toLowerCase());
    this.#moved.set(from.toLowerCase(), repository);
    repository.name = name;
    this.#repositories.set(to.toLowerCase(), repository);
  }

  addOrganisation(login: string): EmulatedOrganisation {
    if (this.#organisations.has(login.toLowerCase())) throw new TypeError(`${login} exists already`);
    const organisation: EmulatedOrganisation = {
      id: this.#id(),
      login,
      createdAt: this.now(),
      scopes: this.#scopes(`org ${login}`),
    };
    this.#organisations.set(login.toLowerCase(), organisation);
    return organisation;
  }

  addEnvironment(repository: EmulatedRepository, name: string): EmulatedEnvironment {
    const now = this.now();
    const label = `${repository.owner}/${repository.name}@${name}`;
    const environment: EmulatedEnvironment = {
      id: this.#id(),
      name,
      createdAt: now,
      updatedAt: now,
      waitTimer: 0,
      canAdminsBypass: true,
      branchPolicy: null,
      scope: new Scope(label, this.now),
    };
    repository.environments.set(name.toLowerCase(), environment);
    return environment;
  }

  find(fullName: string): Found {
    const here = this.#repositories.get(fullName.toLowerCase());
    if (here !== undefined) return { kind: 'here', repository: here };
    const moved = this.#moved.get(fullName.toLowerCase());
    return moved === undefined ? { kind: 'none' } : { kind: 'moved', repository: moved };
  }

  byId(id: number): EmulatedRepository | undefined {
    return [...this.#repositories.values()].find((repository) => repository.id === id);
  }

  organisationById(id: number): EmulatedOrganisation | undefined {
    return [...this.#organisations.values()].find((organisation) => organisation.id === id);
  }

  /** @throws TypeError there is none of this name; for a test's own mistakes */
  repository(fullName: string): EmulatedRepository {
    const found = this.find(fullName);
    if (found.kind !== 'here') throw new TypeError(`no repository ${fullName}`);
    return found.repository;
  }

  organisation(login: string): EmulatedOrganisation | undefined {
    return this.#organisations.get(login.toLowerCase());
  }

  #scopes(label: string): Readonly<Record<StoreName, Scope>> {
    const scopes = STORES.map((store): [StoreName, Scope] => [
      store,
      new Scope(store === 'actions' ? label : `${store} ${label}`, this.now),
    ]);
    return Object.fromEntries(scopes) as Record<StoreName, Scope>;
  }

  #id(): number {
    this.#nextId += 1;
    return this.#nextId - 1;
  }
}
