import type { ReleaseResult } from '../../ephemeral/release.ts';
import type { Remains } from '../../ephemeral/remains.ts';
import type { EphemeralSettings } from '../../ephemeral/settings.ts';
import type { MintedKey } from '../../rotation/ports.ts';
import { callText } from '../failure.ts';
import { code } from '../markdown.ts';
import type { Annotation } from '../sink.ts';
import { keyTable, page } from '../summary.ts';
import { expiryText, instantText, list, NOBODY_CAN_TELL } from '../words.ts';

type Handed = Omit<MintedKey, 'key' | 'createdAt'>;
type NotGivenBack = Extract<ReleaseResult, { kind: 'failed' }>;

/** The first line of the first step: what it is about, should MUTX then keep it waiting. */
export function askingLine({ keyName }: Pick<EphemeralSettings, 'keyName'>): string {
  return `Asking MUTX for a key of this job: ${keyName}`;
}

/** The last lines of the first step. @param envName undefined: the key was not exported */
export function handedOutLines({ id, expiresAt }: Handed, envName: string | undefined): readonly string[] {
  const where = envName === undefined ? 'the output `api-key`' : `the output \`api-key\` and as ${envName}`;
  return [
    `Key ${id} is in ${where} until this job ends; then it is revoked (${expiryText(expiresAt)} at the latest)`,
  ];
}

export function handedOutSummary(key: Handed, envName: string | undefined): string {
  const exported = envName === undefined ? 'not exported' : `exported as ${code(envName)}`;
  return page('MUTX API key for this job', [
    keyTable(key),
    `In the output ${code('api-key')}, ${exported}. It is revoked when the job ends.`,
  ]);
}

/** The first line of the post step, for the same reason; undefined: it has nothing to do. */
export function givingBackLine(remains: Remains | undefined): string | undefined {
  switch (remains?.stage) {
    case undefined:
    case 'nothing':
      return undefined;
    case 'asked':
      return remains.unique
        ? `Looking for a key named ${remains.name}: a create got no clear answer`
        : `A create of a key named ${remains.name} got no clear answer`;
    case 'minted':
      return `Giving back key ${remains.id} (${remains.name})`;
  }
}

/** What became of the key, where nothing is left to be done. */
export function givenBackLine(result: Exclude<ReleaseResult, NotGivenBack>): string {
  switch (result.kind) {
    case 'unset':
      return 'Nothing to revoke: the first step left no word, so it never got as far as making a key';
    case 'skipped':
      return 'Nothing to revoke: the first step made no key, or has revoked it itself';
    case 'revoked':
      return `Revoked: ${list(result.ids)}${result.expired ? ' (it had expired before)' : ''}`;
    case 'gone':
      return `Already gone: MUTX does not know key ${result.id} any more, or does not take it any more`;
    case 'expired':
      return `Expired: key ${result.id} ended by itself at ${instantText(result.expiresAt)}; its place in the plan is free once a later run has swept it`;
    case 'none-found':
      return `Nothing was revoked: a create got no clear answer, and no active key named ${result.name} was found`;
  }
}

/** A key that may still be alive: never a reason for a red job, but for a person to know. */
export function notGivenBack(result: NotGivenBack): {
  readonly annotation: Annotation;
  readonly lines: readonly string[];
  readonly advice: string;
} {
  const { id, name, expiresAt, unique, failures } = result;
  const message = id === undefined ? perhaps(name) : alive(id, name, expiresAt);
  const why = failures.map((failure) => `${callText(failure)}: ${failure.message} [${failure.code}]`);
  const none = id === undefined && !unique ? NOBODY_CAN_TELL : NO_WAY;
  const reasons = why.length === 0 ? [none] : [...new Set(why)];
  return {
    annotation: { title: 'MUTX API key not revoked', message: [message, ...reasons].join('\n') },
    lines: [`Not revoked: ${message}`, ...reasons.map((reason) => `  ${reason}`)],
    advice:
      'revoke it with the action `revoke`, or at MUTX; otherwise it ends by itself when it expires, and a later run sweeps it if it has a default name',
  };
}

const NO_WAY =
  'there was nothing left to authenticate with: no inputs in this step (a nested composite), and what the first step kept is gone or has expired';

function alive(id: string, name: string, expiresAt: number | undefined): string {
  return `key ${id} (${name}) may still be alive; it ${expiryText(expiresAt)}`;
}

function perhaps(name: string): string {
  return `a key named ${name} may exist that nobody can use: its create got no clear answer`;
}
