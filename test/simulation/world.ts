import type { KeyRecord } from '../../src/rotation/ports.ts';
import { couldHaveWritten } from '../../src/rotation/rules.ts';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

/** Where true time starts; any fixed moment will do. */
const EPOCH = 1_800_000_000_000;

export const NAME = 'gha/acme/shop/MUTX_API_KEY';
export const OTHER_NAME = 'gha/acme/shop/MUTX_API_KEY_2';

/** A value that no run made: somebody pasted it. */
export const FOREIGN = 'foreign';

export interface WorldKey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  lastUsed: number | undefined;
  isActive: boolean;
  /** A person revoked it; what follows for the secret that holds it is theirs. */
  byHand: boolean;
}

export interface WorldSecret {
  readonly shared: boolean;
  /** A key's id, FOREIGN, or undefined: there is no such secret. */
  value: string | undefined;
  updatedAt: number | undefined;
  /** The last write was a person's, not a run's. */
  byHand: boolean;
}

/**
 * Both servers, as far as the protocol can see them, and the true time that no participant knows. Everything
 * here is instantaneous; when it happens is the scheduler's choice.
 */
export class World {
  time = EPOCH;
  readonly keys = new Map<string, WorldKey>();
  readonly secrets: WorldSecret[];
  readonly places: number;
  readonly planKnown: boolean;
  readonly #githubSkew: number;
  /** True time at which a key was last overwritten in some target: its grace period starts there. */
  readonly supersededAt = new Map<string, number>();
  readonly violations: string[] = [];

  constructor(options: {
    readonly targets: readonly { readonly shared: boolean }[];
    readonly places: number | undefined;
    readonly planKnown: boolean;
    readonly githubSkew: number;
  }) {
    this.secrets = options.targets.map(({ shared }) => ({
      shared,
      value: undefined,
      updatedAt: undefined,
      byHand: false,
    }));
    this.places = options.places ?? Number.POSITIVE_INFINITY;
    this.planKnown = options.planKnown;
    this.#githubSkew = options.githubSkew;
  }

  /** MUTX keeps microseconds; its clock is the reference. */
  mutxNow(): number {
    return this.time;
  }

  mutxDate(): number {
    return wholeSeconds(this.time);
  }

  githubDate(): number {
    return wholeSeconds(this.time + this.#githubSkew);
  }

  addKey(
    id: string,
    options: { name?: string; age?: number; days?: number; lastUsed?: number } = {},
  ): WorldKey {
    const createdAt = this.time - (options.age ?? 0);
    const key: WorldKey = {
      id,
      name: options.name ?? NAME,
      createdAt,
      expiresAt: createdAt + (options.days ?? 30) * DAY,
      lastUsed: options.lastUsed,
      isActive: true,
      byHand: false,
    };
    this.keys.set(id, key);
    return key;
  }

  /** The state of the start of a scenario: stored by a run `age` ago. */
  putStored(index: number, value: string, age: number): void {
    const secret = this.#secret(index);
    secret.value = value;
    secret.updatedAt = wholeSeconds(this.time - age + this.#githubSkew);
  }

  listed(withoutRevoked: boolean): KeyRecord[] {
    return [...this.keys.values()]
      .filter(({ isActive }) => isActive || !withoutRevoked)
      .map(({ id, name, createdAt, expiresAt, lastUsed, isActive }) => ({
        id,
        name,
        createdAt,
        expiresAt,
        lastUsed,
        isActive,
      }));
  }

  hasRoom(): boolean {
    let active = 0;
    for (const key of this.keys.values()) if (key.isActive) active += 1;
    return active < this.places;
  }

  isWorking(id: string): boolean {
    const key = this.keys.get(id);
    return key?.isActive === true && (key.expiresAt ?? Number.POSITIVE_INFINITY) > this.time;
  }

  write(index: number, value: string): 'created' | 'updated' {
    const secret = this.#secret(index);
    const before = secret.value;
    if (before !== undefined && before !== FOREIGN && before !== value) {
      this.supersededAt.set(before, this.time);
    }
    secret.value = value;
    secret.updatedAt = this.githubDate();
    secret.byHand = false;
    return before === undefined ? 'created' : 'updated';
  }

  /** A value saved again, or a visibility edited: only `updated_at` moves. */
  touch(index: number): void {
    const secret = this.#secret(index);
    if (secret.value === undefined) return;
    secret.updatedAt = this.githubDate();
    secret.byHand = true;
  }

  revoke(id: string, by: string, gracePeriod: number): 'revoked' | 'gone' {
    const key = this.keys.get(id);
    if (key === undefined) return 'gone';
    if (key.isActive) {
      if (key.name !== NAME) this.violations.push(`P2: ${by} revoked ${id} of another name`);
      const superseded = this.supersededAt.get(id);
      const inGrace = superseded !== undefined && this.time < superseded + gracePeriod;
      if (inGrace && (key.expiresAt ?? Number.POSITIVE_INFINITY) > this.time) {
        this.violations.push(`P2: ${by} revoked ${id} inside its grace period`);
      }
    }
    key.isActive = false;
    return 'revoked';
  }

  /** P1 at this moment: what each secret holds works. Expiry is the schedule's business, not the protocol's. */
  checkStored(): void {
    this.secrets.forEach((secret, index) => {
      const { value } = secret;
      if (value === undefined || value === FOREIGN) return;
      const key = this.keys.get(value);
      if (key?.expiresAt !== undefined && key.expiresAt < this.time) return;
      if (key === undefined || (!key.isActive && !key.byHand && !this.#looksWrittenByAnother(secret))) {
        this.violations.push(`P1: target ${index} holds ${value}, which is revoked`);
      }
    });
  }

  /**
   * Assumption A2 of docs/protocol.md, broken: a person saved the old value again at the very time at which a
   * run that then died could have written its key. No metadata can tell the two apart.
   */
  #looksWrittenByAnother({ value, updatedAt, byHand, shared }: WorldSecret): boolean {
    if (!byHand || shared || updatedAt === undefined) return false;
    return [...this.keys.values()].some(
      (key) => key.name === NAME && key.id !== value && couldHaveWritten(key, updatedAt),
    );
  }

  activeOfName(): string[] {
    return [...this.keys.values()].filter((key) => key.isActive && key.name === NAME).map((key) => key.id);
  }

  /** Everything that the future can depend on, in a fixed order. */
  digest(): string {
    let text = `${this.time}`;
    for (const id of [...this.keys.keys()].sort()) {
      const key = this.keys.get(id) as WorldKey;
      text += `;${id},${key.createdAt},${key.isActive ? 1 : 0}${key.byHand ? 1 : 0},${key.lastUsed ?? ''}`;
    }
    for (const { value, updatedAt, byHand } of this.secrets)
      text += `;${value},${updatedAt}${byHand ? '!' : ''}`;
    for (const id of [...this.supersededAt.keys()].sort()) text += `;${id}@${this.supersededAt.get(id)}`;
    return text;
  }

  #secret(index: number): WorldSecret {
    const secret = this.secrets[index];
    if (secret === undefined) throw new Error(`no target ${index}`);
    return secret;
  }
}

function wholeSeconds(time: number): number {
  return Math.floor(time / SECOND) * SECOND;
}
