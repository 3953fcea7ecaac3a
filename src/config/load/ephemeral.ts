import type { EphemeralSettings, SweepSettings } from '../../ephemeral/settings.ts';
import type { Credential } from '../../mutx/session/credential.ts';
import type { SecretRegistry } from '../../secrets/registry.ts';
import { readEnvName } from '../environment-names.ts';
import { isMadeHere, type PerRun, perRunName, perRunPrefix } from '../key-name.ts';
import type { Loaded } from '../problem.ts';
import { InputReader } from '../reader.ts';
import { readRun } from '../runner-run.ts';
import { type Access, readAccess } from './access.ts';
import { givenKeyName } from './key.ts';

/** The longest a job runs on GitHub's own runners. */
const LONGEST_JOB = 6 * 3_600_000;

/** What the default name is made of; either notes a problem where it cannot be told. */
interface DefaultName {
  /** Of the names that a sweep takes for its own. */
  readonly prefix: () => string;
  readonly run: () => PerRun;
}

/** How a key that does not outlive what it is made for was asked for. */
export function readEphemeralSettings(reader: InputReader, { prefix, run }: DefaultName): EphemeralSettings {
  const given = givenKeyName(reader);
  return {
    keyName: given === '' ? perRunName(prefix(), run()) : given,
    unique: given === '',
    expiresInDays: reader.integer('expires-in-days'),
    quotaWait: reader.duration('quota-wait') ?? 0,
    verify: reader.boolean('verify'),
    sweep: readSweep(reader, prefix),
  };
}

function readSweep(reader: InputReader, prefix: () => string): SweepSettings | undefined {
  const after = reader.duration('sweep-after');
  return reader.boolean('sweep') ? { prefix: prefix(), after } : undefined;
}

export function ephemeralWarnings({ sweep, unique, keyName }: EphemeralSettings): readonly string[] {
  const sweepsEarly = sweep?.after !== undefined && sweep.after < LONGEST_JOB;
  return [
    ...(sweepsEarly
      ? [
          '`sweep-after` is shorter than the 6 hours that a job may run: keys of jobs that are still running would be swept',
        ]
      : []),
    ...(!unique && isMadeHere(keyName)
      ? [
          '`key-name` is one of the names that this action derives for keys in secrets and for jobs: a rotation or a sweep of that name takes the key of this job for its own and can revoke it while the job runs; choose another name, or leave the input out',
        ]
      : []),
  ];
}

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
