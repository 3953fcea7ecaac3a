import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, read } from './files.ts';
import { disagreements, invariantsIn } from './invariants.ts';

/** Every source below test/, but the two that have invariants of their own making. */
const TESTS = new Map(
  readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .map((path) => `test/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && !/\/(?:invariants|threat-model\.test)\.ts$/u.test(path))
    .map((path) => [path, read(path)] as const),
);

test('the threat model and the tests name each other', () => {
  const invariants = invariantsIn(read('docs/threat-model.md'));
  expect(disagreements(invariants, TESTS)).toEqual([]);
  // Numbers do not change, and none is taken away.
  expect(invariants.length).toBeGreaterThanOrEqual(37);
});

describe('what does not agree is told', () => {
  const DOCUMENT = `
**9. Not in the section.** x

## Invariants

Each is held by tests.

### One

**1. A.** With test/other.ts in its text.

Held by: test/a.test.ts,
test/b.test.ts.

**3. C.** x

Held by: test/a.test.ts.

### Two

**2. B.** x

Held by: test/deep/c.ts; the gate.

## Out of scope

**10. Not in the section either.** x
`;
  const sources = {
    'test/a.test.ts': '// Holds invariants 1 and 3 of docs/threat-model.md.',
    'test/b.test.ts': "describe('invariant 1', () => {});",
    'test/deep/c.ts': '/** Invariants 2. */',
    'test/other.ts': '// An invariant of its own.',
  };
  const told = (document: string, more: Readonly<Record<string, string>> = {}) =>
    disagreements(invariantsIn(document), new Map(Object.entries({ ...sources, ...more })));

  test('nothing, where they do', () => {
    expect(invariantsIn(DOCUMENT)).toEqual([
      { number: 1, theme: 'One', heldBy: ['test/a.test.ts', 'test/b.test.ts'] },
      { number: 3, theme: 'One', heldBy: ['test/a.test.ts'] },
      { number: 2, theme: 'Two', heldBy: ['test/deep/c.ts'] },
    ]);
    expect(told(DOCUMENT)).toEqual([]);
  });

  test.each<[string, string, Record<string, string>, readonly string[]]>([
    [
      'an invariant without a test',
      DOCUMENT.replace('Held by: test/deep/c.ts; the gate.', 'Held by: nobody.'),
      { 'test/deep/c.ts': '' },
      ['invariant 2 is held by no test'],
    ],
    [
      'a test that does not exist',
      DOCUMENT.replace('test/b.test.ts.', 'test/b.test.ts, test/gone.test.ts.'),
      {},
      ['invariant 1 names test/gone.test.ts, which does not exist'],
    ],
    [
      'a test that does not name it',
      DOCUMENT,
      { 'test/a.test.ts': '// Holds invariants 1, 30 and 2' },
      [
        'test/a.test.ts does not name invariant 3',
        'invariant 30 is named by test/a.test.ts, and does not name it',
        'invariant 2 is named by test/a.test.ts, and does not name it',
      ],
    ],
    [
      'a number twice',
      DOCUMENT.replace('**3. C', '**1. C'),
      { 'test/a.test.ts': '// invariant 1' },
      ['invariant 1 is number 2', 'invariant 2 is number 3'],
    ],
    [
      'a number left out',
      DOCUMENT.replace('**3. C', '**4. C'),
      { 'test/a.test.ts': '// invariants 1,\n4' },
      ['invariant 4 is number 3'],
    ],
    ['an order that is none', DOCUMENT.replace('### Two', ''), {}, ['invariant 2 stands after 3']],
    [
      'a document without the section',
      '# Nothing',
      { ...sources, 'test/a.test.ts': '' },
      [
        'invariant 1 is named by test/b.test.ts, and does not name it',
        'invariant 2 is named by test/deep/c.ts, and does not name it',
      ],
    ],
  ])('%s', (_what, document, more, lines) => {
    expect(told(document, more)).toEqual(lines);
  });
});
