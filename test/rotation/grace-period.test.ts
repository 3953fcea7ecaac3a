import { describe, expect, it } from 'vitest';
import { resultLines } from '../../src/messages/rotation/result.ts';
import { InMemoryPorts } from './ports.ts';
import { DAY, key, MINUTE, SECOND, START } from './records.ts';
import { freezes, misdated, refuses, takes, undated } from './scripts.ts';

// Holds invariant 8 of docs/threat-model.md.

const grace = { gracePeriod: 3 * DAY };

function world(shared = false) {
  const keys = [key('old', { age: 10 * DAY, expiresIn: 90 * DAY })];
  return new InMemoryPorts({ keys, targets: [{ label: 'acme/web', holds: 'old', shared }] });
}

/** A rotation, and then that much time. */
async function rotatedAgo(time: number, shared = false) {
  const ports = world(shared);
  await ports.rotate(grace);
  ports.clock.time += time;
  ports.journal.length = 0;
  ports.events.length = 0;
  return ports;
}

describe('a grace period', () => {
  it('revokes nothing after the swap and lists what rule R allows', async () => {
    const keys = [
      key('old', { age: 10 * DAY }),
      key('young', { age: 10 * MINUTE }),
      key('other', { name: 'other' }),
    ];
    const ports = new InMemoryPorts({ keys, targets: [{ label: 'acme/web', holds: 'old' }] });
    expect(await ports.rotate(grace)).toMatchObject({
      kind: 'rotated',
      keys: { revoked: [], superseded: ['old'], left: [] },
    });
    expect(ports.changes()).toEqual(['create', 'write acme/web']);
    expect(ports.active()).toEqual(['old', 'young', 'other', 'new1']);
  });

  it('is not due before it is over, and still lists what is superseded', async () => {
    const ports = await rotatedAgo(3 * DAY - SECOND);
    expect(await ports.rotate(grace)).toMatchObject({
      kind: 'not-due',
      plan: { why: 'the last rotation is less than the grace period ago' },
      key: { id: 'new1' },
      keys: { revoked: [], superseded: ['old'], left: [] },
    });
    expect(ports.changes()).toEqual([]);
  });

  it('says until when: the time from which a look may revoke, of the run itself and of later ones', async () => {
    const until = START + 3 * DAY + MINUTE;
    expect(await world().rotate(grace)).toMatchObject({ keys: { superseded: ['old'], graceEnds: until } });
    const later = await rotatedAgo(DAY);
    expect(await later.rotate(grace)).toMatchObject({
      kind: 'not-due',
      plan: { inGrace: { ids: ['old'], until } },
      keys: { superseded: ['old'], graceEnds: until },
    });
    expect(await later.rotate({ ...grace, dryRun: true })).toMatchObject({
      kind: 'planned',
      plan: { inGrace: { ids: ['old'], until } },
    });
  });

  it('says nothing of it where nothing is superseded', async () => {
    const first = new InMemoryPorts();
    expect(await first.rotate(grace)).toMatchObject({ keys: { superseded: [], graceEnds: undefined } });
    expect(await first.rotate({ ...grace, dryRun: true })).toMatchObject({
      plan: { due: false, inGrace: undefined },
    });
    const keys = [key('old'), key('orphan', { age: 9 * DAY })];
    const apart = { keys, targets: [{ label: 'acme/web', holds: 'old' }], githubAhead: 31 * SECOND };
    expect(await new InMemoryPorts(apart).rotate({ renewBefore: DAY, dryRun: true })).toMatchObject({
      plan: { due: false, inGrace: undefined },
    });
  });

  it('counts it from the writes, whatever a single Date says', async () => {
    const until = START + 3 * DAY + MINUTE;
    const timeless = world();
    for (const call of ['prepare', 'metadata', 'write']) timeless.always(call, undated);
    // No Date: what has passed here since the key was made.
    timeless.on('verify', takes(20 * SECOND));
    expect(await timeless.rotate(grace)).toMatchObject({
      kind: 'rotated',
      keys: { superseded: ['old'], graceEnds: until + 20 * SECOND },
    });
    for (const [call, wrong] of [
      ['prepare', 3 * DAY],
      ['metadata', 3 * DAY],
      ['write', -3 * DAY],
    ] as const) {
      expect(await world().on(call, misdated(wrong)).rotate(grace), call).toMatchObject({
        keys: { superseded: ['old'], graceEnds: until },
      });
    }
    // Ahead from the preflight on, so that no write looks late.
    const ahead = world()
      .on('prepare', misdated(3 * DAY))
      .on('write', misdated(3 * DAY));
    expect(await ahead.rotate(grace)).toMatchObject({ keys: { superseded: ['old'], graceEnds: until } });
  });

  it('counts it from the last of the writes, which this machine may have slept before', async () => {
    const frozen = world().on('verify', freezes(9 * MINUTE));
    expect(await frozen.rotate(grace)).toMatchObject({
      keys: { superseded: ['old'], graceEnds: START + 9 * MINUTE + 3 * DAY + MINUTE },
    });
  });

  it('keeps the superseded key until a margin after its end, and makes none that could free nothing', async () => {
    const ports = await rotatedAgo(3 * DAY + MINUTE);
    expect(await ports.rotate(grace)).toMatchObject({
      kind: 'not-due',
      keys: { revoked: [], superseded: ['old'] },
    });
    expect(ports.active()).toEqual(['old', 'new1']);
  });

  it('lets a later look revoke the superseded key by rule W', async () => {
    const ports = await rotatedAgo(3 * DAY + MINUTE + SECOND);
    expect(await ports.rotate(grace)).toMatchObject({
      kind: 'rotated',
      keys: { revoked: ['old'], superseded: ['new1'] },
    });
    expect(ports.changes()).toEqual(['create', 'write acme/web', 'revoke old']);
    expect(ports.told('revoked')).toMatchObject([{ id: 'old', reason: 'superseded' }]);
  });

  it('lets a look do so that is not due', async () => {
    const ports = await rotatedAgo(4 * DAY);
    expect(await ports.rotate({ ...grace, renewBefore: DAY })).toMatchObject({
      kind: 'not-due',
      keys: { revoked: ['old'], superseded: [] },
    });
    expect(ports.active()).toEqual(['new1']);
  });

  it('is due in spite of it when a target was not written, so that this heals', async () => {
    const keys = [key('old', { age: 10 * DAY }), key('half', { age: 60 * MINUTE })];
    const half = new InMemoryPorts({
      keys,
      targets: [
        { label: 'acme/web', holds: 'half' },
        { label: 'acme/api', holds: 'old' },
      ],
    });
    expect(await half.rotate(grace)).toMatchObject({ kind: 'rotated', key: { id: 'new1' } });
    expect(half.stored()).toEqual({ 'acme/web': 'new1', 'acme/api': 'new1' });
    const whole = await rotatedAgo(60 * MINUTE);
    expect(await whole.rotate(grace)).toMatchObject({ kind: 'not-due' });
  });

  it('never revokes by itself what an organisation secret held', async () => {
    const ports = await rotatedAgo(20 * DAY, true);
    expect(await ports.rotate(grace)).toMatchObject({
      keys: { revoked: [], superseded: ['old', 'new1'] },
    });
    expect(ports.active()).toEqual(['old', 'new1', 'new2']);
  });

  it('leaves a key to the next look whose write is not known, as after an edit by hand', async () => {
    const keys = [key('old', { age: 10 * DAY }), key('later', { age: 8 * DAY })];
    const ports = new InMemoryPorts({ keys, targets: [{ label: 'acme/web', writtenAgo: 5 * DAY }] });
    await ports.rotate(grace);
    expect(ports.changes()).toEqual(['create', 'write acme/web']);
  });

  it('keeps no key of an organisation secret in a list of what may be revoked, once a look has to tell', async () => {
    const keys = [key('old', { age: 9 * DAY }), key('current', { age: 5 * DAY })];
    const ports = new InMemoryPorts({
      keys,
      targets: [{ label: 'org:acme', holds: 'current', shared: true }],
    });
    expect(await ports.rotate({ gracePeriod: 6 * DAY, renewBefore: DAY })).toMatchObject({
      kind: 'not-due',
      keys: { superseded: [], graceEnds: undefined, revoked: [] },
    });
    // Whether the audience was edited or the key stored is not known, so only a rotation heals it.
    expect(await ports.rotate({ gracePeriod: DAY, renewBefore: DAY })).toMatchObject({
      kind: 'rotated',
      keys: { superseded: ['old', 'current'], revoked: [] },
    });
  });

  it('is not said to keep what should have been revoked after it and was not', async () => {
    const keys = [key('old', { age: 9 * DAY }), key('current', { age: 5 * DAY })];
    const ports = new InMemoryPorts({ keys, targets: [{ label: 'acme/web', holds: 'current' }] });
    ports.always('revoke old', refuses(403));
    const outcome = await ports.rotate({ gracePeriod: DAY, renewBefore: DAY });
    if (outcome.kind !== 'not-due') throw new Error(outcome.kind);
    expect(resultLines(outcome).slice(1)).toEqual(['Revoked: none', 'Left for a later run to revoke: old']);
  });

  it('keeps a run from rotating until the stored key is dead, where it is as long as that lives', async () => {
    const made = { age: 30 * DAY - MINUTE, expiresIn: MINUTE };
    const ports = new InMemoryPorts({
      keys: [key('current', made)],
      targets: [{ label: 'acme/web', holds: 'current' }],
    });
    const long = { gracePeriod: 30 * DAY, renewBefore: 7 * DAY };
    expect(await ports.rotate(long)).toMatchObject({ kind: 'not-due' });
    ports.clock.time = START + 2 * MINUTE;
    expect(await ports.rotate(long)).toMatchObject({ kind: 'rotated' });
  });
});
