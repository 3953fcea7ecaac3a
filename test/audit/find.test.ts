import { describe, expect, it } from 'vitest';
import { findAll } from '../../src/audit/find.ts';
import type { AuditSnapshot } from '../../src/audit/snapshot.ts';
import type { Duration } from '../../src/core/time.ts';
import type { KeyRecord } from '../../src/rotation/ports.ts';
import { DAY, key, MINUTE, NAME, SECOND, START } from '../rotation/records.ts';
import { found, HOUR, kinds, look, POLICY, secret } from './look.ts';

const other = (id: string, options: Parameters<typeof key>[1] = {}) => key(id, { name: id, ...options });

describe('a clean account has no finding', () => {
  const rotated = (age: Duration) => [
    key('new', { age }),
    key('old', { age: age + 7 * DAY, expiresIn: 23 * DAY }),
  ];

  it.each([
    ['no key at all', [], {}],
    ['a key a day old, and not in any target', [key('a')], {}],
    [
      'a rotation a week ago',
      [key('a', { age: 7 * DAY })],
      { secrets: [secret('acme/web', 7 * DAY - SECOND)] },
    ],
    ['a rotation in this moment', rotated(SECOND), { secrets: [secret('acme/web', 7 * DAY)] }],
    [
      'a rotation that is being stored',
      rotated(MINUTE),
      { secrets: [secret('a/b', MINUTE), secret('a/c', 7 * DAY)] },
    ],
    ['a grace period that has begun', rotated(HOUR), { secrets: [secret('acme/web', HOUR)] }],
    ['a grace period of almost a week', rotated(6 * DAY), { secrets: [secret('acme/web', 6 * DAY)] }],
    ['a grace period, where no targets are given', rotated(6 * DAY), {}],
    ['a grace period on a plan of two places', rotated(HOUR), { plan: 'FREE', places: 2 }],
    ['revoked keys without end', [key('a', { active: false, age: 900 * DAY, expiresIn: 'never' })], {}],
    ['a target that was never written, and no key', [], { secrets: [secret('acme/web', undefined)] }],
  ] as const)('%s', (_what, keys, more) => {
    expect(found(keys, more)).toEqual([]);
  });

  it('jobs with a key each, on a plan that they fill', () => {
    const jobs = Array.from({ length: 9 }, (_, index) =>
      other(`gha/acme/web/run/1.1/test/${index}`, { age: 2 * HOUR, expiresIn: 22 * HOUR }),
    );
    expect(found([key('a'), ...jobs], { plan: 'STARTER', places: 10 })).toEqual([]);
  });
});

describe('a key', () => {
  it('that has expired and is still active: a notice, and nothing else is said of it', () => {
    const findings = found([key('a', { age: 400 * DAY, expiresIn: -DAY })], {}, { unusedFor: DAY });
    expect(findings).toMatchObject([{ kind: 'expired-active', level: 'notice', since: START - DAY }]);
    expect(found([key('a', { expiresIn: 0 })], {}, { expiringWithin: 0 })).toEqual([]);
  });

  it('that has expired, and is what a secret holds: an error', () => {
    const keys = [key('a', { age: 31 * DAY, expiresIn: -DAY })];
    const secrets = [secret('acme/web', 31 * DAY), secret('acme/api', undefined)];
    expect(found(keys, { secrets })).toMatchObject([
      { kind: 'expired-active', level: 'error', heldBy: [{ target: 'acme/web' }] },
    ]);
    expect(kinds(found(keys, { secrets, clocksApart: true }))).toEqual(['expired-active notice']);
  });

  it('that expires soon, with the moment from which on that was so', () => {
    const ages = { age: 24 * DAY };
    expect(found([key('a', { ...ages, expiresIn: 7 * DAY })])).toEqual([]);
    expect(found([key('a', { ...ages, expiresIn: 7 * DAY - 1 })])).toMatchObject([
      { kind: 'expires-soon', level: 'warning', since: START - 1, heldBy: [] },
    ]);
    expect(found([key('a', { ...ages, expiresIn: DAY })], {}, { expiringWithin: 0 })).toEqual([]);
  });

  it('that is short-lived by design expires soon in the last third of its life', () => {
    expect(found([key('a', { age: 2 * DAY, expiresIn: DAY })])).toEqual([]);
    expect(kinds(found([key('a', { age: 2 * DAY + 3, expiresIn: DAY })]))).toEqual(['expires-soon warning']);
  });

  it('whose successor is there may expire', () => {
    const keys = [key('old', { age: 29 * DAY, expiresIn: DAY }), key('new', { age: HOUR })];
    expect(found(keys)).toEqual([]);
  });

  it('that never expires, unless that is allowed', () => {
    const keys = [key('a', { expiresIn: 'never' })];
    expect(found(keys)).toMatchObject([{ kind: 'no-expiry', level: 'warning', since: START - DAY }]);
    expect(found(keys, {}, { requireExpiry: false })).toEqual([]);
  });

  it('that is too old, with the moment from which on it was', () => {
    expect(found([key('a', { age: 90 * DAY })])).toEqual([]);
    const keys = [key('a', { age: 90 * DAY + 5 })];
    expect(found(keys)).toMatchObject([{ kind: 'too-old', level: 'warning', since: START - 5 }]);
    expect(found(keys, {}, { maxAge: 0 })).toEqual([]);
  });

  it('that was never used, or long unused, where that is asked for', () => {
    const never = key('a', { age: 31 * DAY });
    const once = key('b', { name: 'b', age: 60 * DAY, usedAfter: 29 * DAY });
    expect(found([never, once])).toEqual([]);
    expect(found([never, once], {}, { unusedFor: 30 * DAY })).toMatchObject([
      { kind: 'unused', key: { id: 'a' }, since: START - 31 * DAY },
      { kind: 'unused', key: { id: 'b' }, since: START - 31 * DAY },
    ]);
    expect(found([never, once], {}, { unusedFor: 31 * DAY })).toEqual([]);
  });

  it('with several things wrong has a finding for each', () => {
    expect(kinds(found([key('a', { age: 91 * DAY, expiresIn: 'never' })]))).toEqual([
      'no-expiry warning',
      'too-old warning',
    ]);
  });
});

describe('several keys of one name', () => {
  it('are one finding, once no rotation or grace period explains them', () => {
    const keys = [key('a', { age: 10 * DAY }), key('b', { age: 9 * DAY }), key('c', { age: 8 * DAY })];
    expect(found(keys)).toMatchObject([
      {
        kind: 'duplicate-name',
        level: 'warning',
        since: START - 9 * DAY,
        keys: [{ id: 'c' }, { id: 'b' }, { id: 'a' }],
      },
    ]);
  });

  it.each([
    ['a day at least', 10 * DAY + HOUR, 10 * DAY, DAY],
    ['as long as the older one was in use', 13 * DAY, 10 * DAY, 3 * DAY],
    ['a week at most', 40 * DAY, 10 * DAY, 7 * DAY],
  ])('may overlap for %s', (_what, older, newer, kept) => {
    const keys = (later: Duration) => {
      const shift = later - newer + kept + 16 * MINUTE;
      return [key('a', { age: older + shift }), key('b', { age: newer + shift })];
    };
    expect(found(keys(0))).toEqual([]);
    expect(kinds(found(keys(1)))).toEqual(['duplicate-name warning']);
  });

  it('are none where all but one have expired', () => {
    expect(kinds(found([key('a', { age: 40 * DAY, expiresIn: -1 }), key('b', { age: 20 * DAY })]))).toEqual([
      'expired-active notice',
    ]);
  });
});

describe('a key in no secret', () => {
  it('because it was never stored: once no run can store it any more', () => {
    const stored = key('a', { age: 7 * DAY });
    const secrets = [secret('acme/web', 7 * DAY - SECOND)];
    expect(found([stored, key('lost', { age: 18 * MINUTE })], { secrets })).toEqual([]);
    expect(found([stored, key('lost', { age: 18 * MINUTE + 1 })], { secrets })).toMatchObject([
      { kind: 'orphaned', level: 'warning', how: 'never-stored', used: false, key: { id: 'lost' } },
    ]);
  });

  it('because there is no secret', () => {
    expect(kinds(found([key('a')], { secrets: [secret('acme/web', undefined)] }))).toEqual([
      'orphaned warning',
    ]);
  });

  it('and yet in use: an error', () => {
    const keys = [key('a', { age: 7 * DAY }), key('b', { age: DAY, usedAfter: HOUR })];
    expect(found(keys, { secrets: [secret('acme/web', 7 * DAY)] })).toMatchObject([
      { kind: 'orphaned', level: 'error', used: true, key: { id: 'b' } },
    ]);
  });

  it('because it was superseded: once it was kept for longer than it was in use', () => {
    const keys = (usedAfter: Duration) => [
      key('new', { age: 8 * DAY }),
      key('old', { age: 11 * DAY, usedAfter }),
    ];
    const secrets = [secret('acme/web', 8 * DAY)];
    expect(found(keys(DAY), { secrets })).toMatchObject([
      { kind: 'orphaned', level: 'warning', how: 'superseded', since: START - 8 * DAY, key: { id: 'old' } },
    ]);
    expect(kinds(found(keys(5 * DAY), { secrets }))).toEqual(['orphaned warning']);
    expect(kinds(found(keys(10 * DAY), { secrets }))).toEqual(['orphaned error']);
  });

  it('is told as that and nothing else', () => {
    const keys = [key('a', { age: 7 * DAY }), key('b', { age: 5 * DAY, expiresIn: 'never' })];
    const secrets = [secret('acme/web', 7 * DAY)];
    expect(kinds(found(keys, { secrets }, { unusedFor: DAY, requireExpiry: true }))).toEqual([
      'orphaned warning',
      'unused warning',
    ]);
  });

  it.each([
    ['of another name', [key('a'), other('b', { age: 5 * DAY })], [secret('acme/web', DAY)]],
    ['whose secret somebody saved again', [key('a', { age: 20 * DAY })], [secret('acme/web', 3 * DAY)]],
    [
      'whose organisation secret may have been edited',
      [key('new', { age: 8 * DAY }), key('old', { age: 11 * DAY })],
      [secret('org:acme', 8 * DAY, { shared: true })],
    ],
  ])('is not one %s', (_what, keys, secrets) => {
    expect(kinds(found(keys, { secrets })).filter((one) => one.startsWith('orphaned'))).toEqual([]);
  });

  it('is not told where the clocks are apart', () => {
    const keys = [key('a', { age: 7 * DAY }), key('b', { age: 5 * DAY })];
    const secrets = [secret('acme/web', 7 * DAY)];
    expect(kinds(found(keys, { secrets, clocksApart: true }))).toEqual(['duplicate-name warning']);
    expect(kinds(found(keys, { secrets }))).toEqual(['orphaned warning']);
  });
});

describe('a secret', () => {
  const revoked = key('old', { age: 20 * DAY, active: false });

  it('older than its key, with nothing in it that works: an error, on both generations of the API', () => {
    const secrets = [secret('acme/web', 20 * DAY)];
    for (const keys of [[revoked, key('new', { age: 2 * DAY })], [key('new', { age: 2 * DAY })]]) {
      expect(found(keys, { secrets })).toMatchObject([
        {
          kind: 'secret-outdated',
          level: 'error',
          since: START - 2 * DAY,
          works: false,
          key: { id: 'new' },
          place: { target: 'acme/web' },
        },
      ]);
    }
  });

  it('is not said to hold no key that works where it may: somebody saved it again, or edited its visibility', () => {
    const keys = [key('new', { age: 2 * DAY }), key('old', { age: 20 * DAY })];
    for (const shared of [true, false]) {
      const secrets = [secret('acme/web', 19 * DAY, { shared })];
      expect(found(keys, { secrets })).toMatchObject([
        { kind: 'secret-outdated', level: 'warning', works: undefined, key: { id: 'new' } },
      ]);
    }
  });

  it('that a fan-out did not reach: a warning where it still works, an error where it is missing', () => {
    const keys = [key('new', { age: 9 * DAY }), key('old', { age: 10 * DAY })];
    const secrets = [
      secret('acme/web', 9 * DAY),
      secret('acme/api', 10 * DAY),
      secret('acme/cli', undefined),
    ];
    expect(found(keys, { secrets })).toMatchObject([
      { kind: 'secret-outdated', level: 'error', updatedAt: undefined, place: { target: 'acme/cli' } },
      { kind: 'secret-outdated', level: 'warning', works: true, place: { target: 'acme/api' } },
    ]);
  });

  it('is not outdated while a run may still be storing the key', () => {
    const secrets = [secret('acme/web', 20 * DAY)];
    expect(kinds(found([key('new', { age: 16 * MINUTE })], { secrets }))).toEqual([
      'secret-doubtful warning',
    ]);
    expect(kinds(found([key('new', { age: 16 * MINUTE + 1 })], { secrets }))).toEqual([
      'secret-outdated error',
    ]);
  });

  it('that holds a revoked key: an error', () => {
    expect(found([revoked], { secrets: [secret('acme/web', 20 * DAY)] })).toMatchObject([
      { kind: 'secret-dead', level: 'error', since: undefined, keys: [{ id: 'old' }] },
    ]);
  });

  const burst = (dead: readonly string[], more: Parameters<typeof key>[1] = { active: false }) =>
    ['third', 'second', 'first'].map((id, index) =>
      key(id, { age: DAY + index * MINUTE, ...(dead.includes(id) ? more : {}) }),
    );

  it('that holds one of several keys, all of them revoked or expired: an error', () => {
    const secrets = [secret('acme/web', DAY - SECOND)];
    const all = ['first', 'second', 'third'];
    expect(found(burst(all), { secrets })).toMatchObject([
      { kind: 'secret-dead', level: 'error', keys: [{ id: 'third' }, { id: 'second' }, { id: 'first' }] },
    ]);
    expect(kinds(found(burst(all, { expiresIn: -1 }), { secrets }))[0]).toBe('secret-dead error');
    const older = key('older', { age: 9 * DAY });
    expect(kinds(found([...burst(all), older], { secrets }))).toContain('secret-dead error');
    expect(found(burst([]), { secrets })).toEqual([]);
  });

  it('that holds one of several keys, of which some are revoked: a warning if the newest is', () => {
    const secrets = [secret('acme/web', DAY - SECOND)];
    expect(found(burst(['third']), { secrets })).toMatchObject([
      { kind: 'secret-doubtful', level: 'warning', why: { kind: 'newest-dead', dead: [{ id: 'third' }] } },
    ]);
    expect(found(burst(['first', 'second']), { secrets })).toMatchObject([
      {
        kind: 'secret-doubtful',
        level: 'notice',
        why: { kind: 'some-dead', dead: [{ id: 'second' }, { id: 'first' }] },
      },
    ]);
  });

  it('in which no active key could be: a warning, for MUTX may have forgotten the one that was revoked', () => {
    const others = [key('b', { name: 'b' })];
    for (const keys of [[], others, [...others, key('newer', { age: 15 * MINUTE })]]) {
      expect(found(keys, { secrets: [secret('acme/web', 2 * HOUR)] }), JSON.stringify(keys)).toMatchObject([
        {
          kind: 'secret-doubtful',
          level: 'warning',
          since: undefined,
          keyName: NAME,
          place: { target: 'acme/web' },
          why: { kind: 'none', justNow: false },
        },
      ]);
    }
    const why = (ago: Duration) => found([], { secrets: [secret('acme/web', ago)] });
    expect(why(MINUTE)).toMatchObject([{ why: { justNow: true } }]);
    expect(why(MINUTE + 1)).toMatchObject([{ why: { justNow: false } }]);
  });

  it('whose key has another name than was guessed, as it seems: still a warning, and the nearest key is named', () => {
    const secrets = [secret('acme/web', DAY)];
    const stranger = key('stranger', { name: 'mine', age: DAY + SECOND });
    expect(found([stranger], { secrets })).toMatchObject([
      {
        kind: 'secret-doubtful',
        level: 'warning',
        why: { kind: 'other-name', key: { id: 'stranger' }, works: true },
      },
    ]);
    const nearer = key('nearer', { name: 'theirs', age: DAY, active: false });
    expect(found([stranger, nearer], { secrets })).toMatchObject([
      { level: 'warning', why: { kind: 'other-name', key: { id: 'nearer' }, works: false } },
    ]);
    const unlike: [KeyRecord, Partial<AuditSnapshot>][] = [
      [key('stranger', { name: 'mine', age: 2 * DAY }), {}],
      // Another place's key, and that of a job: neither says anything of this secret.
      [
        { ...stranger, name: 'gha/acme/api/MUTX_API_KEY' },
        { namesMadeHere: new Set(['gha/acme/api/MUTX_API_KEY']) },
      ],
      [key('stranger', { name: 'mine', age: DAY + SECOND, expiresIn: -DAY + HOUR }), {}],
    ];
    for (const [one, more] of unlike) {
      expect(
        found([one], { secrets, ...more }).filter(({ kind }) => kind === 'secret-doubtful'),
      ).toMatchObject([{ level: 'warning', why: { kind: 'none' } }]);
    }
    // Of a name that was given, or that another secret has, nothing is guessed.
    expect(kinds(findAll(look([stranger], { secrets }), POLICY, NAME))).toContain('secret-doubtful warning');
    const both = [...secrets, { ...secret('acme/api', DAY), keyName: 'mine' }];
    expect(kinds(found([stranger], { secrets: both }))).toContain('secret-doubtful warning');
    const forgotten = key('forgotten', { age: 3 * DAY, active: false });
    expect(kinds(found([stranger, forgotten], { secrets }))).toContain('secret-doubtful warning');
  });

  it('that was written when no key was made, and may hold an older one: a notice where edits are usual', () => {
    const keys = [key('older', { age: 20 * DAY })];
    const level = (shared: boolean) => found(keys, { secrets: [secret('acme/web', DAY, { shared })] });
    expect(level(false)).toMatchObject([
      { kind: 'secret-doubtful', level: 'warning', why: { kind: 'saved-again' } },
    ]);
    expect(level(true)).toMatchObject([
      { kind: 'secret-doubtful', level: 'notice', why: { kind: 'saved-again', shared: true } },
    ]);
    expect(kinds(found([], { secrets: [secret('org:acme', DAY, { shared: true })] }))).toEqual([
      'secret-doubtful warning',
    ]);
  });

  it('is not doubted where the clocks are apart', () => {
    expect(found([], { secrets: [secret('acme/web', DAY)], clocksApart: true })).toEqual([]);
  });

  it('older than its key, and one of several that are all revoked: holds no key that works', () => {
    const keys = [
      key('new', { age: 2 * HOUR }),
      key('older', { age: 9 * DAY }),
      ...burst(['first', 'second', 'third']),
    ];
    expect(found(keys, { secrets: [secret('acme/web', DAY - SECOND)] })).toMatchObject([
      { kind: 'secret-outdated', level: 'error', works: false, key: { id: 'new' } },
    ]);
    expect(
      found([key('new', { age: 2 * HOUR }), ...burst(['third'])], {
        secrets: [secret('acme/web', DAY - SECOND)],
      }),
    ).toMatchObject([{ kind: 'secret-outdated', level: 'warning', works: undefined, key: { id: 'new' } }]);
  });

  it('belongs to the keys of its own name', () => {
    const secrets = [secret('acme/web', DAY), secret('acme/api', 20 * DAY, { keyName: 'api' })];
    expect(found([key('a'), key('b', { name: 'api', age: 20 * DAY })], { secrets })).toEqual([]);
  });
});

describe('the account', () => {
  const filled = (many: number) =>
    Array.from({ length: many }, (_, index) => other(`key ${index}`, { age: (index + 1) * DAY }));

  it.each([
    ['FREE', 2, 2],
    ['STARTER', 10, 9],
    ['PRO', 50, 45],
  ])('on the plan %s is nearly full from %i places on at %i', (plan, places, limit) => {
    expect(found(filled(limit - 1), { plan, places })).toEqual([]);
    expect(found(filled(limit), { plan, places })).toMatchObject([
      { kind: 'quota', level: 'warning', since: START - DAY, plan, places, taken: limit },
    ]);
  });

  it('counts expired keys, and those that nobody will give up', () => {
    const keys = [key('a', { age: DAY, expiresIn: -HOUR }), other('b')];
    expect(kinds(found(keys, { plan: 'FREE', places: 2 }))).toEqual([
      'quota warning',
      'expired-active notice',
    ]);
  });

  it('without a limit, or of a plan that nobody knows, is never full', () => {
    expect(found(filled(60), { plan: 'ENTERPRISE', places: Number.POSITIVE_INFINITY })).toEqual([]);
    expect(found(filled(60), { plan: 'OTHER', places: undefined })).toEqual([]);
    expect(found(filled(60), { plan: undefined, places: 2 })).toEqual([]);
  });

  it('whose writer token ends within two weeks', () => {
    expect(found([], { tokenExpiresAt: START + 14 * DAY + 1 })).toEqual([]);
    expect(found([], { tokenExpiresAt: START + 14 * DAY - 5 })).toMatchObject([
      { kind: 'writer-token', level: 'warning', since: START - 5 },
    ]);
  });
});

describe('an audit of one name', () => {
  it('is about the keys of that name, and not about the account', () => {
    const keys = [
      key('a', { expiresIn: 'never' }),
      other('b', { expiresIn: 'never' }),
      other('c', { expiresIn: -1 }),
    ];
    const all = look(keys, { plan: 'FREE', places: 2 });
    expect(kinds(findAll(all, POLICY, NAME))).toEqual(['no-expiry warning']);
    expect(kinds(findAll(all, POLICY))).toEqual([
      'no-expiry warning',
      'no-expiry warning',
      'quota warning',
      'expired-active notice',
    ]);
  });
});
