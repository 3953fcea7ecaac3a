import type { Instant } from '../clock.ts';
import { type KeyPair, makeKeyPair, openBox } from './key-pair.ts';

export const STORES = ['actions', 'dependabot', 'codespaces', 'agents'] as const;
export type StoreName = (typeof STORES)[number];
export type Visibility = 'all' | 'private' | 'selected';

/** Where secrets are kept. `'owner/repo'` alone is that repository's store for Actions. `store`: default `actions`. */
export type SecretPlace =
  | string
  | { readonly repository: string; readonly store?: StoreName }
  | { readonly repository: string; readonly environment: string }
  | { readonly organisation: string; readonly store?: StoreName };

/** Who may read an organisation's secret. */
export interface Audience {
  readonly visibility: Visibility;
  /** Empty unless `visibility` is `selected`. */
  readonly repositoryIds: readonly number[];
}

/** A secret as GitHub shows it. Instants in ms, whole seconds. */
export interface EmulatedSecret {
  readonly name: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** Organisation secrets only. */
  readonly audience: Audience | undefined;
}

interface Written {
  readonly box: string;
  readonly keyPair: KeyPair;
}

interface Stored {
  readonly name: string;
  readonly createdAt: Instant;
  updatedAt: Instant;
  audience: Audience | undefined;
  readonly writes: Written[];
}

/** One key pair and the secrets sealed for it: a repository's per store, an environment's, an organisation's per store. */
export class Scope {
  /** For the ledger: `acme/web`, `dependabot acme/web`, `acme/web@production`, `org acme`. */
  readonly label: string;
  readonly #now: () => Instant;
  readonly #secrets = new Map<string, Stored>();
  #keyPair: KeyPair | undefined;

  constructor(label: string, now: () => Instant) {
    this.label = label;
    this.#now = now;
  }

  get keyPair(): KeyPair {
    this.#keyPair ??= makeKeyPair();
    return this.#keyPair;
  }

  replaceKeyPair(): void {
    this.#keyPair = makeKeyPair();
  }

  /** In the order of their names. */
  get secrets(): readonly EmulatedSecret[] {
    return [...this.#secrets.values()].map(shown).sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  find(name: string): EmulatedSecret | undefined {
    const stored = this.#secrets.get(name.toUpperCase());
    return stored && shown(stored);
  }

  /** Stores a box that opens with the key pair of now. */
  put(name: string, box: string, audience: Audience | undefined): 'created' | 'updated' {
    const upper = name.toUpperCase();
    const now = this.#seconds();
    const written: Written = { box, keyPair: this.keyPair };
    const stored = this.#secrets.get(upper);
    if (stored === undefined) {
      this.#secrets.set(upper, { name: upper, createdAt: now, updatedAt: now, audience, writes: [written] });
      return 'created';
    }
    stored.updatedAt = now;
    stored.audience = audience;
    stored.writes.push(written);
    return 'updated';
  }

  /** Edits who may read it; moves `updated_at` as a write does. */
  setAudience(name: string, audience: Audience): void {
    const stored = this.#secrets.get(name.toUpperCase());
    if (stored === undefined) throw new TypeError(`no secret ${name} in ${this.label}`);
    stored.audience = audience;
    stored.updatedAt = this.#seconds();
  }

  remove(name: string): boolean {
    return this.#secrets.delete(name.toUpperCase());
  }

  /** Every value that was ever written, opened with the private key, the oldest first. */
  values(name: string): readonly string[] {
    const writes = this.#secrets.get(name.toUpperCase())?.writes ?? [];
    return writes.map(({ box, keyPair }) => Buffer.from(openBox(box, keyPair) ?? []).toString('utf8'));
  }

  /** GitHub's timestamps have no fractions. */
  #seconds(): Instant {
    return Math.floor(this.#now() / 1_000) * 1_000;
  }
}

function shown({ name, createdAt, updatedAt, audience }: Stored): EmulatedSecret {
  return { name, createdAt, updatedAt, audience };
}
