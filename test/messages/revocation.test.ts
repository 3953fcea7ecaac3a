import { describe, expect, it } from 'vitest';
import type { CallFailure } from '../../src/core/call.ts';
import {
  failedRevocationSummary,
  goneKeys,
  noSuchKey,
  revocationFailure,
  revocationLines,
  revocationSummary,
  revokedIds,
} from '../../src/messages/revocation/revocation.ts';
import { keyStates, logRevocation } from '../../src/messages/revocation/words.ts';
import { isDone, type KeyResult, type KeyState, type RevocationOutcome } from '../../src/revoke/request.ts';
import { RecordingSink } from './recording-sink.ts';

const NOW = Date.UTC(2026, 0, 1);

const refused: CallFailure = {
  kind: 'refused',
  service: 'mutx',
  call: 'DELETE /v1/api-keys/x',
  status: 401,
  code: 'mutx-unauthorized',
  message: 'Invalid or expired API key',
  retryable: false,
};

const STATES: readonly KeyState[] = ['revoked', 'already-revoked', 'gone', 'untouched', 'alive', 'unknown'];

function result(state: KeyState, more: Partial<KeyResult> = {}): KeyResult {
  return { id: `id-${state}`, name: undefined, expiresAt: undefined, state, ...more };
}

type Failed = Extract<RevocationOutcome, { kind: 'failed' }>;

function failed(results: readonly KeyResult[], more: Partial<Failed> = {}): Failed {
  return { kind: 'failed', code: 'revoke-failed', message: 'some', failures: [refused], results, ...more };
}

const byName = {
  selection: { by: 'name', name: 'laptop\n' },
  maxRevocations: 5,
  dryRun: false,
  ifNone: 'fail',
} as const;
const byIds = { ...byName, selection: { by: 'ids', ids: [] } } as const;

describe('a revocation as it is told', () => {
  it('has the ids of those that are done as its output, and of no other', () => {
    const all = STATES.map((state) => result(state));
    expect(revokedIds(all).text).toBe('["id-revoked","id-already-revoked","id-gone"]');
    expect(JSON.parse(revokedIds(all).text)).toEqual(all.filter(isDone).map(({ id }) => id));
  });

  it('is a line a key in the log', () => {
    const sink = new RecordingSink();
    logRevocation({ type: 'listed', active: 1, ms: 5 }, sink);
    logRevocation({ type: 'retrying', failure: refused, attempt: 1, wait: 7 }, sink);
    for (const state of STATES) logRevocation({ type: 'result', result: result(state) }, sink);
    logRevocation({ type: 'result', result: result('alive', { name: 'x\ny', failure: refused }) }, sink);
    expect(sink.calls).toEqual([
      '✓ keys listed: 1 active key (5 ms)',
      'MUTX: DELETE /v1/api-keys/x answered 401 [mutx-unauthorized]: try 2 in 7 ms',
      '✓ id-revoked revoked',
      '✓ id-already-revoked was revoked already',
      '! id-gone is not a key of this account, or not any more',
      '✓ id-untouched not touched',
      '✗ id-alive still alive',
      '✗ id-unknown not known: it may be revoked, and may be alive',
      '✗ x y (id-alive) still alive: Invalid or expired API key',
    ]);
  });

  it('says at the end in which state the keys are, or that there was nothing to do', () => {
    expect(revocationLines({ kind: 'done', results: [] }, byIds)).toEqual(['Nothing to revoke']);
    expect(revocationLines({ kind: 'done', results: [result('revoked'), result('gone')] }, byIds)).toEqual([
      'revoked: id-revoked',
      'is not a key of this account, or not any more: id-gone',
    ]);
    expect(
      revocationLines({ kind: 'planned', results: [result('untouched'), result('gone')] }, byIds),
    ).toEqual([
      'revoke id-untouched, never expires',
      'id-gone is not a key of this account, or not any more',
      'Dry run: nothing was changed',
    ]);
  });

  it('of a name says what comes next, before and after; of ids nobody knows', () => {
    const dry = { kind: 'planned', results: [result('untouched')] } as const;
    const done = { kind: 'done', results: [result('revoked')] } as const;
    const would = 'After that, no key named laptop would work: run its rotation next, which stores a new one';
    const is = 'What was named laptop does not work any more: run its rotation next, which stores a new one';
    expect(revocationLines(dry, byName).at(-1)).toBe(would);
    expect(revocationLines(done, byName).at(-1)).toBe(is);
    expect(revocationSummary(dry, byName).replaceAll('\\', '')).toContain(`\n\n${would}\n`);
    expect(revocationSummary(done, byName).replaceAll('\\', '')).toContain(`\n\n${is}\n`);
    for (const outcome of [dry, done]) {
      expect([...revocationLines(outcome, byIds), revocationSummary(outcome, byIds)].join()).not.toContain(
        'rotation',
      );
    }
  });

  it('is not called a revocation where no key was revoked', () => {
    const titleOf = (results: readonly KeyResult[], request: typeof byName | typeof byIds) =>
      revocationSummary({ kind: 'done', results }, request).split('\n')[0];
    expect(titleOf([], byName)).toBe('## MUTX API keys: nothing left to revoke');
    expect(titleOf([], byIds)).toBe('## MUTX API keys: nothing left to revoke');
    expect(titleOf([result('gone')], byIds)).toBe('## MUTX API keys: nothing left to revoke');
    expect(titleOf([result('gone'), result('already-revoked')], byIds)).toBe('## MUTX API keys revoked');
  });

  it('warns of a name that no key has, and of ids that are of none', () => {
    expect(noSuchKey({ kind: 'done', results: [] }, byName)?.message).toContain('is named laptop:');
    expect(noSuchKey({ kind: 'done', results: [] }, byIds)).toBeUndefined();
    expect(noSuchKey({ kind: 'done', results: [result('revoked')] }, byName)).toBeUndefined();
    expect(noSuchKey(failed([]), byName)).toBeUndefined();
    expect(goneKeys({ kind: 'done', results: [result('gone')] })?.message).toContain('1 id of no key');
    expect(goneKeys({ kind: 'done', results: [result('revoked')] })).toBeUndefined();
  });
});

const CONTEXT = { mayRevokeItself: false, now: NOW };

describe('a revocation that failed', () => {
  it('names the keys that would go, ten at most', () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      result('untouched', { id: `k${index}`, name: 'x' }),
    );
    const tooMany = failed([...many, result('already-revoked')], {
      code: 'revocations-exceeded',
      failures: [],
    });
    const { details } = revocationFailure(tooMany, CONTEXT);
    expect(details).toHaveLength(11);
    expect(details[0]).toBe('would be revoked: x (k0)');
    expect(details.at(-1)).toBe(
      'and 2 more keys; the job summary, or the file that `--summary` names, has them all',
    );
    expect(revocationFailure({ ...tooMany, results: many.slice(0, 2) }, CONTEXT).details).toHaveLength(2);
  });

  it('says that the credential is most likely gone, where that may be', () => {
    const some = failed([result('revoked'), result('alive')]);
    expect(revocationFailure(some, { ...CONTEXT, mayRevokeItself: true }).details).toEqual([
      expect.stringContaining('was most likely one of those that were revoked'),
    ]);
    expect(revocationFailure(some, CONTEXT).details).toEqual([]);
    expect(
      revocationFailure(failed([result('alive')]), { ...CONTEXT, mayRevokeItself: true }).details,
    ).toEqual([]);
    const unwell = { ...refused, status: 500 };
    expect(
      revocationFailure(failed([result('revoked')], { failures: [unwell] }), {
        ...CONTEXT,
        mayRevokeItself: true,
      }).details,
    ).toEqual([]);
  });

  it('says when it can work, where the server says so and waiting helps', () => {
    const throttled = { ...refused, kind: 'throttled', retryAfter: 60_000 } as const;
    const at = (...failures: CallFailure[]) => revocationFailure(failed([], { failures }), CONTEXT).retryAt;
    expect(at(throttled, { ...throttled, retryAfter: 1_000 })).toBe(NOW + 60_000);
    expect(at(throttled, refused)).toBeUndefined();
    expect(at()).toBeUndefined();
  });

  it('says in which state things are', () => {
    expect(revocationFailure(failed([]), CONTEXT).state).toEqual(['no key was revoked']);
    expect(revocationFailure(failed([result('alive', { name: 'ci' })]), CONTEXT).state).toEqual([
      'still alive: ci (id-alive)',
    ]);
    expect(keyStates([])).toEqual([]);
  });
});

describe('the summary of a revocation', () => {
  it('is a table of the keys', () => {
    const results = [
      result('revoked', { name: 'a|b', expiresAt: Date.UTC(2026, 0, 1) }),
      result('alive', { failure: refused }),
    ];
    const outcome = failed(results);
    expect(failedRevocationSummary(outcome, revocationFailure(outcome, CONTEXT))).toContain(
      [
        '| `id-revoked` | `a\\|b` | 2026-01-01T00:00:00Z | revoked |',
        '| `id-alive` |  |  | still alive\\: Invalid or expired API key |',
      ].join('\n'),
    );
    expect(revocationSummary({ kind: 'planned', results }, byIds)).toContain(
      '(dry run)\n\nNothing was changed.',
    );
    expect(revocationSummary({ kind: 'done', results: [] }, byIds)).toBe(
      '## MUTX API keys: nothing left to revoke\n\nThere was nothing to revoke.\n',
    );
  });

  it('is bounded', () => {
    const results = Array.from({ length: 502 }, (_, index) => result('revoked', { id: `k${index}` }));
    expect(revocationSummary({ kind: 'done', results }, byIds)).toContain('… and 2 more keys.');
  });
});
