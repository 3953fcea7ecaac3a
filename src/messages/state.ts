import type { Outcome, TargetResult } from '../rotation/outcome.ts';
import { count, expiryText, heldText, placeText, someOf } from './words.ts';

type Failed = Extract<Outcome, { kind: 'failed' }>;

/**
 * In which state a failed run leaves things: which secret holds what, which keys are alive. A line each; the
 * first question of whoever reads a failed log is whether production still works.
 * @param givenUp keys revoked before their successor was stored (`on-quota: replace`)
 */
export function stateOf(outcome: Failed, givenUp: readonly string[]): readonly string[] {
  const { minted, targets, keys } = outcome;
  const lines: string[] = [];
  const groups = new Map<string, TargetResult[]>();
  for (const target of targets) {
    const held = contentOf(target, minted);
    groups.set(held, [...(groups.get(held) ?? []), target]);
  }
  for (const [held, of] of groups)
    lines.push(`${someOf(of.map(placeText), 'the output `targets`')}: ${held}`);
  if (minted === undefined) {
    lines.push('no new key is known to exist');
  } else {
    const state = minted.state === 'alive' ? aliveText(targets) : MINTED[minted.state];
    lines.push(`new key ${minted.id} (${expiryText(minted.expiresAt)}): ${state}`);
  }
  const others = keys.revoked.filter((id) => id !== minted?.id && !givenUp.includes(id));
  if (others.length > 0) lines.push(`revoked: ${others.join(', ')}`);
  const perhaps = keys.unclear.filter((id) => id !== minted?.id);
  if (perhaps.length > 0) {
    lines.push(`perhaps revoked, for which there was no clear answer: ${perhaps.join(', ')}`);
  }
  lines.push(
    givenUp.length === 0
      ? nothingLost(others.length > 0, perhaps.length > 0)
      : `revoked before its successor was stored, as \`on-quota: replace\` asks: ${givenUp.join(', ')}; a secret that still holds it does not work until a run succeeds`,
  );
  const left = keys.left.filter((id) => ![minted?.id, ...keys.held, ...perhaps].includes(id));
  if (keys.held.length > 0) lines.push(heldText(keys.held));
  if (left.length > 0) {
    lines.push(`${count(left.length, 'key')} left for a later run to revoke: ${left.join(', ')}`);
  }
  return lines;
}

/**
 * What a run has not done to the secrets. It has looked at its own targets only: a secret that was one of an earlier run may
 * hold a key that went.
 * @param some a key was revoked: one that had expired may be in a target, which is as dead as it was
 * @param perhaps of some it is not known, and a target may hold them
 */
export function nothingLost(some: boolean, perhaps = false): string {
  const other = perhaps ? 'other ' : '';
  return some
    ? `this run revoked no ${other}working key that one of its targets holds`
    : `this run revoked no ${other}key that a secret holds`;
}

/** What a secret holds after a write of which nobody knows whether it was done. */
export const EITHER = 'not known: the write may have been done; it holds the new key or what it held before';

type MintedState = NonNullable<Failed['minted']>['state'];

const MINTED: Readonly<Record<Exclude<MintedState, 'alive'>, string>> = {
  revoked: 'revoked, because it was certain that no secret holds it',
  'perhaps-revoked':
    'no secret holds it, and it was to be revoked; whether it was is not known: if not, a later rotation revokes it',
  unknown: 'stored, but another run may have revoked it',
};

/** What becomes of a new key that a failed run leaves: a later run may find it in every target, or in none. */
function aliveText(targets: readonly TargetResult[]): string {
  const isNowhere = targets.every(
    ({ status, perhapsWritten }) => !isStored(status) && perhapsWritten !== true,
  );
  const next = isNowhere
    ? 'no secret holds it, and a later rotation revokes it'
    : 'the next run that succeeds replaces it, unless every target holds it and no rotation is due';
  return `alive; no other rotation revokes it within 15 minutes of its creation; ${next}`;
}

function isStored(status: TargetResult['status']): boolean {
  return status === 'created' || status === 'updated';
}

/** What a target's secret holds after a run that failed. */
function contentOf(target: TargetResult, minted: Failed['minted']): string {
  switch (target.status) {
    case 'created':
    case 'updated':
      return minted?.state === 'unknown' ? 'holds the new key, which may not be active' : 'holds the new key';
    case 'unchanged':
    case 'skipped':
      return 'untouched';
    case 'failed':
      // The new key is revoked only when every attempt on every target was refused.
      if (minted === undefined || minted.state === 'revoked' || minted.state === 'perhaps-revoked') {
        return 'untouched';
      }
      return target.perhapsWritten === true
        ? EITHER
        : 'the write was refused, so it holds what it held before';
  }
}
