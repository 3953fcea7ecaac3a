import { describe, expect, it } from 'vitest';
import { Progress } from '../../src/messages/rotation/progress.ts';
import type { RotationEvent } from '../../src/rotation/events.ts';
import { callFailure, target } from './outcomes.ts';

function stateAfter(events: readonly RotationEvent[]): string {
  const progress = new Progress();
  for (const event of events) progress.event(event);
  return progress.state().join('\n');
}

const creating: RotationEvent = { type: 'step-started', step: 'create' };
const minted: RotationEvent[] = [
  creating,
  { type: 'minted', id: 'id-new', name: 'n', expiresAt: undefined },
  { type: 'step-ended', step: 'create', ok: true, ms: 1 },
];
const storing: RotationEvent[] = [...minted, { type: 'step-started', step: 'store' }];
const NOTHING_REVOKED = 'this run revoked no key that a secret holds';

describe('the state of a run that ends in between', () => {
  it.each([
    ['before anything', [], ['no key was made and no secret was written', NOTHING_REVOKED]],
    ['while a key was being made', [creating], ['a create was on its way', NOTHING_REVOKED]],
    ['before anything was stored', minted, ['the new key id-new is alive', 'no target was written with it']],
    [
      'while storing',
      [
        ...storing,
        { type: 'target-written', result: target('updated', 'acme/a'), done: 1, of: 3 },
        { type: 'target-written', result: target('failed', 'acme/b', callFailure()), done: 2, of: 3 },
      ],
      [
        'MUTX_API_KEY in acme/a: holds the new key',
        'MUTX_API_KEY in acme/b: the write failed; it holds what it held before',
        'every other target: not written, or being written at that moment',
      ],
    ],
    [
      'after a write that may have been done',
      [
        ...storing,
        {
          type: 'target-written',
          result: { ...target('failed', 'acme/b', callFailure()), perhapsWritten: true },
          done: 1,
          of: 3,
        },
      ],
      [
        'MUTX_API_KEY in acme/b: not known: the write may have been done; it holds the new key or what it held before',
        NOTHING_REVOKED,
      ],
    ],
    [
      'after an expired key, which a secret may hold, made room',
      [{ type: 'revoked', id: 'id-expired', reason: 'expired', gone: false }, creating],
      ['revoked: id-expired', 'this run revoked no working key that one of its targets holds'],
    ],
    [
      'after the new key was given up',
      [...minted, { type: 'revoked', id: 'id-new', reason: 'own', gone: false }],
      ['the new key id-new was revoked; no secret holds it', NOTHING_REVOKED],
    ],
    [
      'while revoking',
      [...storing, { type: 'revoked', id: 'id-old', reason: 'superseded', gone: false }],
      ['revoked: id-old', 'this run revoked no working key that one of its targets holds'],
    ],
    [
      'while the stored key was being given up for room',
      [
        { type: 'step-started', step: 'make-room' },
        { type: 'revoking', id: 'id-victim', reason: 'replace' },
      ],
      [
        'perhaps revoked before its successor was stored, as `on-quota: replace` asks: id-victim',
        'this run revoked no other key that a secret holds',
      ],
    ],
    [
      'while the new key was being given up',
      [...minted, { type: 'revoking', id: 'id-new', reason: 'own' }],
      [
        'the new key id-new was being revoked; whether it was is not known; no secret holds it',
        NOTHING_REVOKED,
      ],
    ],
    [
      'while a key that was stored too late was being given up for the next one',
      [...storing, { type: 'revoking', id: 'id-new', reason: 'replace' }],
      ['the new key id-new was being revoked; whether it was is not known; a secret may hold it'],
    ],
    [
      'after it was given up',
      [...storing, { type: 'revoked', id: 'id-new', reason: 'replace', gone: false }],
      ['the new key id-new was given up for its place; a secret may hold it'],
    ],
    [
      'after a write that came too late',
      [...storing, { type: 'warning', code: 'written-late', message: 'late' }],
      ['the new key id-new was stored too late to be relied on: another run may have revoked it'],
    ],
    [
      'after a revocation without a clear answer',
      [
        { type: 'revoking', id: 'id-orphan', reason: 'not-stored' },
        { type: 'not-revoked', id: 'id-orphan', unclear: true },
        { type: 'revoking', id: 'id-other', reason: 'not-stored' },
        { type: 'not-revoked', id: 'id-other', unclear: false },
      ],
      [
        'perhaps revoked, for which there was no clear answer: id-orphan\n',
        'this run revoked no other key that a secret holds',
      ],
    ],
    [
      'after the stored key was given up for room',
      [{ type: 'revoked', id: 'id-victim', reason: 'replace', gone: false }, creating],
      ['revoked before its successor was stored, as `on-quota: replace` asks: id-victim'],
    ],
  ] satisfies [string, RotationEvent[], string[]][])('%s', (_when, events, lines) => {
    const state = stateAfter(events);
    for (const line of lines) expect(state).toContain(line);
    expect(state).toContain('run it again');
  });

  it('forgets what was written with a key that a late write made worthless', () => {
    const state = stateAfter([
      ...storing,
      { type: 'target-written', result: target('updated', 'acme/a'), done: 1, of: 1 },
      creating,
      { type: 'minted', id: 'id-second', name: 'n', expiresAt: undefined },
    ]);
    expect(state).toContain('the new key id-second is alive');
    expect(state).not.toContain('acme/a');
  });
});

describe('the title of a run that ends in between', () => {
  const titleAfter = (events: readonly RotationEvent[]) => {
    const progress = new Progress();
    for (const event of events) progress.event(event);
    return progress.title();
  };
  const written = (done: number, of: number): RotationEvent => ({
    type: 'target-written',
    result: target('updated', `acme/${done}`),
    done,
    of,
  });
  const revoked: RotationEvent = { type: 'step-ended', step: 'revoke', ok: true, ms: 1 };

  it('is that of a failure until something is stored', () => {
    expect(titleAfter([])).toBeUndefined();
    expect(titleAfter(storing)).toBeUndefined();
    expect(stateAfter(storing)).toContain('every target: not written, or being written at that moment');
    const own: RotationEvent = { type: 'revoked', id: 'id-new', reason: 'own', gone: false };
    expect(titleAfter([...storing, written(1, 1), own])).toBeUndefined();
  });

  it('says how many targets hold the new key', () => {
    expect(titleAfter([...storing, written(1, 2)])).toBe('MUTX API key stored in 1 of 2 targets');
  });

  it('says that every target holds it, and speaks of no other target then', () => {
    const all = [...storing, written(1, 1)];
    expect(titleAfter(all)).toBe('MUTX API key stored in every target; the run did not finish');
    expect(stateAfter(all)).not.toMatch(/every (?:other )?target:|run it again/u);
    expect(stateAfter(all)).toContain('older keys of the name may still be active');
    expect(stateAfter([...all, revoked])).toContain('the rotation itself was complete');
  });
});
