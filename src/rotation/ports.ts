import type { Reply } from '../core/call.ts';
import type { Duration, Instant } from '../core/time.ts';
import type { Secret } from '../secrets/secret.ts';

/**
 * A secret that is no target of this run and may hold its key: the same name in another store of a target's
 * repository. A name is the unit of ownership (docs/protocol.md, "Names"), and a run cannot know the targets that an
 * earlier run had; what can be seen of them is told before their key is revoked.
 */
export type Neighbour = Pick<SecretTarget, 'label' | 'secretName' | 'metadata'>;

export interface KeySummary {
  readonly id: string;
  readonly name: string;
  readonly expiresAt: Instant | undefined;
}

/** What to do when the plan has no place for one more key (protocol.md, "Where even that leaves no room"). */
export type OnQuota = 'fail' | 'wait' | 'replace';

/** A rotation as asked for; already validated by inputs/. */
export interface RotationSettings {
  readonly keyName: string;
  /** The name was derived from the only target, so that no other list of targets has it. */
  readonly nameOfTarget?: boolean;
  /** 1…365 */
  readonly expiresInDays: number;
  /** Rotate only when the current key has less than this left; undefined: always. */
  readonly renewBefore: Duration | undefined;
  /** 0: the superseded key is revoked as soon as the secret is swapped. */
  readonly gracePeriod: Duration;
  readonly onQuota: OnQuota;
  readonly maxRevocations: number;
  readonly verify: boolean;
  readonly dryRun: boolean;
  /** Targets written at the same time. */
  readonly concurrency: number;
}

/** One row of the MUTX list. Times are the MUTX server's. */
export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Instant;
  /** undefined: never expires */
  readonly expiresAt: Instant | undefined;
  /** undefined: never used */
  readonly lastUsed: Instant | undefined;
  readonly isActive: boolean;
}

/** A key just made. The only time its plaintext exists outside the server. */
export interface MintedKey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant | undefined;
  readonly key: Secret;
}

export interface Account {
  /** The plan's name as the server gives it, cleaned; undefined where the server does not say. */
  readonly plan: string | undefined;
}

/** MUTX, with the session already taken care of (mutx-api: "Sessions"). */
export interface KeyService {
  /**
   * The keys of the account, of any name, active or not, deduplicated by id, as far back as one that expires can work
   * (docs/lists.md). `date` is that of the FIRST page's reply: the time of the look.
   * @param all to the end, in the time there is
   */
  list(all?: boolean): Promise<Reply<readonly KeyRecord[]>>;
  account(): Promise<Reply<Account>>;
  create(name: string, expiresInDays: number): Promise<Reply<MintedKey>>;
  /**
   * Calls MUTX with the key itself. ok: it works. `refused`: it does not. `mayStart` as for
   * {@link SecretTarget.write}: a use that came later than F would look like somebody else's (rule W).
   */
  verify(key: Secret, mayStart: () => boolean): Promise<Reply<true>>;
  /** `gone`: there was nothing (any more) to revoke (404). */
  revoke(id: string): Promise<Reply<'revoked' | 'gone'>>;
}

/**
 * Whether a write may start, now or so much later; told no, a write fails with a code that ends in `deadline`. Asked
 * about now without `ahead`, and told yes, it has started: `ahead` of 0 only asks.
 */
export type MayStart = (ahead?: Duration) => boolean;

/** One place a secret is stored: target, store and secret name. */
export interface SecretTarget {
  /** As the user would write it: `owner/repo`, `owner/repo@environment`, `org:name`, `dependabot:owner/repo` … */
  readonly label: string;
  /** The secret's name there, upper case. */
  readonly secretName: string;
  /** Organisation secrets: editing their visibility moves `updated_at`, so rule W's last clause does not hold. */
  readonly shared: boolean;
  /**
   * Whether this target can be written: public key, permissions, audience. Changes nothing, and keeps what
   * `write` needs.
   */
  prepare(): Promise<Reply<true>>;
  /** When the secret was last written (whole seconds, GitHub's time); value undefined: there is no such secret. */
  metadata(): Promise<Reply<SecretMetadata | undefined>>;
  /**
   * The same by a second reading, out of the complete list of the secrets of its place; for an environment that is
   * not there, out of the list of environments.
   */
  listed(): Promise<Reply<SecretMetadata | undefined>>;
  /**
   * Seals and PUTs the value: one attempt (plus one fetch of a fresh public key when GitHub says that the
   * sealed box was made for a stale one). `mayStart` is asked in the last synchronous step before any PUT's
   * bytes are handed to the socket; false → `not-sent`.
   */
  write(value: Secret, mayStart: MayStart): Promise<Reply<'created' | 'updated'>>;
  /**
   * What the reply to the last write contradicts of what was read before, in one line: a secret that was there was
   * made, or one that was not there replaced. undefined: nothing.
   */
  readonly contradiction?: string | undefined;
  /** Requests that create content which `write` will take: 2 where something has to be made first; default 1. */
  readonly puts?: number;
}

export interface SecretMetadata {
  readonly updatedAt: Instant;
}
