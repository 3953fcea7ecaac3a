import { describe, expect, it } from 'vitest';
import { InMemoryPorts } from './ports.ts';
import { DAY, key, MINUTE, START } from './records.ts';
import { fails, freezes, losesReply, refuses, type Script, undated, works } from './scripts.ts';

// Changes of meaning that no other test would see (docs/mutation-testing.md).

const ONE = [{ label: 'acme/web', holds: 'old' }];
const TWO = [
  { label: 'acme/web', holds: 'old' },
  { label: 'acme/api', holds: 'old' },
];

/** Done at MUTX, and answered with that status by whatever is in front of it. */
const appliedBut =
  (status: number | undefined): Script =>
  (call) => {
    call.apply();
    return fails({ status, retryable: true })(call);
  };

describe('a create that was done, whatever answers in its place', () => {
  it.each([408, 500, 502, 503, 504, undefined])(
    'is not sent again before another look: %s',
    async (status) => {
      const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE }).on('create', appliedBut(status));
      expect(await ports.rotate()).toMatchObject({ kind: 'rotated', key: { id: 'new2' } });
      const calls = ports.calls();
      expect(calls.slice(calls.indexOf('create'), calls.lastIndexOf('create'))).toContain('list');
      expect(ports.warnings()).toContain('create-lost');
    },
  );
});

describe('one of several targets', () => {
  it('has its lateness asked for where its PUT had no Date, whichever of them it is', async () => {
    for (const { label } of TWO) {
      const ports = new InMemoryPorts({ keys: [key('old')], targets: TWO }).on(`write ${label}`, undated);
      await ports.rotate();
      expect(ports.told('step-started').map(({ step }) => step)).toContain('check-late');
    }
  });

  it('is late for all of them, whichever of them it is', async () => {
    for (const { label } of TWO) {
      const ports = new InMemoryPorts({ keys: [key('old')], targets: TWO });
      ports.on(`write ${label}`, freezes(12 * MINUTE));
      expect(await ports.rotate({ concurrency: 1 })).toMatchObject({ key: { id: 'new2' } });
    }
  });

  it('is late for all of them though the reply that came last has an earlier Date', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: TWO });
    ports.on('write acme/web', freezes(12 * MINUTE)).on('write acme/api', ({ apply }) => {
      const reply = apply();
      return reply.ok ? { ...reply, date: START } : reply;
    });
    expect(await ports.rotate({ concurrency: 1 })).toMatchObject({ key: { id: 'new2' } });
  });

  it('has a clock that is apart from MUTX’s, whichever of them it is', async () => {
    const apart: Script = ({ apply }) => {
      const reply = apply();
      return reply.ok ? { ...reply, date: (reply.date ?? 0) + MINUTE } : reply;
    };
    const keys = [key('orphan', { age: DAY / 2 }), key('old')];
    for (const { label } of TWO) {
      const ports = new InMemoryPorts({ keys, targets: TWO }).on(`metadata ${label}`, apart);
      await ports.rotate({ renewBefore: DAY });
      expect(ports.warnings()).toContain('clocks-apart');
      expect(ports.active()).toContain('orphan');
    }
  });

  it('keeps the new key alive where its first attempt got no clear answer and the last a refusal', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: TWO });
    ports.on('write acme/web', losesReply, refuses(404)).on('write acme/api', refuses(404));
    expect(await ports.rotate({ concurrency: 1 })).toMatchObject({
      kind: 'failed',
      minted: { id: 'new1', state: 'alive' },
    });
    expect(ports.active()).toContain('new1');
  });
});

describe('a revocation', () => {
  it('stays perhaps done where an attempt without a clear answer is followed by a refusal', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE });
    ports.on('revoke', fails({ status: 503, retryable: true }), refuses(403));
    expect(await ports.rotate()).toMatchObject({ keys: { revoked: [], unclear: ['old'] } });
  });

  it('stays perhaps done where the same run is refused it later', async () => {
    const expired = key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE });
    const orphan = key('orphan', { age: DAY / 2 });
    const others = Array.from({ length: 7 }, (_, n) => key(`other${n}`, { name: 'other' }));
    const keys = [key('old'), expired, orphan, ...others];
    const ports = new InMemoryPorts({ keys, targets: ONE, plan: 'STARTER' });
    ports.on('revoke orphan', fails({ status: 504 }), refuses(403));
    expect(await ports.rotate()).toMatchObject({
      kind: 'rotated',
      keys: { revoked: ['expired', 'old'], left: ['orphan'], unclear: ['orphan'] },
    });
  });
});

describe('an expired key, with a grace period', () => {
  it('goes once the new key is stored by MUTX’s time alone, where GitHub does not say what time it is', async () => {
    const expired = key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE });
    const ports = new InMemoryPorts({ keys: [expired, key('old')], targets: ONE });
    for (const call of ['prepare', 'metadata', 'write']) ports.always(call, undated);
    expect(await ports.rotate({ gracePeriod: MINUTE })).toMatchObject({
      kind: 'rotated',
      keys: { revoked: ['expired'], superseded: ['old'] },
    });
    expect(ports.changes()).toEqual(['create', 'write acme/web', 'revoke expired']);
  });
});

describe('GitHub’s time now', () => {
  it('counts by the slower of this machine’s clocks, so that a corrected one hides no late write', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE });
    ports.on('list', (call) => {
      call.ports.clock.corrected = 12 * MINUTE;
      return works(call);
    });
    ports.on('verify', freezes(12 * MINUTE));
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', key: { id: 'new2' } });
    expect(ports.warnings()).toEqual(['written-late']);
  });
});

describe('the list right before a create', () => {
  it.each([
    ['the second', [works, undated]],
    ['the first', [undated, works]],
  ] as const)('has no time where %s list has none', async (_, scripts) => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE, plan: 'FREE' });
    ports.on('list', ...scripts);
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', keys: { revoked: ['old'] } });
  });
});

describe('a create that is refused after one that was lost', () => {
  it('is not said to be all: what came of the lost one is not known', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE }).on(
      'create',
      losesReply,
      refuses(403),
    );
    expect(await ports.rotate()).toHaveProperty(
      'failure.message',
      'MUTX made no key at the last try; what came of an earlier one is not known',
    );
  });
});
