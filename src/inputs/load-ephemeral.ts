import type { EphemeralSettings } from '../ephemeral/settings.ts';
import type { SecretRegistry } from '../secrets/registry.ts';
import type { Credential } from '../session/credential.ts';
import { type Access, readAccess } from './access.ts';
import { readEnvName } from './env-name.ts';
import { ephemeralWarnings, readEphemeralSettings } from './ephemeral-settings.ts';
import { perRunPrefix } from './key-name.ts';
import type { Loaded } from './loaded.ts';
import { InputReader } from './reader.ts';
import { readRun } from './runner-run.ts';

/** All that a key for this job was asked for, parsed and checked; nothing has been called. */
export interface EphemeralInputs extends Access {
  readonly settings: EphemeralSettings;
  /** The variable to export the key as; undefined: it is not exported. */
  readonly envName: string | undefined;
}

/**
 * The inputs of the action that makes a key for one job, from the runner's variables. Every problem is found, not
 * only the first; nothing is called.
 * @param env the process's environment: `INPUT_*`, and `GITHUB_*` for the run and its job
 */
export function loadEphemeralInputs(
  env: NodeJS.ProcessEnv,
  secrets: SecretRegistry,
): Loaded<EphemeralInputs> {
  const reader = new InputReader(env, secrets, 'ephemeral');
  const { credential, here, host, ...services } = readAccess(reader, env, secrets);
  const settings = readEphemeralSettings(reader, {
    prefix: () => perRunPrefix(here(), host),
    run: () => readRun(reader, env),
  });
  const envName = readEnvName(reader);
  // Both go into the note for the post step, which would be withheld, and the key be left behind.
  reader.refuseCredential('key-name', settings.keyName);
  reader.refuseCredential('api-url', services.apiUrl.href);
  const { problems, warnings } = reader;
  if (credential === undefined || problems.length > 0) return { ok: false, problems, warnings, credential };
  const value = { ...services, credential, settings, envName };
  return { ok: true, value, warnings: [...warnings, ...ephemeralWarnings(settings)] };
}

/**
 * The credential among the inputs, for the post step; undefined: there is none that can be used. In a nested
 * composite the runner gives that step no inputs, or those of another action, so nothing is wrong with that.
 */
export function loadEphemeralCredential(
  env: NodeJS.ProcessEnv,
  secrets: SecretRegistry,
): Credential | undefined {
  return readAccess(new InputReader(env, secrets, 'ephemeral'), env, secrets).credential;
}
