import type { CallFailure, Reply } from '../../core/call.ts';
import type { Duration, Instant } from '../../core/time.ts';
import type { SecretTarget } from '../../rotation/ports.ts';
import type { Secret } from '../../secrets/secret.ts';

/** The secret that takes a refresh token's successor: what is spent for it must not find it closed. */
export interface SuccessorPlace extends SecretTarget {
  /**
   * Whether `write` would be let through: one attempt at a write that the server cannot take, so that nothing
   * changes (an environment that is missing and may be created is created first). For after `prepare`, which
   * shows only that the place can be read.
   * @param unspent what a server that takes it after all is left with: the refresh token that is good now
   */
  probe(unspent: Secret): Promise<Reply<true>>;
}

/** The right to call MUTX, for as long as a run lasts (protocol, "Sessions"). */
export interface Session {
  /**
   * Gets what the first call needs: nothing where the credential is sent as it is, else a log-in or an exchange.
   * To be called once, before anything else.
   * @returns why there is no session; undefined: there is one
   */
  open(): Promise<SessionFailure | undefined>;
  /**
   * What goes into `Authorization: Bearer`. Calls MUTX only where the token at hand is about to end and the
   * credential can get another one; all who wait share that call. A failure is `not-sent`: what the token was
   * wanted for has not been done.
   */
  bearer(): Promise<Reply<Secret>>;
  /** By MUTX's clock; undefined: it does not end, or can be renewed. No wait may outlive it. */
  readonly endsAt: Instant | undefined;
  /**
   * Ends what was begun here: logs out what was logged in, by a call that is still under way too, each once. For
   * the end of every run, whatever happened; fails only with a warning. May be called before the last calls are
   * made: an access token works until it ends, logged out or not, and should one of them log in again, the next
   * `close` logs that out too. It also waits for those that were called before.
   */
  close(): Promise<void>;
}

/** Why a session could not be opened or renewed. */
export interface SessionFailure {
  /** Stable identifier, the index into the hints of report/. */
  readonly code: SessionFailureCode;
  /** One printable line: what could not be done and why. */
  readonly message: string;
  /** The call that failed for good. */
  readonly cause: CallFailure;
  /** What is different from before, a line each; empty: nothing. */
  readonly state: readonly string[];
  /** When a later run would work, where the server says so. */
  readonly retryAt: Instant | undefined;
}

export type SessionFailureCode =
  /** Not logged in, for a reason that is not the credential. */
  | 'session-login-failed'
  | 'session-login-refused'
  /** Not exchanged, and not spent. */
  | 'session-refresh-failed'
  | 'session-refresh-refused'
  /** Perhaps spent; what came of it is not known. */
  | 'session-refresh-lost'
  /** The secret for the successor cannot be written; the token is not spent. */
  | 'session-successor-unwritable'
  /** Spent, and the successor is nowhere. */
  | 'session-successor-lost';

/** What a session tells while it works; nothing in here is a credential. */
export type SessionEvent =
  | { readonly type: 'logged-in' }
  | { readonly type: 'logged-out' }
  /** A refresh token is about to be exchanged: from here until its successor is stored, the secret holds a spent one. */
  | { readonly type: 'exchanging'; readonly target: string; readonly secret: string }
  /** A refresh token was exchanged, and its successor, which ends at `endsAt`, is stored. */
  | {
      readonly type: 'successor-stored';
      readonly target: string;
      readonly secret: string;
      readonly endsAt: Instant | undefined;
    }
  | {
      readonly type: 'retrying';
      readonly failure: CallFailure;
      readonly attempt: number;
      readonly wait: Duration;
    }
  | SessionWarning;

/** What a person should know although the run goes on. `message` is one printable line. */
export type SessionWarning =
  | {
      readonly type: 'warning';
      /** The login behind the refresh token ends for good, however often it is renewed. */
      readonly code: 'log-in-again';
      readonly message: string;
      readonly loginAgainBefore: Instant;
    }
  | {
      readonly type: 'warning';
      /** The refresh token was nearly dead when it was used. */
      readonly code: 'schedule-too-slow' | 'logout-failed';
      readonly message: string;
    }
  | {
      readonly type: 'warning';
      /** The successor's secret was not what it was taken for. */
      readonly code: 'secret-contradiction';
      readonly message: string;
    }
  | {
      readonly type: 'warning';
      /** The session ends before the run does; a refresh token may be spent, which the next run would find out. */
      readonly code: 'renewal-failed';
      readonly message: string;
      /** What to do, where the failure says so; may be several lines, with YAML to copy. */
      readonly fix: string | undefined;
    };
