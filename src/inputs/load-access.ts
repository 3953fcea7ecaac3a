import type { SecretRegistry } from '../secrets/registry.ts';
import { type Access, readAccess } from './access.ts';
import type { Loaded } from './loaded.ts';
import { InputReader } from './reader.ts';

/**
 * What it takes to call MUTX, and nothing else: for the plain operations of the command line, which take the same
 * credentials as the action that revokes.
 */
export function loadAccess(env: NodeJS.ProcessEnv, secrets: SecretRegistry): Loaded<Access> {
  const reader = new InputReader(env, secrets, 'revoke');
  const { credential, githubToken, apiUrl, githubApiUrl, refreshTokenSecret } = readAccess(
    reader,
    env,
    secrets,
  );
  const { problems, warnings } = reader;
  if (credential === undefined || problems.length > 0) return { ok: false, problems, warnings, credential };
  return {
    ok: true,
    value: { credential, githubToken, apiUrl, githubApiUrl, refreshTokenSecret },
    warnings,
  };
}
