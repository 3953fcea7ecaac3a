import { describe, expect, it } from 'vitest';
import { DAY, key, MINUTE, SECOND, START } from '../../rotation/records.ts';
import {
  breaks,
  breaksForGood,
  fails,
  failsInside,
  losesReply,
  offline,
  refuses,
  type ScriptedCall,
  takes,
  throttles,
  undated,
  works,
} from '../../rotation/scripts.ts';
import { full, Mutx, NAME, PREFIX } from './ports.ts';

// Holds invariant 18 of docs/threat-model.md.

/** A 404, of MUTX or of whatever stands before it. */
const gone = () => ({ ok: true, value: 'gone', date: START }) as const;
const SWEEP = { prefix: PREFIX, after: undefined };
const leftover = (id: string, digit: string, options = {}) =>
  key(id, { name: `${PREFIX}6.1/test/00000000000${digit}`, age: 2 * DAY, expiresIn: -DAY, ...options });

describe('a key for a job', () => {
  it('is kept for the post step before it is tried, and tried before it is handed out', async () => {
    const mutx = new Mutx();
    expect(await mutx.mint()).toMatchObject({ kind: 'ready', key: { id: 'new1', name: NAME } });
    expect(mutx.journal).toEqual([
      'keep: asked',
      'create',
      'keep: minted new1',
      'verify new1',
      'hand out new1',
    ]);
    expect(mutx.events.map(({ type }) => type)).toEqual(['minted', 'verified']);
  });

  it('is not tried where nobody wants it to be', async () => {
    const mutx = new Mutx();
    expect(await mutx.mint({ verify: false })).toMatchObject({ kind: 'ready' });
    expect(mutx.journal).not.toContain('verify new1');
  });

  it('is revoked when MUTX refuses it', async () => {
    const mutx = new Mutx();
    mutx.world.on('verify', refuses(401));
    expect(await mutx.mint()).toMatchObject({
      kind: 'failed',
      code: 'verify-refused',
      failures: [{ status: 401 }],
      minted: { id: 'new1', state: 'revoked' },
    });
    expect(mutx.journal.slice(-3)).toEqual(['verify new1', 'revoke new1', 'keep: nothing']);
    expect(mutx.world.active()).toEqual([]);
  });

  it.each([
    ['shows it as active', undefined],
    [
      'does not show it, and may be older than the key',
      () => ({ ok: true, value: [], date: START }) as const,
    ],
    ['cannot be read', breaksForGood],
    ['is refused', refuses(403)],
  ] as const)(
    'is not told of as revoked for a 404, where the list %s: the post step tries again',
    async (_, list) => {
      const mutx = new Mutx();
      mutx.world.on('verify', refuses(401)).always('revoke', gone);
      if (list !== undefined) mutx.world.always('list', list);
      expect(await mutx.mint()).toMatchObject({
        code: 'verify-refused',
        failures: [{ status: 401 }, { kind: 'unclear' }],
        minted: { id: 'new1', state: 'unknown' },
      });
      expect(mutx.journal).not.toContain('keep: nothing');
      expect(mutx.warnings()[0]).toContain('it is not known whether key new1 was revoked');
      expect(mutx.world.active()).toEqual(['new1']);
    },
  );

  it('is not told of as active where a DELETE got no answer before it was refused: that one may have been done', async () => {
    const mutx = new Mutx();
    mutx.world.on('verify', refuses(401)).on('revoke', breaks, refuses(403));
    expect(await mutx.mint()).toMatchObject({ minted: { state: 'unknown' } });
    expect(mutx.warnings()[0]).toContain('it is not known whether key new1 was revoked');
    expect(mutx.journal).not.toContain('keep: nothing');
  });

  it('is not told of as active where only the second DELETE is refused', async () => {
    const mutx = new Mutx();
    mutx.world.on('verify', refuses(401)).on('revoke', gone, refuses(403));
    expect(await mutx.mint()).toMatchObject({ minted: { state: 'unknown' } });
  });

  it('is revoked once more where a 404 was not the truth', async () => {
    const mutx = new Mutx();
    mutx.world.on('verify', refuses(401)).on('revoke', gone);
    expect(await mutx.mint()).toMatchObject({ minted: { state: 'revoked' } });
    expect(mutx.world.active()).toEqual([]);
  });

  it('is left to the post step when it cannot be revoked either', async () => {
    const mutx = new Mutx();
    mutx.world.on('verify', breaksForGood).on('revoke', refuses(403));
    expect(await mutx.mint()).toMatchObject({
      code: 'verify-unclear',
      failures: [{}, { status: 403 }],
      minted: { state: 'alive' },
    });
    expect(mutx.journal).not.toContain('keep: nothing');
    expect(mutx.warnings()).toEqual([
      'revocation-failed: key new1 could not be revoked here: revoke new1 failed',
    ]);
  });

  it('is not made where MUTX says no, and nothing is left to be given back', async () => {
    const mutx = new Mutx();
    mutx.world.on('create', refuses(402));
    expect(await mutx.mint()).toMatchObject({ code: 'create-failed', perhaps: false, retryAt: undefined });
    expect(mutx.journal).toEqual(['keep: asked', 'create', 'keep: nothing']);
  });

  it('says when to come back, where MUTX says it, and no session outlasts it', async () => {
    const mutx = new Mutx({ sessionEndsIn: MINUTE });
    mutx.world.on('create', throttles(2 * MINUTE));
    const outcome = await mutx.mint();
    expect(outcome).toMatchObject({ code: 'create-failed', retryAt: mutx.world.clock.now() + 2 * MINUTE });
    expect(mutx.world.sleeps).toEqual([]);
  });

  it('is asked for again where nothing was done', async () => {
    const mutx = new Mutx();
    mutx.world.on('create', offline, throttles(3 * SECOND));
    expect(await mutx.mint()).toMatchObject({ kind: 'ready' });
    expect(mutx.events.filter(({ type }) => type === 'retrying')).toHaveLength(2);
    expect(mutx.world.sleeps).toEqual([750, 3_375]);
  });
});

describe('a create whose reply is lost', () => {
  it('has its key found by the name and revoked, before there is another', async () => {
    const mutx = new Mutx();
    mutx.world.on('create', losesReply);
    expect(await mutx.mint()).toMatchObject({ kind: 'ready', key: { id: 'new2' } });
    expect(mutx.journal.slice(0, 6)).toEqual([
      'keep: asked',
      'create',
      'keep: lost',
      'list',
      'revoke new1',
      'keep: asked',
    ]);
    expect(mutx.world.active()).toEqual(['new2']);
    expect(mutx.warnings()[0]).toMatch(/^create-lost: .* was found by its name and revoked: new1$/u);
  });

  it('is told of when there is no key of the name, which the post step looks for again', async () => {
    const mutx = new Mutx({ keys: [key('other'), key('dead', { name: NAME, active: false })] });
    mutx.world.on('create', breaks);
    expect(await mutx.mint()).toMatchObject({ kind: 'ready' });
    expect(mutx.warnings()[0]).toContain('no key of its name is there so far');
    expect(mutx.world.active()).toEqual(['other', 'new1']);
  });

  it.each(['list', 'revoke'] as const)(
    'is told of when nothing could be found out about it: %s',
    async (call) => {
      const mutx = new Mutx();
      mutx.world.on('create', losesReply).on(call, refuses(403));
      expect(await mutx.mint()).toMatchObject({ kind: 'ready' });
      expect(mutx.warnings()[0]).toContain('its key was not found out about');
    },
  );

  it('touches nothing under a name that others use', async () => {
    const mutx = new Mutx({ keys: [key('theirs', { name: NAME })] });
    mutx.world.on('create', losesReply);
    expect(await mutx.mint({ unique: false })).toMatchObject({ kind: 'ready' });
    expect(mutx.world.active()).toEqual(['theirs', 'new1', 'new2']);
    expect(mutx.warnings()[0]).toContain('nobody can tell');
  });

  it('ends it after three, and leaves the rest to the post step', async () => {
    const mutx = new Mutx();
    mutx.world.always('create', breaks);
    expect(await mutx.mint()).toMatchObject({ code: 'create-lost', perhaps: true, minted: undefined });
    expect(mutx.journal.filter((call) => call === 'create')).toHaveLength(3);
    expect(mutx.world.sleeps).toEqual([2_000, 2_000]);
    expect(mutx.journal).not.toContain('keep: nothing');
  });

  it('is no lost reply where MUTX itself fails each time and no key is there: it cannot make one', async () => {
    const mutx = new Mutx();
    mutx.world.always('create', failsInside);
    expect(await mutx.mint()).toMatchObject({
      code: 'create-unsupported',
      message: 'MUTX failed 3 times at making the key, and made none',
      failures: Array.from({ length: 3 }, () => ({ code: 'create-unsupported', requestId: 'r' })),
      perhaps: false,
    });
    expect(mutx.warnings()).toEqual([]);
    expect(mutx.journal).toContain('keep: nothing');
  });

  it.each([
    ['one of them has an answer of something in between', [failsInside, breaks, failsInside], {}],
    ['the name is not its own', [failsInside, failsInside, failsInside], { unique: false }],
  ])('may be lost all the same where %s', async (_, scripts, settings) => {
    const mutx = new Mutx();
    mutx.world.on('create', ...scripts);
    expect(await mutx.mint(settings)).toMatchObject({ code: 'create-lost', perhaps: true });
  });

  it('ends it at once where trying again would not help', async () => {
    const mutx = new Mutx();
    mutx.world.on('create', breaksForGood);
    expect(await mutx.mint()).toMatchObject({ code: 'create-lost' });
    expect(mutx.journal.filter((call) => call === 'create')).toHaveLength(1);
  });

  it('is not forgotten when a later one is refused', async () => {
    const mutx = new Mutx();
    mutx.world.on('create', breaks, refuses(403));
    expect(await mutx.mint()).toMatchObject({ code: 'create-lost', perhaps: true });
    const waiting = new Mutx();
    waiting.world.on('create', breaks, full);
    expect(await waiting.mint({ quotaWait: 0 })).toMatchObject({ code: 'quota-wait-over', perhaps: true });
  });
});

describe('a plan without a place', () => {
  it('is waited for, each job a time of its own, and the last time right at the end', async () => {
    const mutx = new Mutx();
    mutx.world.always('create', full);
    expect(await mutx.mint({ quotaWait: 15 * SECOND })).toMatchObject({
      kind: 'failed',
      code: 'quota-wait-over',
      failures: [{ status: 409 }],
    });
    expect(mutx.world.sleeps).toEqual([6_000, 6_000, 3_000]);
    expect(mutx.journal.filter((call) => call === 'create')).toHaveLength(4);
    expect(mutx.journal.at(-1)).toBe('keep: nothing');
  });

  it('is not waited for at all with `quota-wait: 0`; who holds the places is named', async () => {
    const keys = [
      key('one'),
      key('two', { expiresIn: 'never', name: 'laptop' }),
      key('dead', { active: false }),
    ];
    const mutx = new Mutx({ keys });
    mutx.world.on('create', full);
    expect(await mutx.mint({ quotaWait: 0 })).toMatchObject({
      holders: [{ id: 'one' }, { id: 'two', name: 'laptop', expiresAt: undefined }],
      retryAt: undefined,
    });
    expect(mutx.world.sleeps).toEqual([]);
  });

  it('names who holds the places when the wait begins, once', async () => {
    const mutx = new Mutx({ keys: [key('one', { usedAfter: MINUTE }), key('dead', { active: false })] });
    mutx.world.on('create', full, full);
    await mutx.mint();
    const waits = mutx.events.filter(({ type }) => type === 'waiting');
    expect(waits).toMatchObject([{ holders: [{ id: 'one', lastUsed: expect.any(Number) }] }, {}]);
    expect(waits[1]).not.toHaveProperty('holders');
  });

  it('is told of without names where they cannot be read', async () => {
    const mutx = new Mutx();
    mutx.world.on('create', full).on('list', refuses(403));
    expect(await mutx.mint({ quotaWait: 0 })).toMatchObject({ code: 'quota-wait-over', holders: [] });
  });

  it('is waited for as long as the server asks', async () => {
    const mutx = new Mutx();
    mutx.world.on(
      'create',
      fails({ kind: 'refused', status: 409, code: 'mutx-quota', retryAfter: 40 * SECOND }),
    );
    expect(await mutx.mint()).toMatchObject({ kind: 'ready' });
    expect(mutx.world.sleeps).toEqual([40_000]);
    expect(mutx.events).toContainEqual({ type: 'waiting', wait: 40_000, left: 120_000, holders: [] });
  });

  it('is not waited for where the server asks for more than there is', async () => {
    const mutx = new Mutx();
    mutx.world.on(
      'create',
      fails({ kind: 'refused', status: 409, code: 'mutx-quota', retryAfter: 10 * MINUTE }),
    );
    expect(await mutx.mint()).toMatchObject({ retryAt: mutx.world.clock.now() + 10 * MINUTE });
    expect(mutx.world.sleeps).toEqual([]);
  });

  it('is not waited for beyond the end of the session', async () => {
    const mutx = new Mutx({ sessionEndsIn: 10 * SECOND });
    mutx.world.always('create', full);
    expect(await mutx.mint()).toMatchObject({ code: 'quota-wait-over' });
    expect(mutx.world.sleeps).toEqual([6_000, 4_000]);
  });

  it('is not waited for longer because the sweep, or the names, take long', async () => {
    const mutx = new Mutx();
    const began = mutx.world.clock.now();
    mutx.world
      .always('create', full)
      .on('list', works)
      .always('list', throttles(4 * MINUTE));
    expect(await mutx.mint({ sweep: SWEEP, quotaWait: 20 * SECOND })).toMatchObject({
      code: 'quota-wait-over',
    });
    expect(mutx.world.clock.now() - began).toBe(20 * SECOND);
  });

  it('gets the one that its own lost key took, once that has come to be', async () => {
    const mutx = new Mutx({ keys: [key('other')], allowed: 2 });
    const stray = key('stray', { name: NAME, age: 0 });
    mutx.world.on('create', breaks, (call) => {
      // Applied after it was looked for.
      mutx.world.setKey(stray);
      return full(call);
    });
    expect(await mutx.mint({ quotaWait: 0 })).toMatchObject({ kind: 'ready' });
    expect(mutx.world.active()).toEqual(['other', 'new1']);
    const shared = new Mutx({ keys: [stray] });
    shared.world.on('create', breaks, full);
    expect(await shared.mint({ quotaWait: 0, unique: false })).toMatchObject({ code: 'quota-wait-over' });
    expect(shared.world.active()).toEqual(['stray']);
  });

  it('says what the wait was ended by', async () => {
    const message = async (quotaWait: number, retryAfter?: number, sessionEndsIn?: number) => {
      const mutx = new Mutx(sessionEndsIn === undefined ? {} : { sessionEndsIn });
      const wait = retryAfter === undefined ? {} : { retryAfter };
      mutx.world.always('create', fails({ kind: 'refused', status: 409, code: 'mutx-quota', ...wait }));
      const outcome = await mutx.mint({ quotaWait });
      return outcome.kind === 'failed' ? outcome.message : '';
    };
    expect(await message(15 * SECOND)).toMatch(/for as long as `quota-wait` allows$/u);
    expect(await message(2 * MINUTE, undefined, 10 * SECOND)).toMatch(/before the credential ends$/u);
    expect(await message(2 * MINUTE, 20 * SECOND, 10 * SECOND)).toMatch(/longer than the credential lasts$/u);
    expect(await message(2 * MINUTE, 10 * MINUTE)).toMatch(
      /MUTX asks to wait longer than `quota-wait` allows$/u,
    );
  });

  it('is swept for once a minute: a list of ten pages before each try would be more than MUTX allows', async () => {
    const mutx = new Mutx();
    mutx.world.always('create', full);
    await mutx.mint({ sweep: SWEEP, quotaWait: 2 * MINUTE });
    expect(mutx.journal.filter((call) => call === 'create')).toHaveLength(21);
    // Beside the first create; then at first, a minute later, at the end; and who holds the places, twice.
    expect(mutx.journal.filter((call) => call === 'page 0')).toHaveLength(1);
    expect(mutx.journal.filter((call) => call === 'list')).toHaveLength(5);
  });

  it('gets one from a sweep without a wait; the one beside the create has no key to hold MUTX’s time against', async () => {
    const mutx = new Mutx({ keys: [leftover('dead', '1')] });
    mutx.world.on('create', full);
    expect(await mutx.mint({ sweep: SWEEP, quotaWait: 0 })).toMatchObject({ kind: 'ready' });
    expect(mutx.journal).toEqual([
      'keep: asked',
      'create',
      'page 0',
      'list',
      'page 0',
      'revoke dead',
      'keep: asked',
      'create',
      'keep: minted new1',
      'verify new1',
      'hand out new1',
    ]);
    expect(mutx.world.sleeps).toEqual([]);
  });

  it('gets one from a sweep of the newest thousand keys, without a wait', async () => {
    const others = Array.from({ length: 130 }, (_, n) => key(`k${n}`, { active: false }));
    const mutx = new Mutx({ keys: [...others, leftover('dead', '1')] });
    mutx.world.on('create', full);
    // The page that is looked at by chance is another one.
    expect(await mutx.mint({ sweep: SWEEP, quotaWait: 0 })).toMatchObject({ kind: 'ready' });
    expect(mutx.journal.slice(1, 7)).toEqual(['create', 'page 0', 'page 5', 'list', 'page 0', 'revoke dead']);
    expect(mutx.world.sleeps).toEqual([]);
  });

  it('gets one from the sweep that comes a minute later', async () => {
    const mutx = new Mutx();
    mutx.world.always('create', (call) => {
      if (mutx.world.clock.now() - START < MINUTE) return full(call);
      mutx.world.setKey(leftover('late', '1'));
      return mutx.journal.includes('revoke late') ? call.apply() : full(call);
    });
    expect(await mutx.mint({ sweep: SWEEP, quotaWait: 3 * MINUTE })).toMatchObject({ kind: 'ready' });
    expect(mutx.journal.filter((call) => call === 'list')).toHaveLength(4);
  });
});

/** No page comes before this is resolved. */
function holdPages({ keys }: Mutx): PromiseWithResolvers<void> {
  const held = Promise.withResolvers<void>();
  const page = keys.page.bind(keys);
  keys.page = async (number) => {
    await held.promise;
    return page(number);
  };
  return held;
}

describe('the sweep', () => {
  it('comes beside the create, and takes what has expired', async () => {
    const mutx = new Mutx({ keys: [leftover('dead', '1'), key('other', { expiresIn: -DAY })] });
    await mutx.mint({ sweep: SWEEP });
    expect(mutx.journal.slice(0, 3)).toEqual(['keep: asked', 'create', 'page 0']);
    expect(mutx.events.filter(({ type }) => type.startsWith('sw'))).toMatchObject([
      { type: 'swept', id: 'dead', why: 'expired' },
      { type: 'sweep-ended', revoked: 1, more: false },
    ]);
    expect(mutx.world.active()).toEqual(['other', 'new1']);
  });

  it('is not waited for with the key', async () => {
    const mutx = new Mutx({ keys: [leftover('dead', '1')] });
    const handed = holdPages(mutx);
    const { handOut } = mutx.ports;
    const outcome = mutx.mint({ sweep: SWEEP }, async (minted) => {
      await handOut(minted);
      handed.resolve();
    });
    expect(await outcome).toMatchObject({ kind: 'ready' });
    expect(mutx.journal.slice(-3)).toEqual(['hand out new1', 'page 0', 'revoke dead']);
  });

  it('takes five at most, and leaves the rest to later runs', async () => {
    const keys = Array.from({ length: 13 }, (_, n) => leftover(`dead${n}`, (n % 16).toString(16)));
    const mutx = new Mutx({ keys });
    await mutx.mint({ sweep: SWEEP });
    expect(mutx.events.find(({ type }) => type === 'sweep-ended')).toMatchObject({ revoked: 5, more: true });
    expect(mutx.world.active()).toHaveLength(9);
  });

  it('takes twenty at most for a place, and leaves the rest to later runs', async () => {
    const others = Array.from({ length: 130 }, (_, n) => key(`k${n}`, { active: false }));
    const keys = Array.from({ length: 23 }, (_, n) => leftover(`dead${n}`, (n % 16).toString(16)));
    const mutx = new Mutx({ keys: [...others, ...keys] });
    mutx.world.on('create', full);
    await mutx.mint({ sweep: SWEEP });
    expect(mutx.events.filter(({ type }) => type === 'sweep-ended')).toMatchObject([
      { revoked: 0, more: false },
      { revoked: 20, more: true },
    ]);
  });

  it('looks at one of the nine older pages where the newest has nothing, by chance', async () => {
    const others = Array.from({ length: 520 }, (_, n) => key(`k${n}`, { active: false }));
    const mutx = new Mutx({ keys: [...others, leftover('dead', '1')] });
    await mutx.mint({ sweep: SWEEP });
    expect(mutx.journal.filter((call) => /page|revoke/u.test(call))).toEqual([
      'page 0',
      'page 5',
      'revoke dead',
    ]);
  });

  it('looks at no other page once there is a key, or after ten seconds', async () => {
    const keys = Array.from({ length: 130 }, (_, n) => key(`k${n}`, { active: false }));
    const quick = new Mutx({ keys });
    const handed = holdPages(quick);
    await quick.mint({ sweep: SWEEP }, async () => handed.resolve());
    expect(quick.journal.filter((call) => call.startsWith('page'))).toEqual(['page 0']);
    const slow = new Mutx({ keys });
    slow.world.on('list', takes(11 * SECOND));
    await slow.mint({ sweep: SWEEP });
    expect(slow.journal.filter((call) => call.startsWith('page'))).toEqual(['page 0']);
    const late = new Mutx({ keys: [leftover('dead', '1')] });
    late.world.on('list', takes(11 * SECOND));
    await late.mint({ sweep: SWEEP });
    expect(late.events.find(({ type }) => type === 'sweep-ended')).toMatchObject({ revoked: 0, more: true });
  });

  it('is put off where MUTX limits requests, and nothing of it is asked for again', async () => {
    const mutx = new Mutx({ keys: [leftover('dead', '1')] });
    mutx.world.on('list', throttles(MINUTE));
    expect(await mutx.mint({ sweep: SWEEP })).toMatchObject({ kind: 'ready' });
    expect(mutx.events.filter(({ type }) => type === 'sweep-put-off')).toHaveLength(1);
    expect(mutx.world.sleeps).toEqual([]);
    expect(mutx.warnings()).toEqual([]);
  });

  const later = (by: number) => (call: ScriptedCall) => {
    const reply = call.apply();
    return reply.ok ? { ...reply, date: (reply.date ?? 0) + by } : reply;
  };
  const atWork = () => [
    leftover('job-b', '1', { age: 60 * MINUTE, expiresIn: DAY }),
    leftover('job-c', '2', { age: 5 * MINUTE, expiresIn: DAY }),
  ];

  it('takes no key of a running job, and not its own, for a Date that is days ahead', async () => {
    const mutx = new Mutx({ keys: atWork() });
    mutx.world.always('list', later(3 * DAY));
    expect(await mutx.mint({ sweep: SWEEP })).toMatchObject({ kind: 'ready' });
    expect(mutx.world.active()).toEqual(['job-b', 'job-c', 'new1']);
    expect(mutx.warnings()).toEqual([expect.stringContaining('its times contradict each other')]);
    const named = new Mutx({ keys: [] });
    named.world.always('list', later(3 * DAY)).always('create', later(3 * DAY));
    await named.mint({ sweep: SWEEP });
    expect(named.world.active()).toEqual(['new1']);
  });

  it('takes none where the create has another time than its own reply, or none', async () => {
    for (const script of [later(7 * 60 * MINUTE), undated]) {
      const mutx = new Mutx({ keys: [leftover('dead', '1')] });
      mutx.world.on('create', script);
      await mutx.mint({ sweep: SWEEP });
      expect(mutx.world.active()).toEqual(['dead', 'new1']);
    }
  });

  it('takes none where the key it has just made was made at another time than the replies say', async () => {
    const mutx = new Mutx({ keys: [leftover('dead', '1')] });
    mutx.world.always('list', later(5 * MINUTE));
    expect(await mutx.mint({ sweep: SWEEP })).toMatchObject({ kind: 'ready' });
    expect(mutx.world.active()).toEqual(['dead', 'new1']);
    expect(mutx.warnings()).toEqual([expect.stringContaining('its times contradict each other')]);
  });

  it('takes none of a running job where every Date is days ahead, with a place to free or not', async () => {
    const beside = new Mutx({ keys: atWork() });
    beside.world.always('list', later(3 * DAY));
    await beside.mint({ sweep: SWEEP, quotaWait: 0 });
    expect(beside.world.active()).toEqual(['job-b', 'job-c', 'new1']);
    const waiting = new Mutx({ keys: atWork() });
    waiting.world.always('list', later(3 * DAY)).always('create', full);
    await waiting.mint({ sweep: SWEEP, quotaWait: 0 });
    expect(waiting.world.active()).toEqual(['job-b', 'job-c']);
    expect(waiting.warnings()).toContainEqual(
      expect.stringMatching(/it is \S+ by MUTX and \S+ by this machine/u),
    );
  });

  it('does not count a key whose DELETE is answered with 404: MUTX may never have been asked', async () => {
    for (const before of [[], [full]]) {
      const mutx = new Mutx({ keys: [leftover('dead', '1')] });
      mutx.world.on('create', ...before).always('revoke dead', gone);
      await mutx.mint({ sweep: SWEEP, quotaWait: 0 });
      expect(mutx.events).toContainEqual(expect.objectContaining({ type: 'sweep-missed', id: 'dead' }));
      expect(mutx.events).not.toContainEqual(expect.objectContaining({ type: 'swept' }));
      expect(mutx.events.filter(({ type }) => type === 'sweep-ended')).toContainEqual(
        expect.objectContaining({ revoked: 0, more: true }),
      );
    }
  });

  it.each([
    ['ahead', later(MINUTE)],
    ['behind', later(-MINUTE)],
    ['undated', undated],
    ['a refusal', refuses(403)],
  ])('for a place takes none where a second reply does not confirm the time: %s', async (_, script) => {
    const mutx = new Mutx({ keys: [leftover('dead', '1')] });
    mutx.world.always('create', full).on('list', works, works, script);
    expect(await mutx.mint({ sweep: SWEEP, quotaWait: 0 })).toMatchObject({ code: 'quota-wait-over' });
    expect(mutx.world.active()).toEqual(['dead']);
    expect(mutx.warnings()).toContainEqual(expect.stringContaining('two different times'));
  });

  it('takes nothing where the server does not say what time it is', async () => {
    const mutx = new Mutx({ keys: [leftover('dead', '1')] });
    mutx.world.on('list', undated);
    await mutx.mint({ sweep: SWEEP });
    expect(mutx.world.active()).toEqual(['dead', 'new1']);
    // Nor is it said that there was nothing to sweep.
    expect(mutx.events.filter(({ type }) => type === 'sweep-ended')).toEqual([]);
    const told = 'sweep-failed: keys left behind were not looked for: MUTX does not say what time it is';
    expect(mutx.warnings()).toEqual([told]);
    const waiting = new Mutx({ keys: [leftover('dead', '1')] });
    waiting.world.always('list', undated).on('create', full);
    await waiting.mint({ sweep: SWEEP });
    expect(waiting.warnings()).toEqual([told, told]);
  });

  it.each(['list', 'revoke'])('does not keep the job from its key when it fails: %s', async (call) => {
    const mutx = new Mutx({ keys: [leftover('dead', '1')] });
    mutx.world.on(call, refuses(403));
    expect(await mutx.mint({ sweep: SWEEP })).toMatchObject({ kind: 'ready' });
    expect(mutx.warnings()).toHaveLength(1);
    expect(mutx.warnings()[0]).toMatch(/^sweep-failed: /u);
  });

  it.each([
    ['list', 2],
    ['revoke', 2],
  ] as const)('for a place ends with the first that fails: %s', async (call, warnings) => {
    const mutx = new Mutx({ keys: [leftover('dead', '1'), leftover('dead2', '2')] });
    mutx.world.always('create', full).always(call, refuses(403));
    expect(await mutx.mint({ sweep: SWEEP, quotaWait: 0 })).toMatchObject({ code: 'quota-wait-over' });
    // Beside the create nothing is revoked, because no key was made to hold MUTX's time against.
    expect(mutx.warnings()).toHaveLength(warnings);
    expect(mutx.world.active()).toEqual(['dead', 'dead2']);
  });
});
