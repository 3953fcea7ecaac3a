import type { Instant } from '../../core/time.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { Credential } from './credential.ts';
import type { SessionDependencies } from './dependencies.ts';
import { createPasswordSession } from './password.ts';
import { createRefreshSession } from './refresh-token.ts';
import type { Session } from './session.ts';

/** The session that goes with a credential. Calls nothing before `open`. */
export function createSession(credential: Credential, dependencies: SessionDependencies): Session {
  switch (credential.kind) {
    case 'access-jwt':
      return asItIs(credential.token, credential.expiresAt);
    case 'opaque':
      return asItIs(credential.token, undefined);
    case 'password':
      return createPasswordSession(credential, dependencies);
    case 'refresh-token': {
      const { successor } = dependencies;
      if (successor === undefined) throw new Error('a refresh token needs a place for its successor');
      return createRefreshSession(credential.token, { ...dependencies, successor });
    }
  }
}

function asItIs(token: Secret, endsAt: Instant | undefined): Session {
  return {
    open: async () => undefined,
    bearer: async () => ({ ok: true, value: token, date: undefined }),
    endsAt,
    close: async () => {},
  };
}
