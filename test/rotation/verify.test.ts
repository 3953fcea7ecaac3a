import { describe, expect, it } from 'vitest';
import { InMemoryPorts } from './ports.ts';
import { key, MINUTE } from './records.ts';
import { breaks, breaksForGood, losesReply, refuses, takes } from './scripts.ts';

// Holds invariant 10 of docs/threat-model.md.

/** One target that holds a working key. */
function world() {
  return new InMemoryPorts({ keys: [key('old')], targets: [{ label: 'acme/web', holds: 'old' }] });
}

/** The new key is gone again, and everything else is as it was. */
function expectUndone(ports: InMemoryPorts): void {
  expect(ports.changes()).toEqual(['create', 'revoke new1']);
  expect(ports.active()).toEqual(['old']);
  expect(ports.stored()).toEqual({ 'acme/web': 'old' });
  expect(ports.told('revoked')).toMatchObject([{ id: 'new1', reason: 'own' }]);
}

describe('a new key that does not work', () => {
  it('is revoked when MUTX refuses it, and the secret is not touched', async () => {
    const ports = world().on('verify', refuses(401));
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: {
        reason: 'verify',
        code: 'verify-refused',
        message: 'MUTX refuses the key it has just made, so it was not stored',
        failures: [{ status: 401 }],
      },
      minted: { id: 'new1', state: 'revoked' },
      targets: [{ status: 'skipped' }],
      keys: { revoked: ['new1'], left: [] },
    });
    expect(ports.calls().filter((call) => call.startsWith('verify'))).toHaveLength(1);
    expectUndone(ports);
  });

  it('is revoked when there is no clear answer after four tries', async () => {
    const ports = world().always('verify', breaks);
    expect(await ports.rotate()).toMatchObject({
      failure: {
        reason: 'verify',
        code: 'verify-unclear',
        message: 'MUTX gave no clear answer to the new key, so it was not stored',
      },
      minted: { state: 'revoked' },
    });
    expect(ports.calls().filter((call) => call.startsWith('verify'))).toHaveLength(4);
    expectUndone(ports);
  });

  it('is not said to be alive when nobody knows whether it was revoked', async () => {
    const ports = world().always('verify', refuses(401)).always('revoke', losesReply);
    expect(await ports.rotate()).toMatchObject({
      minted: { id: 'new1', state: 'perhaps-revoked' },
      keys: { revoked: [], left: ['new1'], unclear: ['new1'] },
    });
    expect(ports.active()).toEqual(['old']);
    const refused = world().always('verify', refuses(401)).always('revoke', refuses(403));
    expect(await refused.rotate()).toMatchObject({
      minted: { id: 'new1', state: 'alive' },
      keys: { left: ['new1'], unclear: [] },
    });
  });

  it('is stored when a later try is answered', async () => {
    const ports = world().on('verify', breaks, breaks);
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated' });
    expect(ports.sleeps).toEqual([1_000, 2_000]);
  });

  it('is not used for the first time after the deadline, and revoked', async () => {
    const ports = world().on('create', takes(10 * MINUTE));
    expect(await ports.rotate()).toMatchObject({
      failure: { code: 'verify-unclear', failures: [{ kind: 'not-sent', code: 'scripted-deadline' }] },
      minted: { state: 'revoked' },
    });
    expectUndone(ports);
  });

  it('is said to be alive when it cannot be revoked either', async () => {
    const ports = world().on('verify', breaksForGood).on('revoke', refuses(403));
    expect(await ports.rotate()).toMatchObject({
      failure: { reason: 'verify' },
      minted: { id: 'new1', state: 'alive' },
      keys: { revoked: [], left: ['new1'] },
    });
    expect(ports.told('warning')).toMatchObject([
      {
        code: 'revocation-failed',
        message: 'the new key new1, which no secret holds, could not be revoked: revoke new1 failed',
      },
    ]);
    expect(ports.stored()).toEqual({ 'acme/web': 'old' });
  });
});
