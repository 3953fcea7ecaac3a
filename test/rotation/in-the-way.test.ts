import { describe, expect, it } from 'vitest';
import { withUse } from '../../src/rotation/other-targets.ts';
import { makePlan } from '../../src/rotation/plan.ts';
import type { Snapshot } from '../../src/rotation/snapshot.ts';
import { DAY, key, MINUTE, NAME, SECOND, START, settings } from './records.ts';

const k1 = key('k1', { age: 10 * DAY });
const k2 = key('k2', { age: 60 * MINUTE });
const other = key('other', { name: 'other' });

/** Of a full plan: which targets may hold each of its keys. */
function held(changes: Partial<Snapshot>, labels = ['a']): Record<string, readonly string[] | undefined> {
  const look: Snapshot = {
    date: START,
    githubDate: START,
    keys: [k1, k2, other],
    places: 3,
    secrets: [{ updatedAt: k2.createdAt + SECOND, shared: false }],
    clocksApart: false,
    contradicted: false,
    lostCreates: [],
    repairs: false,
    conflicted: false,
    ...changes,
  };
  const full = { kind: 'full', at: undefined, inTheWay: look.keys, over: 0 } as const;
  const { room } = withUse({ ...makePlan(look, settings(), false), room: full }, look, labels, NAME);
  if (room.kind !== 'full') throw new Error(room.kind);
  return Object.fromEntries(room.inTheWay.map((one) => [one.id, 'heldBy' in one ? one.heldBy : undefined]));
}

describe('the keys in the way of a full plan', () => {
  it('are marked by the date of a secret', () => {
    expect(held({})).toEqual({ k1: [], k2: ['a'], other: [] });
  });

  it('are all marked that an organisation secret may hold: an edit of its audience moves its date', () => {
    const shared = { updatedAt: k2.createdAt + SECOND, shared: true };
    expect(held({ secrets: [shared] })).toEqual({ k1: ['a'], k2: ['a'], other: [] });
  });

  it('are all marked where the dates say nothing', () => {
    expect(held({ clocksApart: true })).toEqual({ k1: ['a'], k2: ['a'], other: [] });
    expect(held({ contradicted: true })).toEqual({ k1: ['a'], k2: ['a'], other: [] });
  });

  it('are not marked where no secret was read', () => {
    expect(held({ secrets: undefined })).toEqual({ k1: [], k2: [], other: [] });
    expect(held({ secrets: [] })).toEqual({ k1: [], k2: [], other: [] });
  });
});
