import type { EphemeralSettings, SweepSettings } from '../ephemeral/settings.ts';
import type { SecretRegistry } from '../secrets/registry.ts';
import type { Credential } from '../session/credential.ts';
import { type Access, readAccess } from './access.ts';
import { readEnvName } from './env-name.ts';
import { givenKeyName } from './given-key-name.ts';
import { perRunName, perRunPrefix, randomDigits } from './key-name.ts';
import type { Loaded } from './loaded.ts';
import { InputReader } from './reader.ts';

/** All that a key for this job was asked for, parsed and checked; nothing has been called. */
export interface EphemeralInputs extends Access {
  readonly settings: EphemeralSettings;
  /** The variable to export the key as; undefined: it is not exported. */
  readonly envName: string | undefined;
}

/** The longest a job runs on GitHub's own runners. */
const LONGEST_JOB = 6 * 3_600_000;

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
  const place = { reader, env, prefix: () => perRunPrefix(here(), host) };
  const settings = readSettings(place);
  const envName = readEnvName(reader);
  const { problems, warnings } = reader;
  if (credential === undefined || problems.length > 0) return { ok: false, problems, warnings, credential };
  const value = { ...services, credential, settings, envName };
  return { ok: true, value, warnings: [...warnings, ...warningsFor(settings)] };
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

interface Place {
  readonly reader: InputReader;
  readonly env: NodeJS.ProcessEnv;
  /** Of the per-run names of this repository; a problem where there is none. */
  readonly prefix: () => string;
}

function readSettings(place: Place): EphemeralSettings {
  const { reader } = place;
  const given = givenKeyName(reader);
  return {
    keyName: given === '' ? perRunName(place.prefix(), readRun(place)) : given,
    unique: given === '',
    expiresInDays: reader.integer('expires-in-days'),
    quotaWait: reader.duration('quota-wait') ?? 0,
    verify: reader.boolean('verify'),
    sweep: readSweep(place),
  };
}

function readSweep({ reader, prefix }: Place): SweepSettings | undefined {
  const after = reader.duration('sweep-after');
  return reader.boolean('sweep') ? { prefix: prefix(), after } : undefined;
}

/** What the runner says of this run; each of them a part of a name, and so of a form that a sweep knows again. */
const RUN = [
  ['GITHUB_RUN_ID', 'run', /^[1-9]\d{0,19}$/, 'a whole number'],
  ['GITHUB_RUN_ATTEMPT', 'attempt', /^[1-9]\d{0,5}$/, 'a whole number'],
  ['GITHUB_JOB', 'job', /^[A-Za-z_][\w-]*$/, 'the id of a job: letters, digits, `_` and `-`'],
] as const;

function readRun({ reader, env }: Place) {
  const read = { run: '1', attempt: '1', job: 'unreadable' };
  for (const [input, part, form, allowed] of RUN) {
    const text = env[input] ?? '';
    if (form.test(text)) read[part] = text;
    else {
      reader.problems.push({
        input,
        message: "is not what the key's default name is made of; the runner sets it",
        allowed,
        fix: 'give `key-name`; outside of GitHub Actions, you can also set the variable yourself',
      });
    }
  }
  return { ...read, random: randomDigits() };
}

function warningsFor({ sweep }: EphemeralSettings): readonly string[] {
  if (sweep?.after === undefined || sweep.after >= LONGEST_JOB) return [];
  return [
    '`sweep-after` is shorter than the 6 hours that a job may run: keys of jobs that are still running would be swept',
  ];
}
