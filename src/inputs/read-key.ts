import type { RotationSettings } from '../rotation/settings.ts';
import { givenKeyName } from './given-key-name.ts';
import { defaultKeyName } from './key-name.ts';
import type { InputReader } from './reader.ts';
import type { RotateInputs } from './rotate-inputs.ts';
import { readAudience, readTargets } from './rotate-targets.ts';
import type { RepositoryName, Target } from './targets.ts';

/** Targets written at the same time; GitHub asks for few concurrent writes. */
const CONCURRENCY = 4;

/** What a key is like and where it goes: all of a rotation but the access to the two services. */
export type KeyInputs = Pick<RotateInputs, 'targets' | 'settings' | 'audience' | 'createEnvironment'>;

/**
 * Reads what one key is to be like, from the inputs of the action or from an entry of a fleet.
 * @param here the repository of this run, for a key without targets
 * @param host of the GitHub server, with its port if it has one
 */
export function readKey(reader: InputReader, here: RepositoryName, host: string): KeyInputs {
  const targets = readTargets(reader, here);
  const audience = readAudience(reader, targets);
  const settings = readSettings(reader, targets, host);
  const createEnvironment = reader.boolean('create-environment');
  refuseCredentials(reader, targets, settings.keyName);
  return { targets, audience, settings, createEnvironment };
}

/** All of that is in the outputs, and in the matrix of a fleet. A default name says nothing that its target does not. */
function refuseCredentials(reader: InputReader, targets: readonly Target[], keyName: string): void {
  const input = reader.isGiven('environment') ? 'environment' : 'targets';
  const inPlace = targets.some(({ label, secretName }) =>
    [label, secretName].some((text) => reader.refuseCredential(input, text)),
  );
  if (!inPlace) reader.refuseCredential('key-name', keyName);
}

function readSettings(reader: InputReader, targets: readonly Target[], host: string): RotationSettings {
  const keyName = keyNameOf(reader, targets, host);
  const [only, ...more] = targets;
  return {
    keyName,
    nameOfTarget: only !== undefined && more.length === 0 && keyName === defaultKeyName(only, host),
    expiresInDays: reader.integer('expires-in-days'),
    renewBefore: reader.duration('renew-before'),
    gracePeriod: reader.duration('grace-period') ?? 0,
    onQuota: reader.choice('on-quota') ?? 'fail',
    maxRevocations: reader.integer('max-revocations'),
    verify: reader.boolean('verify'),
    dryRun: reader.boolean('dry-run'),
    concurrency: CONCURRENCY,
  };
}

function keyNameOf(reader: InputReader, targets: readonly Target[], host: string): string {
  const name = givenKeyName(reader);
  const [only, ...more] = targets;
  if (name !== '' || only === undefined) return name;
  if (more.length === 0) return defaultKeyName(only, host);
  reader.problem('key-name', {
    message: `is needed with more than one target (there are ${targets.length})`,
    fix: 'give the key a name of its own, one that no other list of targets uses',
  });
  return name;
}
