import type { EphemeralFailure } from '../../ephemeral/acquire.ts';
import type { ReleaseResult } from '../../ephemeral/release.ts';
import type { Remains } from '../../ephemeral/remains.ts';
import type { EphemeralSettings } from '../../ephemeral/settings.ts';
import { callText, earlyFailure, type FailureReport } from '../failure.ts';
import type { Annotation } from '../sink.ts';
import { expiryText, NOBODY_CAN_TELL } from '../words.ts';
import { ephemeralFailure } from './failure.ts';
import { givenBackLine } from './result.ts';

/** Why there is no key for the command, and in which state things are once it was cleared up after. */
export function execFailure(
  failed: EphemeralFailure,
  settings: Pick<EphemeralSettings, 'keyName' | 'unique'>,
  state: readonly string[],
): FailureReport {
  return { ...ephemeralFailure(failed, settings), state: ['the command was not run', ...state] };
}

/**
 * The command that could not be started.
 * @param command as given, cleaned
 * @param code of the system: `ENOENT`
 */
export function notStarted(
  command: string,
  found: boolean,
  code: string,
  state: readonly string[],
): FailureReport {
  return found
    ? earlyFailure({
        code: 'command-not-executable',
        message: `the system does not start ${command} (${code})`,
        state,
      })
    : earlyFailure({ code: 'command-not-found', message: `there is no command ${command}`, state });
}

/** In which state the key of a command is, a line each. @param result undefined: it was not given back yet */
export function lentState(remains: Remains, result: ReleaseResult | undefined): readonly string[] {
  if (remains.stage === 'nothing') return ['there is no key that was made here'];
  if (result !== undefined && result.kind !== 'failed') return [givenBackLine(result)];
  return [remainsText(remains), adviceOn(remains)];
}

/** A key that may still be alive. It changes nothing about how the command ended. */
export function notReturned(
  remains: Exclude<Remains, { stage: 'nothing' }>,
  { failures }: Extract<ReleaseResult, { kind: 'failed' }>,
): Annotation {
  const why = failures.map((failure) => `${callText(failure)}: ${failure.message} [${failure.code}]`);
  const none =
    remains.stage === 'asked' && !remains.unique
      ? NOBODY_CAN_TELL
      : 'there was nothing left to authenticate with';
  const reasons = why.length === 0 ? [none] : why;
  const message = [remainsText(remains), ...reasons, `Fix: ${adviceOn(remains)}`];
  return { title: 'MUTX API key not revoked', message: message.join('\n') };
}

function remainsText(remains: Exclude<Remains, { stage: 'nothing' }>): string {
  return remains.stage === 'minted'
    ? `key ${remains.id} (${remains.name}) may still be alive; it ${expiryText(remains.expiresAt)}`
    : `a key named ${remains.name} may exist that nobody can use: its create got no clear answer`;
}

function adviceOn(remains: Exclude<Remains, { stage: 'nothing' }>): string {
  const itself = remains.unique
    ? 'it ends by itself when it expires, and a later `exec` sweeps it then'
    : 'it ends by itself when it expires';
  return remains.stage === 'minted'
    ? `revoke it with \`mutx-api-key keys revoke ${remains.id}\`; otherwise ${itself}`
    : `look for it with \`mutx-api-key keys list\`; ${itself}`;
}
