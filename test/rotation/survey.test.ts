import { describe, expect, it } from 'vitest';
import { MARGIN } from '../../src/core/limits.ts';
import { rotate } from '../../src/rotation/engine.ts';
import { planFleet } from '../../src/rotation/plan-fleet.ts';
import { InMemoryPorts } from './ports.ts';
import { DAY, key, MINUTE, SECOND, START, settings } from './records.ts';
import { breaks, refuses, works } from './scripts.ts';

const WEB = { keyName: 'web', renewBefore: 7 * DAY };
const API = { keyName: 'api', renewBefore: 7 * DAY };

/** Two keys, a target each; only the second is about to expire. */
function twoKeys() {
  return new InMemoryPorts({
    keys: [key('w', { name: 'web' }), key('a', { name: 'api', age: 2 * DAY, expiresIn: DAY })],
    targets: [
      { label: 'acme/web', holds: 'w' },
      { label: 'acme/api', holds: 'a' },
    ],
    plan: 'PRO',
  });
}

function surveyed(ports: InMemoryPorts, ...changes: Parameters<typeof settings>[0][]) {
  const entries = changes.map((change, index) => ({
    settings: settings(change),
    targets: ports.targets.slice(index, index + 1),
  }));
  return planFleet(entries, ports);
}

describe('a survey', () => {
  it('decides for each key as its own run would, from one list, and changes nothing', async () => {
    const ports = twoKeys();
    const seen = await surveyed(ports, WEB, API);
    expect(seen).toMatchObject({
      ok: true,
      warnings: [],
      findings: [
        { kind: 'planned', plan: { due: false, current: { id: 'w' } }, superseded: [] },
        { kind: 'planned', plan: { due: true, current: { id: 'a' } }, superseded: [] },
      ],
    });
    expect(ports.calls().sort()).toEqual(['account', 'list', 'metadata acme/api', 'metadata acme/web']);
    for (const [index, change] of [WEB, API].entries()) {
      const alone = twoKeys();
      const dry = { ...change, dryRun: true };
      const targets = alone.targets.slice(index, index + 1);
      const { clock, keys, random, report, sessionEndsAt } = alone;
      const outcome = await rotate(settings(dry), { clock, keys, random, report, sessionEndsAt, targets });
      const finding = seen.ok ? seen.findings[index] : undefined;
      expect(outcome).toMatchObject({
        kind: 'planned',
        plan: finding?.kind === 'planned' ? finding.plan : 'none',
      });
    }
  });

  it('holds the clocks against the last page of a long list, however old that is by then', async () => {
    const ports = twoKeys();
    ports.on('list', ({ apply }) => {
      const reply = apply();
      const reading = { lastDate: START, lastAsked: 2 * MINUTE, since: undefined };
      return reply.ok ? { ...reply, reading } : reply;
    });
    ports.clock.time += 2 * MINUTE;
    expect(await surveyed(ports, WEB)).toMatchObject({
      ok: true,
      findings: [{ kind: 'planned', plan: { due: false, current: { id: 'w' } } }],
    });
  });

  it('reads no metadata that no decision needs', async () => {
    const ports = twoKeys();
    await surveyed(ports, { keyName: 'web' }, { keyName: 'api' });
    expect(ports.calls().sort()).toEqual(['account', 'list']);
  });

  it.each(['PRO', 'ENTERPRISE', undefined] as const)(
    'takes time in proportion to the size of the fleet, on the plan %s',
    async (plan) => {
      const reads = async (size: number) => {
        let read = 0;
        const keys = Array.from({ length: size }, (_, n) => {
          const record = key(`k${n}`, { name: `n${n}`, active: n < 40 });
          return Object.defineProperty({ ...record }, 'name', {
            get: () => {
              read += 1;
              return record.name;
            },
          });
        });
        const ports = new InMemoryPorts({ targets: [], ...(plan === undefined ? {} : { plan }) });
        ports.always('list', () => ({ ok: true, value: keys, date: START }));
        const entries = keys.map((_, n) => ({ settings: settings({ keyName: `n${n}` }), targets: [] }));
        expect(await planFleet(entries, ports)).toMatchObject({ ok: true });
        return read;
      };
      const [small, large] = [await reads(500), await reads(1_000)];
      expect(large / small).toBeLessThan(2.1);
    },
  );

  it('warns when the account’s plan cannot hold the fleet', async () => {
    const told = async (plan: string | undefined, size: number, keys = [key('a', { name: 'n0' })]) => {
      const entries = Array.from({ length: size }, (_, n) => ({
        settings: settings({ keyName: `n${n}` }),
        targets: [],
      }));
      const account = plan === undefined ? {} : { plan };
      const seen = await planFleet(entries, new InMemoryPorts({ keys, targets: [], ...account }));
      return seen.ok ? seen.warnings : [];
    };
    expect(await told('FREE', 60)).toEqual([
      'the fleet needs 61 keys, the plan FREE allows 2 (60 of the fleet, one more while one of them is rotated)',
    ]);
    const laptop = [key('l', { name: 'laptop' }), key('gone', { name: 'laptop', active: false })];
    expect(await told('STARTER', 9, laptop)).toEqual([
      'the fleet needs 11 keys, the plan STARTER allows 10 (9 of the fleet, one more while one of them is rotated, and 1 of other names that are active)',
    ]);
    expect(await told('STARTER', 9)).toEqual([]);
    expect(await told('ENTERPRISE', 60)).toEqual([]);
    expect(await told('OTHER', 60)).toEqual([]);
    expect(await told(undefined, 60)).toEqual([]);
  });

  it('looks once more, as a run does, at a secret that was written after the list: it may hold a newer key', async () => {
    const ports = twoKeys();
    // Another run makes and stores a key between the list and the secret's date.
    const written = START + 5 * SECOND;
    ports.setKey(key('w', { name: 'web', age: 10 * MINUTE }));
    ports.always('metadata acme/web', ({ apply }) => {
      ports.clock.time = Math.max(ports.clock.time, written);
      ports.setKey(key('w2', { name: 'web', age: START - written }));
      const reply = apply();
      return reply.ok ? { ...reply, value: { updatedAt: written } } : reply;
    });
    const seen = await surveyed(ports, { ...WEB, gracePeriod: 60 * MINUTE }, API);
    expect(seen).toMatchObject({
      findings: [
        // By the first list it would be not due, with the key `w`.
        { kind: 'planned', plan: { due: true, current: undefined } },
        { kind: 'planned', plan: { due: true, current: { id: 'a' } } },
      ],
    });
    // Only the key that needs it.
    expect(ports.calls().filter((call) => call === 'list')).toHaveLength(2);
  });

  it('leaves a key to its own run where that second list cannot be had', async () => {
    const ports = twoKeys().on('list', works, refuses(403));
    const justNow = new InMemoryPorts({
      keys: [key('w', { name: 'web', age: 10 * SECOND })],
      targets: [{ label: 'acme/web', holds: 'w' }],
    }).on('list', works, refuses(403));
    expect(await surveyed(justNow, WEB)).toMatchObject({ findings: [{ kind: 'unreadable' }] });
    expect(await surveyed(ports, WEB)).toMatchObject({ findings: [{ kind: 'planned' }] });
  });

  it('tries the list again, and fails as a whole without it', async () => {
    const ports = twoKeys().on('list', breaks);
    expect(await surveyed(ports, WEB, API)).toMatchObject({ ok: true });
    expect(await surveyed(twoKeys().always('list', refuses(401)), WEB)).toMatchObject({
      ok: false,
      failure: {
        reason: 'look',
        code: 'look-failed',
        message: 'the keys could not be read, so nothing is planned',
        failures: [{ status: 401 }],
      },
    });
  });

  it('tries neither the list nor the account beyond the end of the session', async () => {
    for (const label of ['list', 'account']) {
      const { clock, keys, random, sleeps, targets } = twoKeys().always(label, breaks);
      const ports = { clock, keys, random, sessionEndsAt: START + SECOND };
      await planFleet([{ settings: settings(WEB), targets }], ports);
      expect(sleeps).toEqual([]);
    }
  });

  it('goes on without the plan of the account, and says so once', async () => {
    const ports = twoKeys().always('account', breaks);
    const seen = await surveyed(ports, WEB, API);
    const warning = 'the account could not be read: account failed';
    expect(seen).toMatchObject({ ok: true, warnings: [warning] });
    expect(ports.calls().filter((call) => call === 'account')).toHaveLength(4);
    // For the four tries, and not again for each key.
    expect(ports.sleeps).toHaveLength(3);
  });

  it('leaves a key whose secrets cannot be read to its own run, and goes on with the others', async () => {
    const ports = twoKeys().always('metadata acme/web', refuses(404));
    expect(await surveyed(ports, WEB, API)).toMatchObject({
      findings: [
        { kind: 'unreadable', failure: { code: 'look-failed' } },
        { kind: 'planned', plan: { due: true } },
      ],
    });
  });
});

describe('what is superseded and in its grace period', () => {
  const GRACE = { keyName: 'web', gracePeriod: 60 * MINUTE };
  const stored = { label: 'acme/web', holds: 'new' };
  const fresh = key('new', { name: 'web', age: 5 * MINUTE });

  it('is what rule R allows to revoke, from the end of the grace period after the last write on', async () => {
    const keys = [fresh, key('old', { name: 'web' }), key('gone', { name: 'web', active: false })];
    const ports = new InMemoryPorts({ keys, targets: [stored] });
    const seen = await surveyed(ports, GRACE);
    const written = fresh.createdAt + SECOND;
    expect(seen).toMatchObject({
      findings: [
        { plan: { due: false }, superseded: ['old'], revocableFrom: written + 60 * MINUTE + MARGIN },
      ],
    });
  });

  it('is kept from the last of several writes on', async () => {
    const keys = [fresh, key('old', { name: 'web' })];
    const targets = [stored, { label: 'acme/api', holds: 'new', writtenAgo: 2 * MINUTE }];
    const ports = new InMemoryPorts({ keys, targets });
    const entry = { settings: settings(GRACE), targets: ports.targets };
    expect(await planFleet([entry], ports)).toMatchObject({
      findings: [{ superseded: ['old'], revocableFrom: START + 58 * MINUTE + MARGIN }],
    });
  });

  it('is nothing while it is not certain which key the target holds', async () => {
    const ports = new InMemoryPorts({
      keys: [fresh, key('old', { name: 'web' })],
      targets: [{ label: 'a/b' }],
    });
    expect(await surveyed(ports, GRACE)).toMatchObject({
      findings: [{ plan: { due: true }, superseded: [], revocableFrom: undefined }],
    });
  });

  it('is nothing where there is no grace period', async () => {
    const ports = new InMemoryPorts({ keys: [fresh, key('old', { name: 'web' })], targets: [stored] });
    const due = await surveyed(ports, { ...WEB });
    expect(due).toMatchObject({ findings: [{ superseded: [], revocableFrom: undefined }] });
  });

  it('is nothing, with a warning, where it is more than max-revocations; expired keys do not count', async () => {
    const keys = [fresh, ...['a', 'b', 'c'].map((id) => key(id, { name: 'web' }))];
    const ports = new InMemoryPorts({ keys, targets: [stored] });
    expect(await surveyed(ports, { ...GRACE, maxRevocations: 2 })).toMatchObject({
      warnings: ['3 keys would be revoked, more than max-revocations (2); none of them is: a, b, c'],
      findings: [{ superseded: [] }],
    });
    ports.setKey(key('c', { name: 'web', expiresIn: -DAY }));
    expect(await surveyed(ports, { ...GRACE, maxRevocations: 2 })).toMatchObject({
      warnings: [],
      findings: [{ superseded: ['a', 'b', 'c'] }],
    });
  });
});
