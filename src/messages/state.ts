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
    lines.push(`new key ${minted.id} (${expiryText(minted.expiresAt)}): ${MINTED[minted.state]}`);
  }
  const others = keys.revoked.filter((id) => id !== minted?.id && !givenUp.includes(id));
  if (others.length > 0) lines.push(`revoked: ${others.join(', ')}`);
  const perhaps = keys.unclear.filter((id) => id !== minted?.id);
  if (perhaps.length > 0) {
    lines.push(`perhaps revoked, for which there was no clear answer: ${perhaps.join(', ')}`);
  }
  lines.push(
    givenUp.length === 0
      ? nothingLost(others.length > 0, perhaps.length > 0) +
          (minted?.state === 'unknown' ? ' by this run' : '')
      : `revoked before its successor was stored, as \`on-quota: replace\` asks: ${givenUp.join(', ')}; a secret that still holds it does not work until a run succeeds`,
  );
  const left = keys.left.filter((id) => ![minted?.id, ...keys.held, ...perhaps].includes(id));
  if (keys.held.length > 0) lines.push(heldText(keys.held));
  if (left.length > 0) {
    lines.push(`${count(left.length, 'key')} left for the next run to revoke: ${left.join(', ')}`);
  }
  return lines;
}

/**
 * @param expired one that had expired may have been revoked: a secret may hold it, and is as dead as it was
 * @param perhaps of some it is not known, and a secret may hold them
 */
export function nothingLost(expired: boolean, perhaps = false): string {
  return `no ${perhaps ? 'other ' : ''}${expired ? 'working ' : ''}key that a secret holds was revoked`;
}

/** What a secret holds after a write of which nobody knows whether it was done. */
export const EITHER = 'not known: the write may have been done; it holds the new key or what it held before';

const MINTED: Readonly<Record<NonNullable<Failed['minted']>['state'], string>> = {
  alive: 'alive; the next run that succeeds replaces it; no rotation revokes it before it is 15 minutes old',
  revoked: 'revoked, because it was certain that no secret holds it',
  'perhaps-revoked':
    'no secret holds it, and it was to be revoked; whether it was is not known: if not, a rotation revokes it once it is 15 minutes old',
  unknown: 'stored, but another run may have revoked it',
};

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
