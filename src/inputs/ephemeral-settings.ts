import type { EphemeralSettings, SweepSettings } from '../ephemeral/settings.ts';
import { givenKeyName } from './given-key-name.ts';
import { type PerRun, perRunName } from './key-name.ts';
import type { InputReader } from './reader.ts';

/** The longest a job runs on GitHub's own runners. */
const LONGEST_JOB = 6 * 3_600_000;

/** What the default name is made of; either notes a problem where it cannot be told. */
export interface DefaultName {
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

export function ephemeralWarnings({ sweep }: EphemeralSettings): readonly string[] {
  if (sweep?.after === undefined || sweep.after >= LONGEST_JOB) return [];
  return [
    '`sweep-after` is shorter than the 6 hours that a job may run: keys of jobs that are still running would be swept',
  ];
}
