import { describe, expect, it } from 'vitest';
import { FENCE, LINGER, MARGIN } from '../../src/core/limits.ts';
import type { KeyRecord } from '../../src/rotation/ports.ts';
import { placesOf, placesTaken, roomFor, settledAt } from '../../src/rotation/room.ts';
import type { Snapshot } from '../../src/rotation/snapshot.ts';
import { DAY, key, MINUTE, SECOND, START, settings } from './records.ts';

const nothing = new Set<string>();
const stored = (record: KeyRecord) => ({ updatedAt: record.createdAt + SECOND, shared: false });
const nowhere = { updatedAt: undefined, shared: false };

function look(
  places: number | undefined,
  keys: readonly KeyRecord[],
  changes: Partial<Snapshot> = {},
): Snapshot {
  return {
    date: START,
    githubDate: START,
    keys,
    places,
    secrets: [nowhere],
    clocksApart: false,
    contradicted: false,
    lostCreates: [],
    repairs: false,
    conflicted: false,
    ...changes,
  };
}

describe('the plans', () => {
  it('allow what the table says, however they are spelt', () => {
    expect(['FREE', 'starter', 'Pro', 'ENTERPRISE'].map(placesOf)).toEqual([2, 10, 50, Infinity]);
  });

  it('are no limit where they are unknown', () => {
    expect(placesOf(undefined)).toBeUndefined();
    expect(placesOf('PLATINUM')).toBeUndefined();
  });

  it('count every active key, of any name, expired ones included', () => {
    const keys = [key('a', { expiresIn: -1 }), key('b', { name: 'other' }), key('c', { active: false })];
    expect(placesTaken(keys)).toBe(2);
  });

  it('let another key take the last place once the fence and two margins are over', () => {
    expect(settledAt(START)).toBe(START + FENCE + 2 * MARGIN);
  });
});

describe('room for one more key', () => {
  const old = key('old');
  const other = key('other', { name: 'other' });

  it('is there without a known limit, and below it', () => {
    const fits = { kind: 'fits', lastPlace: false };
    expect(roomFor(look(undefined, [old, other]), settings(), nothing, old)).toEqual(fits);
    expect(roomFor(look(4, [old, other]), settings(), nothing, old)).toEqual(fits);
  });

  it('is the last place when the create fills the plan', () => {
    const last = { kind: 'fits', lastPlace: true };
    expect(roomFor(look(3, [old, other]), settings(), nothing, old)).toEqual(last);
    expect(roomFor(look(2, [old, other]), settings(), new Set(['other']), old)).toEqual(last);
    expect(roomFor(look(2, [old, key('x', { active: false })]), settings(), nothing, old)).toEqual(last);
  });

  it('is too soon for the last place while a key of the name is young, until that is settled', () => {
    const young = key('young', { age: FENCE + 2 * MARGIN - 1 });
    expect(roomFor(look(3, [old, young]), settings(), nothing, old)).toEqual({
      kind: 'too-soon',
      at: settledAt(young.createdAt),
      inTheWay: [{ id: 'young', name: young.name, expiresAt: young.expiresAt }],
      because: 'another key of the name is too young',
    });
    const settled = key('settled', { age: FENCE + 2 * MARGIN });
    expect(roomFor(look(3, [old, settled]), settings(), nothing, old).kind).toBe('fits');
    expect(roomFor(look(4, [old, young]), settings(), nothing, old).kind).toBe('fits');
  });

  it('does not mind a young key of another name', () => {
    const young = key('young', { name: 'other', age: 0 });
    expect(roomFor(look(3, [old, young]), settings(), nothing, old).kind).toBe('fits');
  });

  it('goes by GitHub’s time where MUTX sends none', () => {
    const young = key('young', { age: MINUTE });
    const githubs = (keys: readonly KeyRecord[]) =>
      roomFor(look(2, keys, { date: undefined }), settings(), nothing, undefined);
    expect(githubs([old])).toEqual({ kind: 'fits', lastPlace: true });
    expect(githubs([young])).toMatchObject({ kind: 'too-soon', at: settledAt(young.createdAt) });
  });

  it('is too soon for an unknown time where neither service says what time it is', () => {
    const timeless = { date: undefined, githubDate: undefined };
    const room = roomFor(look(2, [old], timeless), settings(), nothing, old);
    expect(room).toMatchObject({ kind: 'too-soon', at: undefined, inTheWay: [{ id: 'old' }] });
  });

  it('is too soon for the last place after a recent write, by GitHub’s clock', () => {
    const written = (ago: number, changes: Partial<Snapshot> = {}) => {
      const secrets = [stored(old), { updatedAt: START - ago, shared: false }];
      return roomFor(look(2, [old], { secrets, ...changes }), settings(), nothing, old);
    };
    const settles = FENCE + 2 * MARGIN;
    expect(written(settles)).toEqual({ kind: 'fits', lastPlace: true });
    expect(written(settles - 1)).toEqual({
      kind: 'too-soon',
      at: START + 1,
      inTheWay: [],
      because: 'the last write of a target is too recent',
    });
    const ahead = { githubDate: START + MINUTE };
    expect(written(settles - 1, ahead)).toEqual({ kind: 'fits', lastPlace: true });
    expect(written(settles - MINUTE - 1, ahead)).toMatchObject({ at: START + 1 });
    expect(written(settles - 1, { githubDate: undefined })).toMatchObject({ at: START + 1 });
    expect(written(settles - 1, { date: undefined })).toMatchObject({ at: START + 1 });
    expect(written(settles - 1, { repairs: true })).toMatchObject({ kind: 'fits' });
  });

  it('counts a lost create until it must have arrived', () => {
    const lostCreates = [START - LINGER + 1];
    expect(roomFor(look(3, [old], { lostCreates }), settings(), nothing, old)).toEqual({
      kind: 'too-soon',
      at: START + 1,
      inTheWay: [],
      because: 'a create whose reply was lost may still be on its way',
    });
    expect(roomFor(look(4, [old], { lostCreates }), settings(), nothing, old).kind).toBe('fits');
    const arrived = look(3, [old], { lostCreates: [START - LINGER] });
    expect(roomFor(arrived, settings(), nothing, old)).toEqual({ kind: 'fits', lastPlace: false });
    const timeless = look(3, [other], {
      lostCreates: [START - DAY],
      date: undefined,
      githubDate: undefined,
    });
    expect(roomFor(timeless, settings(), nothing, old)).toMatchObject({ kind: 'too-soon', at: undefined });
  });

  it('is never too soon to repair a secret that holds a dead key', () => {
    const young = key('young', { age: MINUTE });
    const sees = look(2, [young], { repairs: true, lostCreates: [START] });
    expect(roomFor(sees, settings(), nothing, undefined)).toEqual({ kind: 'fits', lastPlace: true });
  });

  it('is too soon until both the young keys and the lost creates are settled', () => {
    const young = key('young', { age: 14 * MINUTE });
    const lostCreates = [START];
    const room = roomFor(look(2, [young], { lostCreates }), settings(), nothing, undefined);
    expect(room).toMatchObject({ at: START + LINGER });
  });
});

describe('a full plan', () => {
  const current = key('current');
  const other = key('other', { name: 'other', expiresIn: MINUTE });

  it('names all that is in the way, and no moment when no rule frees any', () => {
    const eternal = key('current', { expiresIn: 'never' });
    const sees = look(2, [eternal, other], { secrets: [stored(eternal)] });
    expect(roomFor(sees, settings(), nothing, eternal)).toMatchObject({
      kind: 'full',
      at: undefined,
      inTheWay: [{ id: 'current' }, { id: 'other' }],
    });
  });

  it('frees none by what becomes of keys of another name', () => {
    const eternal = key('current', { expiresIn: 'never' });
    const foreign = key('foreign', { name: 'other', age: 10 * MINUTE });
    const sees = look(2, [eternal, foreign], { secrets: [stored(eternal)] });
    expect(roomFor(sees, settings(), nothing, eternal)).toHaveProperty('at', undefined);
    const orphan = key('orphan', { age: 10 * MINUTE });
    const three = look(3, [eternal, orphan, { ...foreign, createdAt: START }], {
      secrets: [stored(eternal)],
    });
    expect(roomFor(three, settings(), nothing, eternal)).toHaveProperty(
      'at',
      orphan.createdAt + FENCE + 2 * MARGIN,
    );
  });

  it('frees a place in the very moment after which rule W may revoke a key', () => {
    const orphan = key('orphan', { age: FENCE + 2 * MARGIN });
    const sees = look(2, [current, orphan], { secrets: [stored(current)] });
    expect(roomFor(sees, settings(), nothing, current)).toHaveProperty('at', START);
  });

  it('frees a place when rule W may revoke a key and no other one is young', () => {
    const orphan = key('orphan', { age: 10 * MINUTE });
    const sees = look(2, [current, orphan], { secrets: [stored(current)] });
    expect(roomFor(sees, settings(), nothing, current)).toHaveProperty(
      'at',
      orphan.createdAt + FENCE + 2 * MARGIN,
    );
    const younger = key('younger', { age: 5 * MINUTE });
    const three = look(3, [current, orphan, younger], { secrets: [stored(current)] });
    expect(roomFor(three, settings(), nothing, current)).toHaveProperty(
      'at',
      younger.createdAt + FENCE + 2 * MARGIN,
    );
    const stays = key('stays', { age: 2 * MINUTE, usedAfter: FENCE });
    const earlier = key('earlier', { age: 16 * MINUTE });
    const four = look(3, [current, earlier, stays], { secrets: [stored(current)] });
    expect(roomFor(four, settings(), nothing, current)).toHaveProperty('at', settledAt(stays.createdAt));
  });

  it('frees a place when a key expires that is in no target though someone uses it', () => {
    const used = key('used', { age: 60 * MINUTE, usedAfter: FENCE, expiresIn: 2 * DAY });
    const sees = look(2, [current, used], { secrets: [stored(current)] });
    expect(roomFor(sees, settings(), nothing, current)).toHaveProperty('at', START + 2 * DAY + MARGIN);
    const eternal = key('used', { age: 60 * MINUTE, usedAfter: FENCE, expiresIn: 'never' });
    expect(roomFor({ ...sees, keys: [current, eternal] }, settings(), nothing, current)).toHaveProperty(
      'at',
      undefined,
    );
  });

  it('frees a place when an orphan expires before rule W may revoke it', () => {
    const orphan = key('orphan', { age: MINUTE, expiresIn: 20 * SECOND });
    const sees = look(2, [current, orphan], { secrets: [stored(current)] });
    expect(roomFor(sees, settings(), nothing, current)).toHaveProperty('at', START + 20 * SECOND + MARGIN);
    const endless = { ...orphan, expiresAt: undefined };
    expect(roomFor({ ...sees, keys: [current, endless] }, settings(), nothing, current)).toHaveProperty(
      'at',
      orphan.createdAt + FENCE + 2 * MARGIN,
    );
  });

  it('frees none that could be known of where rule W is off', () => {
    const keys = [current, key('orphan', { age: 10 * MINUTE })];
    for (const off of [{ clocksApart: true }, { contradicted: true }, { secrets: undefined }]) {
      expect(roomFor(look(2, keys, off), settings(), nothing, current)).toHaveProperty('at', undefined);
    }
  });

  it('takes the earliest of several moments', () => {
    const used = { usedAfter: FENCE };
    const keys = [key('late', { ...used, expiresIn: DAY }), key('soon', { ...used, expiresIn: 1 })];
    for (const either of [keys, keys.toReversed()]) {
      expect(roomFor(look(2, either), settings(), nothing, undefined)).toHaveProperty(
        'at',
        START + 1 + MARGIN,
      );
    }
  });
});

describe('a full plan where a gap is accepted', () => {
  const replacing = settings({ onQuota: 'replace' });
  const older = key('older', { age: 9 * DAY });
  const current = key('current', { age: 2 * DAY });
  const newer = key('newer', { age: DAY });
  const keys = [newer, current, older];

  const victim = (sees: Snapshot, known: KeyRecord | undefined, changes = {}) => {
    const room = roomFor(sees, { ...replacing, ...changes }, nothing, known);
    return room.kind === 'replace' ? room.victim.id : room.kind;
  };

  it('gives up first the youngest of those made after every write', () => {
    const newest = key('newest', { age: DAY / 2 });
    expect(victim(look(4, [newest, ...keys], { secrets: [stored(current)] }), current)).toBe('newest');
    expect(victim(look(3, keys, { secrets: [nowhere] }), current)).toBe('newer');
    expect(victim(look(3, keys, { secrets: [stored(current), stored(newer)] }), undefined)).toBe('older');
  });

  it('gives up then one that can be in no target, its grace period over', () => {
    const sees = look(2, [current, older], { secrets: [stored(current)] });
    expect(victim(sees, current)).toBe('older');
    expect(victim(sees, current, { gracePeriod: 2 * DAY })).toBe('current');
    expect(victim(sees, current, { gracePeriod: 2 * DAY - MINUTE - 2 * SECOND })).toBe('older');
  });

  it('goes by MUTX’s time alone where GitHub does not say, and by the earlier of both where it does', () => {
    const young = key('young', { age: FENCE + 3 * MINUTE });
    const sees = (githubDate: number | undefined) =>
      look(1, [young], { githubDate, secrets: [stored(young)] });
    expect(victim(sees(undefined), young)).toBe('young');
    expect(victim(sees(START - 4 * MINUTE), young)).toBe('full');
  });

  it('gives up at last the stored key, and the oldest where that is not known', () => {
    const both = look(2, [current, older], { secrets: [stored(current), stored(older)] });
    expect(victim(both, current)).toBe('current');
    expect(victim(both, undefined)).toBe('older');
    expect(victim(look(2, [current, older], { secrets: undefined }), current)).toBe('older');
  });

  it('gives up no key of another name and none within the fence', () => {
    const foreign = key('foreign', { name: 'other' });
    const young = key('young', { age: FENCE });
    const sees = look(2, [foreign, young]);
    expect(roomFor(sees, replacing, nothing, young)).toMatchObject({ kind: 'full' });
    expect(roomFor({ ...sees, date: undefined }, replacing, nothing, young)).toMatchObject({ kind: 'full' });
  });

  it('gives up none where that would not help: too many over the limit, or another key still young', () => {
    expect(roomFor(look(2, keys), replacing, nothing, current)).toMatchObject({ kind: 'full' });
    const young = key('young', { age: MINUTE });
    expect(roomFor(look(2, [current, young]), replacing, nothing, current)).toMatchObject({
      kind: 'too-soon',
      inTheWay: [{ id: 'young' }],
    });
  });
});
