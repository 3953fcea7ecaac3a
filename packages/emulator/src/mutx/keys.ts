import { randomBytes, randomUUID } from 'node:crypto';
import type { Instant } from '../clock.ts';
import { tellIssued } from '../issued.ts';
import type { EmulatedUser } from './users.ts';

/** `v1`: under `/v1`, a paged list, revoked keys kept. `documented`: no prefix, an array, revoked keys gone. */
export type Generation = 'v1' | 'documented';

/** A key as the emulator keeps it, **plaintext included**, for a test to look at. */
export interface EmulatedKey {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly plaintext: string;
  /** Microseconds since the epoch, as precise as the API gives them. */
  readonly createdAtMicros: number;
  readonly expiresAtMicros: number | undefined;
  lastUsedMicros: number | undefined;
  /** false: revoked. On the documented API such a key is in no list any more (unless {@link MutxOptions.asServed}); here it stays, to be looked at. */
  isActive: boolean;
  /** The same in milliseconds. */
  readonly createdAt: Instant;
  readonly expiresAt: Instant | undefined;
}

export interface NewKey {
  readonly name: string;
  /** ms since the epoch; default: now */
  readonly createdAt?: Instant;
  /** ms since the epoch; default: never */
  readonly expiresAt?: Instant;
  readonly lastUsed?: Instant;
  readonly isActive?: boolean;
}

const DAY_MICROS = 86_400_000_000;

/** All keys of all accounts, those that are gone included. */
export class KeyStore {
  /** In the order in which they were made. */
  readonly all: EmulatedKey[] = [];
  readonly #byPlaintext = new Map<string, EmulatedKey>();
  readonly #byId = new Map<string, EmulatedKey>();
  readonly #now: () => Instant;
  readonly #generation: Generation;
  readonly #keepsRevoked: boolean;
  #ticks = 0;
  #tickedAt: Instant | undefined;

  constructor(now: () => Instant, generation: Generation, keepsRevoked: boolean) {
    this.#now = now;
    this.#generation = generation;
    this.#keepsRevoked = keepsRevoked;
  }

  /** Now, in microseconds; within one millisecond each call is one microsecond later. */
  micros(): number {
    const now = Math.floor(this.#now());
    this.#ticks = now === this.#tickedAt ? Math.min(this.#ticks + 1, 999) : 0;
    this.#tickedAt = now;
    return now * 1_000 + this.#ticks;
  }

  mint(user: EmulatedUser, name: string, expiresInDays: number | undefined): EmulatedKey {
    const created = this.micros();
    return this.#add(
      user.id,
      name,
      created,
      expiresInDays === undefined ? undefined : created + expiresInDays * DAY_MICROS,
    );
  }

  plant(user: EmulatedUser, key: NewKey): EmulatedKey {
    const created = key.createdAt === undefined ? this.micros() : key.createdAt * 1_000;
    const planted = this.#add(user.id, key.name, created, micros(key.expiresAt));
    planted.lastUsedMicros = micros(key.lastUsed);
    planted.isActive = key.isActive ?? true;
    return planted;
  }

  /** A new key in place of another: same name, same end. */
  replace(key: EmulatedKey): EmulatedKey {
    key.isActive = false;
    return this.#add(key.userId, key.name, this.micros(), key.expiresAtMicros);
  }

  /** A key of this account that the API still knows of. */
  find(user: EmulatedUser, id: string): EmulatedKey | undefined {
    const key = this.#byId.get(id.toLowerCase());
    return key !== undefined && key.userId === user.id && this.#known(key) ? key : undefined;
  }

  /** What the API lists for this account, newest first. */
  list(user: EmulatedUser): readonly EmulatedKey[] {
    return this.all
      .filter((key) => key.userId === user.id && this.#known(key))
      .reverse()
      .sort((one, other) => other.createdAtMicros - one.createdAtMicros);
  }

  /** What counts against the quota: expired keys too, until they are revoked. */
  active(user: EmulatedUser): readonly EmulatedKey[] {
    return this.all.filter((key) => key.userId === user.id && key.isActive);
  }

  byPlaintext(plaintext: string): EmulatedKey | undefined {
    return this.#byPlaintext.get(plaintext);
  }

  /** Whether a call with this key would be let in now. */
  works(key: EmulatedKey): boolean {
    return key.isActive && (key.expiresAtMicros === undefined || key.expiresAtMicros > this.#now() * 1_000);
  }

  #known(key: EmulatedKey): boolean {
    return key.isActive || this.#keepsRevoked;
  }

  #add(
    userId: string,
    name: string,
    createdAtMicros: number,
    expiresAtMicros: number | undefined,
  ): EmulatedKey {
    const key: EmulatedKey = {
      id: randomUUID(),
      userId,
      name,
      plaintext: tellIssued('api-key', plaintextOf(this.#generation)),
      createdAtMicros,
      expiresAtMicros,
      lastUsedMicros: undefined,
      isActive: true,
      createdAt: Math.floor(createdAtMicros / 1_000),
      expiresAt: expiresAtMicros === undefined ? undefined : Math.floor(expiresAtMicros / 1_000),
    };
    this.all.push(key);
    this.#byId.set(key.id, key);
    this.#byPlaintext.set(key.plaintext, key);
    return key;
  }
}

function plaintextOf(generation: Generation): string {
  const secret = randomBytes(32).toString('base64url');
  return generation === 'v1'
    ? `mutx_live_${randomBytes(6).toString('hex')}_${secret}`
    : `mutx_live_${secret}`;
}

function micros(instant: Instant | undefined): number | undefined {
  return instant === undefined ? undefined : instant * 1_000;
}
