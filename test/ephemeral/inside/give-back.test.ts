import { describe, expect, it } from 'vitest';
import type { CallFailure } from '../../../src/core/call.ts';
import type { Note } from '../../../src/ephemeral/note.ts';
import { type Revoker, releaseKey } from '../../../src/ephemeral/release.ts';
import { key, START } from '../../rotation/records.ts';
import { breaks, breaksForGood, fails, refuses, type Script, throttles } from '../../rotation/scripts.ts';
import { HOUR_LATER, Mutx, NAME } from './ports.ts';

// Holds invariant 29 of docs/threat-model.md.

const WHERE = {
  apiUrl: 'https://api.mutx.dev/',
  name: NAME,
  unique: true,
  credential: 'f',
  network: { proxy: '', authorities: 'a' },
  envelope: { variable: 'V', opener: 'o' },
} as const;
const MINTED: Extract<Note, { stage: 'minted' }> = {
  stage: 'minted',
  id: 'mine',
  expiresAt: START + HOUR_LATER,
  strays: false,
  ...WHERE,
};
const ASKED: Note = { stage: 'asked', ...WHERE };

const mine = key('mine', { name: NAME });
/** A 404, of MUTX or of whatever stands before it. */
const gone: Script = () => ({ ok: true, value: 'gone', date: undefined });
const SHUT = { kind: 'refused', status: 401, code: 'session-login-refused' } as CallFailure;

/** Ways over one MUTX; what each was used for. */
class Ways {
  readonly used: string[] = [];
  readonly mutx: Mutx;

  constructor(mutx: Mutx) {
    this.mutx = mutx;
  }

  of(kind: Revoker['kind'], { shut, refused }: { shut?: CallFailure; refused?: number } = {}): Revoker {
    const { keys } = this.mutx;
    const no = { ok: false, failure: { ...SHUT, status: refused } } as const;
    const ask = <T>(call: string, works: () => Promise<T>) => {
      this.used.push(`${kind} ${call}`);
      return refused === undefined ? works() : Promise.resolve(no);
    };
    return {
      kind,
      open: async () => shut,
      keys: {
        newest: () => ask('list', () => keys.newest()),
        revoke: (id) => ask(`revoke ${id}`, () => keys.revoke(id)),
      },
      ...(kind === 'key'
        ? { works: () => this.mutx.world.keys.verify({ expose: () => '' } as never, () => true) }
        : {}),
    };
  }
}

function scene(keys = [mine]): Ways {
  return new Ways(new Mutx({ keys }));
}

describe('giving back', () => {
  it.each([
    [undefined, 'unset'],
    [{ stage: 'nothing' } as const, 'skipped'],
  ])('nothing where there is nothing: %j', async (note, kind) => {
    const ways = scene();
    expect(await releaseKey(note, [ways.of('inputs')], ways.mutx.ports)).toEqual({ kind });
    expect(ways.used).toEqual([]);
  });

  it('goes by the first way that works', async () => {
    const ways = scene();
    const all = [ways.of('key'), ways.of('token'), ways.of('inputs')];
    expect(await releaseKey(MINTED, all, ways.mutx.ports)).toEqual({
      kind: 'revoked',
      ids: ['mine'],
      expired: false,
    });
    expect(ways.used).toEqual(['key revoke mine']);
    expect(ways.mutx.world.active()).toEqual([]);
  });

  it.each([401, 403])(
    'goes on to the next where the credential is what MUTX does not take: %i',
    async (refused) => {
      const ways = scene();
      const all = [ways.of('key', { refused }), ways.of('token', { shut: SHUT }), ways.of('inputs')];
      expect(await releaseKey(MINTED, all, ways.mutx.ports)).toMatchObject({ kind: 'revoked' });
      expect(ways.used).toEqual(['key revoke mine', 'inputs revoke mine']);
    },
  );

  it('does not go on where it is MUTX that is not well', async () => {
    const ways = scene();
    ways.mutx.world.always('revoke', breaks);
    const result = await releaseKey(MINTED, [ways.of('token'), ways.of('inputs')], ways.mutx.ports);
    expect(result).toMatchObject({ kind: 'failed', id: 'mine', name: NAME, failures: [{ status: 502 }] });
    expect(new Set(ways.used)).toEqual(new Set(['token revoke mine']));
    expect(ways.used).toHaveLength(4);
  });

  it('says that it failed there, and does not ask whether the key still works', async () => {
    const ways = scene();
    ways.mutx.world.always('revoke', breaks);
    const result = await releaseKey(MINTED, [ways.of('key'), ways.of('token')], ways.mutx.ports);
    expect(result).toMatchObject({ kind: 'failed', id: 'mine', failures: [{ status: 502 }] });
    expect(ways.mutx.world.calls().filter((call) => call.startsWith('verify'))).toEqual([]);
  });

  it('waits for the end of a limit of so many requests a minute', async () => {
    const ways = scene();
    ways.mutx.world.on('revoke', throttles(60_000));
    expect(await releaseKey(MINTED, [ways.of('key')], ways.mutx.ports)).toMatchObject({ kind: 'revoked' });
    expect(ways.mutx.world.sleeps).toEqual([67_500]);
  });

  it('says that it is gone where there is no record of it', async () => {
    const ways = scene([]);
    expect(await releaseKey(MINTED, [ways.of('token')], ways.mutx.ports)).toEqual({
      kind: 'gone',
      id: 'mine',
    });
  });

  it('does not say so for a 404 alone: a list that shows the key, or none, leaves it open', async () => {
    for (const [list, status] of [
      [undefined, 404],
      [breaksForGood, 200],
    ] as const) {
      const ways = scene();
      ways.mutx.world.always('revoke mine', gone);
      if (list !== undefined) ways.mutx.world.always('list', list);
      const result = await releaseKey(MINTED, [ways.of('token')], ways.mutx.ports);
      expect(result).toMatchObject({ kind: 'failed', id: 'mine', failures: [{ status }] });
    }
  });

  it('revokes it once more where the first 404 was not the truth', async () => {
    const ways = scene();
    ways.mutx.world.on('revoke mine', gone);
    expect(await releaseKey(MINTED, [ways.of('token')], ways.mutx.ports)).toMatchObject({
      kind: 'revoked',
      ids: ['mine'],
    });
    expect(ways.mutx.world.active()).toEqual([]);
  });

  it('is not told of as gone where the list does not show it, and the key itself works', async () => {
    const ways = scene();
    ways.mutx.world.always('revoke mine', gone).always('list', () => ({ ok: true, value: [], date: START }));
    const result = await releaseKey(MINTED, [ways.of('key'), ways.of('token')], ways.mutx.ports);
    expect(result).toMatchObject({
      kind: 'failed',
      id: 'mine',
      failures: [{ kind: 'unclear', status: 404 }],
    });
  });

  it('takes no list that was cut short for one without the key', async () => {
    const ways = scene([]);
    const reading = { lastDate: START, lastAsked: 0, since: START };
    ways.mutx.world.always('list', () => ({ ok: true, value: [], date: START, reading }));
    const result = await releaseKey(MINTED, [ways.of('token')], ways.mutx.ports);
    expect(result).toMatchObject({
      kind: 'failed',
      id: 'mine',
      failures: [{ kind: 'unclear', status: 404 }],
    });
  });

  it.each([
    ['gone', 'does not work any more either', refuses(401), 'gone'],
    ['failed', 'works, so that MUTX does not take keys for this', undefined, 'failed'],
    ['failed', 'gives no clear answer', fails({ kind: 'unclear' }), 'failed'],
    ['failed', 'is refused for what its account is', refuses(403), 'failed'],
    ['failed', 'is refused without having been looked at', fails({ kind: 'unclear', status: 401 }), 'failed'],
  ] as const)(
    'says %s where no way is left, and the key itself %s',
    async (_, __, script: Script | undefined, kind) => {
      const ways = scene();
      if (script !== undefined) ways.mutx.world.on('verify', script);
      const all = [ways.of('key', { refused: 401 }), ways.of('inputs', { refused: 401 })];
      expect(await releaseKey(MINTED, all, ways.mutx.ports)).toMatchObject({ kind });
    },
  );

  it('fails where there is no way at all', async () => {
    const ways = scene();
    expect(await releaseKey(MINTED, [], ways.mutx.ports)).toMatchObject({ kind: 'failed', failures: [] });
    const refused = [ways.of('inputs', { refused: 401 })];
    expect(await releaseKey(MINTED, refused, ways.mutx.ports)).toMatchObject({ kind: 'failed' });
  });
});

describe('a key that has expired', () => {
  const note = { ...MINTED, expiresAt: START - HOUR_LATER };
  it('cannot speak for itself', async () => {
    const ways = scene();
    ways.mutx.world.on('verify', refuses(401));
    expect(await releaseKey(note, [ways.of('key', { refused: 401 })], ways.mutx.ports)).toEqual({
      kind: 'expired',
      id: 'mine',
      expiresAt: note.expiresAt,
    });
  });

  it('has not, where it still revokes itself: the clock of this machine is ahead', async () => {
    const ways = scene();
    expect(await releaseKey(note, [ways.of('key')], ways.mutx.ports)).toEqual({
      kind: 'revoked',
      ids: ['mine'],
      expired: false,
    });
    expect(ways.mutx.world.active()).toEqual([]);
  });

  it.each([
    ['works', undefined],
    ['gives no clear answer', fails({ kind: 'unclear' })],
  ] as const)('is not said of one that %s', async (_, script: Script | undefined) => {
    const ways = scene();
    if (script !== undefined) ways.mutx.world.on('verify', script);
    const all = [ways.of('key', { refused: 401 })];
    expect(await releaseKey(note, all, ways.mutx.ports)).toMatchObject({ kind: 'failed', id: 'mine' });
  });

  it('is known by the clock alone where the key is not at hand any more', async () => {
    const ways = scene();
    expect(await releaseKey(note, [], ways.mutx.ports)).toMatchObject({ kind: 'expired' });
  });

  it('has its place freed by whoever can', async () => {
    const ways = scene();
    const all = [ways.of('key', { refused: 401 }), ways.of('inputs')];
    expect(await releaseKey(note, all, ways.mutx.ports)).toEqual({
      kind: 'revoked',
      ids: ['mine'],
      expired: true,
    });
  });

  it('never expires where it has no end', async () => {
    const ways = scene();
    const never = { ...MINTED, expiresAt: undefined };
    expect(await releaseKey(never, [ways.of('key')], ways.mutx.ports)).toMatchObject({
      kind: 'revoked',
      expired: false,
    });
  });
});

describe('a create that got no clear answer', () => {
  const stray = key('stray', { name: NAME });
  const other = key('other', { name: `${NAME}0` });

  it('has its key found by the name', async () => {
    const ways = scene([stray, other]);
    const all = [ways.of('token', { refused: 401 }), ways.of('inputs')];
    expect(await releaseKey(ASKED, all, ways.mutx.ports)).toEqual({
      kind: 'revoked',
      ids: ['stray'],
      expired: false,
    });
    expect(ways.mutx.world.active()).toEqual(['other']);
  });

  it('is not told of as revoked for a 404 alone', async () => {
    const ways = scene([stray]);
    ways.mutx.world.always('revoke stray', gone);
    const result = await releaseKey(ASKED, [ways.of('token')], ways.mutx.ports);
    expect(result).toMatchObject({ kind: 'failed', id: undefined, failures: [{ status: 404 }] });
    expect(ways.mutx.world.active()).toEqual(['stray']);
  });

  it('came to nothing where somebody else has revoked its key in between', async () => {
    const ways = scene([stray]);
    ways.mutx.world.on('revoke stray', ({ ports }) => {
      ports.forget('stray');
      return { ok: true, value: 'gone', date: undefined };
    });
    expect(await releaseKey(ASKED, [ways.of('token')], ways.mutx.ports)).toEqual({
      kind: 'none-found',
      name: NAME,
    });
  });

  it('came to nothing where there is none', async () => {
    const ways = scene([other]);
    expect(await releaseKey(ASKED, [ways.of('token')], ways.mutx.ports)).toEqual({
      kind: 'none-found',
      name: NAME,
    });
  });

  it('is a warning where nobody may look, and where the name is not its alone', async () => {
    const ways = scene([stray]);
    const refused = await releaseKey(ASKED, [ways.of('token', { refused: 401 })], ways.mutx.ports);
    expect(refused).toMatchObject({ kind: 'failed', id: undefined, failures: [{ status: 401 }] });
    const shared = await releaseKey({ ...ASKED, unique: false }, [ways.of('token')], ways.mutx.ports);
    expect(shared).toMatchObject({ kind: 'failed', id: undefined, failures: [] });
    expect(ways.mutx.world.active()).toEqual(['stray']);
  });

  it('has its key revoked before the one that can revoke itself', async () => {
    const ways = scene([stray, mine]);
    const note = { ...MINTED, strays: true };
    expect(await releaseKey(note, [ways.of('key')], ways.mutx.ports)).toMatchObject({
      ids: ['stray', 'mine'],
    });
    expect(ways.used).toEqual(['key list', 'key revoke stray', 'key revoke mine']);
  });

  it('is told of where its key could not be looked for, and the own one is revoked all the same', async () => {
    const ways = scene([mine]);
    ways.mutx.world.on('list', refuses(422));
    const result = await releaseKey({ ...MINTED, strays: true }, [ways.of('token')], ways.mutx.ports);
    expect(result).toMatchObject({ kind: 'revoked', ids: ['mine'] });
    expect(ways.mutx.warnings()[0]).toContain('another key named');
  });

  it('is not looked for under a name that others use', async () => {
    const ways = scene([stray, mine]);
    const note = { ...MINTED, strays: true, unique: false };
    expect(await releaseKey(note, [ways.of('token')], ways.mutx.ports)).toMatchObject({ ids: ['mine'] });
  });

  it('counts as revoked where only the own one was gone', async () => {
    const ways = scene([stray]);
    const note = { ...MINTED, strays: true };
    expect(await releaseKey(note, [ways.of('token')], ways.mutx.ports)).toMatchObject({
      kind: 'revoked',
      ids: ['stray', 'mine'],
    });
  });
});
