import type { Revoker } from '../../ephemeral/release.ts';
import type { Credential } from '../../mutx/session/credential.ts';
import type { Secret } from '../../secrets/secret.ts';
import { type Connection, connect } from '../connect.ts';
import type { CommandContext } from '../context.ts';
import { isAlive } from './post-step-state.ts';

/** A way to give a key back, with what it takes to end it. */
export type OpenRevoker = Revoker & Pick<Connection, 'close'>;

/** By a key or a token alone. */
export function revokerBearing(
  kind: 'key' | 'token',
  token: Secret,
  apiUrl: URL,
  context: CommandContext,
): OpenRevoker {
  return wayWith(kind, { kind: 'opaque', input: 'bootstrap-jwt', token }, apiUrl, context);
}

/** By the credential among the inputs; none where that has ended. */
export function revokersWithInputs(
  credential: Credential,
  apiUrl: URL,
  context: CommandContext,
): readonly OpenRevoker[] {
  const hasEnded = credential.kind === 'access-jwt' && !isAlive(credential.token, context.clock.now());
  return hasEnded ? [] : [wayWith('inputs', credential, apiUrl, context)];
}

function wayWith(
  kind: Revoker['kind'],
  credential: Credential,
  apiUrl: URL,
  context: CommandContext,
): OpenRevoker {
  // GitHub is not called here; where it is does not matter.
  const nowhere = { githubToken: undefined, githubApiUrl: apiUrl, refreshTokenSecret: undefined };
  const connection = connect({ credential, apiUrl, ...nowhere }, context);
  const { session, keys } = connection;
  const open = async () => (await session.open())?.cause;
  const close = () => connection.close();
  if (kind !== 'key' || credential.kind !== 'opaque') return { kind, open, keys, close };
  return { kind, open, keys, close, works: () => keys.verify(credential.token, () => true) };
}
