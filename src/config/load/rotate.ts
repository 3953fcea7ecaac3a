import type { SecretRegistry } from '../../secrets/registry.ts';
import type { Loaded } from '../problem.ts';
import { InputReader } from '../reader.ts';
import { identityOf, type Target } from '../targets.ts';
import { readAccess } from './access.ts';
import { readKey } from './key.ts';
import type { RotateInputs } from './rotate-inputs.ts';
import { aboutName, warningsFor } from './warnings.ts';

/**
 * The inputs of the action that rotates, from the runner's variables. Credentials are masked before anything
 * else; every problem is found, not only the first; nothing is called.
 * @param env the process's environment: `INPUT_*`, and `GITHUB_*` for the repository and the servers
 */
export function loadRotateInputs(env: NodeJS.ProcessEnv, secrets: SecretRegistry): Loaded<RotateInputs> {
  const reader = new InputReader(env, secrets, 'rotate');
  const { credential, githubToken, here, host, ...services } = readAccess(reader, env, secrets);
  const key = readKey(reader, here(), host);
  const { targets, settings } = key;
  const { refreshTokenSecret } = services;
  if (credential?.kind === 'opaque' && settings.onQuota === 'replace') keepCredential(reader);
  if (refreshTokenSecret !== undefined) keepApart(reader, refreshTokenSecret, targets);

  const { problems, warnings } = reader;
  if (credential === undefined || githubToken === undefined || problems.length > 0) {
    return { ok: false, problems, warnings, credential };
  }
  const value = { ...services, ...key, credential, githubToken };
  return {
    ok: true,
    value,
    warnings: [...warnings, ...warningsFor(value, reader, env), ...aboutName(value, host)],
  };
}

/** Whose id nobody knows: `replace` revokes the stored key before there is a new one, and that is often this one. */
function keepCredential(reader: InputReader): void {
  reader.problem(
    'on-quota',
    {
      message:
        'would revoke the stored key before the new one is made, and that may be the very API key in `bootstrap-jwt`, without which no new one can be made',
      fix: 'set `on-quota` to `fail` or `wait`, or give `email` and `password`, or `refresh-token`, in place of the API key',
    },
    'replace',
  );
}

/** The key must not overwrite the refresh token, nor the other way round. */
function keepApart(reader: InputReader, successor: Target, targets: readonly Target[]): void {
  if (!targets.some((target) => identityOf(target) === identityOf(successor))) return;
  reader.problem('refresh-token-secret', {
    message: 'is the very secret that the key is stored in',
    fix: 'give the key and the refresh token a secret each',
  });
}
