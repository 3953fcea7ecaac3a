import type { KeysNow, Outcome, TargetResult } from '../rotation/outcome.ts';
import { count, expiryText, graceText, heldText, list, placeText, sparedText } from './words.ts';

/** Targets named one by one; beyond it, only their number. */
const NAMED = 10;

/** What a run that did what was asked came to: the last lines of the log, outside of any group. */
export function resultLines(outcome: Exclude<Outcome, { kind: 'failed' }>): readonly string[] {
  switch (outcome.kind) {
    case 'rotated': {
      const { key, targets } = outcome;
      return [
        `Rotated: ${whereText(targets)} → key ${key.id} (${expiryText(key.expiresAt)})`,
        ...keyLines(outcome.keys),
      ];
    }
    case 'not-due':
      return [
        `Not due: ${outcome.plan.why}; key ${outcome.key.id} stays (${expiryText(outcome.key.expiresAt)})`,
        ...keyLines(outcome.keys),
      ];
    case 'planned':
      return [
        ...(outcome.plan.due ? [`A run would store a new key: ${whereText(outcome.targets)}`] : []),
        'Dry run: nothing was changed; the plan is above',
      ];
  }
}

function whereText(targets: readonly TargetResult[]): string {
  return targets.length > NAMED ? count(targets.length, 'target') : list(targets.map(placeText));
}

function keyLines({ revoked, superseded, graceEnds, left, held, spared }: KeysNow): readonly string[] {
  const later = left.filter((id) => !held.includes(id));
  const waiting = superseded.filter((id) => !left.includes(id));
  return [
    `Revoked: ${revoked.length === 0 ? 'none' : revoked.join(', ')}`,
    ...(waiting.length === 0
      ? []
      : [`Superseded, not revoked: ${waiting.join(', ')}${graceText(graceEnds)}`]),
    ...(later.length === 0 ? [] : [`Left for a later run to revoke: ${later.join(', ')}`]),
    ...(held.length === 0 ? [] : [`Held back: ${heldText(held)}`]),
    ...(spared.length === 0 ? [] : [`Not revoked yet: ${sparedText(spared)}`]),
  ];
}
