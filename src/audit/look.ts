import type { Instant, KeyRecord } from '../rotation/ports.ts';
import type { StoredSecret } from '../rotation/rules.ts';
import type { SecretName } from './finding.ts';

/** One secret among the targets, and the name of the keys that belong in it. */
export interface AuditedSecret extends StoredSecret {
  readonly place: SecretName;
  readonly keyName: string;
}

/** What an audit saw; everything it finds, it finds from this alone. */
export interface AuditLook {
  /** MUTX's time of the list; where it sent none, this machine's. */
  readonly date: Instant;
  /** Every key of the account. */
  readonly keys: readonly KeyRecord[];
  /** undefined: not known */
  readonly plan: string | undefined;
  /** Places in the plan; undefined: no limit is known. */
  readonly places: number | undefined;
  /** Names of keys that this tool makes by itself: each is of a place or of a run, and not the name of any other. */
  readonly namesMadeHere?: ReadonlySet<string>;
  /** Empty where no targets were given. */
  readonly secrets: readonly AuditedSecret[];
  /** The two servers' times cannot be compared, so nothing is said about secrets. */
  readonly clocksApart: boolean;
  /** When the writer token ends; undefined: there is none, or it does not say. */
  readonly tokenExpiresAt: Instant | undefined;
}
