import { describe, expect, it } from 'vitest';
import type { EphemeralFailure } from '../../src/ephemeral/acquire.ts';
import type { EphemeralEvent } from '../../src/ephemeral/events.ts';
import { ephemeralFailure } from '../../src/messages/ephemeral/failure.ts';
import { EphemeralLog } from '../../src/messages/ephemeral/log.ts';
import {
  askingLine,
  givenBackLine,
  givingBackLine,
  handedOutLines,
  handedOutSummary,
  notGivenBack,
} from '../../src/messages/ephemeral/result.ts';
import { callFailure, EXPIRES, KEY } from './outcomes.ts';
import { RecordingSink } from './recording-sink.ts';

const LOST = callFailure({
  service: 'mutx',
  call: 'POST /v1/api-keys',
  status: 502,
  code: 'mutx-proxy-page',
});

function logged(...events: readonly EphemeralEvent[]) {
  const sink = new RecordingSink();
  const log = new EphemeralLog(sink);
  for (const event of events) log.event(event);
  return { calls: sink.calls, state: log.state() };
}

describe('the first line of a step', () => {
  const named = { name: 'n', unique: true };

  it('says which key it is about, before MUTX is asked', () => {
    expect(askingLine({ keyName: 'n' })).toBe('Asking MUTX for a key of this job: n');
    const minted = { stage: 'minted', id: 'k', expiresAt: EXPIRES, strays: false, ...named } as const;
    expect(givingBackLine(minted)).toBe('Giving back key k (n)');
    expect(givingBackLine({ stage: 'asked', ...named })).toBe(
      'Looking for a key named n: a create got no clear answer',
    );
    expect(givingBackLine({ stage: 'asked', ...named, unique: false })).toBe(
      'A create of a key named n got no clear answer',
    );
  });

  it('is not there where nothing is to be done', () => {
    expect(givingBackLine(undefined)).toBeUndefined();
    expect(givingBackLine({ stage: 'nothing' })).toBeUndefined();
  });
});

describe('the log of a key for one job', () => {
  it('has a line for each thing that happens', () => {
    const { calls } = logged(
      { type: 'swept', id: 'k1', name: 'n', why: 'expired' },
      { type: 'swept', id: 'k2', name: 'n', why: 'old' },
      { type: 'sweep-ended', revoked: 2, more: false },
      { type: 'sweep-ended', revoked: 1, more: true },
      { type: 'sweep-ended', revoked: 0, more: false },
      { type: 'waiting', wait: 5_000, left: 60_000 },
      { type: 'retrying', failure: LOST, attempt: 1, wait: 1_000 },
      { type: 'minted', id: 'k3', name: 'n', expiresAt: EXPIRES },
      { type: 'verified' },
      { type: 'revoked', id: 'k4', because: 'reply-lost' },
      { type: 'warning', code: 'sweep-failed', message: 'm' },
    );
    expect(calls).toEqual([
      'swept: k1, n (expired)',
      'swept: k2, n (older than `sweep-after`)',
      '✓ 2 left-over keys swept',
      '1 left-over key swept; more is left for later runs',
      '✓ nothing to sweep',
      'the plan has no place left: waiting 5.0 s, for 1 min more at the most',
      'MUTX: POST /v1/api-keys answered 502 [mutx-proxy-page]: try 2 in 1.0 s',
      '✓ n: new key k3, expires 2026-12-23T21:00:00Z',
      '✓ MUTX accepts the new key',
      'revoked: k4 (made by a create whose reply was lost)',
      'warning Left-over keys were not swept: m',
    ]);
  });

  it('knows in which state things are at any moment', () => {
    expect(logged().state).toEqual([
      'no key is known to exist; should a create be under way, the post step looks for its key',
    ]);
    const minted = { type: 'minted', id: 'k', name: 'n', expiresAt: undefined } as const;
    const lost = { type: 'warning', code: 'create-lost', message: 'm' } as const;
    const swept = { type: 'swept', id: 'k0', name: 'n', why: 'old' } as const;
    expect(logged(swept, lost, minted).state).toEqual([
      'the new key k is alive (never expires); the post step revokes it',
      'a create got no clear answer before; the post step looks for its key',
      'swept: k0',
    ]);
    expect(new EphemeralLog(new RecordingSink(), false).state()[0]).toContain('nobody can tell which it is');
    expect(logged(minted, { type: 'revoked', id: 'k', because: 'not-verified' }).state).toEqual([
      'the new key k was revoked',
    ]);
  });
});

describe('a failure', () => {
  const failed: EphemeralFailure = {
    kind: 'failed',
    code: 'create-lost',
    message: 'm',
    failures: [LOST],
    holders: [],
    minted: undefined,
    perhaps: true,
    retryAt: undefined,
  };
  it('says what there is instead of a key', () => {
    const state = (more: Partial<EphemeralFailure>) =>
      ephemeralFailure({ ...failed, ...more }, { keyName: 'n', unique: true }).state;
    expect(state({})[0]).toBe('a key named n may exist, which nobody can use; the post step looks for it');
    expect(state({ perhaps: false })).toEqual(['no key was made', 'nothing was handed out']);
    expect(state({ minted: { ...KEY, state: 'alive' } })[0]).toMatch(
      /^the new key id-new is still active \(expires /u,
    );
    expect(state({ minted: { ...KEY, state: 'unknown' } })[0]).toMatch(
      /^it is not known whether the new key id-new was revoked \(expires /u,
    );
    expect(state({ minted: { ...KEY, state: 'revoked' } })[0]).toContain('was revoked immediately');
  });

  it('names who holds the places', () => {
    const holders = [{ id: 'h', name: 'laptop', expiresAt: undefined }];
    expect(ephemeralFailure({ ...failed, holders }, { keyName: 'n', unique: true }).details).toEqual([
      'in the way: laptop (h), never expires',
    ]);
  });
});

describe('the end', () => {
  it('says where the key is, and for how long', () => {
    expect(handedOutLines(KEY, 'DEPLOY_KEY')).toEqual([
      'Key id-new is in the output `api-key` and as DEPLOY_KEY until this job ends; then it is revoked (expires 2026-12-23T21:00:00Z at the latest)',
    ]);
    expect(handedOutLines(KEY, undefined)[0]).toContain('is in the output `api-key` until');
    expect(handedOutSummary(KEY, undefined)).toContain('not exported');
    expect(handedOutSummary(KEY, 'X')).toContain('exported as `X`');
  });

  it.each([
    [{ kind: 'unset' }, /left no word/u],
    [{ kind: 'skipped' }, /made no key, or has revoked it itself/u],
    [{ kind: 'revoked', ids: ['a', 'b'], expired: false }, /^Revoked: a and b$/u],
    [{ kind: 'revoked', ids: ['a'], expired: true }, /^Revoked: a \(it had expired before\)$/u],
    [{ kind: 'gone', id: 'a' }, /^Already gone: MUTX does not know key a /u],
    [
      { kind: 'expired', id: 'a', expiresAt: EXPIRES },
      /^Expired: key a ended by itself at 2026-12-23T21:00:00Z/u,
    ],
    [{ kind: 'none-found', name: 'n' }, /no active key named n was found$/u],
  ] as const)('tells what became of it: %j', (result, says) => {
    expect(givenBackLine(result)).toMatch(says);
  });

  it('names what may still be alive, why, and what to do', () => {
    const base = { kind: 'failed', name: 'n', expiresAt: EXPIRES, unique: true } as const;
    const { annotation, lines, advice } = notGivenBack({ ...base, id: 'a', failures: [LOST] });
    expect(annotation.message).toContain('key a (n) may still be alive; it expires 2026-12-23T21:00:00Z');
    expect(lines[1]).toContain('MUTX: POST /v1/api-keys answered 502');
    expect(advice).toContain('revoke it');
    const unknown = notGivenBack({ ...base, id: undefined, failures: [] });
    expect(unknown.annotation.message).toContain('a key named n may exist that nobody can use');
    expect(unknown.lines[1]).toContain('nothing left to authenticate with');
    const shared = notGivenBack({ ...base, id: undefined, unique: false, failures: [] });
    expect(shared.lines[1]).toContain('nobody can tell which it is');
    // With its id it is the same key whoever uses the name.
    const known = notGivenBack({ ...base, id: 'a', unique: false, failures: [] });
    expect(known.lines[1]).toContain('nothing left to authenticate with');
  });
});
