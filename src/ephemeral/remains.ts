import type { Instant } from '../core/time.ts';
import type { MintedKey } from '../rotation/ports.ts';
import type { Secret } from '../secrets/secret.ts';
import type { LeaseJournal } from './ports.ts';
import type { EphemeralSettings } from './settings.ts';

interface Named {
  readonly name: string;
  /** Nobody else uses the name. */
  readonly unique: boolean;
}

/** What there may be to give back. */
export type Remains =
  /** No key was made, or there is none left. */
  | { readonly stage: 'nothing' }
  /** A create was sent, and its reply is not known: a key may exist. */
  | ({ readonly stage: 'asked' } & Named)
  | ({
      readonly stage: 'minted';
      readonly id: string;
      readonly expiresAt: Instant | undefined;
      /** An earlier create got no clear answer: another key of the name may exist. */
      readonly strays: boolean;
    } & Named);

/** Keeps in memory what is to be given back, for a process that makes a key and gives it back itself. */
export class MemoryJournal implements LeaseJournal {
  readonly #named: Named;
  #strays = false;
  #remains: Remains = { stage: 'nothing' };
  #key: Secret | undefined;

  constructor({ keyName, unique }: Pick<EphemeralSettings, 'keyName' | 'unique'>) {
    this.#named = { name: keyName, unique };
  }

  get remains(): Remains {
    return this.#remains;
  }

  /** undefined: none was made, or nobody knows its text. */
  get key(): Secret | undefined {
    return this.#key;
  }

  async creating(): Promise<void> {
    this.#remains = { stage: 'asked', ...this.#named };
  }

  unconfirmed(): void {
    this.#strays = true;
  }

  created({ id, expiresAt, key }: MintedKey): void {
    this.#remains = { stage: 'minted', id, expiresAt, strays: this.#strays, ...this.#named };
    this.#key = key;
  }

  cleared(): void {
    this.#remains = { stage: 'nothing' };
    this.#key = undefined;
  }
}
