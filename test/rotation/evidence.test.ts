import { describe, expect, it } from 'vitest';
import { InMemoryPorts } from './ports.ts';
import { DAY, key, MINUTE, SECOND, START } from './records.ts';
import { refuses, type Script, undated, works } from './scripts.ts';

// Holds invariant 39 of docs/threat-model.md.

/** GitHub's own 404, once: a replica, an incident, a permission that is being changed. */
const absent: Script = ({ apply }) => {
  const reply = apply();
  return reply.ok ? { ...reply, value: undefined } : reply;
};

const dated =
  (updatedAt: number): Script =>
  ({ apply }) => {
    const reply = apply();
    return reply.ok ? { ...reply, value: { updatedAt } } : reply;
  };

const WEB = { label: 'acme/web', holds: 'stored' };

describe('a key that a run revokes before the new one is stored', () => {
  const stored = key('stored', { age: 2 * DAY });

  it('is not the stored one, whatever one passing 404 says, where MUTX then makes none', async () => {
    const ports = new InMemoryPorts({ keys: [stored], targets: [WEB], plan: 'FREE' });
    ports.on('metadata', absent).always('create', refuses(503));
    for (const changes of [{ renewBefore: 7 * DAY }, { gracePeriod: DAY }, { onQuota: 'wait' as const }]) {
      await ports.rotate(changes);
      expect(ports.active()).toEqual(['stored']);
    }
  });

  it('is not the one in its grace period either', async () => {
    const before = key('before', { age: 3 * DAY });
    const ports = new InMemoryPorts({ keys: [before, stored], targets: [WEB] });
    ports.on('metadata', absent);
    const grace = { gracePeriod: 30 * DAY };
    expect(await ports.rotate(grace)).toMatchObject({ kind: 'rotated', keys: { revoked: [] } });
    expect(ports.warnings()).toEqual(['readings-differ']);
    expect(ports.active()).toEqual(['before', 'stored', 'new1']);
  });

  const orphan = key('orphan', { age: DAY });
  const both = () =>
    new InMemoryPorts({ keys: [orphan, stored], targets: [WEB, { label: 'acme/api', holds: 'stored' }] });

  it.each([
    ['does not name it', absent],
    ['has another date', dated(0)],
  ])(
    'makes a run due where one target’s list %s, because nothing is known of what it holds',
    async (_, script) => {
      const ports = both().on('listed acme/api', script);
      expect(await ports.rotate({ renewBefore: DAY })).toMatchObject({ kind: 'rotated' });
      expect(ports.changes().slice(0, 3)).toEqual(['create', 'write acme/web', 'write acme/api']);
      expect(ports.warnings()).toEqual(['readings-differ']);
      expect(ports.told('planned')).toMatchObject([
        { plan: { why: 'GitHub gives two different answers about a secret', makeRoom: [] } },
      ]);
    },
  );

  it('rests where the list cannot be read, for all targets', async () => {
    const ports = both().on('listed acme/api', refuses(403));
    expect(await ports.rotate({ renewBefore: DAY })).toMatchObject({
      kind: 'not-due',
      keys: { revoked: [] },
    });
    expect(ports.warnings()).toEqual(['readings-differ']);
    const agreed = both();
    expect(await agreed.rotate({ renewBefore: DAY })).toMatchObject({ keys: { revoked: ['orphan'] } });
  });

  it('costs a second reading only where one is needed', async () => {
    const asked = async (changes: object, keys = [stored], plan = 'PRO') => {
      const ports = new InMemoryPorts({ keys, targets: [WEB], plan });
      await ports.rotate(changes);
      return ports.calls().filter((call) => call.startsWith('listed')).length;
    };
    expect(await asked({})).toBe(0);
    expect(await asked({}, [orphan, stored])).toBe(0);
    expect(await asked({ renewBefore: DAY })).toBe(0);
    expect(await asked({ renewBefore: DAY }, [stored, key('newer', { age: MINUTE })])).toBe(1);
    expect(await asked({ gracePeriod: DAY })).toBe(0);
    expect(await asked({ renewBefore: DAY }, [orphan, stored])).toBe(1);
    expect(await asked({}, [orphan, stored], 'FREE')).toBe(1);
    expect(await asked({ gracePeriod: MINUTE }, [orphan, stored])).toBe(1);
  });
});

describe('a key that a run which is not due names as superseded', () => {
  const before = key('before', { age: 9 * DAY });
  const current = key('current', { age: DAY });
  const grace = { gracePeriod: 6 * DAY };

  it('is named only where both readings say so', async () => {
    const world = () =>
      new InMemoryPorts({ keys: [before, current], targets: [{ label: 'acme/web', holds: 'current' }] });
    expect(await world().rotate(grace)).toMatchObject({ kind: 'not-due', keys: { superseded: ['before'] } });
    expect(await world().on('listed', refuses(403)).rotate(grace)).toMatchObject({
      kind: 'not-due',
      keys: { superseded: [], graceEnds: undefined },
    });
    // Nothing is known of what the secret holds, so it is written, and the grace period of both begins.
    expect(await world().on('listed', absent).rotate(grace)).toMatchObject({
      kind: 'rotated',
      keys: { revoked: [], superseded: ['before', 'current'] },
    });
  });

  it('is never what an organisation secret may hold after an edit of its audience in an orphan’s first minutes', async () => {
    // k1 is stored; k2's run died before its PUT; then somebody edited the audience, so that the date is k2's.
    const k1 = key('k1', { age: 10 * DAY });
    const k2 = key('k2', { age: 60 * MINUTE });
    const targets = [{ label: 'org:acme', holds: 'k1', writtenAgo: 50 * MINUTE, shared: true }];
    const ports = new InMemoryPorts({ keys: [k1, k2], targets });
    expect(await ports.rotate({ ...grace, renewBefore: DAY })).toMatchObject({
      kind: 'not-due',
      keys: { superseded: [], revoked: [] },
    });
    ports.clock.time += 7 * DAY;
    expect(await ports.rotate({ ...grace, renewBefore: DAY })).toMatchObject({ kind: 'rotated' });
    expect(ports.stored()).toEqual({ 'org:acme': 'new1' });
  });

  it('is not due for the current key’s own use alone where there is one target', async () => {
    const used = key('current', { age: DAY, usedAfter: 60 * MINUTE });
    const world = (targets: number) =>
      new InMemoryPorts({
        keys: [before, used],
        targets: Array.from({ length: targets }, (_, n) => ({
          label: `org:acme${n}`,
          holds: 'current',
          shared: true,
        })),
      });
    expect(await world(1).rotate({ renewBefore: DAY })).toMatchObject({ kind: 'not-due' });
    expect(await world(2).rotate({ renewBefore: DAY })).toMatchObject({ kind: 'rotated' });
  });

  it('is due inside the grace period where the other key that may be stored ends before it is over', async () => {
    const world = (expiresIn: number | 'never') =>
      new InMemoryPorts({
        keys: [key('before', { age: 9 * DAY, expiresIn }), current],
        targets: [{ label: 'org:acme', holds: 'current', shared: true }],
      });
    const soonOver = 5 * DAY + 15 * MINUTE + SECOND;
    expect(await world(soonOver - 1).rotate(grace)).toMatchObject({ kind: 'rotated' });
    expect(await world(soonOver).rotate(grace)).toMatchObject({ kind: 'not-due' });
    expect(await world('never').rotate(grace)).toMatchObject({ kind: 'not-due' });
    // It may be what is stored, and dead by now.
    expect(await world(-DAY).rotate(grace)).toMatchObject({ kind: 'rotated' });
  });
});

describe('a secret that is written while the run looks', () => {
  it('is looked at once more before a run says that it is not due', async () => {
    const orphan = key('orphan', { age: 0 });
    const ports = new InMemoryPorts({
      keys: [key('old'), orphan],
      targets: [{ label: 'acme/web', holds: 'old' }],
    });
    // Another run makes a key and stores it, between the list and the secret's date.
    ports.on('metadata', ({ apply, ports: world }) => {
      world.setKey({ ...orphan, isActive: false });
      world.setKey(key('theirs', { age: 0 }));
      const reply = apply();
      return reply.ok ? { ...reply, value: { updatedAt: world.clock.time + SECOND } } : reply;
    });
    ports.always('metadata', dated(START + SECOND));
    expect(await ports.rotate({ renewBefore: DAY })).toMatchObject({ kind: 'rotated' });
    expect(ports.told('looked')).toHaveLength(2);
  });

  it('costs a second look only right after the write', async () => {
    const looks = async (age: number) => {
      const ports = new InMemoryPorts({
        keys: [key('current', { age })],
        targets: [{ label: 'acme/web', holds: 'current', writtenAgo: age }],
      });
      expect(await ports.rotate({ renewBefore: DAY })).toMatchObject({ kind: 'not-due' });
      return ports.told('looked').length;
    };
    expect(await looks(MINUTE / 2)).toBe(1);
    expect(await looks(MINUTE / 2 - SECOND)).toBe(2);
  });
});

describe('a run that is not due beside a newer key', () => {
  it('reads the secret again, because that key is stored if its date was an old one', async () => {
    const old = key('old', { age: DAY });
    const newer = key('newer', { age: 20 * MINUTE });
    const ports = new InMemoryPorts({ keys: [old, newer], targets: [{ label: 'acme/web', holds: 'newer' }] });
    ports.on('metadata', dated(old.createdAt + SECOND));
    expect(await ports.rotate({ renewBefore: DAY, gracePeriod: 60 * MINUTE })).toMatchObject({
      kind: 'rotated',
    });
    expect(ports.warnings()).toEqual(['readings-differ']);
  });
});

describe('a 409 that is not the quota’s', () => {
  const targets = [WEB];
  const stored = key('stored');

  it('costs no stored key: it is sent once more, and then fails', async () => {
    const ports = new InMemoryPorts({ keys: [stored], targets, plan: 'PRO' }).always('create', refuses(409));
    expect(await ports.rotate({ onQuota: 'replace' })).toMatchObject({
      kind: 'failed',
      failure: { reason: 'create', code: 'create-failed', failures: [{ status: 409 }] },
    });
    expect(ports.changes()).toEqual(['create', 'create']);
    expect(ports.active()).toEqual(['stored']);
    expect(ports.sleeps).toEqual([]);
  });

  it('passes: the second create succeeds, after rules E and W went as far as they may', async () => {
    const expired = key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE });
    const before = key('before', { age: 9 * DAY });
    const ports = new InMemoryPorts({ keys: [expired, before, stored], targets, plan: 'PRO' });
    ports.on('create', refuses(409));
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated' });
    expect(ports.changes()).toEqual([
      'create',
      'revoke expired',
      'revoke before',
      'create',
      'write acme/web',
      'revoke stored',
    ]);
  });

  it('is the quota’s where the plan says so, whatever the words', async () => {
    const other = (n: number) => key(`other${n}`, { name: 'other' });
    const ports = new InMemoryPorts({ keys: [stored], targets, plan: 'FREE' });
    ports.on('create', (call) => {
      ports.setKey(other(1));
      ports.setKey(other(2));
      return refuses(409)(call);
    });
    // By its own list the plan had a place; the next list shows that it has none.
    expect(await ports.rotate({ onQuota: 'replace' })).toMatchObject({ failure: { code: 'quota-full' } });
    expect(ports.active()).toContain('stored');
  });
});

describe('room that a failed revocation does not make', () => {
  it('is made by the next key that the rules allow', async () => {
    const orphan = key('orphan', { age: DAY });
    const expired = key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE });
    const others = Array.from({ length: 7 }, (_, n) => key(`other${n}`, { name: 'other' }));
    const keys = [key('stored', { age: 2 * DAY }), orphan, expired, ...others];
    const ports = new InMemoryPorts({ keys, targets: [WEB], plan: 'STARTER' });
    ports.always('revoke orphan', refuses(403));
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', keys: { left: ['orphan'] } });
    expect(ports.changes().slice(0, 3)).toEqual(['revoke orphan', 'revoke expired', 'create']);
    const before = key('before', { age: 9 * DAY });
    const enough = new InMemoryPorts({
      keys: [before, ...keys.slice(0, -1)],
      targets: [WEB],
      plan: 'STARTER',
    });
    enough.always('revoke orphan', refuses(403));
    await enough.rotate();
    expect(enough.changes().slice(0, 3)).toEqual(['revoke orphan', 'revoke expired', 'create']);
    const three = [key('before', { age: 9 * DAY }), ...keys.slice(1)];
    const more = new InMemoryPorts({
      keys: [key('stored', { age: 2 * DAY }), ...three],
      targets: [WEB],
      plan: 'STARTER',
    });
    more.always('revoke orphan', refuses(403));
    await more.rotate();
    expect(more.changes().slice(0, 4)).toEqual([
      'revoke orphan',
      'revoke expired',
      'revoke before',
      'create',
    ]);
  });

  it('is not looked for where the revocation that failed was not needed', async () => {
    const expired = key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE });
    const ports = new InMemoryPorts({ keys: [key('stored'), expired], targets: [WEB] });
    ports.on('create', refuses(409)).on('revoke expired', refuses(403), works);
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', keys: { revoked: ['stored', 'expired'] } });
  });
});

describe('on-quota: replace', () => {
  const replace = { onQuota: 'replace' } as const;

  it('gives up no key that another run may be writing, whatever one Date says', async () => {
    const theirs = key('theirs', { age: MINUTE });
    const ports = new InMemoryPorts({ keys: [key('stored'), theirs], targets: [WEB], plan: 'FREE' });
    ports.always('list', ({ apply }) => {
      const reply = apply();
      return reply.ok ? { ...reply, date: START + 60 * MINUTE } : reply;
    });
    expect(await ports.rotate(replace)).toMatchObject({ kind: 'failed' });
    expect(ports.active()).toEqual(['stored', 'theirs']);
  });

  it.each([
    ['a reading that another contradicts', (ports: InMemoryPorts) => ports.on('metadata', absent)],
    ['clocks that are apart', (ports: InMemoryPorts) => ports.on('metadata', undated)],
  ])('gives up none by %s', async (_, plant) => {
    const keys = [key('stored'), key('other', { name: 'other' })];
    const ports = plant(new InMemoryPorts({ keys, targets: [WEB], plan: 'FREE' }));
    expect(await ports.rotate(replace)).toHaveProperty(
      'failure.message',
      expect.stringContaining('it cannot be told which one a secret holds'),
    );
    expect(ports.active()).toEqual(['stored', 'other']);
  });

  it('gives up none for one answer that the plan is full, where its list has room', async () => {
    const ports = new InMemoryPorts({ keys: [key('stored')], targets: [WEB], plan: 'PRO' });
    ports.on('create', refuses(409, 'mutx-quota'));
    expect(await ports.rotate(replace)).toMatchObject({ kind: 'rotated' });
    expect(ports.changes()).toEqual(['create', 'create', 'write acme/web', 'revoke stored']);
  });

  it('gives up no second key where another job takes the place of the first', async () => {
    const keys = [key('stored', { age: 2 * DAY }), key('also')];
    const targets = [WEB, { label: 'acme/api', holds: 'also' }];
    const ports = new InMemoryPorts({ keys, targets, plan: 'FREE' });
    ports.on('list', works, ({ apply, ports: world }) => {
      world.setKey(key('theirs', { age: 0, name: 'other' }));
      return apply();
    });
    expect(await ports.rotate(replace)).toHaveProperty(
      'failure.message',
      expect.stringContaining('one key was given up already'),
    );
    expect(ports.changes()).toHaveLength(1);
  });
});

describe('the list right before a create', () => {
  it('has a Date that is not believed where it is later than that of the look', async () => {
    const soon = key('soon', { age: 10 * DAY, expiresIn: 3 * 60 * MINUTE });
    const ports = new InMemoryPorts({
      keys: [soon],
      targets: [{ label: 'acme/web', holds: 'soon' }],
      plan: 'FREE',
    });
    ports.on('list', works, ({ apply }) => {
      const reply = apply();
      return reply.ok ? { ...reply, date: START + DAY } : reply;
    });
    expect(await ports.rotate({ gracePeriod: 60 * MINUTE })).toMatchObject({
      kind: 'rotated',
      keys: { revoked: [], superseded: ['soon'] },
    });
  });
});

describe('keys that max-revocations holds back', () => {
  const keys = [1, 2, 3].map((n) => key(`old${n}`, { age: (n + 1) * DAY }));

  it('are not named for a revoke job either, by a look or by a rotation', async () => {
    const few = { maxRevocations: 2, gracePeriod: DAY / 2 };
    const world = () => new InMemoryPorts({ keys: [...keys, key('stored', { age: DAY })], targets: [WEB] });
    expect(await world().rotate({ ...few, renewBefore: DAY })).toMatchObject({
      kind: 'not-due',
      keys: { superseded: [], held: ['old1', 'old2', 'old3'] },
    });
    expect(await world().rotate(few)).toMatchObject({
      kind: 'rotated',
      keys: { superseded: [], revoked: [] },
    });
  });
});

describe('on-quota: replace where no key of the name is active', () => {
  it('says so', async () => {
    const keys = ['a', 'b'].map((id) => key(id, { name: 'other' }));
    const ports = new InMemoryPorts({ keys, plan: 'FREE' });
    expect(await ports.rotate({ onQuota: 'replace' })).toHaveProperty(
      'failure.message',
      expect.stringContaining('no key of this name is active, so none can be given up'),
    );
  });
});

describe('a run that lost a create and then found no room', () => {
  it('names the reply that it lost', async () => {
    const ports = new InMemoryPorts({ keys: [], plan: 'FREE' });
    const lost: Script = (call) => {
      const reply = refuses(500)(call);
      if (reply.ok) return reply;
      const failure = { ...reply.failure, kind: 'unclear', retryable: true, requestId: 'req-1' } as const;
      return { ok: false, failure };
    };
    ports.on('create', lost);
    expect(await ports.rotate()).toMatchObject({
      failure: { code: 'quota-too-soon', failures: [{ status: 500, requestId: 'req-1' }] },
    });
  });
});
