import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HINTS, hintOf } from '../../src/report/hints.ts';

const SRC = new URL('../../src/', import.meta.url);
/** What looks like a code and is not: inputs, headers, our name. */
const NOT_CODES = new Set(['github-token', 'github-authentication-token-expiration', 'mutx-api-key-action']);

/** How codes stand in the code of each folder. */
const SERVICE = /'((?:github|mutx|session)-[a-z-]+|deadline)'/gu;
const SESSION = /'(session-[a-z-]+|renewal-failed)'/gu;
const FIELD = /code: '([a-z-]+)'/gu;
const RUN = /'((?:quota|create|verify|store|look|preflight|written)-[a-z-]+|too-many-targets)'/gu;
const PATTERNS: Readonly<Record<string, RegExp>> = {
  ephemeral: RUN,
  process: FIELD,
  report: FIELD,
  github: SERVICE,
  mutx: SERVICE,
  session: SESSION,
  rotation: RUN,
  revoke: FIELD,
  verbs: FIELD,
};

/** Every failure code that stands in the code as a literal, apart from the table itself. */
function codesInSource(): ReadonlySet<string> {
  const codes = new Set(
    Object.entries(PATTERNS).flatMap(([folder, pattern]) =>
      [...textOf(folder).matchAll(pattern)].map(([, code = '']) => code),
    ),
  );
  // take-look.ts puts these two together from its reason.
  if (/`\$\{reason\}-failed`/u.test(textOf('rotation'))) codes.add('preflight-failed').add('look-failed');
  for (const other of NOT_CODES) codes.delete(other);
  return codes;
}

function textOf(folder: string): string {
  const root = new URL(`${folder}/`, SRC);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('hints'))
    .map((name) => readFileSync(new URL(name, root), 'utf8'))
    .join('\n');
}

describe('the table of failure codes', () => {
  it('has each code that a run can come to, and no other', () => {
    expect([...codesInSource()].sort()).toEqual(Object.keys(HINTS).sort());
  });

  it.each(Object.entries(HINTS))(
    '%s: a cause and a fix, in words that stand in a line',
    (_code, { cause, fix }) => {
      for (const text of [cause, fix]) {
        expect(text).toMatch(/^[\p{L}`"@][^\n]{10,}[^.]$/u);
        expect(text.split('`').length % 2).toBe(1);
      }
    },
  );

  it('does not take what every object has for a code', () => {
    expect(hintOf('constructor')).toBeUndefined();
  });
});
