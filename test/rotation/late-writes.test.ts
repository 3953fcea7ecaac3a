import { describe, expect, it } from 'vitest';
import { InMemoryPorts } from './ports.ts';
import { key, MINUTE, SECOND } from './records.ts';
import { freezes, meanwhile, refuses, type Script, takes, undated, works } from './scripts.ts';

const WEB = { label: 'acme/web', holds: 'old' };
const API = { label: 'acme/api', holds: 'old' };
const world = () => new InMemoryPorts({ keys: [key('old')], targets: [WEB] });
const lists = (ports: InMemoryPorts) => ports.calls().filter((call) => call === 'list').length;

describe('a write that by GitHub’s time came later than the deadline and a margin', () => {
  it('revokes nothing, and the run rotates once more', async () => {
    const ports = world().on('write', freezes(11 * MINUTE + SECOND));
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', key: { id: 'new2' } });
    expect(ports.changes()).toEqual(['create', 'write acme/web', 'create', 'write acme/web', 'revoke old']);
    expect(ports.warnings()).toEqual(['written-late']);
    expect(ports.stored()).toEqual({ 'acme/web': 'new2' });
    expect(ports.active()).toEqual(['new1', 'new2']);
  });

  it('is due once more, whatever renew-before says', async () => {
    const ports = world().on('write', freezes(11 * MINUTE + SECOND));
    expect(await ports.rotate({ renewBefore: 40 * 86_400_000 })).toMatchObject({ key: { id: 'new2' } });
    expect(ports.told('planned').map(({ plan }) => plan.why)[1]).toBe(
      'the last write came too late to be relied on',
    );
  });

  it('fails the run when it happens twice, with the state of each target', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: [WEB, API] });
    ports.always('write acme/web', freezes(12 * MINUTE));
    expect(await ports.rotate({ concurrency: 1 })).toMatchObject({
      kind: 'failed',
      failure: { reason: 'late', code: 'written-late', failures: [] },
      minted: { id: 'new2', state: 'unknown' },
      targets: [{ status: 'updated' }, { status: 'updated' }],
      keys: { revoked: [] },
    });
    expect(ports.active()).toEqual(['old', 'new1', 'new2']);
  });

  it('is not late at the deadline and a margin', async () => {
    const ports = world().on('write', freezes(11 * MINUTE));
    expect(await ports.rotate()).toMatchObject({ key: { id: 'new1' }, keys: { revoked: ['old'] } });
  });

  it('counts from GitHub’s last reply before the create, whatever this process slept since', async () => {
    const ports = world().on('verify', freezes(12 * MINUTE));
    expect(await ports.rotate()).toMatchObject({ key: { id: 'new2' } });
    expect(ports.warnings()).toEqual(['written-late']);
  });

  it('counts from that write’s own reply when GitHub says no later time before the next create', async () => {
    const ports = world()
      .on('write', freezes(11 * MINUTE + SECOND))
      .on('prepare', works, undated);
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', key: { id: 'new2' } });
  });

  it('is late for all targets when it was late for one', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: [WEB, API] });
    ports.on('write acme/api', freezes(12 * MINUTE));
    expect(await ports.rotate()).toMatchObject({ key: { id: 'new2' } });
    expect(ports.stored()).toEqual({ 'acme/web': 'new2', 'acme/api': 'new2' });
  });
});

describe('asking MUTX whether the new key still lives', () => {
  const revokesNew = meanwhile((ports) => ports.setKey({ ...key('new1', { age: 0 }), isActive: false }));

  it('is not done when the writes were quick and dated', async () => {
    const ports = world().on('write', takes(MINUTE));
    await ports.rotate();
    expect(lists(ports)).toBe(1);
  });

  const occasions: [string, (ports: InMemoryPorts) => InMemoryPorts][] = [
    ['the writes took longer than a margin', (ports) => ports.on('write', takes(MINUTE + 1))],
    ['a write’s reply had no date', (ports) => ports.on('write', undated)],
    ['GitHub said no time before the create', (ports) => ports.on('prepare', undated)],
  ];

  it.each(occasions)('is done when %s, before anything is revoked', async (_, happens) => {
    const ports = happens(world());
    expect(await ports.rotate()).toMatchObject({ key: { id: 'new1' }, keys: { revoked: ['old'] } });
    expect(ports.calls().slice(-3)).toEqual(['write acme/web', 'list', 'revoke old']);
    expect(ports.told('step-ended')).toContainEqual(
      expect.objectContaining({ step: 'check-late', ok: true }),
    );
  });

  it.each(occasions)(
    'and getting no for an answer makes the run rotate again, when %s',
    async (_, happens) => {
      const ports = happens(world()).on('list', works, revokesNew);
      expect(await ports.rotate()).toMatchObject({ key: { id: 'new2' } });
      expect(ports.warnings()).toContain('written-late');
      expect(ports.stored()).toEqual({ 'acme/web': 'new2' });
      expect(ports.active()).toEqual(['new2']);
    },
  );

  it('and finding the key gone from the list is the same', async () => {
    const empties: Script = (call) => {
      const reply = call.apply();
      return reply.ok ? { ...reply, value: [] } : reply;
    };
    const ports = world()
      .on('write', takes(2 * MINUTE))
      .on('list', works, empties);
    expect(await ports.rotate()).toMatchObject({ key: { id: 'new2' } });
  });

  it('is done too when another target was refused', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: [WEB, API] });
    ports.on('write acme/web', takes(2 * MINUTE)).on('write acme/api', refuses(403));
    ports.on('list', works, revokesNew);
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', key: { id: 'new2' } });
    expect(ports.stored()).toEqual({ 'acme/web': 'new2', 'acme/api': 'new2' });
  });

  it('and getting no answer revokes nothing, but what was stored stays stored', async () => {
    const ports = world()
      .on('write', takes(2 * MINUTE))
      .on('list', works, refuses(401));
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', keys: { revoked: [] } });
    expect(ports.warnings()).toEqual(['revocation-failed']);
    expect(ports.active()).toEqual(['old', 'new1']);
    expect(ports.stored()).toEqual({ 'acme/web': 'new1' });
  });

  it('is not done when nothing was written', async () => {
    const ports = world()
      .on('verify', takes(2 * MINUTE))
      .on('write', refuses(403));
    expect(await ports.rotate()).toMatchObject({ failure: { reason: 'store' } });
    expect(lists(ports)).toBe(1);
  });
});

describe('a run whose first write was late', () => {
  /** The first write is late; what the second round does is up to the test. */
  function late(plan?: string) {
    const stored = { keys: [key('old')], targets: [WEB], ...(plan === undefined ? {} : { plan }) };
    return new InMemoryPorts(stored).on('write', freezes(11 * MINUTE + SECOND));
  }

  const stillStored = {
    minted: { id: 'new1', state: 'unknown' },
    targets: [{ target: 'acme/web', status: 'updated' }],
  };

  it('tells what the targets hold when it cannot make another key', async () => {
    const refused = late().on('create', works, refuses(403));
    expect(await refused.rotate()).toMatchObject({ failure: { reason: 'create' }, ...stillStored });
    const unlisted = late().on('list', works, refuses(401));
    expect(await unlisted.rotate()).toMatchObject({ failure: { reason: 'look' }, ...stillStored });
    const full = late('FREE');
    expect(await full.rotate()).toMatchObject({ failure: { code: 'quota-too-soon' }, ...stillStored });
    expect(full.stored()).toEqual({ 'acme/web': 'new1' });
  });

  it('tells the same when the other key does not work, and that this one is gone', async () => {
    const ports = late().on('verify', works, refuses(401));
    expect(await ports.rotate()).toMatchObject({
      failure: { reason: 'verify' },
      keys: { revoked: ['new2'] },
      ...stillStored,
    });
    expect(ports.stored()).toEqual({ 'acme/web': 'new1' });
  });

  it('does not wait to repair it when the stored key is dead, though a two-key plan has its last place', async () => {
    const ports = late('FREE');
    const overtaken = meanwhile((servers) => {
      servers.setKey({ ...key('new1', { age: 0 }), isActive: false });
      servers.setKey({ ...key('old'), isActive: false });
      servers.setKey(key('theirs', { age: -10 * MINUTE }));
    });
    // The look, the list before the create, and then the look of the second round.
    ports.on('list', works, works, overtaken);
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', key: { id: 'new2' } });
    expect(ports.stored()).toEqual({ 'acme/web': 'new2' });
    expect(ports.active()).toEqual(['theirs', 'new2']);
  });
});

describe('when the round after a late write fails', () => {
  const late = () => world().on('write', freezes(12 * MINUTE));

  it('what the late write left is told, not the state before it', async () => {
    const ports = late().on('list', works, refuses(403));
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: { reason: 'look' },
      minted: { id: 'new1', state: 'unknown' },
      targets: [{ target: 'acme/web', status: 'updated' }],
    });
    expect(ports.stored()).toEqual({ 'acme/web': 'new1' });
  });

  it('so it is when the next key was not accepted and is revoked', async () => {
    const ports = late().on('verify', works, refuses(401));
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: { code: 'verify-refused' },
      minted: { id: 'new1', state: 'unknown' },
      targets: [{ status: 'updated' }],
      keys: { revoked: ['new2'] },
    });
    expect(ports.stored()).toEqual({ 'acme/web': 'new1' });
  });
});

describe('on a plan of two keys, after a late write', () => {
  const overtakenBy = (isActive: boolean) =>
    meanwhile((ports) => {
      ports.clock.time += 12 * MINUTE;
      ports.clock.behind += 12 * MINUTE;
      ports.setKey({ ...key('old'), isActive: false });
      ports.setKey({ ...key('new1', { age: 0 }), isActive });
      if (!isActive) ports.setKey(key('theirs', { age: -11 * MINUTE }));
    });
  const twoKeys = () => new InMemoryPorts({ keys: [key('old')], targets: [WEB], plan: 'FREE' });

  it('a dead secret is repaired at once, however young the other run’s key is', async () => {
    const ports = twoKeys().on('write', overtakenBy(false));
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', key: { id: 'new2' } });
    expect(ports.stored()).toEqual({ 'acme/web': 'new2' });
  });

  it('a secret that still works waits until its key is old enough', async () => {
    const ports = twoKeys().on('write', overtakenBy(true));
    expect(await ports.rotate()).toMatchObject({ kind: 'failed', failure: { code: 'quota-too-soon' } });
    expect(ports.active()).toContain('new1');
  });
});
