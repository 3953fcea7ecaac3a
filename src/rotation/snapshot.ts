import type { Instant } from '../core/time.ts';
import type { KeyRecord, RotationSettings } from './ports.ts';
import type { StoredSecret } from './rules.ts';

/** What a run saw, in the order in which protocol step 2 asks it to look. */
export interface Snapshot {
  /** The MUTX server's time of the list: the time of the look. Unknown: rules E and W do not apply. */
  readonly date: Instant | undefined;
  /** GitHub's time, of the earliest of its replies in this look. Unknown: rules E and W do not apply. */
  readonly githubDate: Instant | undefined;
  /** Every key of the account. */
  readonly keys: readonly KeyRecord[];
  /** Places in the account's plan; undefined: no limit is known. */
  readonly places: number | undefined;
  /** The targets' secrets, read after the list; undefined where no decision needs them. */
  readonly secrets: readonly StoredSecret[] | undefined;
  /** The two servers' clocks differ too much for rule W. */
  readonly clocksApart: boolean;
  /** They differ by more than a key's window allows for, so which key a secret holds cannot be told either. */
  readonly clocksFarApart?: boolean;
  /** A second reading of the targets differs from the first, or could not be had: rule W does not apply. */
  readonly contradicted: boolean;
  /** It differs: which key a target holds is then not known either. */
  readonly readingsDiffer?: boolean;
  /** The times, as {@link timeOf} has them, at which creates of this run were already sent whose fate is unknown. */
  readonly lostCreates: readonly Instant[];
  /**
   * The secret holds a dead key, written too late by this run: P1 goes before the waiting rule, whose only aim
   * is that a two-key plan does not get stuck.
   */
  readonly repairs: boolean;
  /** A create was refused with a 409 that is not the quota's: rules E and W go as far as they may. */
  readonly conflicted: boolean;
  /** This run has given up a stored key already (`on-quota: replace`): it gives up no second one. */
  readonly gaveUp?: boolean;
  /** No key made before this is among them; undefined: the list was read to its end. */
  readonly unreadBefore?: Instant | undefined;
}

export function keysOfName({ keys }: Snapshot, { keyName }: RotationSettings): readonly KeyRecord[] {
  return keys.filter((key) => key.name === keyName);
}

/** The time of the look by MUTX's clock, or by GitHub's where MUTX does not say. */
export function timeOf({ date, githubDate }: Snapshot): Instant | undefined {
  return date ?? githubDate;
}
