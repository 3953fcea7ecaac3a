import { describe, expect, it } from 'vitest';
import { instantText } from '../../src/core/time.ts';
import { InMemoryPorts } from './ports.ts';
import { DAY, key, MINUTE, SECOND } from './records.ts';
import { breaks, freezes, meanwhile, refuses, takes, throttles, undated, works } from './scripts.ts';

const ONE = [{ label: 'acme/web', holds: 'old' }];

describe('what a reading of the engine by somebody else found', () => {
  it('a slow preflight does not hide that the clocks are apart, which would let rule W revoke the stored key', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE, githubAhead: -2 * MINUTE });
    ports.on('prepare', throttles(2 * MINUTE)).always('create', refuses(403));
    await ports.rotate({ renewBefore: DAY });
    expect(ports.stored()).toEqual({ 'acme/web': 'old' });
    expect(ports.active()).toEqual(['old']);
  });

  it('after a late write a second round that fails still tells the key and what the targets hold', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE, plan: 'FREE' });
    ports.on('write', freezes(11 * MINUTE + SECOND));
    const outcome = await ports.rotate();
    expect(ports.stored()).toEqual({ 'acme/web': 'new1' });
    expect(outcome).toMatchObject({ minted: { id: 'new1' }, targets: [{ status: 'updated' }] });
  });

  it('after a late write so does a second round that is refused everywhere', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE });
    ports.on('write', freezes(11 * MINUTE + SECOND), refuses(403));
    const outcome = await ports.rotate();
    expect(ports.stored()).toEqual({ 'acme/web': 'new1' });
    expect(JSON.stringify(outcome)).toContain('new1');
  });

  it('after a 409 of an unknown plan a place that others free is seen', async () => {
    const young = key('young', { age: 5 * MINUTE });
    const other = key('other', { name: 'other' });
    const ports = new InMemoryPorts({ keys: [young, other], allowed: 2 });
    ports.on(
      'list',
      works,
      works,
      meanwhile((w) => w.setKey({ ...young, isActive: false })),
    );
    expect(await ports.rotate({ onQuota: 'wait' })).toMatchObject({ kind: 'rotated' });
  });

  it('a moment that is not known is not promised as one that never comes', async () => {
    const keys = [1, 2, 3, 4, 5, 6, 7].map((n) => key(`o${n}`, { name: 'other' }));
    const ports = new InMemoryPorts({ keys, plan: 'STARTER' });
    ports.on('create', breaks, breaks).on('list', works, undated);
    const outcome = await ports.rotate();
    if (outcome.kind !== 'failed') throw new Error(outcome.kind);
    expect(outcome.failure.code).toBe('quota-too-soon');
    expect(() => instantText(outcome.failure.retryAt ?? 0)).not.toThrow();
  });

  it('too many revocations are warned about once', async () => {
    const keys = [1, 2].map((n) => key(`old${n}`, { age: n * DAY }));
    const ports = new InMemoryPorts({ keys, targets: [{ label: 'acme/web', holds: 'old1' }] });
    await ports.rotate({ maxRevocations: 1 });
    expect(ports.warnings()).toEqual(['too-many-revocations']);
  });

  it('a key of the name that somebody uses does not go to make room, but as any older key: it is adopted', async () => {
    const used = key('used', { age: 9 * DAY, usedAfter: DAY });
    const ports = new InMemoryPorts({ keys: [used], targets: [{ label: 'acme/web' }] });
    await ports.rotate({ renewBefore: DAY });
    expect(ports.warnings()).toEqual(['name-used-elsewhere']);
    expect(ports.changes()).toEqual(['create', 'write acme/web', 'revoke used']);
  });

  it('what is not revoked because lateness could not be asked for is told', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE });
    ports.on('write', takes(2 * MINUTE)).on('list', works, refuses(401));
    expect(await ports.rotate()).toMatchObject({ keys: { left: ['old'] } });
  });

  it('on-quota: wait waits no longer than a young key needs, whatever else would free a place', async () => {
    const used = key('used', { age: 60 * MINUTE, usedAfter: 20 * MINUTE, expiresIn: 35 * MINUTE });
    const ports = new InMemoryPorts({ keys: [key('old'), used], targets: ONE, plan: 'FREE' });
    await ports.rotate({ onQuota: 'wait' });
    expect(ports.sleeps).toEqual([]);
  });

  it('no run is promised to work later while a target is refused for good', async () => {
    const ports = new InMemoryPorts({ targets: [{ label: 'a' }, { label: 'b' }] });
    ports.on('prepare a', refuses(403)).on('prepare b', throttles(40 * MINUTE));
    expect(await ports.rotate()).not.toHaveProperty('failure.retryAt');
  });

  it('time that a create waited for its Retry-After does not make a punctual write look late', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE });
    ports.on('create', throttles(4 * MINUTE)).on('verify', takes(8 * MINUTE));
    await ports.rotate();
    expect(ports.warnings()).toEqual([]);
  });

  it('a dry run leaves nothing, because it was not going to revoke', async () => {
    const keys = [1, 2].map((n) => key(`old${n}`, { age: n * DAY }));
    const ports = new InMemoryPorts({ keys, targets: [{ label: 'acme/web', holds: 'old1' }] });
    expect(await ports.rotate({ maxRevocations: 1, dryRun: true })).toMatchObject({ keys: { left: [] } });
  });

  it('what max-revocations holds back is no place to wait for', async () => {
    const mine = Array.from({ length: 6 }, (_, n) => key(`mine${n}`, { age: (n + 2) * DAY }));
    const keys = [...mine, key('old'), ...['a', 'b', 'c'].map((id) => key(id, { name: 'other' }))];
    const ports = new InMemoryPorts({ keys, targets: ONE, plan: 'STARTER' });
    const outcome = await ports.rotate({ onQuota: 'wait', maxRevocations: 5 });
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'quota-full' } });
    expect(outcome).not.toHaveProperty('failure.retryAt');
    expect(ports.sleeps).toEqual([]);
  });

  it('a key given up for its place is replaced at once, however young an orphan is', async () => {
    const keys = [key('old'), key('other', { name: 'other' })];
    const ports = new InMemoryPorts({ keys, targets: ONE, plan: 'FREE' }).on('create', breaks);
    expect(await ports.rotate({ onQuota: 'replace' })).toMatchObject({ kind: 'rotated' });
    expect(ports.changes().slice(0, 2)).toEqual(['revoke old', 'create']);
  });
});
