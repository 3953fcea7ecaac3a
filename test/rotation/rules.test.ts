import { describe, expect, it } from 'vitest';
import { FENCE, MARGIN } from '../../src/core/limits.ts';
import type { KeyRecord } from '../../src/rotation/ports.ts';
import {
  couldHaveWritten,
  currentOf,
  currentOfAll,
  isExpired,
  isOlderThanFence,
  isSuperseded,
  isUsedElsewhere,
  notInAnyTarget,
} from '../../src/rotation/rules.ts';
import { DAY, key, MINUTE, SECOND, START } from './records.ts';

// Holds invariant 8 of docs/threat-model.md.

const at = (updatedAt: number | undefined, shared = false) => ({ updatedAt, shared });
const justAfter = (record: KeyRecord) => record.createdAt + SECOND;

describe('rule R', () => {
  const k = { createdAt: START };

  it('allows a key made more than the fence before, and none younger', () => {
    expect(isOlderThanFence(key('j', { age: FENCE + 1 }), k)).toBe(true);
    expect(isOlderThanFence(key('j', { age: FENCE }), k)).toBe(false);
    expect(isOlderThanFence(key('j', { age: -DAY }), k)).toBe(false);
  });

  it('leaves inactive keys alone', () => {
    expect(isOlderThanFence(key('j', { age: DAY, active: false }), k)).toBe(false);
  });
});

describe('rule E', () => {
  it('counts a key as expired only after its last moment', () => {
    expect(isExpired(key('j', { expiresIn: -1 }), START)).toBe(true);
    expect(isExpired(key('j', { expiresIn: 0 }), START)).toBe(false);
    expect(isExpired(key('j', { expiresIn: 'never' }), START)).toBe(false);
  });
});

describe('the key a target holds', () => {
  const old = key('old', { age: 2 * DAY });
  const young = key('young', { age: DAY });

  it('can have been written from a margin before its creation to a margin after the fence', () => {
    const c = old.createdAt;
    expect(couldHaveWritten(old, c - MARGIN)).toBe(true);
    expect(couldHaveWritten(old, c - MARGIN - 1)).toBe(false);
    expect(couldHaveWritten(old, c + FENCE + MARGIN)).toBe(true);
    expect(couldHaveWritten(old, c + FENCE + MARGIN + 1)).toBe(false);
  });

  it('is the one key whose run can have written it, active or not', () => {
    expect(currentOf(at(justAfter(young)), [old, young])).toBe(young);
    const revoked = { ...young, isActive: false };
    expect(currentOf(at(justAfter(young)), [old, revoked])).toBe(revoked);
  });

  it('is unknown without a secret, without a candidate, and with two', () => {
    expect(currentOf(at(undefined), [old, young])).toBeUndefined();
    expect(currentOf(at(START), [old, young])).toBeUndefined();
    const twin = { ...young, id: 'twin', createdAt: young.createdAt + MINUTE, isActive: false };
    expect(currentOf(at(justAfter(young)), [young, twin])).toBeUndefined();
  });

  it('is current for the run only where every target holds it, active and not expired', () => {
    const [holdsOld, holdsYoung] = [at(justAfter(old)), at(justAfter(young))];
    const both = [old, young];
    expect(currentOfAll([holdsYoung, holdsYoung], both, START)).toBe(young);
    expect(currentOfAll([holdsYoung, holdsOld], both, START)).toBeUndefined();
    expect(currentOfAll([holdsYoung, at(undefined)], both, START)).toBeUndefined();
    expect(currentOfAll([at(undefined), holdsYoung], both, START)).toBeUndefined();
    expect(currentOfAll([holdsYoung], [{ ...young, isActive: false }], START)).toBeUndefined();
    expect(currentOfAll([holdsYoung], [key('young', { expiresIn: -1 })], START)).toBeUndefined();
    expect(currentOfAll([], both, START)).toBeUndefined();
  });
});

describe('rule W', () => {
  const j = key('j', { age: 2 * DAY });
  const next = key('next', { age: DAY });
  const fenced = j.createdAt + FENCE;

  it('knows a key as never stored where the secret is older than it by more than the fence and the margin', () => {
    const secrets = [at(j.createdAt - FENCE - MARGIN - 1)];
    // A write at the end of the fence, and a replica that lags by seconds, look like that too.
    const later = { kind: 'never-stored', revocableFrom: fenced + 2 * MARGIN };
    expect(notInAnyTarget(j, secrets, [j], 0)).toEqual(later);
  });

  it('gives an absence the fence twice', () => {
    const twice = { kind: 'never-stored', revocableFrom: fenced + FENCE };
    expect(notInAnyTarget(j, [at(undefined)], [j], 0)).toEqual(twice);
    const both = [at(undefined), at(j.createdAt - FENCE - MARGIN - 1)];
    expect(notInAnyTarget(j, both, [j], 0)).toEqual(twice);
    expect(notInAnyTarget(j, both.toReversed(), [j], 0)).toEqual(twice);
  });

  it('says nothing of a key made within the fence and the margin of the last write', () => {
    expect(notInAnyTarget(j, [at(j.createdAt - FENCE - MARGIN)], [j, next], 0)).toBeUndefined();
  });

  it('knows a key as superseded where a later write is over it whose key is active', () => {
    expect(notInAnyTarget(j, [at(justAfter(next))], [j, next], 0)).toEqual({
      kind: 'superseded',
      revocableFrom: fenced,
    });
    const revoked = { ...next, isActive: false };
    expect(notInAnyTarget(j, [at(justAfter(next))], [j, revoked], 0)).toBeUndefined();
  });

  it('says nothing when the later write is nobody’s: it may be the same value, saved again by hand', () => {
    expect(notInAnyTarget(j, [at(START)], [j, next], 0)).toBeUndefined();
    expect(notInAnyTarget(j, [at(justAfter(next))], [j], 0)).toBeUndefined();
  });

  it('says nothing while the write over it could still be its own', () => {
    const soon = { ...next, createdAt: j.createdAt + FENCE };
    expect(notInAnyTarget(j, [at(j.createdAt + FENCE + MARGIN)], [j, soon], 0)).toBeUndefined();
    expect(notInAnyTarget(j, [at(j.createdAt + FENCE + MARGIN + 1)], [j, soon], 0)?.kind).toBe('superseded');
  });

  it('says nothing of what an organisation secret held: its visibility may have been edited', () => {
    expect(notInAnyTarget(j, [at(justAfter(next), true)], [j, next], 0)).toBeUndefined();
    expect(notInAnyTarget(j, [at(j.createdAt - DAY, true)], [j, next], 0)?.kind).toBe('never-stored');
  });

  it('never lets a look name a key of an organisation secret, though that is in no target', () => {
    const before = at(j.createdAt - DAY, true);
    expect(notInAnyTarget(j, [at(justAfter(next)), before], [j, next], 0)?.kind).toBe('superseded');
    expect(isSuperseded(j, [at(justAfter(next)), before], [j, next])).toBe(false);
    expect(isSuperseded(j, [at(justAfter(next))], [j, next])).toBe(true);
    expect(isSuperseded({ ...j, isActive: false }, [at(justAfter(next))], [j, next])).toBe(false);
  });

  it('says nothing as long as one target may hold the key', () => {
    const over = at(justAfter(next));
    expect(notInAnyTarget(j, [over, at(justAfter(j))], [j, next], 0)).toBeUndefined();
    expect(notInAnyTarget(j, [over, at(undefined)], [j, next], 0)?.kind).toBe('superseded');
  });

  it('gives a superseded key its grace period after the last write to any target, and a margin', () => {
    const writes = [at(justAfter(next)), at(justAfter(next) + 5 * MINUTE)];
    expect(notInAnyTarget(j, writes, [j, next], 3 * DAY)).toEqual({
      kind: 'superseded',
      revocableFrom: justAfter(next) + 5 * MINUTE + 3 * DAY + MARGIN,
    });
    const quick = { ...next, createdAt: j.createdAt + FENCE + MARGIN };
    expect(notInAnyTarget(j, [at(justAfter(quick))], [j, quick], 1)?.revocableFrom).toBeGreaterThan(fenced);
  });

  it('gives a key that was never stored no grace period', () => {
    expect(notInAnyTarget(j, [at(undefined)], [j], DAY)?.revocableFrom).toBe(fenced + FENCE);
  });

  it('sees a never-stored key that was used after the fence as somebody else’s', () => {
    const neverStored = { kind: 'never-stored', revocableFrom: fenced } as const;
    expect(isUsedElsewhere(key('j', { usedAfter: FENCE }), neverStored)).toBe(true);
    expect(isUsedElsewhere(key('j', { usedAfter: FENCE - 1 }), neverStored)).toBe(false);
    expect(isUsedElsewhere(key('j'), neverStored)).toBe(false);
    expect(isUsedElsewhere(key('j', { usedAfter: DAY }), { ...neverStored, kind: 'superseded' })).toBe(false);
  });
});
