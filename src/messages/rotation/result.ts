import type { KeysNow, Outcome, TargetResult } from '../../rotation/outcome.ts';
import { type Bounded, bounded, boundedIds } from '../bounded.ts';
import {
  count,
  expiryText,
  graceText,
  heldText,
  instantText,
  list,
  placeText,
  sparedText,
} from '../words.ts';

/** Targets named one by one; beyond it, only their number. */
const NAMED = 10;

/** What a run that did what was asked came to: the last lines of the log, outside of any group. */
export function resultLines(outcome: Exclude<Outcome, { kind: 'failed' }>): readonly string[] {
  switch (outcome.kind) {
    case 'rotated': {
      const { key, targets } = outcome;
      return [
        `Rotated: ${whereText(targets)} → key ${key.id} (${expiryText(key.expiresAt)})`,
        ...keyLines(outcome.keys, 'the new key'),
      ];
    }
    case 'not-due':
      return [
        `Not due when this run looked: ${outcome.plan.why}; by the dates of keys and secrets, every target holds key ${outcome.key.id} (${expiryText(outcome.key.expiresAt)})`,
        ...keyLines(outcome.keys, 'this look'),
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

function keyLines(
  { revoked, superseded, graceEnds, left, held, spared }: KeysNow,
  since: 'this look' | 'the new key',
): readonly string[] {
  const later = left.filter((id) => !held.includes(id));
  const waiting = superseded.filter((id) => !left.includes(id));
  return [
    `Revoked: ${revoked.length === 0 ? 'none' : revoked.join(', ')}`,
    ...(waiting.length === 0
      ? []
      : [`Superseded, not revoked by this run: ${waiting.join(', ')}${graceText(graceEnds)}`]),
    ...(later.length === 0 ? [] : [`Left for a later run to revoke: ${later.join(', ')}`]),
    ...(held.length === 0 ? [] : [`Held back: ${heldText(held)}`]),
    ...(spared.length === 0 ? [] : [`Not revoked by this run: ${sparedText(spared, since)}`]),
  ];
}

/** The outputs of a rotation (interface: "Outputs"): those of which the value is known, and no others. */
export function outputsOf(outcome: Outcome, keyName: string): ReadonlyMap<string, Bounded> {
  const key = keyOf(outcome);
  const { superseded, revoked, graceEnds } = outcome.keys;
  const known: readonly (readonly [name: string, value: string | Bounded | undefined])[] = [
    ['rotated', String(outcome.kind === 'rotated')],
    ['key-id', key?.id],
    ['key-name', key?.name ?? keyName],
    ['expires-at', key?.expiresAt === undefined ? undefined : instantText(key.expiresAt)],
    ['superseded-key-ids', knowsSuperseded(outcome) ? boundedIds(superseded) : undefined],
    ['revoke-after', graceEnds === undefined ? undefined : instantText(Math.ceil(graceEnds / 1_000) * 1_000)],
    ['revoked-key-ids', boundedIds(revoked)],
    ['targets', targetsJson(outcome.targets)],
  ];
  return new Map(
    known.flatMap(([name, value]) =>
      value === undefined
        ? []
        : [[name, typeof value === 'string' ? { text: value, omitted: 0 } : value] as const],
    ),
  );
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

/** A run that failed or only planned may not have come as far as to find them: an empty list would say that there are none. */
function knowsSuperseded({ kind, keys }: Outcome): boolean {
  return kind === 'rotated' || kind === 'not-due' || keys.superseded.length > 0;
}

/** Those that failed are the last to be left out; a last element counts what was. */
function targetsJson(targets: readonly TargetResult[]): Bounded {
  const failedFirst = [...targets].sort(
    (a, b) => Number(b.status === 'failed') - Number(a.status === 'failed'),
  );
  return bounded(targets.length, (shown) => {
    const kept = new Set(failedFirst.slice(0, shown));
    const entries = targets.filter((target) => kept.has(target)).map(targetOutput);
    const omitted = targets.length - shown;
    return JSON.stringify(omitted === 0 ? entries : [...entries, { omitted }]);
  });
}

function targetOutput({ target, secret, status, failure }: TargetResult) {
  return { target, secret, status, ...(failure === undefined ? {} : { error: failure.message }) };
}
