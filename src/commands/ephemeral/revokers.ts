import type { Way } from '../../ephemeral/release.ts';
import type { Credential } from '../../mutx/session/credential.ts';
import type { Secret } from '../../secrets/secret.ts';
import { type Connection, connect } from '../connect.ts';
import type { VerbContext } from '../context.ts';
import { isAlive } from './post-step-state.ts';

/** A way to give a key back, with what it takes to end it. */
export type OpenWay = Way & Pick<Connection, 'close'>;

/** By a key or a token alone. */
export function wayBearing(kind: 'key' | 'token', token: Secret, apiUrl: URL, context: VerbContext): OpenWay {
  return wayWith(kind, { kind: 'opaque', input: 'bootstrap-jwt', token }, apiUrl, context);
}

/** By the credential among the inputs; none where that has ended. */
export function waysWithInputs(
  credential: Credential,
  apiUrl: URL,
  context: VerbContext,
): readonly OpenWay[] {
  const hasEnded = credential.kind === 'access-jwt' && !isAlive(credential.token, context.clock.now());
  return hasEnded ? [] : [wayWith('inputs', credential, apiUrl, context)];
}

function wayWith(kind: Way['kind'], credential: Credential, apiUrl: URL, context: VerbContext): OpenWay {
  // GitHub is not called here; where it is does not matter.
  const nowhere = { githubToken: undefined, githubApiUrl: apiUrl, refreshTokenSecret: undefined };
  const connection = connect({ credential, apiUrl, ...nowhere }, context);
  const { session, keys } = connection;
  const open = async () => (await session.open())?.cause;
  const close = () => connection.close();
  if (kind !== 'key' || credential.kind !== 'opaque') return { kind, open, keys, close };
  return { kind, open, keys, close, works: () => keys.verify(credential.token, () => true) };
}
