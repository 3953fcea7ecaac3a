import { describe, expect, it } from 'vitest';
import { block, code, plain, prose } from '../../src/messages/markdown.ts';
import { afterText, count, durationText, list, planLines } from '../../src/messages/words.ts';
import { CURRENT, EXPIRES, PLAN } from './outcomes.ts';

describe('words', () => {
  it.each([
    [-1, '0 ms'],
    [84.4, '84 ms'],
    [999.6, '1.0 s'],
    [1_234, '1.2 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [86_400_000 * 3 + 4 * 3_600_000, '3 d 4 h'],
  ])('a duration of %d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it('rounds a time up after which something holds', () => {
    const whole = Date.UTC(2026, 0, 2, 3, 4, 5);
    expect([afterText(whole), afterText(whole + 1)]).toEqual([
      '2026-01-02T03:04:05Z',
      '2026-01-02T03:04:06Z',
    ]);
  });

  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b', 'c'], 'a, b and c'],
  ])('lists %j', (items, text) => {
    expect(list(items)).toBe(text);
  });

  it('says in a plan what stands in the way of one more key, and until when', () => {
    const room = {
      kind: 'too-soon',
      because: 'another key of the name is too young',
      at: EXPIRES,
      inTheWay: [CURRENT, CURRENT],
    } as const;
    const before = planLines({ ...PLAN, room });
    expect(before).toContain('there is no place for one more key before 2026-12-23T21:00:00Z');
    expect(before.filter((line) => line.startsWith(`in the way: ${CURRENT.name} (id-old), `))).toHaveLength(
      2,
    );
    const used = { id: 'id-used', name: 'x', expiresAt: undefined, heldBy: ['acme/web'] };
    const inTheWay = [used, { ...CURRENT, lastUsed: EXPIRES }];
    const full = planLines({ ...PLAN, room: { kind: 'full', at: undefined, inTheWay, over: 0 } });
    // What a target holds comes last.
    expect(full.filter((line) => /^in (?:the way|use)/u.test(line))).toEqual([
      expect.stringMatching(/^in the way: .*\(id-old\), .*, last used at 2026-12-23T21:00:00Z$/u),
      'in use by acme/web: keep x (id-used), never expires',
    ]);
  });

  it('says in a plan what a grace period keeps, and until when', () => {
    const inGrace = { ids: ['id-a', 'id-b'], until: EXPIRES };
    expect(planLines({ ...PLAN, due: false, current: CURRENT, inGrace })).toContain(
      'keep id-a, id-b: superseded, with a grace period until 2026-12-23T21:00:00Z',
    );
  });

  it('counts', () => {
    expect([count(1, 'key'), count(2, 'key'), count(0, 'copy', 'copies')]).toEqual([
      '1 key',
      '2 keys',
      '0 copies',
    ]);
  });
});

describe('Markdown', () => {
  it('keeps the code marks of our own hints and escapes the rest', () => {
    expect(prose('set `on-quota: wait` <now>')).toBe('set `on-quota: wait` \\<now\\>');
  });

  it('shows an empty name as a dash', () => {
    expect([code(''), code(' \n')]).toEqual(['—', '—']);
  });

  it('keeps a table cell in its cell', () => {
    expect([code('a|b`c'), plain('a|b')]).toEqual(["`a\\|b'c`", 'a\\|b']);
  });

  it('fences a block with more backticks than it holds', () => {
    expect(block('yaml', ['a: ````'])).toBe('`````yaml\na: ````\n`````');
  });
});
