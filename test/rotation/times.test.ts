import { describe, expect, it } from 'vitest';
import type { Duration } from '../../src/core/time.ts';
import { InMemoryPorts } from './ports.ts';
import { DAY, key, MINUTE, SECOND } from './records.ts';
import { breaks, freezes, type Script, takes, undated } from './scripts.ts';

// Holds invariant 39 of docs/threat-model.md.

const TARGETS = [{ label: 'acme/web', holds: 'old' }];
const HOUR = 60 * MINUTE;

function world(more: ConstructorParameters<typeof InMemoryPorts>[0] = {}): InMemoryPorts {
  return new InMemoryPorts({ keys: [key('old')], targets: TARGETS, ...more });
}

/** Made by a database whose clock is so far ahead of the `Date` header; its record says the same. */
function createdAhead(by: Duration): Script {
  return (call) => {
    const reply = call.apply();
    if (!reply.ok) return reply;
    const { createdAt, ...minted } = reply.value as { createdAt: number; id: string };
    call.ports.setKey({ ...key(minted.id, { age: 0 }), createdAt: createdAt + by });
    return { ...reply, value: { ...minted, createdAt: createdAt + by } };
  };
}

const both =
  (...scripts: readonly Script[]): Script =>
  (call) =>
    scripts.reduce<Script>(
      (inner, outer) => () => outer({ ...call, apply: () => inner(call) }),
      call.apply,
    )(call);

describe('a new key whose created_at contradicts MUTX’s other times', () => {
  it.each([
    ['local time without a zone, two hours east', 2 * HOUR],
    ['local time without a zone, two hours west', -2 * HOUR],
    ['a clock that is ahead by more than the slack', 16 * SECOND],
    ['a clock that is behind by more than the slack', -16 * SECOND],
  ])('is revoked and stored nowhere: %s', async (_, by) => {
    const ports = world().on('create', createdAhead(by));
    const outcome = await ports.rotate();
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { reason: 'create', code: 'times-contradict' },
      minted: { id: 'new1', state: 'revoked' },
      keys: { revoked: ['new1'] },
    });
    expect(ports.stored()).toEqual({ 'acme/web': 'old' });
    expect(ports.active()).toEqual(['old']);
  });

  it('names both times', async () => {
    const outcome = await world()
      .on('create', createdAhead(2 * HOUR))
      .rotate();
    expect(outcome).toHaveProperty(
      'failure.message',
      'the times of MUTX contradict each other: the new key was made at 2027-01-15T10:00:00Z by its created_at, and at about 2027-01-15T08:00:00Z by the Date of its own reply, which is further apart than the time that the create took explains',
    );
  });

  it.each([15 * SECOND, -15 * SECOND, 3.5 * SECOND])('is used within the slack: %d ms', async (by) => {
    const ports = world().on('create', createdAhead(by));
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated' });
  });

  it('may be as far off as its create took', async () => {
    const slow = world().on('create', both(takes(20 * SECOND), createdAhead(-35 * SECOND)));
    expect(await slow.rotate()).toMatchObject({ kind: 'rotated' });
    const slower = world().on('create', both(takes(20 * SECOND), createdAhead(-36 * SECOND)));
    expect(await slower.rotate()).toMatchObject({ failure: { code: 'times-contradict' } });
  });

  it('is held against GitHub’s time where its reply has no Date', async () => {
    const by = (ahead: Duration) =>
      world()
        .on('create', both(createdAhead(ahead), undated))
        .always('list', undated);
    expect(await by(MINUTE).rotate()).toMatchObject({ kind: 'rotated' });
    const outcome = await by(MINUTE + SECOND).rotate();
    expect(outcome).toMatchObject({ failure: { code: 'times-contradict' } });
    expect(outcome).toHaveProperty('failure.message', expect.stringContaining('the time of GitHub'));
    const timeless = by(HOUR);
    for (const call of ['prepare', 'metadata', 'write']) timeless.always(call, undated);
    // Nothing contradicts it, and without times no rule but R is used.
    expect(await timeless.rotate()).toMatchObject({ kind: 'rotated' });
  });

  it('is stored all the same where a key was revoked for its place: the stored secret has to work', async () => {
    const expired = key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE });
    const ports = world({ keys: [key('old'), expired], plan: 'FREE' });
    ports.on('create', createdAhead(2 * HOUR));
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: { code: 'times-contradict' },
      minted: { id: 'new1', state: 'alive' },
      targets: [{ status: 'updated' }],
      keys: { revoked: ['expired'] },
    });
    expect(ports.stored()).toEqual({ 'acme/web': 'new1' });
    expect(ports.active()).toEqual(['old', 'new1']);
  });

  it('is stored all the same where the secret holds a key that was written too late and is dead', async () => {
    const ports = world().on('write', (call) => {
      const reply = freezes(12 * MINUTE)(call);
      call.ports.setKey({ ...key('new1', { age: -12 * MINUTE }), isActive: false });
      return reply;
    });
    ports.on('create', (call) => call.apply(), createdAhead(2 * HOUR));
    expect(await ports.rotate()).toMatchObject({
      failure: { code: 'times-contradict' },
      minted: { id: 'new2', state: 'alive' },
    });
    expect(ports.stored()).toEqual({ 'acme/web': 'new2' });
  });

  it('is not known to be alive where that store came too late, and tells what it did not reach', async () => {
    const expired = key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE });
    const full = () =>
      world({ keys: [key('old'), expired], plan: 'FREE' }).on('create', createdAhead(2 * HOUR));
    expect(
      await full()
        .on('write', freezes(12 * MINUTE))
        .rotate(),
    ).toMatchObject({
      failure: { code: 'times-contradict' },
      minted: { state: 'unknown' },
    });
    expect(await full().always('write', breaks).rotate()).toMatchObject({
      failure: { code: 'store-failed' },
      minted: { id: 'new1', state: 'alive' },
    });
  });
});

describe('a new key that is older or younger than the time since the look says', () => {
  it('makes the run look once more, because this machine may have stood still', async () => {
    const ports = world().on('create', freezes(12 * MINUTE));
    expect(await ports.rotate()).toMatchObject({
      kind: 'rotated',
      key: { id: 'new2' },
      keys: { revoked: ['new1', 'old'] },
    });
    expect(ports.told('warning')).toMatchObject([
      { code: 'times-contradict', message: expect.stringContaining('what has passed here since') },
    ]);
    expect(ports.active()).toEqual(['new2']);
  });

  it('fails the run where that happens again, and where the key could not be revoked', async () => {
    const twice = world().on('create', freezes(12 * MINUTE), freezes(12 * MINUTE));
    expect(await twice.rotate()).toMatchObject({
      failure: { code: 'times-contradict' },
      minted: { id: 'new2', state: 'revoked' },
    });
    expect(twice.stored()).toEqual({ 'acme/web': 'old' });
    const stuck = world()
      .on('create', freezes(12 * MINUTE))
      .always('revoke', breaks);
    expect(await stuck.rotate()).toMatchObject({
      failure: { code: 'times-contradict' },
      minted: { id: 'new1', state: 'perhaps-revoked' },
    });
  });

  it('goes by the range between this machine’s two clocks, and by how long the list took', async () => {
    const slow = world().on('list', takes(25 * SECOND));
    expect(await slow.rotate()).toMatchObject({ kind: 'rotated' });
  });
});
