import type { EphemeralFailure } from '../../ephemeral/acquire.ts';
import type { EphemeralSettings } from '../../ephemeral/settings.ts';
import { earlyFailure, type FailureReport } from '../failure.ts';
import { expiryText, inTheWay, NOBODY_CAN_TELL } from '../words.ts';

/** Why there is no key for this job, and what there is instead. */
export function ephemeralFailure(
  failed: EphemeralFailure,
  settings: Pick<EphemeralSettings, 'keyName' | 'unique'>,
): FailureReport {
  const { code, message, failures, holders, retryAt } = failed;
  return earlyFailure({
    code,
    message,
    calls: failures,
    details: inTheWay(holders),
    state: stateAfter(failed, settings),
    retryAt,
  });
}

function stateAfter(
  { minted, perhaps }: EphemeralFailure,
  { keyName, unique }: Pick<EphemeralSettings, 'keyName' | 'unique'>,
): readonly string[] {
  if (minted !== undefined) {
    return [`${newKeyText(minted)}; it was not handed out`];
  }
  return [
    perhaps
      ? `a key named ${keyName} may exist, which nobody can use; ${unique ? 'the post step looks for it' : `${NOBODY_CAN_TELL}: it ends by itself when it expires`}`
      : 'no key was made',
    'nothing was handed out',
  ];
}

function newKeyText({ id, expiresAt, state }: NonNullable<EphemeralFailure['minted']>): string {
  switch (state) {
    case 'revoked':
      return `the new key ${id} was revoked immediately`;
    case 'alive':
      return `the new key ${id} is still active (${expiryText(expiresAt)}); the post step tries again to revoke it`;
    case 'unknown':
      return `it is not known whether the new key ${id} was revoked (${expiryText(expiresAt)}); the post step tries again`;
  }
}
