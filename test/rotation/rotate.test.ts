import { describe, expect, it } from 'vitest';
import { rotate } from '../../src/rotation/engine.ts';
import { InMemoryPorts } from './ports.ts';
import { DAY, key, MINUTE, NAME, SECOND, START, settings } from './records.ts';
import { refuses, takes, throttles } from './scripts.ts';

// Holds invariants 10 and 25 of docs/threat-model.md.

const TWO = [
  { label: 'acme/web', holds: 'old' },
  { label: 'acme/api', holds: 'old' },
];

describe('a rotation', () => {
  it('creates, verifies, stores everywhere and only then revokes what it supersedes', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: TWO });
    const outcome = await ports.rotate();
    expect(ports.calls()).toEqual([
      'list',
      'account',
      'prepare acme/web',
      'prepare acme/api',
      'create',
      'verify new1',
      'write acme/web',
      'write acme/api',
      'revoke old',
    ]);
    const line = (text: string) => ports.journal.indexOf(text);
    expect(line('→ create')).toBeGreaterThan(line('← prepare acme/api'));
    expect(line('→ verify new1')).toBeGreaterThan(line('← create'));
    expect(line('→ write acme/web')).toBeGreaterThan(line('← verify new1'));
    expect(line('→ revoke old')).toBeGreaterThan(line('← write acme/api'));
    expect(outcome).toEqual({
      kind: 'rotated',
      key: { id: 'new1', name: NAME, expiresAt: START + 30 * DAY },
      targets: [
        { target: 'acme/web', secret: 'MUTX_API_KEY', status: 'updated' },
        { target: 'acme/api', secret: 'MUTX_API_KEY', status: 'updated' },
      ],
      keys: {
        revoked: ['old'],
        superseded: [],
        graceEnds: undefined,
        left: [],
        held: [],
        unclear: [],
        spared: [],
      },
    });
    expect(ports.active()).toEqual(['new1']);
    expect(ports.stored()).toEqual({ 'acme/web': 'new1', 'acme/api': 'new1' });
  });

  it('makes the first key and its secret', async () => {
    const ports = new InMemoryPorts();
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', targets: [{ status: 'created' }] });
    expect(ports.changes()).toEqual(['create', 'write acme/web']);
    expect(ports.told('step-started').at(-1)).toMatchObject({ step: 'store' });
  });

  it('asks for the name and the days of its settings', async () => {
    const ports = new InMemoryPorts();
    const outcome = await ports.rotate({ keyName: 'mine', expiresInDays: 7 });
    expect(outcome).toMatchObject({ key: { name: 'mine', expiresAt: START + 7 * DAY } });
  });

  it('tells each step with its duration, the key’s id, and each target as it is written', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: TWO });
    ports.on('verify', takes(2 * SECOND)).on('revoke', takes(3 * SECOND));
    await ports.rotate({ concurrency: 1 });
    expect(ports.told('step-ended').map(({ step, ok, ms }) => [step, ok, ms])).toEqual([
      ['list', true, 0],
      ['preflight', true, 0],
      ['create', true, 0],
      ['verify', true, 2 * SECOND],
      ['store', true, 0],
      ['revoke', true, 3 * SECOND],
    ]);
    expect(ports.told('minted')).toMatchObject([{ id: 'new1', name: NAME }]);
    expect(ports.told('target-written').map(({ result, done, of }) => [result.target, done, of])).toEqual([
      ['acme/web', 1, 2],
      ['acme/api', 2, 2],
    ]);
    expect(ports.told('revoked')).toEqual([
      { type: 'revoked', id: 'old', reason: 'superseded', gone: false },
    ]);
  });

  it('writes no more targets at the same time than it may', async () => {
    const targets = ['a', 'b', 'c', 'd', 'e'].map((label) => ({ label }));
    const ports = new InMemoryPorts({ targets });
    await ports.rotate({ concurrency: 2 });
    let [open, most] = [0, 0];
    for (const line of ports.journal.filter((entry) => entry.includes('write'))) {
      open += line.startsWith('→') ? 1 : -1;
      most = Math.max(most, open);
    }
    expect(most).toBe(2);
    expect(Object.values(ports.stored())).toEqual(Array(5).fill('new1'));
  });

  it('can do without verifying', async () => {
    const ports = new InMemoryPorts().always('verify', refuses(401));
    expect(await ports.rotate({ verify: false })).toMatchObject({ kind: 'rotated' });
    expect(ports.calls().join()).not.toContain('verify');
  });
});

describe('nothing is minted', () => {
  it('when a target cannot be written; all of those are named at once', async () => {
    const targets = ['acme/web', 'acme/api', 'acme/cli'].map((label) => ({ label }));
    const ports = new InMemoryPorts({ keys: [key('old', { expiresIn: -1 })], targets });
    ports.on('prepare acme/web', refuses(403)).on('prepare acme/cli', refuses(404));
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: {
        reason: 'preflight',
        failures: [
          { call: 'prepare acme/web', status: 403 },
          { call: 'prepare acme/cli', status: 404 },
        ],
      },
      minted: undefined,
      targets: [{ status: 'skipped' }, { status: 'skipped' }, { status: 'skipped' }],
    });
    expect(ports.changes()).toEqual([]);
  });

  it('when the keys cannot be listed', async () => {
    const ports = new InMemoryPorts().on('list', refuses(401));
    expect(await ports.rotate()).toMatchObject({ kind: 'failed', failure: { reason: 'look' } });
    expect(ports.changes()).toEqual([]);
  });

  it('and nothing is called when the targets cannot all be written before the deadline', async () => {
    const ports = new InMemoryPorts({ targets: TWO, writesWithin: 1 });
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: {
        reason: 'preflight',
        code: 'too-many-targets',
        message: expect.stringMatching(/ within 10 minutes .*\b1 fit/),
        failures: [],
      },
      minted: undefined,
      targets: [{ status: 'skipped' }, { status: 'skipped' }],
    });
    expect(ports.calls()).toEqual([]);
    const enough = new InMemoryPorts({ targets: TWO, writesWithin: 2 });
    expect(await enough.rotate()).toMatchObject({ kind: 'rotated' });
  });

  it('when it turns out that a target takes more than one write, and they no longer fit', async () => {
    const ports = new InMemoryPorts({ targets: TWO, writesWithin: 2 });
    const prepared = () => ports.journal.includes('← prepare acme/web');
    Object.defineProperty(ports.targets[0], 'puts', { get: () => (prepared() ? 2 : 1) });
    expect(await ports.rotate()).toMatchObject({
      failure: { code: 'too-many-targets', message: expect.stringContaining('2 targets take 3 writes') },
    });
    expect(ports.changes()).toEqual([]);
  });

  it('when it turns out that a target takes more writes than there is time for', async () => {
    const ports = new InMemoryPorts({ targets: TWO, writesWithin: 2 });
    const [web, api] = ports.targets;
    if (web === undefined || api === undefined) throw new Error('two targets');
    let puts = 1;
    const growing = {
      ...api,
      get puts() {
        return puts;
      },
      prepare: () => {
        puts = 2;
        return api.prepare();
      },
    };
    const outcome = await rotate(settings(), { ...ports, targets: [web, growing] });
    expect(outcome).toMatchObject({
      failure: { code: 'too-many-targets', message: expect.stringContaining('2 targets take 3 writes') },
    });
    expect(ports.changes()).toEqual([]);
  });

  it('when GitHub asks to wait longer than a call may be tried; when it would work is said at once', async () => {
    const ports = new InMemoryPorts({ targets: TWO }).on('prepare acme/api', throttles(40 * MINUTE));
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: { reason: 'preflight', retryAt: START + 40 * MINUTE },
    });
    expect(ports.sleeps).toEqual([]);
  });

  it('but any number of targets is fine where no pace is known', async () => {
    const { keys, targets, clock, random, report } = new InMemoryPorts({ targets: TWO });
    const outcome = await rotate(settings(), { keys, targets, clock, random, report });
    expect(outcome.kind).toBe('rotated');
  });
});

describe('a dry run', () => {
  it('tells its plan and changes nothing', async () => {
    const keys = [key('old'), key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE })];
    const ports = new InMemoryPorts({ keys, targets: TWO });
    expect(await ports.rotate({ dryRun: true })).toMatchObject({
      kind: 'planned',
      plan: {
        due: true,
        makeRoom: [],
        afterStore: [{ key: { id: 'expired' }, rule: 'expired' }],
        supersedes: [{ id: 'old' }],
      },
      targets: [{ status: 'skipped' }, { status: 'skipped' }],
      keys: { revoked: [], superseded: [], left: [] },
    });
    expect(ports.told('planned')).toHaveLength(1);
    expect(ports.changes()).toEqual([]);
  });

  it('finds out whether the targets can be written, and whether there is room, without waiting for it', async () => {
    const refused = new InMemoryPorts().on('prepare', refuses(403));
    expect(await refused.rotate({ dryRun: true })).toMatchObject({ failure: { reason: 'preflight' } });
    const full = new InMemoryPorts({ keys: [key('old', { age: 0 })], plan: 'FREE' });
    expect(await full.rotate({ dryRun: true, onQuota: 'wait' })).toMatchObject({
      kind: 'planned',
      plan: { room: { kind: 'too-soon' } },
    });
    expect(full.sleeps).toEqual([]);
  });
});

describe('a run that is not due', () => {
  it('makes no key, still revokes what has expired or is in no target, and names the current key', async () => {
    const keys = [
      key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE }),
      key('superseded', { age: 3 * DAY }),
      key('old', { age: 2 * DAY }),
      key('orphan', { age: DAY }),
    ];
    const ports = new InMemoryPorts({ keys, targets: TWO });
    expect(await ports.rotate({ renewBefore: 7 * DAY })).toMatchObject({
      kind: 'not-due',
      plan: { due: false },
      key: { id: 'old' },
      targets: [{ status: 'unchanged' }, { status: 'unchanged' }],
      keys: { revoked: ['orphan', 'expired', 'superseded'], superseded: [], left: [] },
    });
    expect(ports.changes()).toEqual(['revoke orphan', 'revoke expired', 'revoke superseded']);
    expect(ports.told('revoked').map(({ reason }) => reason)).toEqual([
      'not-stored',
      'expired',
      'not-stored',
    ]);
  });

  it('has nothing superseded without a grace period: what it may not revoke is left', async () => {
    const keys = [key('superseded', { age: 3 * DAY }), key('old', { age: 2 * DAY })];
    const ports = new InMemoryPorts({ keys, targets: TWO });
    expect(await ports.rotate({ renewBefore: 7 * DAY, maxRevocations: 0 })).toMatchObject({
      kind: 'not-due',
      keys: { revoked: [], superseded: [], left: ['superseded'] },
    });
  });

  it('is due while another living key of the name may be what an organisation secret holds', async () => {
    const keys = [key('before', { age: 2 * DAY }), key('old')];
    const ports = new InMemoryPorts({ keys, targets: [{ label: 'org:acme', holds: 'old', shared: true }] });
    expect(await ports.rotate({ renewBefore: 7 * DAY })).toMatchObject({
      kind: 'rotated',
      keys: { revoked: ['before', 'old'] },
    });
    expect(await ports.rotate({ renewBefore: 7 * DAY })).toMatchObject({
      kind: 'not-due',
      keys: { superseded: [], left: [] },
    });
  });

  it('rotates when the current key has less than renew-before left', async () => {
    const ports = new InMemoryPorts({ keys: [key('old', { expiresIn: 7 * DAY })], targets: TWO });
    expect(await ports.rotate({ renewBefore: 7 * DAY })).toMatchObject({ kind: 'rotated' });
    expect(ports.stored()).toEqual({ 'acme/web': 'new1', 'acme/api': 'new1' });
  });

  it('does not fail for a full plan', async () => {
    const keys = [key('old', { expiresIn: 9 * DAY }), key('other', { name: 'other' })];
    const ports = new InMemoryPorts({ keys, targets: TWO, plan: 'FREE' });
    expect(await ports.rotate({ renewBefore: 7 * DAY, onQuota: 'replace' })).toMatchObject({
      kind: 'not-due',
    });
    expect(ports.changes()).toEqual([]);
  });
});
