import { describe, expect, it } from 'vitest';
import { FENCE, MARGIN } from '../../src/core/limits.ts';
import { holdingOf } from '../../src/rotation/rules.ts';
import { DAY, key, MINUTE, START } from './records.ts';

describe('what is known of the key in a secret', () => {
  const written = START - DAY;
  const at = (id: string, sinceWritten: number, more: Parameters<typeof key>[1] = {}) =>
    key(id, { age: DAY - sinceWritten, ...more });

  it('is judged by the keys whose run can have written it, newest first', () => {
    const [edge, newest] = [at('edge', -FENCE - MARGIN), at('newest', MARGIN)];
    const others = [at('before', -FENCE - MARGIN - 1), at('after', MARGIN + 1)];
    expect(holdingOf(written, [edge, newest, ...others], START)).toEqual({
      kind: 'works',
      candidates: [newest, edge],
    });
  });

  it('where none of them works, all is lost, whatever else there is', () => {
    const candidates = [at('revoked', 0, { active: false }), at('expired', -MINUTE, { expiresIn: -1 })];
    const holding = holdingOf(written, [...candidates, at('older', -2 * DAY)], START);
    expect(holding).toEqual({ kind: 'dead', candidates });
  });

  it('where some of them work, it matters whether the newest does', () => {
    const [dead, works] = [at('dead', 0, { active: false }), at('works', -MINUTE)];
    expect(holdingOf(written, [works, dead], START)).toEqual({
      kind: 'newest-dead',
      candidates: [dead, works],
      dead: [dead],
    });
    const later = at('later', MINUTE);
    expect(holdingOf(written, [dead, later, works], START)).toEqual({
      kind: 'some-dead',
      candidates: [later, dead, works],
      dead: [dead],
    });
  });

  it('where there are none, only a key that works and was there by then may be in it', () => {
    const dead = [at('a', -2 * DAY, { active: false }), at('b', -2 * DAY, { expiresIn: -1 })];
    expect(holdingOf(written, [...dead, at('later', MARGIN + 1)], START)).toEqual({ kind: 'none' });
    expect(holdingOf(written, [...dead, at('older', -2 * DAY)], START)).toEqual({ kind: 'saved-again' });
  });
});
