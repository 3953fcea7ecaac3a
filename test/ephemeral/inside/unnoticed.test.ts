import { describe, expect, it } from 'vitest';
import { keyForJob } from '../../../src/ephemeral/engine.ts';
import { decodeNote } from '../../../src/ephemeral/note.ts';
import { releaseKey } from '../../../src/ephemeral/release.ts';
import { leftBehind } from '../../../src/ephemeral/sweep.ts';
import { DAY, key, SECOND, START } from '../../rotation/records.ts';
import {
  breaks,
  fails,
  losesReply,
  offline,
  refuses,
  type Script,
  throttles,
} from '../../rotation/scripts.ts';
import { full, Mutx, NAME, PREFIX } from './ports.ts';

// Changes of meaning that no other test would see (docs/mutation-testing.md).

/** Done at MUTX, and answered with that status by whatever is in front of it. */
const appliedBut =
  (status: number): Script =>
  (call) => {
    call.apply();
    return fails({ status, retryable: true })(call);
  };

describe('a create that was done, whatever answers in its place', () => {
  it.each([408, 500, 502, 503, 504])('has its key revoked before there is another: %s', async (status) => {
    const mutx = new Mutx();
    mutx.world.on('create', appliedBut(status));
    expect(await mutx.mint()).toMatchObject({ kind: 'ready', key: { id: 'new2' } });
    expect(mutx.world.active()).toEqual(['new2']);
    expect(mutx.journal).toContain('keep: lost');
  });

  it.each([408, 500, 502, 503, 504])('is left to the post step where it is the last: %s', async (status) => {
    const mutx = new Mutx();
    mutx.world.always('create', fails({ status, retryable: false })).always('list', refuses(403));
    expect(await mutx.mint()).toMatchObject({ kind: 'failed', perhaps: true });
    expect(mutx.journal).not.toContain('keep: nothing');
  });

  it('is not sent before what the post step needs is kept, however long that takes', async () => {
    const mutx = new Mutx();
    const { ports } = mutx;
    const asked = async () => {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      await ports.keeper.creating();
    };
    const settings = { keyName: NAME, unique: true, expiresInDays: 1, quotaWait: 0, verify: false };
    await keyForJob(
      { ...settings, sweep: undefined },
      { ...ports, keeper: { ...ports.keeper, creating: asked } },
    );
    expect(mutx.journal.slice(0, 2)).toEqual(['keep: asked', 'create']);
  });
});

describe('a verification that was never made', () => {
  it.each([
    ['MUTX was not reached', offline],
    ['MUTX takes no more requests', throttles(SECOND)],
  ])('says nothing for the key: %s', async (_, script) => {
    const mutx = new Mutx();
    mutx.world.always('verify', script);
    expect(await mutx.mint()).toMatchObject({ kind: 'failed', code: 'verify-unclear' });
    expect(mutx.journal).not.toContain('hand out new1');
    expect(mutx.world.active()).toEqual([]);
  });
});

describe('what a lost create may have left', () => {
  it('is not a key whose name differs in case', async () => {
    const mutx = new Mutx({ keys: [key('theirs', { name: NAME.toUpperCase() })] });
    mutx.world.on('create', losesReply);
    expect(await mutx.mint()).toMatchObject({ kind: 'ready', key: { id: 'new2' } });
    expect(mutx.world.active()).toEqual(['theirs', 'new2']);
  });

  it('frees no place where it could not be looked for', async () => {
    const mutx = new Mutx();
    mutx.world.on('create', breaks, full).always('list', refuses(403));
    expect(await mutx.mint({ quotaWait: 0 })).toMatchObject({ code: 'quota-wait-over', perhaps: true });
    expect(mutx.journal.filter((call) => call === 'create')).toHaveLength(2);
  });
});

it('a key is not said to have expired by a clock that may be a little ahead', async () => {
  const { ports } = new Mutx({ keys: [key('mine', { name: NAME })] });
  const expiresAt = START - 30 * SECOND;
  const remains = {
    stage: 'minted',
    id: 'mine',
    name: NAME,
    unique: true,
    strays: false,
    expiresAt,
  } as const;
  expect(await releaseKey(remains, [], ports)).toMatchObject({ kind: 'failed', expiresAt });
});

it('a name is this step’s alone only where the note says so', () => {
  const where = {
    apiUrl: 'https://api.mutx.dev/',
    name: NAME,
    credential: 'f',
    network: { proxy: '', authorities: '' },
    envelope: { variable: 'V', opener: 'o' },
  };
  const note = { version: 1, stage: 'asked', ...where };
  for (const more of [{}, { unique: 'no' }, { unique: 1 }]) {
    expect(decodeNote(JSON.stringify({ ...note, ...more }))).toMatchObject({ unique: false });
  }
});

it('a key left behind is as old as it is, however late it was used', () => {
  const name = `${PREFIX}6.1/test/000000000001`;
  const old = key('old', { name, age: 3 * DAY, usedAfter: 3 * DAY - SECOND, expiresIn: 'never' });
  expect(leftBehind(old, { prefix: PREFIX, after: DAY }, START)).toBe('old');
});
