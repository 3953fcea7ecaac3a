import { describe, expect, it } from 'vitest';
import { InMemoryPorts } from './ports.ts';
import { DAY, key, MINUTE, SECOND, START } from './records.ts';
import {
  breaks,
  breaksForGood,
  fails,
  failsInside,
  freezes,
  losesReply,
  offline,
  refuses,
  takes,
  throttles,
  undated,
  works,
} from './scripts.ts';

const ONE = [{ label: 'acme/web', holds: 'old' }];
const creates = (ports: InMemoryPorts) => ports.calls().filter((call) => call === 'create').length;

describe('a create whose reply is lost', () => {
  it('is not sent again blindly: the run looks again first, and leaves the orphan alone', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE }).on('create', losesReply);
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', key: { id: 'new2' } });
    const calls = ports.calls().filter((call) => ['list', 'create'].includes(call));
    expect(calls).toEqual(['list', 'create', 'list', 'create']);
    expect(ports.journal.lastIndexOf('→ create')).toBeGreaterThan(ports.journal.lastIndexOf('← list'));
    expect(ports.sleeps).toEqual([]);
    expect(ports.told('warning')).toMatchObject([
      { code: 'create-lost', message: expect.stringContaining('a key may exist whose text nobody knows') },
    ]);
    expect(ports.active()).toEqual(['new1', 'new2']);
    expect(ports.stored()).toEqual({ 'acme/web': 'new2' });
  });

  it('is lost too when what comes back is a 409 that MUTX has not said', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE });
    ports.on('create', fails({ kind: 'unclear', status: 409, retryable: true }));
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated' });
    expect(ports.warnings()).toEqual(['create-lost']);
  });

  it('is made again twice at most', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE }).always('create', losesReply);
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: { reason: 'create', code: 'create-lost' },
      minted: undefined,
      targets: [{ status: 'skipped' }],
    });
    expect(ports.active()).toEqual(['old', 'new1', 'new2', 'new3']);
    expect(ports.changes()).toEqual(['create', 'create', 'create']);
    expect(ports.stored()).toEqual({ 'acme/web': 'old' });
  });

  it('is not lost where MUTX itself failed at it, each time, and no key is there: it cannot make one', async () => {
    // On the smallest plan: what is certainly not there takes no place either.
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE, plan: 'FREE' });
    ports.always('create', failsInside);
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: {
        reason: 'create',
        code: 'create-unsupported',
        message: 'MUTX failed 3 times at making the key, and made none',
        failures: Array.from({ length: 3 }, () => ({ code: 'create-unsupported', requestId: 'r' })),
      },
      minted: undefined,
      targets: [{ status: 'skipped' }],
    });
    expect(ports.warnings()).toEqual([]);
    expect(ports.told('retrying')).toHaveLength(2);
    expect(ports.sleeps).toEqual([1_000, 2_000]);
    expect(ports.calls().at(-1)).toBe('list');
    expect(ports.stored()).toEqual({ 'acme/web': 'old' });
  });

  it('is made again where MUTX failed at it once', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE }).on('create', failsInside);
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', key: { id: 'new1' } });
    expect(ports.warnings()).toEqual([]);
  });

  it('is made again without a pause where the session does not last for one', async () => {
    const ports = new InMemoryPorts({ sessionEndsIn: 900 }).on('create', failsInside);
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated' });
    expect(ports.sleeps).toEqual([0]);
  });

  it.each<[string, (ports: InMemoryPorts) => unknown]>([
    ['one of them got another answer', (ports) => ports.on('create', failsInside, breaks, failsInside)],
    [
      'there is a key of the name that was not there before',
      (ports) =>
        ports.on('create', failsInside, failsInside, (call) => {
          call.apply();
          return failsInside(call);
        }),
    ],
    [
      'the keys cannot be listed any more',
      (ports) => ports.always('create', failsInside).on('list', works, works, works, refuses(403)),
    ],
  ])('may be lost all the same where %s', async (_, script) => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE });
    script(ports);
    expect(await ports.rotate()).toMatchObject({ kind: 'failed', failure: { code: 'create-lost' } });
  });

  it('ends the run when trying again would not help', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE }).on('create', breaksForGood);
    expect(await ports.rotate()).toMatchObject({
      failure: {
        code: 'create-lost',
        message:
          'it is not known whether MUTX made a key; if it did, nobody knows its text and a later run revokes it',
      },
    });
    expect(creates(ports)).toBe(1);
  });

  it('counts as on its way where places run out, though the list does not show it', async () => {
    const ports = new InMemoryPorts({ plan: 'FREE' }).on('create', breaks);
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: {
        reason: 'quota',
        code: 'quota-too-soon',
        message:
          "the new key would take the plan's last place while a create whose reply was lost may still be on its way",
        retryAt: START + 5 * MINUTE,
      },
    });
    expect(creates(ports)).toBe(1);
  });

  it('does not count where there are places enough', async () => {
    const keys = [1, 2, 3, 4, 5, 6, 7].map((n) => key(`other${n}`, { name: 'other' }));
    const ports = new InMemoryPorts({ keys, plan: 'STARTER' }).on('create', breaks);
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated' });
  });

  it('counts from the first look that knows MUTX’s time, however many came before', async () => {
    const keys = [1, 2, 3, 4, 5, 6, 7].map((n) => key(`other${n}`, { name: 'other' }));
    const ports = new InMemoryPorts({ keys, plan: 'STARTER' });
    ports.on('create', breaks, breaks).on('list', works, undated);
    expect(await ports.rotate()).toMatchObject({
      failure: { code: 'quota-too-soon', retryAt: START + 5 * MINUTE },
    });
    expect(creates(ports)).toBe(2);
  });

  it('counts as on its way for an unknown time where neither service says what time it is', async () => {
    const keys = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => key(`other${n}`, { name: 'other' }));
    const ports = new InMemoryPorts({ keys, plan: 'STARTER' });
    ports.on('create', breaks).on('list', works, undated);
    for (const call of ['prepare', 'metadata']) ports.always(call, undated);
    const outcome = await ports.rotate({ onQuota: 'wait' });
    expect(outcome).toMatchObject({ failure: { code: 'quota-too-soon' } });
    expect(outcome).not.toHaveProperty('failure.retryAt');
    expect(creates(ports)).toBe(1);
    expect(ports.sleeps).toEqual([]);
  });
});

describe('a create that is certainly not done', () => {
  it('waits as long as the server asks and is sent again in place', async () => {
    const ports = new InMemoryPorts({ keys: [key('old')], targets: ONE });
    ports.on('create', throttles(20 * SECOND), offline);
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', key: { id: 'new1' } });
    expect(ports.sleeps).toEqual([25 * SECOND, 2 * SECOND]);
    expect(ports.calls().filter((call) => call === 'list')).toHaveLength(1);
    expect(ports.told('retrying').map(({ attempt, wait }) => [attempt, wait])).toEqual([
      [1, 25 * SECOND],
      [2, 2 * SECOND],
    ]);
  });

  it('gives the writes their ten minutes from the create that made the key', async () => {
    const ports = new InMemoryPorts().on('create', throttles(MINUTE));
    ports.on('verify', takes(10 * MINUTE - SECOND));
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', key: { id: 'new1' } });
    expect(ports.stored()).toEqual({ 'acme/web': 'new1' });
  });

  it('fails at once when the server asks for more time than there is, and says when it works', async () => {
    const ports = new InMemoryPorts().on('create', throttles(5 * MINUTE));
    expect(await ports.rotate()).toMatchObject({
      failure: { reason: 'create', code: 'create-failed', retryAt: START + 5 * MINUTE },
    });
    expect(ports.sleeps).toEqual([]);
  });

  it('does not wait beyond the end of the session', async () => {
    const ports = new InMemoryPorts({ sessionEndsIn: MINUTE }).on('create', throttles(MINUTE));
    expect(await ports.rotate()).toMatchObject({ kind: 'failed', failure: { reason: 'create' } });
    expect(ports.sleeps).toEqual([]);
  });

  it.each([401, 403, 422])('fails with nothing changed when refused with %i', async (status) => {
    const keys = [key('old')];
    const ports = new InMemoryPorts({ keys, targets: ONE }).on('create', refuses(status));
    expect(await ports.rotate()).toMatchObject({
      kind: 'failed',
      failure: {
        reason: 'create',
        code: 'create-failed',
        message: 'MUTX made no key',
        failures: [{ status }],
      },
      minted: undefined,
      keys: { revoked: [], superseded: [], left: [] },
    });
    expect(ports.calls().at(-1)).toBe('create');
    expect(creates(ports)).toBe(1);
    expect(ports.active()).toEqual(['old']);
    expect(ports.stored()).toEqual({ 'acme/web': 'old' });
  });
});

describe('a run that cannot look again', () => {
  const messageOf = async (ports: InMemoryPorts, changes = {}) => {
    const outcome = await ports.rotate(changes);
    return outcome.kind === 'failed' ? outcome.failure.message : outcome.kind;
  };
  const world = (more: readonly ReturnType<typeof key>[] = []) =>
    new InMemoryPorts({ keys: [key('old'), ...more], targets: ONE });
  const LOST =
    'a create was lost before that: a key may exist whose text nobody knows, and a later run revokes it';

  it('does not say that nothing was changed where a create was lost, nor that no key was made', async () => {
    expect(await messageOf(world().on('create', losesReply).on('list', works, refuses(403)))).toBe(
      `the keys or the secrets could not be read again; ${LOST}`,
    );
    expect(await messageOf(world().on('create', losesReply).on('prepare', works, refuses(404)))).toBe(
      `not every target can be written any more; ${LOST}`,
    );
    expect(await messageOf(world().on('list', refuses(403)))).toBe(
      'the keys or the secrets could not be read, so nothing was changed',
    );
  });

  it('nor where a key was stored, or one was revoked', async () => {
    const late = world()
      .on('write', freezes(12 * MINUTE))
      .on('list', works, refuses(403));
    expect(await messageOf(late)).toBe('the keys or the secrets could not be read again');
    expect(late.stored()).toEqual({ 'acme/web': 'new1' });
    const others = Array.from({ length: 8 }, (_, n) => key(`other${n}`, { name: 'other' }));
    const gone = key('expired', { age: 40 * DAY, expiresIn: -2 * MINUTE });
    const keys = [key('old'), gone, ...others];
    const expired = new InMemoryPorts({ keys, targets: ONE, plan: 'STARTER' });
    // The second list is the one right before the create.
    expired.on('create', refuses(409)).on('list', works, works, refuses(403));
    expect(await messageOf(expired)).toBe('the keys or the secrets could not be read again');
    expect(expired.active()).toEqual(['old', ...others.map(({ id }) => id)]);
  });
});

describe('a create refused for the quota of a plan that is not known', () => {
  const full = [key('old'), key('other', { name: 'other' })];

  it('looks again, and fails naming the keys in the way when no rule frees a place', async () => {
    const ports = new InMemoryPorts({ keys: full, targets: ONE, allowed: 2 });
    const outcome = await ports.rotate();
    expect(outcome).toMatchObject({
      failure: {
        reason: 'quota',
        code: 'quota-full',
        message: "the account's plan has no place for one more key",
        inTheWay: [{ id: 'old' }, { id: 'other', name: 'other' }],
      },
    });
    expect(outcome).not.toHaveProperty('failure.retryAt');
    expect(ports.changes()).toEqual(['create']);
    expect(ports.stored()).toEqual({ 'acme/web': 'old' });
  });

  it('looks again, makes the room that a rule allows, and creates', async () => {
    const orphan = key('orphan', { age: 2 * DAY });
    const ports = new InMemoryPorts({ keys: [orphan, ...full], targets: ONE, allowed: 3 });
    expect(await ports.rotate()).toMatchObject({ kind: 'rotated', keys: { revoked: ['orphan', 'old'] } });
    expect(ports.changes()).toEqual(['create', 'revoke orphan', 'create', 'write acme/web', 'revoke old']);
  });

  it('gives up after the third refusal, whatever room it sees', async () => {
    const ports = new InMemoryPorts();
    // Each time another key turns up that has expired, so that there seems to be room again.
    for (const id of ['a', 'b', 'c', 'd']) {
      ports.on('create', (call) => {
        ports.setKey(key(id, { age: 40 * DAY, expiresIn: -2 * MINUTE }));
        return refuses(409, 'mutx-quota')(call);
      });
    }
    expect(await ports.rotate()).toMatchObject({
      failure: { reason: 'quota', code: 'quota-full', failures: [{ status: 409 }] },
    });
    expect(ports.changes()).toEqual(['create', 'revoke a', 'create', 'revoke b', 'create']);
  });
});
