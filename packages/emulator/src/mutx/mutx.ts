import { randomBytes, randomUUID } from 'node:crypto';
import { EmulatorClock, type Instant } from '../clock.ts';
import { tellIssued } from '../issued.ts';
import type { Latency } from '../latency.ts';
import { LoopbackServer, type Shared } from '../server.ts';
import { type EmulatedKey, type Generation, KeyStore, type NewKey } from './keys.ts';
import { MUTX_LIMITS, MutxService } from './service.ts';
import { type EmulatedSession, Sessions } from './sessions.ts';
import type { TimestampStyle } from './timestamps.ts';
import type { EmulatedUser, UserOptions } from './users.ts';

export interface MutxOptions {
  /** default `v1` */
  readonly generation?: Generation;
  /** default: `mixed` on v1, `utc` on the documented generation */
  readonly timestamps?: TimestampStyle;
  /** default false; true: 100 requests a minute per API key or else per address, and 10 logins and refreshes */
  readonly rateLimits?: boolean | { readonly perMinute: number; readonly loginsPerMinute: number };
  /** default true; false: there is no `GET /auth/me` */
  readonly account?: boolean;
  /**
   * default false; true: as every public version of MUTX does on PostgreSQL, which stores the times of a key
   * in columns without a zone: a create with an expiry is a 500, no key can be used
   */
  readonly brokenTimes?: boolean;
  /**
   * Of the documented generation; default false; true: as the public server was in March 2026, where it differs
   * from the page: no route takes an API key, a log-out needs `Authorization` and ends nothing, revoked keys stay
   * in the list, every account has ten active keys
   */
  readonly asServed?: boolean;
  /**
   * Milliseconds, default 0: for so long a spent refresh token is exchanged again, as the public server does
   * with exchanges at the same time, which each look before any has spent it
   */
  readonly exchangeWindow?: number;
  /** Milliseconds, default 0: how old the `Date` of a reply is; the public server's up to 3.5 s. */
  readonly dateLag?: number;
  /** An instant (ms) at which the clock stands still; default: it runs with the machine's. */
  readonly stillAt?: Instant;
  /** What the clock runs with; default `Date.now`. */
  readonly machineClock?: () => Instant;
  /** default 0: any free port */
  readonly port?: number;
}

/** MUTX in memory: accounts, keys, sessions. Looking at it from here leaves no trace in the ledger. */
export class MutxEmulator {
  readonly generation: Generation;
  readonly clock: EmulatorClock;
  readonly #users: EmulatedUser[] = [];
  readonly #keys: KeyStore;
  readonly #sessions: Sessions;
  readonly #server: LoopbackServer;

  /** @internal */
  constructor(options: MutxOptions, shared: Shared) {
    this.generation = options.generation ?? 'v1';
    this.clock = new EmulatorClock(options.machineClock, options.stillAt);
    const now = (): Instant => this.clock.now();
    const { rateLimits = false, asServed = false } = options;
    this.#keys = new KeyStore(now, this.generation, this.generation === 'v1' || asServed);
    this.#sessions = new Sessions(now, options.exchangeWindow ?? 0);
    const service = new MutxService({
      world: {
        generation: this.generation,
        timestamps: options.timestamps ?? (this.generation === 'v1' ? 'mixed' : 'utc'),
        clock: this.clock,
        users: this.#users,
        keys: this.#keys,
        sessions: this.#sessions,
        brokenTimes: options.brokenTimes ?? false,
        asServed,
      },
      rateLimits: typeof rateLimits === 'boolean' ? (rateLimits ? MUTX_LIMITS : undefined) : rateLimits,
      account: options.account ?? true,
      origin: () => this.#server.origin,
    });
    this.#server = new LoopbackServer(service, '', shared);
    this.#server.dateLag = options.dateLag ?? 0;
  }

  /** What `api-url` is to be: `http://127.0.0.1:…`, without `/v1`. */
  get url(): string {
    return this.#server.url;
  }

  /** Connections opened so far. */
  get connections(): number {
    return this.#server.connections;
  }

  /** Real milliseconds that each request waits before it is looked at; default 0. */
  set latency(latency: Latency) {
    this.#server.latency = latency;
  }

  /** false: replies carry no `Date` header. */
  set sendsDate(sends: boolean) {
    this.#server.sendsDate = sends;
  }

  /** How old the `Date` of a reply is, in milliseconds. */
  set dateLag(ms: number) {
    this.#server.dateLag = ms;
  }

  /** All keys ever made, of all accounts, revoked ones included, with their plaintext. */
  get keys(): readonly EmulatedKey[] {
    return this.#keys.all;
  }

  get users(): readonly EmulatedUser[] {
    return this.#users;
  }

  get sessions(): readonly EmulatedSession[] {
    return this.#sessions.all;
  }

  addUser(options: UserOptions = {}): EmulatedUser {
    const user: EmulatedUser = {
      id: randomUUID(),
      email: options.email ?? `user${this.#users.length + 1}@example.com`,
      password: tellIssued('password', options.password ?? randomBytes(12).toString('base64url')),
      name: options.name ?? 'Emulated User',
      plan: options.plan ?? 'ENTERPRISE',
      quota: options.quota,
      isActive: options.isActive ?? true,
      isEmailVerified: options.isEmailVerified ?? true,
      createdAtMicros: this.#keys.micros(),
    };
    this.#users.push(user);
    return user;
  }

  /** Plants a key without a request; the quota is not looked at. */
  addKey(user: EmulatedUser, key: NewKey): EmulatedKey {
    return this.#keys.plant(user, key);
  }

  /** An access JWT for this account. `expiresIn` in milliseconds, default half an hour; negative: it has ended. */
  issueAccessJwt(user: EmulatedUser, { expiresIn }: { readonly expiresIn?: number } = {}): string {
    return this.#sessions.issueAccess(user.id, expiresIn);
  }

  /** A refresh JWT of a new session, as a login would give it. */
  issueRefreshToken(user: EmulatedUser): string {
    return this.#sessions.open(user.id).pair.refresh;
  }

  /** Whether a call with this key would be let in now; asking does not count as using it. */
  accepts(plaintext: string): boolean {
    const key = this.keyOf(plaintext);
    return key !== undefined && this.#keys.works(key);
  }

  /** The record that belongs to a plaintext. */
  keyOf(plaintext: string): EmulatedKey | undefined {
    return this.#keys.byPlaintext(plaintext);
  }

  /** Keys that count against the quota: active ones, expired or not. */
  activeKeys(user: EmulatedUser, name?: string): readonly EmulatedKey[] {
    return this.#keys.active(user).filter((key) => name === undefined || key.name === name);
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
