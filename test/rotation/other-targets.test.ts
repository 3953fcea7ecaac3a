import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/core/call.ts';
import type { KeyRecord, Neighbour } from '../../src/rotation/ports.ts';
import { InMemoryPorts } from './ports.ts';
import { DAY, key, MINUTE, SECOND, START } from './records.ts';
import { breaksForGood } from './scripts.ts';

const HOUR = 60 * MINUTE;

/** A run with neighbours, each written so long ago; undefined: there is no such secret. */
function withNeighbours(
  ports: InMemoryPorts,
  written: Readonly<Record<string, number | undefined | 'unreadable'>>,
): InMemoryPorts {
  const neighbours = Object.entries(written).map(([label, ago]): Neighbour => {
    const value = ago === undefined || ago === 'unreadable' ? undefined : { updatedAt: START - ago };
    const reply: Reply<typeof value> =
      ago === 'unreadable'
        ? {
            ok: false,
            failure: {
              kind: 'refused',
              service: 'github',
              call: 'GET',
              status: 403,
              code: 'x',
              message: 'no',
              retryable: false,
            },
          }
        : { ok: true, value, date: START };
    return { label, secretName: 'MUTX_API_KEY', metadata: () => Promise.resolve(reply) };
  });
  return Object.assign(ports, { neighbours });
}

function said(ports: InMemoryPorts): readonly string[] {
  return ports.told('warning').map(({ message }) => message);
}

/** Where the journal was when a warning came: what it warns of has not happened by then. */
function changedBefore(ports: InMemoryPorts): number {
  return ports.changes().length;
}

describe('a list of targets that is shorter than the last one', () => {
  it('is warned of before the key goes that another store of the repository seems to hold', async () => {
    const ports = new InMemoryPorts({
      keys: [key('old', { age: DAY })],
      targets: [{ label: 'dependabot:acme/web', holds: 'old' }],
    });
    let before = -1;
    const told = ports.report;
    Object.assign(ports, {
      report: (event: Parameters<typeof told>[0]) => {
        if (event.type === 'warning') before = changedBefore(ports);
        told(event);
      },
    });
    withNeighbours(ports, {
      'acme/web': DAY - SECOND,
      'codespaces:acme/web': undefined,
      'x/y': 'unreadable',
    });
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', keys: { revoked: ['old'] } });
    expect(said(ports)).toEqual([
      expect.stringMatching(
        /^MUTX_API_KEY in acme\/web is no target .* key old .* add that target to `targets`/u,
      ),
    ]);
    expect(before).toBe(0);
  });

  it.each<[string, readonly KeyRecord[], number]>([
    ['was written at another time', [], 9 * DAY],
    ['was written for a key of another name', [key('theirs', { name: 'theirs', age: DAY })], DAY - SECOND],
  ])('says nothing of a neighbour that %s', async (_, others, ago) => {
    const ports = new InMemoryPorts({
      keys: [key('old'), ...others],
      targets: [{ label: 'acme/web', holds: 'old' }],
    });
    await withNeighbours(ports, { 'dependabot:acme/web': ago }).rotate();
    expect(said(ports)).toEqual([]);
  });

  it('is warned of where a key is in use that no target holds, in a dry run too', async () => {
    const ports = new InMemoryPorts({
      keys: [key('used', { usedAfter: HOUR })],
      targets: [{ label: 'acme/api' }, { label: 'acme/web', writtenAgo: 9 * DAY }],
    });
    expect(await ports.rotate({ dryRun: true })).toMatchObject({ kind: 'planned' });
    expect(said(ports)).toEqual([expect.stringContaining('key used is in use (last at ')]);
    expect(said(ports)[0]).toContain('in no target of this run, which is to revoke it');
    await ports.rotate();
    expect(said(ports)).toHaveLength(2);
  });

  it('is no matter where a target holds the key: that takes one request, however many targets there are', async () => {
    const targets = ['a/a', 'a/b', 'a/c'].map((label) => ({ label, holds: 'used' }));
    const ports = new InMemoryPorts({ keys: [key('used', { usedAfter: HOUR })], targets });
    await ports.rotate();
    expect(said(ports)).toEqual([]);
    expect(ports.calls().filter((call) => call.startsWith('metadata'))).toEqual(['metadata a/a']);
  });

  it('is no matter for a name that was made of the target', async () => {
    const ports = new InMemoryPorts({ keys: [key('used', { usedAfter: HOUR })] });
    await ports.rotate({ nameOfTarget: true });
    expect(said(ports)).toEqual([]);
    expect(ports.calls().filter((call) => call.startsWith('metadata'))).toEqual([]);
  });

  it('is not guessed at where a target cannot be read, or there is no time of MUTX', async () => {
    const keys = [key('used', { usedAfter: HOUR })];
    const unreadable = new InMemoryPorts({ keys }).always('metadata', breaksForGood);
    expect(await unreadable.rotate()).toMatchObject({ kind: 'rotated' });
    expect(said(unreadable)).toEqual([]);
    const timeless = new InMemoryPorts({ keys }).on('list', ({ apply }) => ({ ...apply(), date: undefined }));
    await withNeighbours(timeless, { 'dependabot:acme/web': DAY - SECOND }).rotate();
    expect(said(timeless)).toEqual([]);
  });

  it('is warned of where what a rotation superseded is still used, but not for its last jobs', async () => {
    const used = (after: number) =>
      new InMemoryPorts({
        keys: [key('older', { age: 3 * DAY, usedAfter: after }), key('old', { age: 2 * DAY })],
        targets: [{ label: 'acme/web', holds: 'old' }],
      });
    const still = used(2 * DAY);
    await still.rotate({ renewBefore: 40 * DAY });
    expect(said(still)).toEqual([expect.stringContaining('key older is in use')]);
    const done = used(DAY + 5 * MINUTE);
    await done.rotate({ renewBefore: 40 * DAY });
    expect(said(done)).toEqual([]);
  });
});
