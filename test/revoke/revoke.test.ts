import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/core/call.ts';
import { noSuchKey, revokedIds } from '../../src/messages/revocation/revocation.ts';
import { isDone, type RevocationEvent, type RevocationRequest } from '../../src/revoke/request.ts';
import { revokeKeys } from '../../src/revoke/revoke.ts';
import type { KeyRecord } from '../../src/rotation/ports.ts';
import { InMemoryPorts } from '../rotation/ports.ts';
import { DAY, key, SECOND, START } from '../rotation/records.ts';
import {
  breaks,
  breaksForGood,
  losesReply,
  offline,
  refuses,
  type Script,
  throttles,
  undated,
  works,
} from '../rotation/scripts.ts';

// Holds invariants 9 and 26 of docs/threat-model.md.

class Case extends InMemoryPorts {
  readonly revocations: RevocationEvent[] = [];
  /** As `/v1`, where `revoked` records stay. */
  keepsRecords = false;

  revoke(request: Partial<RevocationRequest> & { ids?: string[]; name?: string }, mayRevokeItself = false) {
    const { ids, name = '' } = request;
    return revokeKeys(
      {
        selection: ids === undefined ? { by: 'name', name } : { by: 'ids', ids },
        maxRevocations: 5,
        dryRun: false,
        ifNone: 'ignore',
        ...request,
      },
      {
        keys: this.keys,
        clock: this.clock,
        random: this.random,
        sessionEndsAt: undefined,
        mayRevokeItself,
        keepsRecords: () => this.keepsRecords,
        report: (event) => this.revocations.push(event),
      },
    );
  }
}

/** A reply whose `Date` is ahead. */
const later =
  (by: number): Script =>
  (call) => {
    const reply = call.apply();
    return reply.ok ? { ...reply, date: (reply.date ?? 0) + by } : reply;
  };

/** What a gateway may say as well. */
const GONE = { ok: true, value: 'gone', date: undefined } as const;

const withKeys = (...keys: KeyRecord[]) => new Case({ keys });
const states = (outcome: Awaited<ReturnType<Case['revoke']>>) =>
  Object.fromEntries(outcome.results.map(({ id, state }) => [id, state]));

describe('by name', () => {
  it('every active key of exactly this name goes, an expired one too', async () => {
    const world = withKeys(
      key('a', { name: 'x' }),
      key('b', { name: 'x', expiresIn: -SECOND }),
      key('c', { name: 'x', active: false }),
      key('d', { name: 'X' }),
    );
    const outcome = await world.revoke({ name: 'x' });
    expect(outcome.kind).toBe('done');
    expect(states(outcome)).toEqual({ a: 'revoked', b: 'revoked' });
    expect(world.active()).toEqual(['d']);
  });

  it('is not known to be all of it where the list was cut short: what was found goes, and the run fails', async () => {
    const cut: Script = ({ apply }) => {
      const reply = apply();
      const reading = { lastDate: START, lastAsked: 0, since: START - DAY };
      return reply.ok ? { ...reply, reading } : reply;
    };
    const world = withKeys(key('a', { name: 'x' }));
    world.always('list', cut);
    const outcome = await world.revoke({ name: 'x' });
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'keys-unread',
      message: expect.stringContaining(
        'were not read, so it is not known whether more keys have the name that was asked for',
      ),
    });
    expect(states(outcome)).toEqual({ a: 'revoked' });
    const none = withKeys();
    none.always('list', cut);
    expect(await none.revoke({ name: 'x', ifNone: 'fail' })).toMatchObject({
      kind: 'failed',
      code: 'keys-unread',
      results: [],
    });
  });

  it('beyond max-revocations nothing goes; as many as that all go', async () => {
    const keys = [key('a', { name: 'x' }), key('b', { name: 'x' })];
    const world = withKeys(...keys);
    const outcome = await world.revoke({ name: 'x', maxRevocations: 1 });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'revocations-exceeded' });
    expect(states(outcome)).toEqual({ a: 'untouched', b: 'untouched' });
    expect(world.changes()).toEqual([]);
    expect(await withKeys(...keys).revoke({ name: 'x', maxRevocations: 2 })).toMatchObject({ kind: 'done' });
  });

  it('a dry run changes nothing, and fails where the real run would', async () => {
    const world = withKeys(key('a', { name: 'x' }));
    expect(states(await world.revoke({ name: 'x', dryRun: true }))).toEqual({ a: 'untouched' });
    expect(await world.revoke({ name: 'x', dryRun: true, maxRevocations: 0 })).toMatchObject({
      code: 'revocations-exceeded',
    });
    expect(world.changes()).toEqual([]);
  });

  it('a list that cannot be read: nothing goes', async () => {
    const world = withKeys(key('a', { name: 'x' })).on('list', refuses(403));
    expect(await world.revoke({ name: 'x' })).toMatchObject({ code: 'look-failed', results: [] });
    expect(world.changes()).toEqual([]);
  });

  it('a 404 for a key that was listed, and is not active in a list after it: someone else was faster', async () => {
    const world = withKeys(key('a', { name: 'x' })).on('revoke a', ({ apply }) => {
      const reply = apply();
      return reply.ok ? { ...reply, value: 'gone' } : reply;
    });
    expect(states(await world.revoke({ name: 'x' }))).toEqual({ a: 'already-revoked' });
    expect(world.calls()).toEqual(['list', 'revoke a', 'list']);
  });

  it('a 404 for a key whose own DELETE had no answer before: revoked, and not said to have been so already', async () => {
    for (const keepsRecords of [true, false]) {
      const world = withKeys(key('a', { name: 'x' })).on('revoke a', losesReply, () => GONE);
      world.keepsRecords = keepsRecords;
      expect(states(await world.revoke({ name: 'x' }))).toEqual({ a: 'revoked' });
      const again = withKeys(key('a', { name: 'x' })).on('revoke a', breaks, () => GONE);
      again.keepsRecords = keepsRecords;
      expect(await again.revoke({ name: 'x' })).toMatchObject({
        kind: 'failed',
        results: [{ id: 'a', state: 'unknown', failure: { message: expect.stringContaining('active') } }],
      });
    }
  });

  it('a 404 for a key that was listed, and is active after it: not known, and never told as done', async () => {
    const world = withKeys(key('a', { name: 'x' }), key('b', { name: 'x' })).on('revoke a', () => GONE);
    const outcome = await world.revoke({ name: 'x' });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'revoke-failed' });
    expect(states(outcome)).toEqual({ a: 'unknown', b: 'revoked' });
    expect(revokedIds(outcome.results).text).toBe('["b"]');
    expect(world.active()).toEqual(['a']);
    expect(world.revocations.filter(({ type }) => type === 'result')).toHaveLength(2);
  });

  it('a 404 for a key that was listed, where no list can be read after it: not known', async () => {
    const world = withKeys(key('a', { name: 'x' }))
      .on('revoke a', () => GONE)
      .on('list', works)
      .always('list', refuses(403));
    const outcome = await world.revoke({ name: 'x' });
    expect(outcome).toMatchObject({ kind: 'failed', failures: [{ status: 403 }] });
    expect(states(outcome)).toEqual({ a: 'unknown' });
  });
});

describe('by ids', () => {
  it('one request a key, and no list', async () => {
    const world = withKeys(key('a'), key('b'));
    expect(states(await world.revoke({ ids: ['a', 'b'] }))).toEqual({ a: 'revoked', b: 'revoked' });
    expect(world.calls().sort()).toEqual(['revoke a', 'revoke b']);
  });

  it('none: nothing is called, whatever else was asked for', async () => {
    const world = withKeys(key('a'));
    const outcome = await world.revoke({ ids: [], dryRun: true, maxRevocations: 0 }, true);
    expect(outcome).toEqual({ kind: 'planned', results: [] });
    expect(await world.revoke({ ids: [] })).toEqual({ kind: 'done', results: [] });
    expect(world.calls()).toEqual([]);
  });

  it('only those that are alive count for max-revocations', async () => {
    const world = withKeys(key('a'), key('b', { active: false }));
    const outcome = await world.revoke({ ids: ['a', 'B', 'c'], maxRevocations: 1 });
    expect(outcome.kind).toBe('done');
    expect(states(outcome)).toEqual({ a: 'revoked', B: 'already-revoked', c: 'gone' });
    const more = withKeys(key('a'), key('b'));
    expect(await more.revoke({ ids: ['a', 'b'], maxRevocations: 1 })).toMatchObject({
      code: 'revocations-exceeded',
    });
    expect(more.changes()).toEqual([]);
  });

  it('a list that cannot be read where it is needed: nothing goes', async () => {
    const world = withKeys(key('a'), key('b')).on('list', refuses(403));
    const outcome = await world.revoke({ ids: ['a', 'b'], dryRun: true });
    expect(states(outcome)).toEqual({ a: 'untouched', b: 'untouched' });
    expect(outcome).toMatchObject({ code: 'look-failed', failures: [{ status: 403 }] });
  });

  it('a dry run tells those that are there from those that are not', async () => {
    const world = withKeys(key('a'), key('b', { active: false }));
    const outcome = await world.revoke({ ids: ['a', 'b', 'c'], dryRun: true });
    expect(states(outcome)).toEqual({ a: 'untouched', b: 'already-revoked', c: 'gone' });
    expect(world.changes()).toEqual([]);
  });

  it('a 404 counts as done only where the list, too, has no such key', async () => {
    const world = withKeys(key('a'));
    expect(states(await world.revoke({ ids: ['b', 'a'] }))).toEqual({ b: 'gone', a: 'revoked' });
    const blind = withKeys(key('a')).always('list', refuses(404));
    const outcome = await blind.revoke({ ids: ['b', 'a'] });
    expect(states(outcome)).toEqual({ b: 'unknown', a: 'revoked' });
    expect(outcome).toMatchObject({ code: 'revoke-failed', failures: [{ status: 404 }] });
  });

  it('a 404 for a key that a list after it shows: not known, whether or not there was one before', async () => {
    for (const ids of [['a'], ['A', 'b']]) {
      const world = withKeys(key('a')).on(`revoke ${ids[0]}`, () => GONE);
      const outcome = await world.revoke({ ids, maxRevocations: 1 });
      expect(states(outcome)).toMatchObject({ [String(ids[0])]: 'unknown' });
      expect(outcome).toMatchObject({
        kind: 'failed',
        failures: [{ status: 404, message: expect.stringContaining('lists it as active') }],
      });
    }
  });
});

describe('not before an instant, by the clock of MUTX', () => {
  it.each([
    ['a second before it', SECOND, 'too-early'],
    ['at it', 0, undefined],
    ['after it', -SECOND, undefined],
  ])('%s', async (_, ahead, code) => {
    const world = withKeys(key('a'), key('b', { name: 'x' }));
    // What this process takes for the time does not matter.
    world.clock.behind = -1_000 * SECOND;
    const notBefore = world.clock.time + ahead;
    for (const which of [{ ids: ['a'] }, { name: 'x' }]) {
      const outcome = await world.revoke({ ...which, notBefore });
      expect(outcome.kind === 'failed' ? outcome.code : undefined).toBe(code);
      if (code !== undefined)
        expect(new Set(Object.values(states(outcome)))).toEqual(new Set('ids' in which ? ['untouched'] : []));
    }
    expect(world.active()).toEqual(code === undefined ? [] : ['a', 'b']);
  });

  it.each([
    ['a later one is ahead', [works, later(DAY)]],
    ['the first one was ahead', [later(DAY), works]],
    ['the second one says nothing', [later(DAY), undated]],
    ['there is no second one', [later(DAY), refuses(403)]],
  ])('nothing goes by one Date alone: %s', async (_, scripts) => {
    const world = withKeys(key('a')).on('list', ...scripts);
    const notBefore = world.clock.time - SECOND + (scripts[0] === works ? 0 : DAY);
    expect(await world.revoke({ ids: ['a'], notBefore })).toMatchObject({ code: 'too-early' });
    expect(world.active()).toEqual(['a']);
  });

  it('nothing goes where MUTX does not say what time it is', async () => {
    const world = withKeys(key('a')).always('list', undated);
    expect(await world.revoke({ ids: ['a'], notBefore: 0 })).toMatchObject({
      code: 'too-early',
      message: expect.stringContaining('does not say what time it is'),
    });
    expect(world.changes()).toEqual([]);
  });

  it('of no ids nothing is asked', async () => {
    const world = withKeys(key('a'));
    expect(await world.revoke({ ids: [], notBefore: Number.MAX_SAFE_INTEGER })).toEqual({
      kind: 'done',
      results: [],
    });
    expect(world.calls()).toEqual([]);
  });
});

describe('a revocation that fails', () => {
  it('is tried again within limits', async () => {
    const world = withKeys(key('a')).on('revoke a', breaks, offline, throttles(SECOND));
    expect(states(await world.revoke({ ids: ['a'] }))).toEqual({ a: 'revoked' });
    expect(world.revocations.map(({ type }) => type)).toEqual(['retrying', 'retrying', 'retrying', 'result']);
  });

  it('leaves the others revoked, and says what is alive', async () => {
    const world = withKeys(key('a'), key('b', { name: 'ci' })).always('revoke b', refuses(403));
    const outcome = await world.revoke({ ids: ['a', 'b'] });
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'revoke-failed',
      failures: [{ status: 403 }],
      results: [
        { id: 'a', state: 'revoked' },
        { id: 'b', name: 'ci', state: 'alive', failure: { status: 403 } },
      ],
    });
    expect(outcome.results.map(isDone)).toEqual([true, false]);
    expect(world.revocations.filter(({ type }) => type === 'result')).toHaveLength(2);
  });

  it('of which every reply was lost: the list says what became of it', async () => {
    const done = withKeys(key('a')).always('revoke a', losesReply);
    expect(states(await done.revoke({ ids: ['a'] }))).toEqual({ a: 'revoked' });
    const notDone = withKeys(key('a')).always('revoke a', breaks);
    expect(states(await notDone.revoke({ ids: ['a'] }))).toEqual({ a: 'unknown' });
    const blind = withKeys(key('a')).always('revoke a', breaksForGood).always('list', refuses(403));
    expect(states(await blind.revoke({ ids: ['a'] }))).toEqual({ a: 'unknown' });
  });

  it('of a key that the list does not have is not called revoked: it may be of another account', async () => {
    const world = withKeys(key('a')).always('revoke b', breaks);
    expect(states(await world.revoke({ ids: ['b'] }))).toEqual({ b: 'gone' });
    const known = withKeys(key('a'), key('b'))
      .always('revoke b', breaks)
      .on('list', works, () => ({
        ok: true,
        value: [],
        date: undefined,
      }));
    expect(states(await known.revoke({ ids: ['a', 'b'], maxRevocations: 2 }, true))).toEqual({
      a: 'revoked',
      b: 'revoked',
    });
  });

  it('is not taken for a key that is alive where nothing is known of it', async () => {
    const world = withKeys(key('a', { active: false }))
      .always('revoke a', refuses(401))
      .always('list', refuses(401));
    expect(states(await world.revoke({ ids: ['a'] }))).toEqual({ a: 'unknown' });
  });

  it('of a key that someone else has revoked meanwhile counts as done', async () => {
    const world = withKeys(key('a')).on('revoke a', (call) => {
      call.apply();
      return refuses(409)(call);
    });
    expect(states(await world.revoke({ ids: ['a'] }))).toEqual({ a: 'already-revoked' });
  });
});

describe('a credential that may be one of the keys', () => {
  it('goes last: the list has used it a moment ago', async () => {
    const used = (id: string, usedAfter?: number) =>
      key(id, { name: 'x', ...(usedAfter === undefined ? {} : { usedAfter }) });
    const world = withKeys(used('own', 9 * SECOND), used('never'), used('once', SECOND));
    await world.revoke({ name: 'x' }, true);
    // One after the other: only then is last last.
    expect(world.journal).toEqual(
      ['list', 'revoke never', 'revoke once', 'revoke own'].flatMap((call) => [`→ ${call}`, `← ${call}`]),
    );
    const ids = withKeys(used('own', 9 * SECOND), used('once', SECOND));
    await ids.revoke({ ids: ['own', 'once', 'unknown'] }, true);
    expect(ids.calls()).toEqual(['list', 'revoke unknown', 'revoke once', 'revoke own']);
  });

  it('needs no list where it is the only one', async () => {
    const world = withKeys(key('own'));
    await world.revoke({ ids: ['own'] }, true);
    expect(world.calls()).toEqual(['revoke own']);
  });

  it('gone before the others: what is left is told', async () => {
    const world = withKeys(key('a', { usedAfter: 1 }), key('b', { usedAfter: 2 }))
      .on('revoke a', works)
      .always('revoke b', refuses(401))
      .on('list', works)
      .always('list', refuses(401));
    const outcome = await world.revoke({ ids: ['a', 'b'] }, true);
    expect(states(outcome)).toEqual({ a: 'revoked', b: 'alive' });
  });
});

describe('what no key is', () => {
  const fail = { ifNone: 'fail' } as const;
  const recorded = (...keys: KeyRecord[]) => Object.assign(withKeys(...keys), { keepsRecords: true });

  it('a name: fails, nothing goes, and the names that there are come back', async () => {
    const world = withKeys(key('a', { name: 'laptop' }), key('b', { name: 'ci' }), key('c', { name: 'ci' }));
    expect(await world.revoke({ name: 'lptop', ...fail })).toMatchObject({
      kind: 'failed',
      code: 'no-such-key',
      missing: { name: 'lptop', names: ['laptop', 'ci'] },
    });
    expect(await world.revoke({ name: 'lptop', dryRun: true, ...fail })).toMatchObject({
      code: 'no-such-key',
    });
    expect(await world.revoke({ name: 'lptop' })).toMatchObject({ kind: 'done', results: [] });
    expect(world.changes()).toEqual([]);
  });

  it('a name whose keys are all revoked is done', async () => {
    const world = withKeys(key('a', { name: 'x', active: false }));
    expect(await world.revoke({ name: 'x', ...fail })).toMatchObject({ kind: 'done', results: [] });
  });

  it('an id: the others go, and then the run fails, where records stay', async () => {
    const world = recorded(key('a'));
    const outcome = await world.revoke({ ids: ['a', 'nobody'], ...fail });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'no-such-key' });
    expect(states(outcome)).toEqual({ a: 'revoked', nobody: 'none' });
    expect(world.active()).toEqual([]);
    const dry = await recorded(key('a')).revoke({ ids: ['a', 'nobody'], dryRun: true, ...fail });
    expect(dry).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/^1 of 2 ids asked for is /u),
    });
    expect(states(dry)).toEqual({ a: 'untouched', nobody: 'none' });
    const two = await recorded().revoke({ ids: ['x', 'y'], ...fail });
    expect(two).toMatchObject({ message: expect.stringMatching(/^2 of 2 ids asked for are /u) });
    expect(await recorded().revoke({ ids: ['nobody'] })).toMatchObject({ kind: 'done' });
    // The credential may be one of them, so the list is read first.
    const first = await recorded(key('a')).revoke({ ids: ['a', 'nobody'], ...fail }, true);
    expect(states(first)).toEqual({ a: 'revoked', nobody: 'none' });
  });

  it('an id that is gone is done, where MUTX forgets revoked keys', async () => {
    const world = withKeys(key('a'));
    const outcome = await world.revoke({ ids: ['a', 'nobody'], ...fail });
    expect(outcome.kind).toBe('done');
    expect(states(outcome)).toEqual({ a: 'revoked', nobody: 'gone' });
  });
});

describe('a list that was not read to its end', () => {
  const SINCE = Date.UTC(2026, 10, 30);
  const UNREAD = 'keys made before 2026-11-30T00:00:00Z were not read';

  /** Without these keys, which were made before. */
  const without =
    (...unread: string[]): Script =>
    ({ apply }) => {
      const reply = apply() as Reply<readonly KeyRecord[]>;
      if (!reply.ok) return reply;
      const reading = { lastDate: reply.date, lastAsked: 0, since: SINCE };
      return { ...reply, value: reply.value.filter(({ id }) => !unread.includes(id)), reading };
    };

  it.each(['fail', 'ignore'] as const)(
    'by name, if-none: %s: what was found goes, and the run fails: an older key of the name may live',
    async (ifNone) => {
      const world = withKeys(key('new', { name: 'x' }), key('old', { name: 'x' }));
      world.always('list', without('old'));
      const outcome = await world.revoke({ name: 'x', ifNone });
      expect(outcome).toMatchObject({ kind: 'failed', code: 'keys-unread' });
      expect(outcome).toMatchObject({
        message: `${UNREAD}, so it is not known whether more keys have the name that was asked for`,
      });
      expect(states(outcome)).toEqual({ new: 'revoked' });
      expect(world.active()).toEqual(['old']);
    },
  );

  it.each(['fail', 'ignore'] as const)(
    'by name, if-none: %s: that it has no key of the name says nothing',
    async (ifNone) => {
      const world = withKeys(key('old', { name: 'x' })).always('list', without('old'));
      for (const dryRun of [false, true]) {
        const request = { selection: { by: 'name', name: 'x' }, maxRevocations: 5, dryRun, ifNone } as const;
        const outcome = await world.revoke(request);
        expect(outcome).toMatchObject({ kind: 'failed', code: 'keys-unread', results: [] });
        expect(outcome).not.toHaveProperty('missing');
        expect(noSuchKey(outcome, request)).toBeUndefined();
      }
    },
  );

  it('by name, in a dry run: fails as the real run would, and changes nothing', async () => {
    const world = withKeys(key('new', { name: 'x' }), key('old', { name: 'x' }));
    world.always('list', without('old'));
    const outcome = await world.revoke({ name: 'x', dryRun: true });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'keys-unread' });
    expect(states(outcome)).toEqual({ new: 'untouched' });
    expect(world.changes()).toEqual([]);
  });

  it('by name: a key that could not be revoked comes first, and both are said', async () => {
    const world = withKeys(key('a', { name: 'x' }), key('old', { name: 'x' }))
      .always('list', without('old'))
      .always('revoke a', refuses(403));
    const outcome = await world.revoke({ name: 'x' });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'revoke-failed', failures: [{ status: 403 }] });
    expect(outcome).toMatchObject({ message: expect.stringContaining(UNREAD) });
    expect(states(outcome)).toEqual({ a: 'alive' });
  });

  it('by name, more than max-revocations: they are at least so many', async () => {
    const world = withKeys(key('a', { name: 'x' }), key('b', { name: 'x' })).always('list', without());
    expect(await world.revoke({ name: 'x', maxRevocations: 1 })).toMatchObject({
      code: 'revocations-exceeded',
      message: expect.stringContaining('are at least 2,'),
    });
    expect(world.changes()).toEqual([]);
  });

  it.each([
    ['fail', true],
    ['fail', false],
    ['ignore', true],
    ['ignore', false],
  ] as const)(
    'by id, if-none: %s, records kept: %s: a 404 for a key that it does not show is not known',
    async (ifNone, keepsRecords) => {
      for (const lists of ['before', 'after']) {
        const world = Object.assign(withKeys(key('a'), key('old')), { keepsRecords });
        world.always('list', without('old')).on('revoke old', () => GONE);
        // Where the credential may be one of them the list is read before.
        const outcome = await world.revoke({ ids: ['a', 'old'], ifNone }, lists === 'before');
        expect(outcome).toMatchObject({
          kind: 'failed',
          code: 'revoke-failed',
          failures: [{ status: 404, message: `MUTX answers that there is no key old, and ${UNREAD}` }],
        });
        expect(states(outcome)).toEqual({ a: 'revoked', old: 'unknown' });
        expect(revokedIds(outcome.results).text).toBe('["a"]');
        expect(world.active()).toEqual(['old']);
      }
    },
  );

  it('by id: a DELETE without an answer is not taken for done where the list after it ended too early', async () => {
    const world = withKeys(key('a'), key('old')).always('revoke old', breaks);
    world.on('list', works).always('list', without('old'));
    const outcome = await world.revoke({ ids: ['a', 'old'] }, true);
    expect(outcome).toMatchObject({ code: 'revoke-failed' });
    expect(states(outcome)).toEqual({ a: 'revoked', old: 'unknown' });
    // A refusal, and the list before it: alive.
    const refused = withKeys(key('a'), key('old')).always('revoke old', refuses(403));
    refused.on('list', works).always('list', without('old'));
    expect(states(await refused.revoke({ ids: ['a', 'old'] }, true))).toEqual({ a: 'revoked', old: 'alive' });
  });

  it('by id: what it does show is known, and a key that MUTX says it revoked is', async () => {
    const world = withKeys(key('a'), key('b', { active: false }), key('old'));
    world.always('list', without('old'));
    const outcome = await world.revoke({ ids: ['a', 'b', 'old'] }, true);
    expect(outcome.kind).toBe('done');
    expect(states(outcome)).toEqual({ a: 'revoked', b: 'already-revoked', old: 'revoked' });
  });

  it('by id: what it does not show counts for max-revocations', async () => {
    const world = withKeys(key('a'), key('old')).always('list', without('old'));
    expect(await world.revoke({ ids: ['a', 'old'], maxRevocations: 1 })).toMatchObject({
      code: 'revocations-exceeded',
      message: expect.stringContaining('may be 2,'),
    });
    expect(world.changes()).toEqual([]);
  });

  it('by id, in a dry run: what it does not show is not known, and fails the run', async () => {
    for (const keepsRecords of [true, false]) {
      const world = Object.assign(withKeys(key('a'), key('old')), { keepsRecords });
      world.always('list', without('old'));
      const outcome = await world.revoke({ ids: ['a', 'old'], dryRun: true });
      expect(outcome).toMatchObject({ kind: 'failed', code: 'keys-unread' });
      expect(outcome).toMatchObject({
        message: `${UNREAD}, so it is not known whether 1 of 2 ids asked for is of a key of this account`,
      });
      expect(states(outcome)).toEqual({ a: 'untouched', old: 'unknown' });
      expect(await world.revoke({ ids: ['a'], dryRun: true })).toMatchObject({ kind: 'planned' });
    }
  });
});
