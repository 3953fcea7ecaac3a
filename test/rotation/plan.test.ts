import { describe, expect, it } from 'vitest';
import { FENCE, MARGIN } from '../../src/core/limits.ts';
import { makePlan, needsSecrets, type Plan } from '../../src/rotation/plan.ts';
import type { KeyRecord } from '../../src/rotation/ports.ts';
import type { Snapshot } from '../../src/rotation/snapshot.ts';
import { DAY, key, MINUTE, NAME, SECOND, START, settings } from './records.ts';

// Holds invariant 9 of docs/threat-model.md.

const stored = (record: KeyRecord, shared = false) => ({ updatedAt: record.createdAt + SECOND, shared });
const nowhere = { updatedAt: undefined, shared: false };

function look(changes: Partial<Snapshot>): Snapshot {
  return {
    date: START,
    githubDate: START,
    keys: [],
    places: undefined,
    secrets: undefined,
    clocksApart: false,
    contradicted: false,
    lostCreates: [],
    repairs: false,
    conflicted: false,
    ...changes,
  };
}

const ids = (keys: readonly { id: string }[]) => keys.map(({ id }) => id);
/** What rules E and W allow, before the create or after the store. */
const allowed = ({ makeRoom, afterStore }: Plan) =>
  [...makeRoom, ...afterStore].map(({ key: { id }, rule, why }) => [id, rule, why]);

describe('whether to rotate', () => {
  const old = key('old', { expiresIn: 10 * DAY });
  const holding = look({ keys: [old], secrets: [stored(old)] });
  const decide = (one: Snapshot, changes: Parameters<typeof settings>[0], forced = false) =>
    makePlan(one, settings(changes), forced);

  it('is always due without renew-before and grace period', () => {
    expect(decide(look({ keys: [old] }), {})).toMatchObject({ due: true, why: 'every run rotates' });
  });

  it('is due when the current key has no more than renew-before left, by MUTX’s time', () => {
    expect(decide(holding, { renewBefore: 10 * DAY - 1 })).toMatchObject({
      due: false,
      why: 'the current key lives longer than renew-before',
      current: old,
    });
    expect(decide(holding, { renewBefore: 10 * DAY })).toMatchObject({
      due: true,
      why: 'the current key has less than renew-before left',
    });
  });

  it('is due when a secret is so old that another key of its time may not have been read', () => {
    const renewBefore = 5 * DAY;
    const edge = old.createdAt + SECOND - FENCE - MARGIN;
    expect(decide({ ...holding, unreadBefore: edge }, { renewBefore })).toMatchObject({ due: false });
    expect(decide({ ...holding, unreadBefore: edge + 1 }, { renewBefore })).toMatchObject({
      due: true,
      why: 'a target has a secret from before the oldest key that was read',
      current: undefined,
    });
    const one = { ...holding, secrets: [nowhere], unreadBefore: START };
    expect(decide(one, { renewBefore })).toMatchObject({ why: 'not every target has the secret yet' });
  });

  it('goes by MUTX’s time alone where GitHub does not say, and by the later of both where it does', () => {
    expect(decide({ ...holding, githubDate: undefined }, { renewBefore: 10 * DAY - 1 }).due).toBe(false);
    expect(decide({ ...holding, githubDate: START + 2 }, { renewBefore: 10 * DAY - 1 }).due).toBe(true);
  });

  it('is due when the current key never expires', () => {
    const eternal = key('eternal', { expiresIn: 'never' });
    const sees = look({ keys: [eternal], secrets: [stored(eternal)] });
    expect(decide(sees, { renewBefore: DAY })).toMatchObject({
      due: true,
      why: 'the current key never expires',
    });
  });

  it.each([
    ['not every target has the secret yet', [nowhere], [old]],
    ['not every target has the secret yet', [stored(old), nowhere], [old]],
    [
      'keys of this name were made so close together that it is not certain which one a target holds',
      [stored(old)],
      [old, { ...old, id: 'twin' }],
    ],
    ['no key of this name is active', [stored(old)], [{ ...old, isActive: false }]],
    [
      'a target holds a key that does not work any more',
      [stored(old)],
      [{ ...old, isActive: false }, key('other', { age: 9 * DAY })],
    ],
    ['a target holds a key that does not work any more', [stored(old)], [{ ...old, expiresAt: START - 1 }]],
    ['no key of this name is active', [stored(old)], [{ ...old, name: `${NAME}2` }]],
    [
      'it is not certain that every target holds the same working key',
      [stored(old), stored(key('other', { age: 3 * DAY }))],
      [old, key('other', { age: 3 * DAY })],
    ],
  ])('is due when %s', (why, secrets, keys) => {
    expect(decide(look({ secrets, keys }), { renewBefore: DAY })).toMatchObject({ due: true, why });
    expect(decide(look({ secrets, keys }), { gracePeriod: 7 * DAY })).toMatchObject({ due: true, why });
  });

  it('is due when targets hold different keys', () => {
    const other = key('other', { age: 3 * DAY });
    const mixed = look({ keys: [old, other], secrets: [stored(old), stored(other)] });
    expect(decide(mixed, { renewBefore: DAY }).due).toBe(true);
  });

  it('is due without MUTX’s time, and without the secrets', () => {
    const unknown = { due: true, current: undefined };
    expect(decide({ ...holding, date: undefined }, { renewBefore: DAY })).toMatchObject(unknown);
    expect(decide({ ...holding, secrets: undefined }, { renewBefore: DAY })).toMatchObject(unknown);
  });

  it('is not due within a grace period and a margin of the last write to any target', () => {
    const since = DAY - SECOND;
    expect(decide(holding, { gracePeriod: since - MINUTE })).toMatchObject({ due: false, current: old });
    expect(decide(holding, { gracePeriod: since - MINUTE - 1 })).toMatchObject({
      due: true,
      why: 'every run rotates',
    });
    const later = { updatedAt: old.createdAt + 10 * MINUTE, shared: false };
    const spread = { ...holding, secrets: [later, stored(old)] };
    expect(decide(spread, { gracePeriod: DAY - 11 * MINUTE }).due).toBe(false);
    expect(decide(spread, { gracePeriod: DAY - 11 * MINUTE - 1 }).due).toBe(true);
  });

  it('keeps no margin after a write where there is no grace period', () => {
    const fresh = key('fresh', { age: 30 * SECOND, expiresIn: DAY });
    const sees = look({ keys: [fresh], secrets: [stored(fresh)] });
    expect(decide(sees, { renewBefore: 2 * DAY }).due).toBe(true);
  });

  it('is due when an organisation secret may hold another key, unless a grace period still runs', () => {
    const before = key('before', { age: 2 * DAY });
    const sees = look({ keys: [before, old], secrets: [stored(old, true)] });
    expect(decide(sees, { renewBefore: DAY })).toMatchObject({
      due: true,
      why: 'another key of the name may still be stored',
      current: old,
    });
    expect(decide(sees, { renewBefore: DAY, gracePeriod: MINUTE }).due).toBe(true);
    expect(decide(sees, { renewBefore: DAY, gracePeriod: 2 * DAY }).due).toBe(false);
  });

  it('is not due within the grace period even when renew-before says so, and due after both', () => {
    expect(decide(holding, { gracePeriod: 2 * DAY, renewBefore: 20 * DAY }).due).toBe(false);
    expect(decide(holding, { gracePeriod: MINUTE, renewBefore: 20 * DAY }).due).toBe(true);
    expect(decide(holding, { gracePeriod: MINUTE, renewBefore: DAY }).due).toBe(false);
  });

  it('is due whatever the look says when a late write has to be repeated', () => {
    expect(decide(holding, { renewBefore: DAY, gracePeriod: 2 * DAY }, true)).toMatchObject({ due: true });
  });
});

describe('what rules E and W allow to revoke', () => {
  const gone = key('gone', { age: 40 * DAY, expiresIn: -MARGIN - 1 });
  const orphan = key('orphan', { age: 3 * DAY });
  const before = key('before', { age: 2 * DAY });
  const current = key('current', { age: DAY });
  const all = look({ keys: [gone, orphan, before, current], secrets: [stored(current)] });

  it('has a reason for each', () => {
    expect(allowed(makePlan(all, settings(), false))).toEqual([
      ['gone', 'expired', 'expired'],
      ['orphan', 'not-stored', 'superseded'],
      ['before', 'not-stored', 'superseded'],
    ]);
    const none = { ...all, secrets: [nowhere] };
    expect(allowed(makePlan(none, settings(), false))).toEqual([
      ['orphan', 'not-stored', 'never-stored'],
      ['before', 'not-stored', 'never-stored'],
      ['current', 'not-stored', 'never-stored'],
      ['gone', 'expired', 'expired'],
    ]);
  });

  it('is nothing of rule W before its moment has passed', () => {
    const fresh = key('fresh', { age: 2 * FENCE });
    const sees = look({ keys: [fresh], secrets: [nowhere] });
    expect(allowed(makePlan(sees, settings(), false))).toEqual([]);
    expect(allowed(makePlan({ ...sees, date: START + 1 }, settings(), false))).toHaveLength(1);
    const inGrace = settings({ gracePeriod: DAY - SECOND - MARGIN });
    expect(allowed(makePlan(all, inGrace, false))).toEqual([['gone', 'expired', 'expired']]);
    expect(allowed(makePlan({ ...all, date: START + 1 }, inGrace, false))).toHaveLength(3);
  });

  it('is only what has expired when secrets were not read, the clocks are apart or readings differ', () => {
    for (const sees of [
      { ...all, secrets: undefined },
      { ...all, clocksApart: true },
      { ...all, contradicted: true },
    ]) {
      expect(allowed(makePlan(sees, settings(), false))).toEqual([['gone', 'expired', 'expired']]);
    }
  });

  it('is nothing without MUTX’s time, and of no other name, prefix or inactive key', () => {
    expect(makePlan({ ...all, date: undefined }, settings(), false)).toMatchObject({
      makeRoom: [],
      afterStore: [],
      supersedes: [],
    });
    expect(allowed(makePlan({ ...all, githubDate: undefined }, settings(), false))).toEqual([
      ['gone', 'not-stored', 'superseded'],
      ['orphan', 'not-stored', 'superseded'],
      ['before', 'not-stored', 'superseded'],
    ]);
    const names = [`${NAME}2`, NAME.slice(0, -1), NAME.toLowerCase(), '', 'other'];
    const others = names.map((name) => key(name, { name, age: 9 * DAY, expiresIn: -1 }));
    const dead = key('dead', { active: false, expiresIn: -1 });
    const plan = makePlan(look({ keys: [...others, dead], secrets: [nowhere] }), settings(), false);
    expect(plan).toMatchObject({ makeRoom: [], afterStore: [], supersedes: [], usedElsewhere: [] });
  });

  it('leaves a never-stored key alone that someone uses', () => {
    const used = key('used', { usedAfter: FENCE });
    const plan = makePlan(look({ keys: [used], secrets: [nowhere] }), settings(), false);
    expect(allowed(plan)).toEqual([]);
    expect(ids(plan.usedElsewhere)).toEqual(['used']);
  });

  it('expects rule R to allow the others that are older than the fence and alive, if the run is due', () => {
    const young = key('young', { age: FENCE });
    const sees = { ...all, secrets: undefined, keys: [...all.keys, young] };
    const plan = makePlan(sees, settings(), false);
    expect(ids(plan.supersedes)).toEqual(['orphan', 'before', 'current']);
    expect(makePlan(all, settings({ renewBefore: DAY }), false)).toMatchObject({
      due: false,
      supersedes: [],
    });
  });
});

describe('rule E', () => {
  const gone = key('gone', { expiresIn: -MARGIN - 1 });
  const of = (changes: Partial<Snapshot>) =>
    allowed(makePlan(look({ keys: [gone], ...changes }), settings(), false)).length;

  it('believes only two servers, each with its margin', () => {
    expect(of({})).toBe(1);
    expect(of({ date: START - 1 })).toBe(0);
    expect(of({ githubDate: START - 1 })).toBe(0);
    expect(of({ githubDate: undefined })).toBe(0);
  });
});

describe('what to revoke before the create', () => {
  const neverStored = key('never-stored', { age: 5 * DAY });
  const expired = key('expired', { age: 40 * DAY, expiresIn: -2 * MARGIN });
  const before = key('before', { age: 20 * DAY });
  const current = key('current', { age: 10 * DAY });
  const sees = look({ keys: [before, expired, neverStored, current], secrets: [stored(current)] });
  const split = (places: number, changes: Partial<Snapshot> = {}) => {
    const plan = makePlan({ ...sees, places, ...changes }, settings(), false);
    return [plan.makeRoom, plan.afterStore].map((some) => some.map(({ key: { id } }) => id));
  };

  it('is no more than the create needs, and what takes the least inference first', () => {
    expect(split(5)).toEqual([[], ['never-stored', 'expired', 'before']]);
    expect(split(4)).toEqual([['never-stored'], ['expired', 'before']]);
    expect(split(3)).toEqual([['never-stored', 'expired'], ['before']]);
    expect(split(2)).toEqual([['never-stored', 'expired', 'before'], []]);
  });

  it('is also what keeps the new key from the last place beside a young one', () => {
    const young = key('young', { age: MINUTE, expiresIn: 30 * DAY });
    expect(split(6, { keys: [...sees.keys, young] })).toEqual([['never-stored'], ['expired', 'before']]);
  });

  it('is nothing where all of it would not be enough', () => {
    expect(split(1)).toEqual([[], []]);
  });

  it('is all of it after a 409 that is not the quota’s, and where no run is due', () => {
    expect(split(50, { conflicted: true })[0]).toHaveLength(3);
    const plan = makePlan(sees, settings({ renewBefore: DAY }), false);
    expect(plan).toMatchObject({ due: false, afterStore: [] });
    expect(plan.makeRoom).toHaveLength(3);
  });
});

describe('what a look names as superseded', () => {
  const before = key('before', { age: 2 * DAY });
  const current = key('current');
  const sees = look({ keys: [before, current], secrets: [stored(current)] });
  const named = (changes: Partial<Snapshot>, gracePeriod = 2 * DAY) => {
    const plan = makePlan({ ...sees, ...changes }, settings({ renewBefore: DAY, gracePeriod }), false);
    return { due: plan.due, ids: ids(plan.superseded), inGrace: plan.inGrace?.ids };
  };

  it('is what a known later write is over, its grace period over or not', () => {
    expect(named({})).toEqual({ due: false, ids: ['before'], inGrace: ['before'] });
    expect(named({}, MINUTE)).toEqual({ due: false, ids: ['before'], inGrace: undefined });
    expect(named({}, 0).ids).toEqual([]);
  });

  it('is no key of an organisation secret, and none that a contradiction or a clock leaves open', () => {
    expect(named({ secrets: [stored(current, true)] })).toMatchObject({ due: false, ids: [] });
    expect(named({ contradicted: true })).toMatchObject({ due: false, ids: [] });
    expect(named({ clocksApart: true })).toMatchObject({ due: false, ids: [] });
  });

  it('is no key whose later writer is not active: someone may have saved it again', () => {
    expect(
      named({ keys: [before, { ...current, isActive: false }, key('x', { age: 9 * DAY })] }).ids,
    ).toEqual([]);
  });
});

describe('more keys to revoke than max-revocations', () => {
  const expired = [1, 2].map((n) => key(`expired${n}`, { age: 40 * DAY, expiresIn: -MARGIN - 1 }));
  const old = [1, 2, 3].map((n) => key(`old${n}`, { age: (n + 1) * DAY }));
  const current = key('current', { age: DAY });
  const sees = look({ keys: [...expired, ...old, current], secrets: [stored(current)] });

  it('are all held back, but the expired ones go', () => {
    const plan = makePlan(sees, settings({ maxRevocations: 3 }), false);
    expect(allowed(plan).map(([id]) => id)).toEqual(['expired1', 'expired2']);
    expect(ids(plan.held)).toEqual(['old1', 'old2', 'old3', 'current']);
  });

  it('are not too many when there are exactly as many', () => {
    const plan = makePlan(sees, settings({ maxRevocations: 4 }), false);
    expect(plan.held).toEqual([]);
    expect(allowed(plan)).toHaveLength(5);
  });

  it('are counted without those that were never stored', () => {
    const plan = makePlan({ ...sees, secrets: [nowhere] }, settings({ maxRevocations: 0 }), false);
    expect(plan.held).toEqual([]);
    expect(allowed(plan)).toHaveLength(6);
  });

  it('are counted without what a grace period keeps anyway', () => {
    const plan = makePlan(sees, settings({ maxRevocations: 3, gracePeriod: MINUTE }), false);
    expect(plan.held).toEqual([]);
    expect(ids(plan.supersedes)).toEqual(['current']);
  });
});

describe('the secrets’ metadata', () => {
  const one = look({ keys: [key('old')] });
  const needs = (sees: Snapshot, changes: Parameters<typeof settings>[0] = {}) =>
    needsSecrets(sees, settings(changes));

  it('is needed for renew-before and for a grace period', () => {
    expect(needs(one)).toBe(false);
    expect(needs(one, { renewBefore: DAY })).toBe(true);
    expect(needs(one, { gracePeriod: 1 })).toBe(true);
    expect(needs({ ...one, conflicted: true })).toBe(true);
  });

  it('is needed when the create would take the last place, expired keys counted', () => {
    expect(needs({ ...one, places: 2 })).toBe(true);
    expect(needs({ ...one, places: 3 })).toBe(false);
    const keys = [...one.keys, key('expired', { expiresIn: -1 })];
    expect(needs({ ...one, keys, places: 3 })).toBe(true);
    expect(needs({ ...one, keys, places: 4 })).toBe(false);
    const foreign = [...one.keys, key('foreign', { name: 'foreign', expiresIn: -1 })];
    expect(needs({ ...one, keys: foreign, places: 3 })).toBe(true);
  });

  it('is needed to tell never-stored keys apart when there are many to revoke', () => {
    expect(needs(one, { maxRevocations: 0 })).toBe(true);
    expect(needs({ ...one, date: undefined }, { maxRevocations: 0 })).toBe(false);
    const keys = [...one.keys, key('expired', { expiresIn: -1 })];
    expect(needs({ ...one, keys }, { maxRevocations: 1 })).toBe(false);
  });
});
