import { describe, expect, it } from 'vitest';
import { InMemoryPorts } from './ports.ts';
import { key, MINUTE, SECOND, START } from './records.ts';
import { breaks, fails, losesReply, offline, refuses, type Script, takes, throttles } from './scripts.ts';

const WEB = { label: 'acme/web', holds: 'old' };
const API = { label: 'acme/api', holds: 'old' };

function world(...targets: { label: string; holds?: string }[]) {
  return new InMemoryPorts({ keys: [key('old')], targets: targets.length === 0 ? [WEB] : targets });
}

/** Both keys live: the next run heals it. */
function expectBothAlive(ports: InMemoryPorts): void {
  expect(ports.active()).toEqual(['old', 'new1']);
  expect(ports.changes().join()).not.toContain('revoke');
}

describe('storing', () => {
  it('tells for each target whether the secret was created or updated', async () => {
    const ports = world(WEB, { label: 'acme/api' });
    expect(await ports.rotate()).toMatchObject({
      targets: [
        { target: 'acme/web', status: 'updated' },
        { target: 'acme/api', status: 'created' },
      ],
    });
  });

  it('warns where the write’s answer contradicts what was read', async () => {
    const ports = world(WEB, API);
    Object.assign(ports.targets[1] ?? {}, { contradiction: 'X of acme/api was there, and was made' });
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated' });
    expect(ports.told('warning')).toEqual([
      { type: 'warning', code: 'secret-contradiction', message: 'X of acme/api was there, and was made' },
    ]);
  });

  it('tries a write four times, waiting as long as GitHub asks', async () => {
    const ports = world().on('write', breaks, throttles(MINUTE / 2), offline);
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', keys: { revoked: ['old'] } });
    expect(ports.sleeps).toEqual([1_000, 37_500, 4_000]);
    const never = world().always('write', breaks);
    expect(await never.rotate()).toMatchObject({ kind: 'failed' });
    expect(never.calls().filter((call) => call.startsWith('write'))).toHaveLength(4);
  });
});

describe('a key that is certainly in no target', () => {
  it.each([401, 403, 404, 422])('is revoked after a refusal with %i everywhere', async (status) => {
    const ports = world(WEB, API).always('write', refuses(status));
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: {
        reason: 'store',
        code: 'store-failed',
        message: 'the new key could not be stored in 2 of 2 targets',
        failures: [{ status }, { status }],
      },
      minted: { id: 'new1', state: 'revoked' },
      targets: [
        { status: 'failed', failure: { status }, perhapsWritten: false },
        { status: 'failed', perhapsWritten: false },
      ],
      keys: { revoked: ['new1'], left: [] },
    });
    expect(ports.active()).toEqual(['old']);
    expect(ports.stored()).toEqual({ 'acme/web': 'old', 'acme/api': 'old' });
  });

  it('is revoked when no write ever left', async () => {
    const ports = world().always('write', offline);
    expect(await ports.rotate()).toMatchObject({ minted: { state: 'revoked' } });
    expect(ports.active()).toEqual(['old']);
  });

  it('is revoked when the deadline passes before any write can start', async () => {
    const ports = world().on('verify', takes(10 * MINUTE));
    expect(await ports.rotate()).toMatchObject({
      failure: { reason: 'store', code: 'store-deadline', failures: [{ kind: 'not-sent' }] },
      minted: { state: 'revoked' },
    });
    expect(ports.stored()).toEqual({ 'acme/web': 'old' });
    const inTime = world().on('verify', takes(10 * MINUTE - 1));
    expect(await inTime.rotate()).toMatchObject({ kind: 'rotated' });
  });
});

describe('a key that may be in a target', () => {
  const ambiguous: [string, Script][] = [
    ['a reply was lost', losesReply],
    ['a gateway broke', breaks],
    ['GitHub asked to slow down', throttles(1)],
  ];

  it.each(ambiguous)(
    'lives on beside the old one when %s, though the next try is refused',
    async (_, script) => {
      const ports = world().on('write', script, refuses(403));
      expect(await ports.rotate()).toMatchObject({
        failure: { reason: 'store', code: 'store-failed' },
        minted: { id: 'new1', state: 'alive' },
        targets: [{ status: 'failed', failure: { status: 403 }, perhapsWritten: true }],
        keys: { revoked: [], superseded: [], left: [] },
      });
      expectBothAlive(ports);
    },
  );

  it('lives on when one target has it, and nothing is revoked', async () => {
    const ports = world(WEB, API, { label: 'acme/cli' }).on('write acme/api', refuses(403));
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: {
        message: 'the new key could not be stored in 1 of 3 targets',
        failures: [{ call: 'write acme/api' }],
      },
      minted: { state: 'alive' },
      targets: [
        { target: 'acme/web', status: 'updated' },
        { target: 'acme/api', status: 'failed', perhapsWritten: false },
        { target: 'acme/cli', status: 'created' },
      ],
    });
    expect(ports.stored()).toEqual({ 'acme/web': 'new1', 'acme/api': 'old', 'acme/cli': 'new1' });
    expect(ports.told('step-ended').at(-1)).toMatchObject({ step: 'store', ok: false });
    expectBothAlive(ports);
  });

  it('fails for the deadline when whoever keeps the pace knows that no turn comes before it', async () => {
    const ports = world().on('write', fails({ kind: 'not-sent', code: 'github-write-deadline' }));
    expect(await ports.rotate()).toMatchObject({ failure: { reason: 'store', code: 'store-deadline' } });
  });

  it('fails for the deadline when that was the reason for one of the targets', async () => {
    const ports = world(WEB, API).on('write acme/web', refuses(403));
    ports.on('write acme/api', fails({ kind: 'not-sent', code: 'github-write-deadline' }));
    expect(await ports.rotate()).toMatchObject({ failure: { reason: 'store', code: 'store-deadline' } });
  });

  it('fails for the deadline when there is no time left for another try', async () => {
    const slow: Script = (call) => {
      ports.clock.time += 10 * MINUTE;
      return breaks(call);
    };
    const ports = world().on('write', slow);
    expect(await ports.rotate()).toMatchObject({
      failure: { reason: 'store', code: 'store-deadline' },
      minted: { state: 'alive' },
    });
    expect(ports.sleeps).toEqual([]);
  });

  it('lives on when the deadline passes between the writes', async () => {
    const ports = world(WEB, API).on('write acme/web', takes(10 * MINUTE));
    expect(await ports.rotate({ concurrency: 1 })).toMatchObject({
      failure: { code: 'store-deadline' },
      minted: { state: 'alive' },
      targets: [{ status: 'updated' }, { status: 'failed', failure: { code: 'scripted-deadline' } }],
    });
    expectBothAlive(ports);
  });

  it('lives on when the deadline passes before the next try of a write that may have been done', async () => {
    const ports = world()
      .on('verify', takes(10 * MINUTE - 2 * SECOND))
      .on('write', losesReply, breaks);
    expect(await ports.rotate()).toMatchObject({ failure: { reason: 'store' }, minted: { state: 'alive' } });
    expect(ports.sleeps).toEqual([SECOND]);
    expectBothAlive(ports);
  });

  it('is not waited for when GitHub asks for more time than the deadline leaves; that time is told', async () => {
    const ports = world()
      .on('verify', takes(2 * MINUTE))
      .on('write', throttles(8 * MINUTE));
    expect(await ports.rotate()).toMatchObject({
      failure: { reason: 'store', retryAt: START + 10 * MINUTE },
      minted: { state: 'alive' },
    });
    expect(ports.sleeps).toEqual([]);
    const just = world()
      .on('verify', takes(2 * MINUTE))
      .on('write', throttles(8 * MINUTE - SECOND));
    expect(await just.rotate()).toMatchObject({ kind: 'rotated' });
    expect(just.sleeps).toEqual([8 * MINUTE - SECOND]);
  });

  it('is found again by the next run, which heals what this one left', async () => {
    const ports = world(WEB, API).on('write acme/api', refuses(403));
    await ports.rotate();
    ports.clock.time += 20 * MINUTE;
    expect(await ports.rotate({ renewBefore: 1 })).toMatchObject({ kind: 'rotated' });
    expect(ports.active()).toEqual(['new2']);
    expect(ports.stored()).toEqual({ 'acme/web': 'new2', 'acme/api': 'new2' });
  });
});
