import type { Instant } from '../../core/time.ts';
import type { Secret } from '../../secrets/secret.ts';

/**
 * What a run authenticates to MUTX with; exactly one kind, told apart and checked by inputs/. `input` names
 * the input it came in by, for messages. Instants are the credential's own claims, not verified by anyone yet;
 * undefined where it makes none.
 */
export type Credential =
  /** An access JWT: sent as it is until it ends, half an hour after it was issued. */
  | {
      readonly kind: 'access-jwt';
      readonly input: 'bootstrap-jwt';
      readonly token: Secret;
      readonly expiresAt: Instant | undefined;
    }
  /** A refresh JWT: exchanged, once. One that was put into `bootstrap-jwt` is recognised by its `type` claim. */
  | {
      readonly kind: 'refresh-token';
      readonly input: 'bootstrap-jwt' | 'refresh-token';
      readonly token: Secret;
      readonly expiresAt: Instant | undefined;
    }
  /** A service account: logged in, and logged out at the end. */
  | {
      readonly kind: 'password';
      readonly input: 'password';
      readonly email: string;
      readonly password: Secret;
    }
  /** Anything else, an API key for one: sent as it is, and the server says whether it takes it. */
  | {
      readonly kind: 'opaque';
      readonly input: 'bootstrap-jwt';
      readonly token: Secret;
    };
