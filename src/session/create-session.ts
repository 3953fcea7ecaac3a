import type { MutxApi } from '../mutx/api.ts';
import type { Clock, Instant } from '../rotation/ports.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Credential } from './credential.ts';
import { createPasswordSession } from './password.ts';
import { createRefreshSession } from './refresh-token.ts';
import type { Session, SessionEvent } from './session.ts';
import type { SuccessorPlace } from './successor-place.ts';

export interface SessionDependencies {
  readonly api: MutxApi;
  readonly clock: Clock;
  /** Uniform in [0, 1); for jitter only. */
  readonly random: () => number;
  readonly report: (event: SessionEvent) => void;
  /** Where the successor of a refresh token goes; needed for that kind of credential only. */
  readonly successor?: SuccessorPlace | undefined;
}

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
