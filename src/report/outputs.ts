import type { Outcome, TargetResult } from '../rotation/outcome.ts';
import { instantText } from './words.ts';

/** What the outputs are until a rotation has come to something, so that none is ever missing. */
export const EARLY_OUTPUTS: ReadonlyMap<string, string> = new Map([
  ['rotated', 'false'],
  ['key-id', ''],
  ['key-name', ''],
  ['expires-at', ''],
  ['superseded-key-ids', '[]'],
  ['revoked-key-ids', '[]'],
  ['targets', '[]'],
]);

/** The outputs of a rotation, all of them, whatever it came to (interface: "Outputs"). */
export function outputsOf(outcome: Outcome, keyName: string): ReadonlyMap<string, string> {
  const key = keyOf(outcome);
  return new Map([
    ['rotated', String(outcome.kind === 'rotated')],
    ['key-id', key?.id ?? ''],
    ['key-name', key?.name ?? keyName],
    ['expires-at', key?.expiresAt === undefined ? '' : instantText(key.expiresAt)],
    ['superseded-key-ids', JSON.stringify(outcome.keys.superseded)],
    ['revoked-key-ids', JSON.stringify(outcome.keys.revoked)],
    ['targets', JSON.stringify(outcome.targets.map(targetOutput))],
  ]);
}

/** The key that was made, also when a target failed; the current one where none was due. */
function keyOf(outcome: Outcome) {
  switch (outcome.kind) {
    case 'rotated':
    case 'not-due':
      return outcome.key;
    case 'planned':
      return outcome.plan.current;
    case 'failed':
      return outcome.minted;
  }
}

function targetOutput({ target, secret, status, failure }: TargetResult) {
  return { target, secret, status, ...(failure === undefined ? {} : { error: failure.message }) };
}
