import { describe, expect, it } from 'vitest';
import type { CallFailure, Reply } from '../../src/core/call.ts';
import type { SecretMetadata } from '../../src/rotation/ports.ts';
import { areClocksApart, earliestDate, readSnapshot } from '../../src/rotation/read-snapshot.ts';
import { Run } from '../../src/rotation/run.ts';
import { InMemoryPorts } from './ports.ts';
import { DAY, key, MINUTE, SECOND, START, settings } from './records.ts';
import { breaks, pages, refuses, type Script, takes, undated } from './scripts.ts';

const TWO = [{ label: 'acme/web', holds: 'old' }, { label: 'acme/api' }];

function look(ports: InMemoryPorts, changes: Parameters<typeof settings>[0] = {}, quotaHit = false) {
  return readSnapshot(new Run(settings(changes), ports), {
    places: undefined,
    full: quotaHit,
    conflicted: false,
  });
}

describe('the earliest of GitHub’s times', () => {
  it('is among the replies that have one', () => {
    const reply = (date: number | undefined) => ({ ok: true, value: true, date }) as const;
    const failure = { ok: false, failure: {} as CallFailure } as const;
    expect(earliestDate([reply(2), reply(undefined), failure, reply(1)])).toBe(1);
    expect(earliestDate([reply(undefined), failure])).toBeUndefined();
  });
});

describe('the look', () => {
  it('asks for the list, the plan and the targets at once, and for metadata only after the list’s reply', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: TWO });
    await look(ports, { renewBefore: DAY });
    const first = ports.journal.findIndex((line) => line.startsWith('←'));
    expect(ports.journal.slice(0, first)).toEqual([
      '→ list',
      '→ account',
      '→ prepare acme/web',
      '→ prepare acme/api',
    ]);
    const listed = ports.journal.indexOf('← list');
    const metadata = ports.journal.findIndex((line) => line.startsWith('→ metadata'));
    expect(metadata).toBeGreaterThan(listed);
    expect(ports.told('step-ended').at(-1)).toMatchObject({ step: 'metadata', ok: true });
  });

  it('reads metadata after the reply of the list that counts, however often that had to be tried', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: TWO }).on('list', breaks, breaks);
    await look(ports, { renewBefore: DAY });
    expect(ports.calls().filter((call) => call === 'list')).toHaveLength(3);
    const metadata = ports.journal.findIndex((line) => line.startsWith('→ metadata'));
    expect(metadata).toBeGreaterThan(ports.journal.lastIndexOf('← list'));
  });

  it('does not read metadata that no decision needs', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: TWO, plan: 'PRO' });
    const result = await look(ports);
    expect(ports.calls().join()).not.toContain('metadata');
    expect(result).toMatchObject({ ok: true, look: { date: START, places: 50, secrets: undefined } });
  });

  it('sees each target’s secret in the targets’ order', async () => {
    const ports = new InMemoryPorts({
      keys: [key('old')],
      targets: [...TWO, { label: 'org:acme', holds: 'old', shared: true }],
    });
    const updatedAt = START - DAY + SECOND;
    expect(await look(ports, { renewBefore: DAY, concurrency: 1 })).toMatchObject({
      ok: true,
      look: {
        clocksApart: false,
        secrets: [
          { updatedAt, shared: false },
          { updatedAt: undefined, shared: false },
          { updatedAt, shared: true },
        ],
      },
    });
  });

  it('tells how many keys take a place, and how many of them are of the name', async () => {
    const keys = [
      key('old'),
      key('expired', { expiresIn: -1 }),
      key('revoked', { active: false }),
      key('other', { name: 'b' }),
    ];
    const ports = new InMemoryPorts({ keys, plan: 'STARTER' });
    await look(ports);
    expect(ports.told('looked')).toEqual([
      { type: 'looked', active: 3, ofName: 2, plan: 'STARTER', places: 10, date: START },
    ]);
  });

  it('after a create was refused for the quota takes the listed keys for all that fit', async () => {
    const keys = [key('old'), key('revoked', { active: false }), key('other', { name: 'b' })];
    expect(await look(new InMemoryPorts({ keys }), {}, true)).toMatchObject({ look: { places: 2 } });
    const wrong = new InMemoryPorts({ keys, plan: 'STARTER' });
    expect(await look(wrong, {}, true)).toMatchObject({ look: { places: 2 } });
  });
});

describe('a look that fails', () => {
  it('names every target that cannot be written, and the list if that failed too', async () => {
    const ports = new InMemoryPorts({ targets: TWO });
    ports.on('prepare', refuses(403), refuses(404)).on('list', refuses(401));
    const result = await look(ports, { renewBefore: DAY });
    expect(result).toMatchObject({
      ok: false,
      failure: {
        reason: 'preflight',
        code: 'preflight-failed',
        message: 'not every target can be written, so no key was made',
        failures: [{ status: 403 }, { status: 404 }, { status: 401 }],
      },
    });
    expect(ports.calls().join()).not.toContain('metadata');
    expect(ports.told('step-ended').map(({ step, ok }) => [step, ok])).toEqual(
      expect.arrayContaining([
        ['list', false],
        ['preflight', false],
      ]),
    );
  });

  it('says so when the keys cannot be listed', async () => {
    const ports = new InMemoryPorts().on('list', refuses(401));
    const result = await look(ports, { renewBefore: DAY });
    expect(result).toMatchObject({
      failure: {
        reason: 'look',
        code: 'look-failed',
        message: 'the keys or the secrets could not be read, so nothing was changed',
        failures: [{ status: 401 }],
      },
    });
    expect(ports.calls()).toEqual(['list', 'account', 'prepare acme/web']);
  });

  it('says so when secrets cannot be read, each of them', async () => {
    const ports = new InMemoryPorts({ targets: TWO }).always('metadata', refuses(403));
    expect(await look(ports, { renewBefore: DAY })).toMatchObject({
      failure: { reason: 'look', failures: [{ call: 'metadata acme/web' }, { call: 'metadata acme/api' }] },
    });
    expect(ports.told('step-ended').at(-1)).toMatchObject({ step: 'metadata', ok: false });
  });

  it('ends where MUTX does not let the account in, whose keys it would not take either', async () => {
    const ports = new InMemoryPorts().always('account', refuses(403));
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: { reason: 'look', code: 'account-refused', failures: [{ status: 403 }] },
    });
    expect(ports.changes()).toEqual([]);
  });

  it('does not fail for the plan alone: that is a warning', async () => {
    const ports = new InMemoryPorts().always('account', breaks);
    expect(await look(ports)).toMatchObject({ ok: true, look: { places: undefined } });
    expect(ports.told('warning')).toMatchObject([
      { code: 'account-unreadable', message: 'the account could not be read: account failed' },
    ]);
  });
});

describe('two servers’ clocks', () => {
  const at = (date: number | undefined): Reply<SecretMetadata | undefined> => ({
    ok: true,
    value: undefined,
    date,
  });

  it('are apart beyond half a margin, either way', () => {
    expect(areClocksApart(START, [at(START + 30 * SECOND)], 0)).toBe(false);
    expect(areClocksApart(START, [at(START + 31 * SECOND)], 0)).toBe(true);
    expect(areClocksApart(START, [at(START - 30 * SECOND)], 0)).toBe(false);
    expect(areClocksApart(START, [at(START - 31 * SECOND)], 0)).toBe(true);
  });

  it('are apart if a slow reply hides the difference', () => {
    expect(areClocksApart(START, [at(START)], 31 * SECOND)).toBe(true);
    expect(areClocksApart(START, [at(START + 20 * SECOND)], 20 * SECOND)).toBe(false);
  });

  it('are apart if any one target’s time is, or is not known', () => {
    expect(areClocksApart(START, [at(START), at(START + MINUTE)], 0)).toBe(true);
    expect(areClocksApart(START, [at(START), at(undefined)], 0)).toBe(true);
    expect(areClocksApart(START, [{ ok: false, failure: {} as never }], 0)).toBe(true);
    expect(areClocksApart(undefined, [at(START)], 0)).toBe(true);
  });

  it('that are apart are a warning, and no rule compares them', async () => {
    const ports = new InMemoryPorts({ githubAhead: MINUTE });
    expect(await look(ports, { renewBefore: DAY })).toMatchObject({ look: { clocksApart: true } });
    expect(ports.warnings()).toEqual(['clocks-apart']);
  });

  it('count as apart when MUTX says no time, or when metadata came too long after the list', async () => {
    const silent = new InMemoryPorts().on('list', undated);
    expect(await look(silent, { renewBefore: DAY })).toMatchObject({ look: { clocksApart: true } });
    const slow = new InMemoryPorts().on('metadata', takes(40 * SECOND));
    expect(await look(slow, { renewBefore: DAY })).toMatchObject({ look: { clocksApart: true } });
  });

  it('does not take the minutes that many pages take for a difference of the clocks', async () => {
    const one = (script: Script) => {
      const ports = new InMemoryPorts({ keys: [key('old')], targets: TWO }).on('list', script);
      return look(ports, { renewBefore: DAY });
    };
    expect(await one(pages(5 * MINUTE))).toMatchObject({ look: { date: START, clocksApart: false } });
    expect(await one(pages(5 * MINUTE, { lastDate: START }))).toMatchObject({ look: { clocksApart: true } });
    expect(await one(pages(5 * MINUTE, { lastDate: undefined }))).toMatchObject({
      look: { clocksApart: true },
    });
    // The last page alone took longer than what may hide a difference.
    expect(await one(pages(5 * MINUTE, { lastAsked: 40 * SECOND }))).toMatchObject({
      look: { clocksApart: true },
    });
  });

  it('knows how far back the keys were read', async () => {
    const since = START - 366 * DAY;
    const ports = new InMemoryPorts({ keys: [key('old')], targets: TWO }).on('list', pages(0, { since }));
    expect(await look(ports)).toMatchObject({ look: { unreadBefore: since } });
  });
});
