import { EmulatorClock, type Instant } from '../clock.ts';
import { tellIssued } from '../issued.ts';
import type { Latency } from '../latency.ts';
import { LoopbackServer, type Shared } from '../server.ts';
import { type KeyPair, seal } from './key-pair.ts';
import { type GithubLimits, RateLimits } from './limits.ts';
import type { Audience, EmulatedSecret, Scope, SecretPlace } from './scopes.ts';
import { GithubService } from './service.ts';
import { type TokenOptions, Tokens } from './tokens.ts';
import { type EmulatedOrganisation, type EmulatedRepository, GithubWorld } from './world.ts';

export interface GithubOptions {
  /** Where the API hangs: `/api/v3` on GitHub Enterprise Server. Default: nowhere. */
  readonly basePath?: string;
  /** default false; true: as GitHub Enterprise Server, which knows the old API version only and no agents' secrets */
  readonly enterprise?: boolean;
  /** default false: requests are counted, none is refused; true: GitHub's own limits, or others */
  readonly limits?: boolean | Partial<GithubLimits>;
  /** An instant (ms) at which the clock stands still; default: it runs with the machine's. */
  readonly stillAt?: Instant;
  /** What the clock runs with; default `Date.now`. */
  readonly machineClock?: () => Instant;
  /** default 0: any free port */
  readonly port?: number;
}

/** GitHub in memory: repositories, organisations, tokens, secrets. Looking at it from here leaves no trace in the ledger. */
export class GithubEmulator {
  readonly clock: EmulatorClock;
  readonly #world: GithubWorld;
  readonly #tokens = new Tokens();
  readonly #limits: RateLimits;
  readonly #server: LoopbackServer;

  /** @internal */
  constructor(options: GithubOptions, shared: Shared) {
    this.clock = new EmulatorClock(options.machineClock, options.stillAt);
    this.#world = new GithubWorld(() => this.clock.now());
    this.#limits = new RateLimits(this.clock, options.limits ?? false);
    const service = new GithubService({
      clock: this.clock,
      world: this.#world,
      tokens: this.#tokens,
      limits: this.#limits,
      enterprise: options.enterprise ?? false,
      apiUrl: () => this.url,
    });
    this.#server = new LoopbackServer(service, options.basePath ?? '', shared);
  }

  /** What `GITHUB_API_URL` is to be, base path included. */
  get url(): string {
    return this.#server.url;
  }

  /** Connections opened so far. */
  get connections(): number {
    return this.#server.connections;
  }

  /** Requests refused because of a rate limit so far; those of faults not counted. */
  get limited(): number {
    return this.#limits.refused;
  }

  /** Real milliseconds that each request waits before it is looked at; default 0. */
  set latency(latency: Latency) {
    this.#server.latency = latency;
  }

  /** false: replies carry no `Date` header. */
  set sendsDate(sends: boolean) {
    this.#server.sendsDate = sends;
  }

  /** @param fullName `owner/repo` */
  addRepository(
    fullName: string,
    options: { readonly environments?: readonly string[]; readonly private?: boolean } = {},
  ): EmulatedRepository {
    const [owner = '', name = ''] = fullName.split('/');
    const repository = this.#world.addRepository(owner, name, options.private ?? true);
    for (const environment of options.environments ?? []) this.#world.addEnvironment(repository, environment);
    return repository;
  }

  addOrganisation(login: string): EmulatedOrganisation {
    return this.#world.addOrganisation(login);
  }

  /** From now on the old name is answered 301. */
  renameRepository(from: string, to: string): void {
    this.#world.renameRepository(from, to);
  }

  /** @throws TypeError there is no such repository */
  repository(fullName: string): EmulatedRepository {
    return this.#world.repository(fullName);
  }

  /** A token that may do everything, unless the options say less. */
  issueToken(options: TokenOptions = {}): string {
    return this.#tokens.issue(options).text;
  }

  /** From now on the token is answered 401. */
  revokeToken(token: string): void {
    this.#tokens.revoke(token);
  }

  /** What GitHub shows of a secret; undefined: there is none. */
  secret(place: SecretPlace, name: string): EmulatedSecret | undefined {
    return this.#scope(place).find(name);
  }

  /** All secrets of a place, in the order of their names. */
  secrets(place: SecretPlace): readonly EmulatedSecret[] {
    return this.#scope(place).secrets;
  }

  /** The value of a secret, opened with the scope's private key; undefined: there is none. */
  openSecret(place: SecretPlace, name: string): string | undefined {
    return this.secretValues(place, name).at(-1);
  }

  /** Every value that a secret has had, the oldest first. */
  secretValues(place: SecretPlace, name: string): readonly string[] {
    return this.#scope(place).values(name);
  }

  /** Writes a secret by hand, as somebody on GitHub's settings page would. */
  setSecret(place: SecretPlace, name: string, value: string, audience?: Audience): void {
    const scope = this.#scope(place);
    scope.put(
      name,
      seal(tellIssued('secret-value', value), scope.keyPair),
      audience ?? scope.find(name)?.audience ?? whoever(place),
    );
  }

  /** Edits by hand who may read an organisation's secret; `updated_at` moves. */
  setAudience(place: SecretPlace, name: string, audience: Audience): void {
    this.#scope(place).setAudience(name, audience);
  }

  deleteSecret(place: SecretPlace, name: string): void {
    this.#scope(place).remove(name);
  }

  /** The key pair that a scope has now, private key included. */
  keyPair(place: SecretPlace): KeyPair {
    return this.#scope(place).keyPair;
  }

  /** Gives a scope another key pair: boxes made for the one before are refused from now on. */
  replaceKeyPair(place: SecretPlace): void {
    this.#scope(place).replaceKeyPair();
  }

  #scope(place: SecretPlace): Scope {
    if (typeof place === 'string') return this.#world.repository(place).scopes.actions;
    if ('organisation' in place) {
      const organisation = this.#world.organisation(place.organisation);
      if (organisation === undefined) throw new TypeError(`no organisation ${place.organisation}`);
      return organisation.scopes[place.store ?? 'actions'];
    }
    const repository = this.#world.repository(place.repository);
    if (!('environment' in place)) return repository.scopes[place.store ?? 'actions'];
    const environment = repository.environments.get(place.environment.toLowerCase());
    if (environment === undefined) throw new TypeError(`no environment ${place.environment}`);
    return environment.scope;
  }

  /** @internal */
  listen(port: number): Promise<void> {
    return this.#server.listen(port);
  }

  /** @internal */
  close(): Promise<void> {
    return this.#server.close();
  }
}

function whoever(place: SecretPlace): Audience | undefined {
  const isOrganisations = typeof place !== 'string' && 'organisation' in place;
  return isOrganisations ? { visibility: 'private', repositoryIds: [] } : undefined;
}
