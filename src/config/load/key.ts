import type { RotationSettings } from '../../rotation/ports.ts';
import type { Complaint } from '../credential/pasted.ts';
import { defaultKeyName, LONGEST_KEY_NAME } from '../key-name.ts';
import type { InputReader } from '../reader.ts';
import type { RepositoryName, Target } from '../targets.ts';
import type { RotateInputs } from './rotate-inputs.ts';
import { readAudience, readTargets } from './rotate-targets.ts';

const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** The name the user gave the key; empty: none. Notes what MUTX would not take. */
export function givenKeyName(reader: InputReader): string {
  const name = reader.text('key-name');
  const complaint = name === '' ? undefined : keyNameComplaint(name);
  if (complaint !== undefined) reader.problem('key-name', complaint, name);
  return name;
}

/** What MUTX would not take of a name, or would store and nobody could ask for; undefined: nothing. */
export function keyNameComplaint(name: string): Complaint | undefined {
  if (name.trim() === '') return { message: 'is empty', fix: 'give the key a name to find it by' };
  if (!name.isWellFormed()) {
    return { message: 'holds half of a character', fix: 'write it again; it was cut within a character' };
  }
  if (INVISIBLE.test(name)) {
    return { message: 'holds a line break or a control character', fix: 'write it in one line' };
  }
  if ([...name].length <= LONGEST_KEY_NAME) return undefined;
  return { message: `is longer than the ${LONGEST_KEY_NAME} characters that MUTX takes`, fix: 'shorten it' };
}

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
