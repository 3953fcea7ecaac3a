import { describe, expect, it } from 'vitest';
import { InMemoryPorts } from './ports.ts';
import { DAY, key, MINUTE, SECOND, START } from './records.ts';
import { refuses, undated } from './scripts.ts';

// What a run says of the keys that rule R keeps from it (test/rotation/revoke.test.ts has the rule itself).

const WEB = { label: 'acme/web', holds: 'old' };
const spared = (id: string, age: number, next = 'revoked') => ({
  id,
  until: START - age + 15 * MINUTE,
  next,
});

describe('the keys that are too young to be revoked', () => {
  it('are named by a rotation, all of this name and no others', async () => {
    const keys = [
      key('old'),
      key('just', { age: 15 * MINUTE + 1 }),
      key('edge', { age: 15 * MINUTE }),
      key('young', { age: MINUTE }),
      key('dead', { age: MINUTE, active: false }),
      key('other', { age: MINUTE, name: 'other' }),
    ];
    const ports = new InMemoryPorts({ keys, targets: [WEB] });
    expect(await ports.rotate()).toMatchObject({
      kind: 'rotated',
      keys: {
        revoked: ['old', 'just'],
        left: [],
        spared: [spared('edge', 15 * MINUTE), spared('young', MINUTE)],
      },
    });
    expect(ports.active()).toEqual(['edge', 'young', 'other', 'new1']);
  });

  it('go with the first rotation after the time that is told, and with none before', async () => {
    const ports = new InMemoryPorts({ keys: [key('old'), key('young', { age: MINUTE })], targets: [WEB] });
    await ports.rotate();
    ports.clock.time = START + 14 * MINUTE;
    expect(await ports.rotate()).toMatchObject({
      keys: { revoked: [], spared: [spared('young', MINUTE), spared('new1', 0)] },
    });
    ports.clock.time += SECOND;
    expect(await ports.rotate()).toMatchObject({ keys: { revoked: ['young'] } });
  });

  it('are superseded after it where there is a grace period', async () => {
    const ports = new InMemoryPorts({ keys: [key('old'), key('young', { age: MINUTE })], targets: [WEB] });
    const grace = { gracePeriod: 6 * 60 * MINUTE };
    expect(await ports.rotate(grace)).toMatchObject({
      kind: 'rotated',
      keys: { superseded: ['old'], spared: [spared('young', MINUTE, 'superseded')] },
    });
    ports.clock.time = START + 14 * MINUTE + SECOND;
    expect(await ports.rotate(grace)).toMatchObject({
      kind: 'rotated',
      keys: { revoked: [], superseded: ['old', 'young'] },
    });
  });

  it('may be more than max-revocations then, with the new one: no rotation is said to revoke them', async () => {
    const world = { keys: [key('young', { age: MINUTE })], targets: [WEB] };
    const ports = new InMemoryPorts(world);
    const few = { maxRevocations: 1 };
    expect(await ports.rotate({ ...few, dryRun: true })).toMatchObject({
      plan: { spared: [spared('young', MINUTE, 'open')] },
    });
    expect(await ports.rotate(few)).toMatchObject({ keys: { spared: [spared('young', MINUTE, 'open')] } });
    ports.clock.time = START + 20 * MINUTE;
    expect(await ports.rotate(few)).toMatchObject({
      kind: 'rotated',
      keys: { revoked: [], held: ['young', 'new1'] },
    });
    expect(await new InMemoryPorts(world).rotate({ maxRevocations: 2 })).toMatchObject({
      keys: { spared: [spared('young', MINUTE)] },
    });
    const due = { keys: [key('current', { age: 30 * MINUTE }), key('lost', { age: 5 * MINUTE })] };
    const notDue = (maxRevocations: number) =>
      new InMemoryPorts({ ...due, targets: [{ label: 'acme/web', holds: 'current' }] }).rotate({
        renewBefore: DAY,
        maxRevocations,
      });
    expect(await notDue(1)).toMatchObject({
      kind: 'not-due',
      keys: { spared: [{ id: 'lost', next: 'open' }] },
    });
    expect(await notDue(2)).toMatchObject({ keys: { spared: [{ id: 'lost', next: 'revoked' }] } });
  });

  it('may be stored yet where none is due: then a grace period goes before the end', async () => {
    const hours = 60 * MINUTE;
    const keys = [key('current', { age: 5 * MINUTE }), key('young', { age: 3 * MINUTE })];
    const ports = new InMemoryPorts({ keys, targets: [{ label: 'acme/web', holds: 'current' }] });
    const grace = { gracePeriod: 6 * hours };
    expect(await ports.rotate(grace)).toMatchObject({
      kind: 'not-due',
      keys: { spared: [spared('young', 3 * MINUTE, 'open')] },
    });
    // Its run goes on, and stores it.
    const stored = new InMemoryPorts({
      keys,
      targets: [{ label: 'acme/web', holds: 'young', writtenAgo: 0 }],
    });
    stored.clock.time = START + 7 * hours;
    expect(await stored.rotate(grace)).toMatchObject({
      kind: 'rotated',
      keys: { superseded: expect.arrayContaining(['young']) },
    });
  });

  it('are named where none is due, the current key not among them', async () => {
    const keys = [key('current', { age: 30 * MINUTE }), key('lost', { age: 5 * MINUTE })];
    const ports = new InMemoryPorts({ keys, targets: [{ label: 'acme/web', holds: 'current' }] });
    const due = { renewBefore: DAY };
    expect(await ports.rotate(due)).toMatchObject({
      kind: 'not-due',
      key: { id: 'current' },
      keys: { revoked: [], spared: [spared('lost', 5 * MINUTE)] },
    });
    ports.clock.time = START + 10 * MINUTE;
    expect(await ports.rotate(due)).toMatchObject({ keys: { revoked: [], spared: [{ id: 'lost' }] } });
    ports.clock.time += 2 * MINUTE + SECOND;
    expect(await ports.rotate(due)).toMatchObject({
      kind: 'not-due',
      keys: { revoked: ['lost'], spared: [] },
    });
  });

  it('are in the plan, the current one too if it is to be replaced, and none that has expired', async () => {
    const keys = [
      key('current', { age: 10 * MINUTE }),
      key('expired', { age: MINUTE, expiresIn: -SECOND }),
      key('other', { age: MINUTE, name: 'other' }),
    ];
    const world = { keys, targets: [{ label: 'acme/web', holds: 'current' }] };
    const dry = (changes: object) => new InMemoryPorts(world).rotate({ dryRun: true, ...changes });
    const current = (next: string) => ({
      kind: 'planned',
      plan: { due: true, spared: [spared('current', 10 * MINUTE, next)] },
    });
    expect(await dry({})).toMatchObject(current('revoked'));
    expect(await dry({ renewBefore: 31 * DAY })).toMatchObject(current('revoked'));
    expect(await dry({ renewBefore: 31 * DAY })).toMatchObject({ plan: { current: { id: 'current' } } });
    // The expired one may be what is stored.
    expect(await dry({ renewBefore: DAY })).toMatchObject(current('revoked'));
    const grace = await new InMemoryPorts({ ...world, targets: [{ label: 'acme/web' }] }).rotate({
      dryRun: true,
      gracePeriod: DAY,
    });
    expect(grace).toMatchObject(current('superseded'));
  });

  it('are those by the two keys’ creation, also where MUTX sends no Date header', async () => {
    const keys = [key('old'), key('young', { age: MINUTE })];
    const ports = new InMemoryPorts({ keys, targets: [WEB] }).always('list', undated);
    expect(await ports.rotate()).toMatchObject({ keys: { spared: [spared('young', MINUTE)] } });
    expect(ports.told('planned')).toMatchObject([{ plan: { spared: [] } }]);
  });

  it('are not told twice where one should have gone and could not', async () => {
    const keys = [key('old'), key('expired', { age: 3 * MINUTE, expiresIn: -2 * MINUTE })];
    const others = Array.from({ length: 7 }, (_, n) => key(`other${n}`, { name: 'other' }));
    const ports = new InMemoryPorts({ keys: [...keys, ...others], targets: [WEB], plan: 'STARTER' });
    ports.always('revoke expired', refuses(403));
    expect(await ports.rotate()).toMatchObject({ keys: { left: ['expired'], spared: [] } });
  });
});
