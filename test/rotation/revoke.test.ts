import { describe, expect, it } from 'vitest';
import { stateOf } from '../../src/messages/state.ts';
import { InMemoryPorts } from './ports.ts';
import { DAY, key, MINUTE, NAME, START } from './records.ts';
import { breaks, losesReply, refuses, type Script, undated, works } from './scripts.ts';

// Holds invariants 8 and 9 of docs/threat-model.md.

const WEB = { label: 'acme/web', holds: 'old' };
const revocations = (ports: InMemoryPorts) =>
  ports.changes().flatMap((call) => (call.startsWith('revoke ') ? [call.slice(7)] : []));

const others = (count: number) =>
  Array.from({ length: count }, (_, n) => key(`other${n}`, { name: 'other' }));

describe('after the swap', () => {
  it('revokes the keys of exactly this name that are older than the fence, and no others', async () => {
    const keys = [
      key('old'),
      key('older', { age: 9 * DAY }),
      key('just', { age: 15 * MINUTE + 1 }),
      key('young', { age: 15 * MINUTE }),
      key('running', { age: 0 }),
      key('dead', { active: false }),
      ...[`${NAME}2`, `${NAME}_2`, NAME.toLowerCase(), NAME.slice(0, -1), `x${NAME}`, `${NAME} `].map(
        (name) => key(`other ${name}`, { name }),
      ),
    ];
    const ports = new InMemoryPorts({ keys, targets: [WEB] });
    expect(await ports.rotate()).toMatchObject({ keys: { revoked: ['old', 'older', 'just'] } });
    expect(revocations(ports)).toEqual(['old', 'older', 'just']);
  });

  it('revokes by the two keys’ creation, also where MUTX sends no Date header', async () => {
    const keys = [
      key('old'),
      key('young', { age: MINUTE }),
      key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE }),
    ];
    const ports = new InMemoryPorts({ keys, targets: [WEB] }).always('list', undated);
    await ports.rotate();
    expect(ports.changes()).toEqual(['create', 'write acme/web', 'revoke old', 'revoke expired']);
  });

  it('revokes nothing in a run without a swap', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: [WEB] }).on('write', refuses(403));
    await ports.rotate();
    expect(revocations(ports)).toEqual(['new1']);
  });

  it('reports a failed revocation, counts the key as left, and does not fail', async () => {
    const keys = [key('old'), key('older', { age: 9 * DAY })];
    const ports = new InMemoryPorts({ keys, targets: [WEB] }).always('revoke old', breaks);
    expect(await ports.rotate()).toMatchObject({
      kind: 'rotated',
      keys: { revoked: ['older'], left: ['old'] },
    });
    expect(revocations(ports).filter((id) => id === 'old')).toHaveLength(4);
    expect(ports.told('warning')).toMatchObject([
      {
        code: 'revocation-failed',
        message: 'it is not known whether key old was revoked: revoke old failed',
      },
    ]);
    expect(ports.told('step-ended').at(-1)).toMatchObject({ step: 'revoke', ok: false });
    expect(ports.stored()).toEqual({ 'acme/web': 'new1' });
  });

  const gone: Script = () => ({ ok: true, value: 'gone', date: START });

  it('counts a key as revoked that was gone already, where the list does not show it either', async () => {
    const forgets = new InMemoryPorts({ keys: [key('old')], targets: [WEB] });
    forgets.on('revoke', (call) => {
      forgets.setKey({ ...key('old'), isActive: false });
      return gone(call);
    });
    expect(await forgets.rotate()).toMatchObject({ keys: { revoked: ['old'], left: [], unclear: [] } });
    expect(forgets.told('revoked')).toMatchObject([{ id: 'old', gone: true }]);
  });

  it('says nothing of secrets that it has not looked at: one of an earlier list may hold what it revokes', async () => {
    // acme/old was a target once, and holds `older`; only acme/web is one now, and a place is needed.
    const keys = [key('older', { age: 9 * DAY }), key('old')];
    const ports = new InMemoryPorts({ keys, targets: [WEB], plan: 'FREE' }).on('create', refuses(403));
    const outcome = await ports.rotate();
    if (outcome.kind !== 'failed') throw new Error(outcome.kind);
    expect(outcome.keys.revoked).toEqual(['older']);
    const state = stateOf(outcome, []);
    expect(state).toContain('this run revoked no working key that one of its targets holds');
    expect(state.join('\n')).not.toMatch(/key that a secret holds/u);
  });

  it('does not say that a key was gone before, which its own lost DELETE may have revoked', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: [WEB] }).on('revoke', losesReply, gone);
    expect(await ports.rotate()).toMatchObject({ keys: { revoked: ['old'], left: [], unclear: [] } });
    expect(ports.told('revoked')).toMatchObject([{ id: 'old', gone: false }]);
  });

  it('revokes a key once more that a 404 called gone and the list shows as active', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: [WEB] }).on('revoke', gone);
    expect(await ports.rotate()).toMatchObject({ keys: { revoked: ['old'], left: [] } });
    expect(ports.told('revoked')).toMatchObject([{ id: 'old', gone: false }]);
    expect(ports.active()).toEqual(['new1']);
  });

  it('does not take the run’s own key for gone because a list does not have it: that may be an older one', async () => {
    const forgets: Script = (call) => {
      call.ports.forget('new1');
      return gone(call);
    };
    const world = () => new InMemoryPorts({ keys: [key('old')], targets: [WEB] }).on('verify', refuses(401));
    expect(await world().on('revoke', forgets, gone).rotate()).toMatchObject({
      minted: { id: 'new1', state: 'perhaps-revoked' },
    });
    const inactive = world().on('revoke', (call) => {
      call.apply();
      return gone(call);
    });
    expect(await inactive.rotate()).toMatchObject({ minted: { id: 'new1', state: 'revoked' } });
  });

  it('settles each of several for itself', async () => {
    const keys = [key('older', { age: 2 * DAY }), key('old')];
    const ports = new InMemoryPorts({ keys, targets: [WEB] }).on('revoke old', gone, gone);
    expect(await ports.rotate()).toMatchObject({
      keys: { revoked: ['older'], left: ['old'], unclear: ['old'] },
    });
  });

  it.each([
    ['the list goes on showing it', (ports: InMemoryPorts) => ports.on('revoke', gone, gone)],
    ['it cannot be revoked then', (ports: InMemoryPorts) => ports.on('revoke', gone, refuses(403))],
    ['there is no list', (ports: InMemoryPorts) => ports.on('revoke', gone).on('list', works, refuses(403))],
  ])('does not know what became of it where %s', async (_, plant) => {
    const ports = plant(new InMemoryPorts({ keys: [key('old')], targets: [WEB] }));
    expect(await ports.rotate()).toMatchObject({
      kind: 'rotated',
      keys: { revoked: [], left: ['old'], unclear: ['old'] },
    });
    expect(ports.told('revoked')).toEqual([]);
    expect(ports.told('warning')).toMatchObject([
      { message: expect.stringContaining('it is not known whether key old was revoked') },
    ]);
  });

  it('takes up at its end what could not be revoked before the create', async () => {
    const expired = key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE });
    const orphan = key('orphan', { age: DAY / 2 });
    const keys = [key('old'), expired, orphan, ...others(7)];
    const ports = new InMemoryPorts({ keys, targets: [WEB], plan: 'STARTER' });
    ports.on('revoke orphan', refuses(403));
    expect(await ports.rotate()).toMatchObject({
      keys: { revoked: ['expired', 'old', 'orphan'], left: [] },
    });
    expect(ports.told('step-ended').find(({ step }) => step === 'make-room')).toMatchObject({ ok: false });
  });

  it('does not go beyond the session’s end to revoke', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: [WEB], sessionEndsIn: 500 });
    ports.on('revoke', breaks);
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', keys: { left: ['old'] } });
    expect(ports.sleeps).toEqual([]);
  });
});

describe('before the create', () => {
  it('revokes expired keys of the name, and of no other', async () => {
    const gone = { age: 40 * DAY, expiresIn: -2 * MINUTE };
    const foreign = key('other', { ...gone, name: `${NAME}2` });
    const keys = [key('old'), key('expired', gone), foreign, ...others(7)];
    const ports = new InMemoryPorts({ keys, targets: [WEB], plan: 'STARTER' });
    await ports.rotate();
    expect(ports.changes()).toEqual(['revoke expired', 'create', 'write acme/web', 'revoke old']);
    expect(ports.told('revoked').map(({ reason }) => reason)).toEqual(['expired', 'superseded']);
  });

  it('warns of a never-stored key that someone uses, and does not revoke it for being nowhere', async () => {
    const used = key('used', { age: 9 * DAY, usedAfter: DAY });
    const ports = new InMemoryPorts({
      keys: [key('old'), used],
      targets: [{ label: 'acme/web', writtenAgo: 30 * DAY }],
    });
    await ports.rotate({ gracePeriod: DAY });
    expect(revocations(ports)).toEqual(['old']);
    expect(ports.told('warning')).toMatchObject([
      { code: 'name-used-elsewhere', message: expect.stringContaining('key used is in no target') },
    ]);
  });

  it('uses no rule that compares the servers’ times when their clocks are apart', async () => {
    const keys = [key('old', { age: DAY }), key('orphan', { age: 9 * DAY })];
    const world = { keys, targets: [WEB], githubAhead: 31_000 };
    const ports = new InMemoryPorts(world);
    expect(await ports.rotate({ renewBefore: DAY })).toMatchObject({ kind: 'not-due' });
    expect(ports.warnings()).toEqual(['clocks-apart']);
    expect(revocations(ports)).toEqual([]);
    const together = new InMemoryPorts({ ...world, githubAhead: 30_000 });
    await together.rotate({ renewBefore: DAY });
    expect(revocations(together)).toEqual(['orphan']);
  });

  it('does not believe to know which key a secret holds when the clocks are further apart than its window', async () => {
    const world = { keys: [key('old', { age: DAY })], targets: [WEB] };
    const within = new InMemoryPorts({ ...world, githubAhead: 60_000 });
    expect(await within.rotate({ renewBefore: DAY })).toMatchObject({ kind: 'not-due' });
    const beyond = new InMemoryPorts({ ...world, githubAhead: 61_000 });
    expect(await beyond.rotate({ renewBefore: DAY, dryRun: true })).toMatchObject({
      plan: { due: true, why: 'the times of MUTX and GitHub cannot be compared', current: undefined },
    });
  });
});

describe('max-revocations', () => {
  const expired = key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE });
  const current = key('current', { age: DAY });
  const old = [1, 2, 3].map((n) => key(`old${n}`, { age: (n + 1) * DAY }));
  const holding = { keys: [expired, ...old, current], targets: [{ label: 'acme/web', holds: 'current' }] };

  it('stores the new key, revokes none of the too many, and warns with their ids', async () => {
    const ports = new InMemoryPorts(holding);
    const held = ['old1', 'old2', 'old3', 'current'];
    expect(await ports.rotate({ maxRevocations: 3 })).toMatchObject({
      kind: 'rotated',
      keys: { revoked: ['expired'], left: held, held },
    });
    expect(revocations(ports)).toEqual(['expired']);
    expect(new Set(ports.told('warning').map(({ message }) => message))).toEqual(
      new Set([
        `4 keys would be revoked, more than max-revocations (3); none of them is: ${held.join(', ')}`,
      ]),
    );
    expect(ports.stored()).toEqual({ 'acme/web': 'new1' });
  });

  it('are as many too many where MUTX’s time is not known', async () => {
    const ports = new InMemoryPorts(holding).on('list', undated);
    const held = ['expired', 'old1', 'old2', 'old3', 'current'];
    expect(await ports.rotate({ maxRevocations: 4 })).toMatchObject({ keys: { revoked: [], left: held } });
    expect(ports.warnings()).toEqual(['too-many-revocations']);
    expect(revocations(ports)).toEqual([]);
  });

  it('lets exactly so many go', async () => {
    const ports = new InMemoryPorts(holding);
    expect(await ports.rotate({ maxRevocations: 4 })).toMatchObject({ keys: { left: [] } });
    expect(ports.active()).toEqual(['new1']);
    expect(ports.warnings()).toEqual([]);
  });

  it('does not count the keys that were never stored', async () => {
    const orphans = [1, 2, 3].map((n) => key(`orphan${n}`, { age: n * 60 * MINUTE }));
    const ports = new InMemoryPorts({ keys: [current, ...orphans], targets: holding.targets });
    expect(await ports.rotate({ maxRevocations: 1 })).toMatchObject({
      keys: { revoked: ['current', 'orphan1', 'orphan2', 'orphan3'], left: [] },
    });
  });

  it('lets what has expired go after the swap too', async () => {
    const ports = new InMemoryPorts(holding);
    expect(await ports.rotate({ maxRevocations: 3 })).toMatchObject({
      keys: { revoked: ['expired'], left: ['old1', 'old2', 'old3', 'current'] },
    });
    expect(revocations(ports)).toEqual(['expired']);
  });

  it('holds in a run that is not due', async () => {
    const ports = new InMemoryPorts(holding);
    expect(await ports.rotate({ maxRevocations: 2, renewBefore: DAY })).toMatchObject({
      kind: 'not-due',
      keys: { revoked: ['expired'], left: ['old1', 'old2', 'old3'] },
    });
    expect(ports.warnings()).toEqual(['too-many-revocations']);
  });
});
