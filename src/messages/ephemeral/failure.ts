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
    return [
      minted.state === 'revoked'
        ? `the new key ${minted.id} was revoked at once, and handed to nobody`
        : `the new key ${minted.id} may still be alive (${expiryText(minted.expiresAt)}), and was handed to nobody; the post step tries again to revoke it`,
    ];
  }
  return [
    perhaps
      ? `a key named ${keyName} may exist, which nobody can use; ${unique ? 'the post step looks for it' : `${NOBODY_CAN_TELL}: it ends by itself when it expires`}`
      : 'no key was made',
    'nothing was handed out',
  ];
}
