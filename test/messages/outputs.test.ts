import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { failureLines, inputFailure } from '../../src/messages/failure.ts';
import { outputsOf, resultLines } from '../../src/messages/rotation/result.ts';
import { FAILURE_TITLE } from '../../src/messages/words.ts';
import type { Outcome } from '../../src/rotation/outcome.ts';
import { CURRENT, callFailure, EXPIRES, failed, KEY, NOTHING, PLAN, target, YOUNG } from './outcomes.ts';

const NOT_DUE: Outcome = {
  kind: 'not-due',
  plan: { ...PLAN, due: false, why: 'it lives long enough', current: CURRENT },
  key: { ...KEY, id: 'id-old', expiresAt: undefined },
  targets: [target('unchanged')],
  keys: {
    ...NOTHING,
    superseded: ['id-grace'],
    graceEnds: EXPIRES,
    spared: [{ ...YOUNG, next: 'superseded' }],
  },
};
const ROTATED: Outcome = {
  kind: 'rotated',
  key: KEY,
  targets: [target('created')],
  keys: {
    revoked: ['id-old'],
    superseded: [],
    graceEnds: undefined,
    left: ['id-left', 'id-held'],
    held: ['id-held'],
    unclear: [],
    spared: [YOUNG, { ...YOUNG, id: 'id-younger', until: YOUNG.until + 1_000 }],
  },
};
const PLANNED: Outcome = { kind: 'planned', plan: PLAN, targets: [target('skipped')], keys: NOTHING };

describe('the outputs', () => {
  const outputs = (outcome: Outcome) =>
    Object.fromEntries([...outputsOf(outcome, 'the name asked for')].map(([name, { text }]) => [name, text]));

  it('of a rotation name the new key, its expiry in UTC, and each target', () => {
    expect(outputs(ROTATED)).toEqual({
      rotated: 'true',
      'key-id': 'id-new',
      'key-name': 'gha/acme/web/MUTX_API_KEY',
      'expires-at': '2026-12-23T21:00:00Z',
      'superseded-key-ids': '[]',
      'revoked-key-ids': '["id-old"]',
      targets: '[{"target":"acme/web","secret":"MUTX_API_KEY","status":"created"}]',
    });
  });

  it('of a half-failed rotation name the key that was made and what failed', () => {
    const outcome = failed({
      minted: { ...KEY, state: 'alive' },
      targets: [
        target('updated', 'acme/a'),
        target('failed', 'acme/b', callFailure({ message: 'no "way"' })),
      ],
    });
    expect(outputs(outcome)).toMatchObject({ rotated: 'false', 'key-id': 'id-new' });
    expect(JSON.parse(outputs(outcome)['targets'] ?? '')).toEqual([
      { target: 'acme/a', secret: 'MUTX_API_KEY', status: 'updated' },
      { target: 'acme/b', secret: 'MUTX_API_KEY', status: 'failed', error: 'no "way"' },
    ]);
  });

  it('name the current key when none was due, and none when nobody knows one', () => {
    expect(outputs(NOT_DUE)).toMatchObject({ rotated: 'false', 'key-id': 'id-old' });
    expect(outputs(PLANNED)).toMatchObject({ rotated: 'false', 'key-id': 'id-old' });
    expect(outputs(failed({}))).toMatchObject({ rotated: 'false', 'key-name': 'the name asked for' });
  });

  it('are absent where nobody knows what they would say', () => {
    expect(outputs(NOT_DUE)).not.toHaveProperty('expires-at');
    for (const absent of ['key-id', 'expires-at', 'superseded-key-ids']) {
      expect(outputs(failed({}))).not.toHaveProperty(absent);
    }
    expect(outputs(PLANNED)).not.toHaveProperty('superseded-key-ids');
    const halfWay = failed({ keys: { ...NOTHING, superseded: ['id-old'] } });
    expect(outputs(halfWay)).toMatchObject({ 'superseded-key-ids': '["id-old"]' });
  });

  it('fit into an environment variable, failed targets before others, and count what does not', () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      target(
        index % 10 === 0 ? 'failed' : 'updated',
        `${'o'.repeat(39)}/${'r'.repeat(97)}${index}@${'é'.repeat(200)}`,
        index % 10 === 0 ? callFailure({ message: 'm'.repeat(200) }) : undefined,
      ),
    );
    const superseded = Array.from({ length: 4_000 }, (_, index) => `${'0'.repeat(32)}${index + 1_000}`);
    const outcome: Outcome = { ...ROTATED, targets: many, keys: { ...ROTATED.keys, superseded } };
    for (const { text } of outputsOf(outcome, KEY.name).values()) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100 * 1_024);
      expect(spawnSync(process.execPath, ['--version'], { env: { OUTPUT: text } }).status).toBe(0);
    }
    const values = outputsOf(outcome, KEY.name);
    const shown = JSON.parse(values.get('targets')?.text ?? '') as { status?: string; omitted?: number }[];
    expect(shown.at(-1)).toEqual({ omitted: 500 - (shown.length - 1) });
    expect(shown.filter(({ status }) => status === 'failed')).toHaveLength(50);
    const ids = JSON.parse(values.get('superseded-key-ids')?.text ?? '') as string[];
    expect(ids).toEqual(superseded.slice(0, ids.length));
    expect(ids.length + (values.get('superseded-key-ids')?.omitted ?? 0)).toBe(4_000);
  });
});

describe('the last lines of the log', () => {
  it.each([
    [
      ROTATED,
      [
        'Rotated: MUTX_API_KEY in acme/web → key id-new (expires 2026-12-23T21:00:00Z)',
        'Revoked: id-old',
        'Left for a later run to revoke: id-left',
        'Held back: not revoked, because together they are more than max-revocations allows; revoke them, or raise it: id-held',
        'Not revoked by this run: id-young, id-younger: made less than 15 minutes before the new key, so another run may still be storing them; a rotation after 2026-11-24T21:00:01Z revokes them',
      ],
    ],
    [
      NOT_DUE,
      [
        'Not due when this run looked: it lives long enough; by the dates of keys and secrets, every target holds key id-old (never expires)',
        'Revoked: none',
        'Superseded, not revoked by this run: id-grace (grace period until 2026-12-23T21:00:00Z)',
        'Not revoked by this run: id-young: made less than 15 minutes before this look, so another run may still be storing it; a rotation after 2026-11-24T21:00:00Z supersedes it, and the grace period begins',
      ],
    ],
    [
      {
        ...ROTATED,
        keys: {
          ...NOTHING,
          spared: [
            { ...YOUNG, id: 'id-younger', until: YOUNG.until + 1 },
            { ...YOUNG, until: YOUNG.until - 1, next: 'open' },
          ],
        },
      },
      [
        'Rotated: MUTX_API_KEY in acme/web → key id-new (expires 2026-12-23T21:00:00Z)',
        'Revoked: none',
        'Not revoked by this run: id-younger, id-young: made less than 15 minutes before the new key, so another run may still be storing them; no rotation but its own revokes them before 2026-11-24T20:59:59Z',
      ],
    ],
    [
      PLANNED,
      [
        'A run would store a new key: MUTX_API_KEY in acme/web',
        'Dry run: nothing was changed; the plan is above',
      ],
    ],
    [
      { ...ROTATED, targets: Array.from({ length: 11 }, () => target('updated')), keys: NOTHING },
      ['Rotated: 11 targets → key id-new (expires 2026-12-23T21:00:00Z)', 'Revoked: none'],
    ],
  ] satisfies [Exclude<Outcome, { kind: 'failed' }>, string[]][])(
    'say what it came to (%#)',
    (outcome, lines) => {
      expect(resultLines(outcome)).toEqual(lines);
    },
  );
});

describe('inputs that cannot be used', () => {
  it('are told all at once, each with what it takes and the fix', () => {
    const lines = failureLines(
      FAILURE_TITLE.rotate,
      inputFailure([
        {
          input: 'expires-in-days',
          message: 'is not a number',
          given: 'soon',
          allowed: '1 to 365',
          fix: 'give a number',
        },
        { input: 'github-token', message: 'is missing', allowed: 'a token', fix: 'set it' },
      ]),
    );
    expect(lines.slice(0, 4)).toEqual([
      'MUTX API key not rotated: 2 inputs cannot be used [invalid-input]',
      '',
      '  - `expires-in-days` is not a number (given: `soon`); it takes 1 to 365. Fix: give a number',
      '  - `github-token` is missing; it takes a token. Fix: set it',
    ]);
    expect(lines.join('\n')).toContain('nothing was changed');
  });
});
