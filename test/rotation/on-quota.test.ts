import { describe, expect, it } from 'vitest';
import { InMemoryPorts } from './ports.ts';
import { DAY, key, MINUTE, NAME, SECOND, START } from './records.ts';
import { losesReply, meanwhile, refuses, undated, works } from './scripts.ts';

// Holds invariant 13 of docs/threat-model.md.

const ONE = [{ label: 'acme/web', holds: 'old' }];
const old = key('old');
const other = key('other', { name: 'other' });

describe('a plan with room for two', () => {
  it('is listed again right before the create that fills it', async () => {
    const ports = new InMemoryPorts({ keys: [old], targets: ONE, plan: 'FREE' });
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated' });
    const create = ports.calls().indexOf('create');
    expect(ports.calls()[create - 1]).toBe('list');
    expect(ports.active()).toEqual(['new1']);
    expect(ports.told('step-ended').filter(({ step }) => step === 'list')).toMatchObject([
      { ok: true },
      { ok: true },
    ]);
  });

  it('makes no other key after a refused one where the keys cannot be listed again', async () => {
    const keys = [old, ...Array.from({ length: 8 }, (_, n) => key(`other${n}`, { name: 'other' }))];
    const ports = new InMemoryPorts({ keys, targets: ONE, plan: 'STARTER' }).on('create', refuses(409));
    ports.on('list', works, works, works, refuses(403));
    expect(await ports.rotate()).toHaveProperty(
      'failure.message',
      'the keys could not be listed again right before the create, so no other key was made',
    );
  });

  it('is not listed again when the create leaves a place', async () => {
    const ports = new InMemoryPorts({ keys: [old], targets: ONE, plan: 'STARTER' });
    await ports.rotate();
    expect(ports.calls().filter((call) => call === 'list')).toHaveLength(1);
  });

  it('makes no key when the second list fails', async () => {
    const ports = new InMemoryPorts({ keys: [old], targets: ONE, plan: 'FREE' });
    ports.on('list', works, refuses(401));
    expect(await ports.rotate()).toMatchObject({
      failure: {
        reason: 'look',
        code: 'look-failed',
        message: 'the keys could not be listed again right before the create, so no key was made',
        failures: [{ status: 401 }],
      },
    });
    expect(ports.told('step-ended').at(-1)).toMatchObject({ step: 'list', ok: false });
    expect(ports.changes()).toEqual([]);
  });

  it('is planned anew when the second list shows another run’s key', async () => {
    const ports = new InMemoryPorts({ keys: [old], targets: ONE, plan: 'FREE' });
    const theirs = meanwhile((world) => world.setKey(key('theirs', { age: 0 })));
    ports.on('list', works, theirs);
    expect(await ports.rotate()).toMatchObject({
      failure: { code: 'quota-full', retryAt: START + 17 * MINUTE },
    });
    expect(ports.changes()).toEqual([]);
    expect(ports.told('planned')).toHaveLength(2);
  });

  it('is given up when keys keep turning up between the look and the create', async () => {
    const ports = new InMemoryPorts({ keys: [old], targets: ONE, plan: 'FREE' });
    const appears = meanwhile((world) => world.setKey(other));
    const vanishes = meanwhile((world) => world.setKey({ ...other, isActive: false }));
    ports.on('list', works, appears, vanishes, appears, vanishes, appears, vanishes);
    expect(await ports.rotate()).toMatchObject({ failure: { reason: 'quota', code: 'quota-full' } });
    expect(ports.told('planned')).toHaveLength(3);
    expect(ports.changes()).toEqual([]);
  });
});

describe('on-quota: fail', () => {
  it('stops before anything is changed, names the keys in the way, and says when it will work', async () => {
    const young = key('young', { age: 5 * MINUTE });
    const expired = key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE });
    const ports = new InMemoryPorts({ keys: [young, expired], plan: 'FREE' });
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: {
        reason: 'quota',
        code: 'quota-too-soon',
        failures: [],
        inTheWay: [{ id: 'young', name: NAME }],
        retryAt: START + 12 * MINUTE,
      },
      minted: undefined,
      targets: [{ status: 'skipped' }],
    });
    expect(ports.changes()).toEqual([]);
  });

  it('promises no moment by a write that GitHub says is still to come', async () => {
    const world = () => {
      const ports = new InMemoryPorts({ keys: [old], targets: ONE, plan: 'FREE' });
      const future = { ok: true, value: { updatedAt: START + 30 * DAY }, date: START } as const;
      return ports.always('metadata', () => future).always('listed', () => future);
    };
    const outcome = await world().rotate();
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: {
        code: 'quota-too-soon',
        message: expect.stringContaining(
          "in the future by GitHub's own time, so it is not known when it was",
        ),
      },
    });
    expect(outcome).not.toHaveProperty('failure.retryAt');
    const waiting = world();
    expect(await waiting.rotate({ onQuota: 'wait' })).toMatchObject({
      failure: { message: expect.stringContaining('; it is not known how long to wait') },
    });
    expect(waiting.sleeps).toEqual([]);
    // A whole second ahead of its own Date is no contradiction.
    const barely = new InMemoryPorts({ keys: [old], targets: ONE, plan: 'FREE' });
    barely.always('metadata', () => ({ ok: true, value: { updatedAt: START + SECOND }, date: START }));
    expect(await barely.rotate()).toMatchObject({ failure: { retryAt: START + SECOND + 17 * MINUTE } });
    // No other rule's moment is promised either.
    const full = new InMemoryPorts({
      keys: [old, key('orphan', { age: 10 * MINUTE })],
      targets: ONE,
      plan: 'FREE',
    });
    full.always('metadata', () => ({ ok: true, value: { updatedAt: START + 30 * DAY }, date: START }));
    expect(await full.rotate()).not.toHaveProperty('failure.retryAt');
  });

  it('names no moment when no rule frees a place', async () => {
    const keys = [key('old', { expiresIn: 'never' }), other];
    const ports = new InMemoryPorts({ keys, targets: ONE, plan: 'FREE' });
    const outcome = await ports.rotate();
    expect(outcome).toMatchObject({ failure: { code: 'quota-full' } });
    expect(outcome).not.toHaveProperty('failure.retryAt');
  });

  it('makes the room that rules E and W allow first', async () => {
    const expired = key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE });
    const orphan = key('orphan', { age: 9 * DAY });
    const ports = new InMemoryPorts({ keys: [old, expired, orphan], targets: ONE, plan: 'FREE' });
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated' });
    expect(ports.changes()).toEqual([
      'revoke expired',
      'revoke orphan',
      'create',
      'write acme/web',
      'revoke old',
    ]);
  });

  it('tells that not all the room could be made when one of several keys could not be revoked', async () => {
    const expired = key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE });
    const orphan = key('orphan', { age: 9 * DAY });
    const ports = new InMemoryPorts({ keys: [old, expired, orphan], targets: ONE, plan: 'FREE' });
    ports.on('revoke expired', refuses(403));
    await ports.rotate();
    expect(ports.told('step-ended')).toContainEqual(
      expect.objectContaining({ step: 'make-room', ok: false }),
    );
  });

  it('stops when a key in the way could not be revoked', async () => {
    const expired = key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE });
    const ports = new InMemoryPorts({ keys: [old, expired], targets: ONE, plan: 'FREE' });
    ports.on('revoke expired', refuses(403));
    expect(await ports.rotate()).toMatchObject({
      failure: { code: 'quota-full', message: expect.stringContaining('could not be revoked') },
      keys: { revoked: [], left: ['expired'] },
    });
    expect(ports.changes()).toEqual(['revoke expired']);
  });
});

describe('on-quota: wait', () => {
  const young = key('young', { age: 5 * MINUTE });

  it('waits until the moment has surely passed, looks again, and goes on', async () => {
    const ports = new InMemoryPorts({ keys: [young], plan: 'FREE' });
    expect(await ports.rotate({ onQuota: 'wait' })).toMatchObject({ kind: 'rotated' });
    expect(ports.sleeps).toEqual([12 * MINUTE + SECOND]);
    expect(ports.told('waiting')).toEqual([
      {
        type: 'waiting',
        for: 'a place in the plan',
        wait: 12 * MINUTE + SECOND,
        until: START + 12 * MINUTE,
      },
    ]);
    expect(ports.told('looked')).toHaveLength(2);
  });

  it.each([
    ['for a key that was made just now', 0, 17 * MINUTE + SECOND],
    ['for one that MUTX’s own clock makes younger than that', -59 * SECOND, 18 * MINUTE],
  ])('waits %s', async (_, age, wait) => {
    const ports = new InMemoryPorts({ keys: [key('young', { age })], plan: 'FREE' });
    expect(await ports.rotate({ onQuota: 'wait' })).toMatchObject({ kind: 'rotated' });
    expect(ports.sleeps).toEqual([wait]);
  });

  it('waits longer in all when a create of its own was lost meanwhile', async () => {
    const settling = key('young', { age: 15 * MINUTE });
    const ports = new InMemoryPorts({ keys: [settling], plan: 'FREE' }).on('create', losesReply);
    expect(await ports.rotate({ onQuota: 'wait' })).toMatchObject({ kind: 'rotated', key: { id: 'new2' } });
    expect(ports.sleeps).toEqual([2 * MINUTE + SECOND, 17 * MINUTE + SECOND]);
  });

  it('waits again when another run was quicker, and gives up when that gets too long', async () => {
    const ports = new InMemoryPorts({ keys: [young], plan: 'FREE' });
    const quicker = meanwhile((world) => {
      world.setKey({ ...young, isActive: false });
      world.setKey({ ...young, id: 'theirs', createdAt: world.clock.time });
    });
    ports.on('list', works, quicker, quicker);
    expect(await ports.rotate({ onQuota: 'wait' })).toMatchObject({
      failure: { message: expect.stringContaining('longer than on-quota: wait ever waits') },
    });
    expect(ports.sleeps).toEqual([12 * MINUTE + SECOND, 17 * MINUTE + SECOND]);
    expect(ports.changes()).toEqual([]);
  });

  it('does not wait for days until a key that is in no target expires', async () => {
    const used = key('used', { age: 60 * MINUTE, usedAfter: 20 * MINUTE, expiresIn: 2 * DAY });
    const ports = new InMemoryPorts({ keys: [old, used], targets: ONE, plan: 'FREE' });
    expect(await ports.rotate({ onQuota: 'wait' })).toMatchObject({
      failure: {
        message: expect.stringContaining('longer than on-quota: wait ever waits'),
        retryAt: START + 2 * DAY + MINUTE,
      },
    });
    expect(ports.sleeps).toEqual([]);
  });

  it('does not wait for the end of the key that is stored', async () => {
    const ending = key('old', { expiresIn: 5 * MINUTE });
    const ports = new InMemoryPorts({ keys: [ending, other], targets: ONE, plan: 'FREE' });
    expect(await ports.rotate({ onQuota: 'wait' })).toMatchObject({
      failure: { message: expect.stringContaining('waiting would not help') },
    });
    expect(ports.sleeps).toEqual([]);
  });

  it('does not wait when no rule frees a place, or when MUTX’s time is not known', async () => {
    const keys = [key('old', { expiresIn: 'never' }), other];
    const stuck = new InMemoryPorts({ keys, targets: ONE, plan: 'FREE' });
    const useless = { failure: { message: expect.stringContaining('waiting would not help') } };
    expect(await stuck.rotate({ onQuota: 'wait' })).toMatchObject(useless);
    const timeless = new InMemoryPorts({ keys: [old, other], plan: 'FREE' }).on('list', undated);
    expect(await timeless.rotate({ onQuota: 'wait' })).toMatchObject(useless);
    expect([...stuck.sleeps, ...timeless.sleeps]).toEqual([]);
  });

  it('does not begin a wait that the session would not outlive', async () => {
    const wait = 12 * MINUTE + SECOND;
    const brief = new InMemoryPorts({ keys: [young], plan: 'FREE', sessionEndsIn: wait });
    expect(await brief.rotate({ onQuota: 'wait' })).toMatchObject({
      failure: { message: expect.stringContaining('credential would expire during the wait') },
    });
    expect(brief.sleeps).toEqual([]);
    const longer = new InMemoryPorts({ keys: [young], plan: 'FREE', sessionEndsIn: wait + 1 });
    expect(await longer.rotate({ onQuota: 'wait' })).toMatchObject({ kind: 'rotated' });
  });

  it('waits after a lost create until that must have arrived', async () => {
    const ports = new InMemoryPorts({ plan: 'FREE' }).on('create', losesReply);
    expect(await ports.rotate({ onQuota: 'wait' })).toMatchObject({ kind: 'rotated', key: { id: 'new2' } });
    expect(ports.sleeps).toEqual([17 * MINUTE + SECOND]);
  });
});

describe('on-quota: replace', () => {
  it('says so where no key of the name is old enough to be given up', async () => {
    const keys = [key('young', { age: 5 * MINUTE }), other];
    const ports = new InMemoryPorts({ keys, targets: ONE, plan: 'FREE' });
    expect(await ports.rotate({ onQuota: 'replace' })).toMatchObject({
      failure: { code: 'quota-full', message: expect.stringContaining('none is older than 15 minutes') },
    });
    expect(ports.changes()).toEqual([]);
  });

  it('says so where the plan holds more keys than it has places', async () => {
    const keys = [old, other, key('another', { name: 'another' })];
    const ports = new InMemoryPorts({ keys, targets: ONE, plan: 'FREE' });
    expect(await ports.rotate({ onQuota: 'replace' })).toMatchObject({
      failure: { code: 'quota-full', message: expect.stringContaining('would not be enough') },
    });
    expect(ports.changes()).toEqual([]);
  });

  it('revokes the stored key, then creates and stores', async () => {
    const ports = new InMemoryPorts({ keys: [old, other], targets: ONE, plan: 'FREE' });
    expect(await ports.rotate({ onQuota: 'replace' })).toMatchObject({
      kind: 'rotated',
      keys: { revoked: ['old'] },
    });
    expect(ports.changes()).toEqual(['revoke old', 'create', 'write acme/web']);
    expect(ports.told('revoked')).toMatchObject([{ reason: 'replace' }]);
    expect(ports.active()).toEqual(['other', 'new1']);
  });

  it('makes no key when the stored one could not be revoked', async () => {
    const ports = new InMemoryPorts({ keys: [old, other], targets: ONE, plan: 'FREE' });
    ports.on('revoke old', refuses(403));
    expect(await ports.rotate({ onQuota: 'replace' })).toMatchObject({
      failure: { code: 'quota-full', inTheWay: [{ id: 'old', name: NAME }] },
      keys: { left: ['old'] },
    });
    expect(ports.changes()).toEqual(['revoke old']);
    expect(ports.told('step-ended').at(-1)).toMatchObject({ step: 'make-room', ok: false });
  });

  it('does not say that the stored one lives when nobody knows whether it was revoked', async () => {
    const ports = new InMemoryPorts({ keys: [old, other], targets: ONE, plan: 'FREE' });
    ports.always('revoke old', losesReply);
    const outcome = await ports.rotate({ onQuota: 'replace' });
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { message: expect.stringMatching(/; a key in the way could not be revoked for certain$/u) },
      keys: { left: ['old'], unclear: ['old'] },
    });
    expect(ports.active()).toEqual(['other']);
    expect(ports.told('warning')).toMatchObject([
      { message: 'it is not known whether key old was revoked: revoke old failed' },
    ]);
  });

  it('gives nothing up while there is room', async () => {
    const ports = new InMemoryPorts({ keys: [old], targets: ONE, plan: 'FREE' });
    await ports.rotate({ onQuota: 'replace' });
    expect(ports.changes()).toEqual(['create', 'write acme/web', 'revoke old']);
  });
});
