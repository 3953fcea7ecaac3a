import { printable } from '../../core/text.ts';
import type { KeyResult, KeyState, RevocationEvent } from '../../revoke/request.ts';
import { retryText } from '../log.ts';
import type { Sink } from '../sink.ts';
import { ALL_OF_IT, count, durationText, expiryText, someOf } from '../words.ts';

/** What became of a key; reads on from it. */
export const STATE_TEXT: Readonly<Record<KeyState, string>> = {
  revoked: 'revoked',
  'already-revoked': 'was revoked already',
  gone: 'is not a key of this account, or not any more',
  none: 'no key of this account has, or had, this id',
  untouched: 'not touched',
  alive: 'still alive',
  unknown: 'not known: it may be revoked, and may be alive',
};

/** Renders the events of a revocation as they come: one line a key. */
export function logRevocation(event: RevocationEvent, sink: Sink): void {
  switch (event.type) {
    case 'listed':
      sink.line(`✓ keys listed: ${count(event.active, 'active key')} (${durationText(event.ms)})`);
      break;
    case 'result':
      sink.line(resultText(event.result));
      break;
    case 'retrying':
      sink.line(retryText(event.failure, event.attempt, event.wait));
      break;
  }
}

/** What was asked for is certain, may be mistaken, or was not done. */
const MARK: Readonly<Record<KeyState, '✓' | '!' | '✗'>> = {
  revoked: '✓',
  'already-revoked': '✓',
  gone: '!',
  none: '!',
  untouched: '✓',
  alive: '✗',
  unknown: '✗',
};

function resultText(result: KeyResult): string {
  const { state, failure } = result;
  const why = failure === undefined ? '' : `: ${failure.message}`;
  return `${MARK[state]} ${keyText(result)} ${STATE_TEXT[state]}${why}`;
}

/** `laptop (8d7f…)`, or the id alone where the name is not known. */
export function keyText({ id, name }: Pick<KeyResult, 'id' | 'name'>): string {
  return name === undefined ? id : `${printable(name, 100)} (${id})`;
}

/** What a dry run would do, a line each. */
export function plannedLines(results: readonly KeyResult[]): readonly string[] {
  return results.map((result) =>
    result.state === 'untouched'
      ? `revoke ${keyText(result)}, ${expiryText(result.expiresAt)}`
      : `${keyText(result)} ${STATE_TEXT[result.state]}`,
  );
}

/** In which state the keys are, a line for each state that any is in. */
export function keyStates(results: readonly KeyResult[]): readonly string[] {
  return (Object.keys(STATE_TEXT) as KeyState[]).flatMap((state) => {
    const keys = results.filter((result) => result.state === state).map(keyText);
    return keys.length === 0 ? [] : [`${STATE_TEXT[state]}: ${someOf(keys, ALL_OF_IT)}`];
  });
}
