import type { Instant } from '../../core/time.ts';
import type { EphemeralSettings } from '../../ephemeral/settings.ts';
import type { SecretRegistry } from '../../secrets/registry.ts';
import { readEnvName } from '../environment-names.ts';
import { type PerRun, perMachinePrefix, perRunPrefix, randomDigits } from '../key-name.ts';
import type { Loaded } from '../problem.ts';
import { InputReader } from '../reader.ts';
import { readRun } from '../runner-run.ts';
import { type Access, readAccess } from './access.ts';
import { ephemeralWarnings, readEphemeralSettings } from './ephemeral.ts';

/** All that a key for one command was asked for, parsed and checked; nothing has been called. */
export interface ExecInputs extends Access {
  readonly settings: EphemeralSettings;
  /** The variable in which the command finds the key. */
  readonly envName: string;
}

/** Where and when the command runs: what names it where no runner does. */
export interface Machine {
  readonly hostname: string;
  readonly now: Instant;
}

/**
 * The inputs of `exec`, which are those of the action `ephemeral`. It runs outside of GitHub Actions, too: without a
 * run, the start of the command is taken for its number; without a repository, the machine for its place.
 * @param env as for the action
 */
export function loadExecInputs(
  env: NodeJS.ProcessEnv,
  secrets: SecretRegistry,
  machine: Machine,
): Loaded<ExecInputs> {
  const reader = new InputReader(env, secrets, 'ephemeral');
  const { credential, here, host, ...services } = readAccess(reader, env, secrets);
  const settings = readEphemeralSettings(reader, {
    prefix: () =>
      isSet(env, 'GITHUB_REPOSITORY') ? perRunPrefix(here(), host) : perMachinePrefix(machine.hostname),
    run: () => (isSet(env, 'GITHUB_RUN_ID') ? readRun(reader, env) : runOf(machine)),
  });
  const envName = readEnvName(reader);
  if (envName === undefined) {
    const fix = 'give the name of a variable, or leave it out for `MUTX_API_KEY`';
    reader.problem('env-name', { message: 'is empty, so that the command could not find the key', fix });
  }
  if (credential === undefined && isSet(env, 'MUTX_REFRESH_TOKEN')) {
    reader.problems.push({
      input: 'MUTX_REFRESH_TOKEN',
      message: 'holds a refresh JWT, which is good for a single use and is not taken here',
      allowed: '`email` and `password`, or `bootstrap-jwt`',
      fix: 'give `email` and `password` of a service account, or an access JWT',
    });
  }
  const { problems, warnings } = reader;
  if (credential === undefined || envName === undefined || problems.length > 0) {
    return { ok: false, problems, warnings, credential };
  }
  const value = { ...services, credential, settings, envName };
  return { ok: true, value, warnings: [...warnings, ...ephemeralWarnings(settings)] };
}

function isSet(env: NodeJS.ProcessEnv, variable: string): boolean {
  return (env[variable] ?? '') !== '';
}

function runOf({ now }: Machine): PerRun {
  return { run: String(Math.floor(now / 1_000)), attempt: '1', job: 'exec', random: randomDigits() };
}
