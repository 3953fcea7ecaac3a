import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../scripts/troubleshooting/checks.ts';
import { WARNINGS } from '../../scripts/troubleshooting/warnings.ts';
import { HINTS, hintOf } from '../../src/messages/catalogue/catalogue.ts';
import { WARNING_TITLE as EPHEMERAL_TITLE } from '../../src/messages/ephemeral/log.ts';
import { earlyFailure, entryOf } from '../../src/messages/failure.ts';
import { WARNING_TITLE } from '../../src/messages/log.ts';
import { read, readJson } from '../project/files.ts';

const SRC = new URL('../../src/', import.meta.url);
/** What looks like a code and is not: inputs, headers, our name. */
const NOT_CODES = new Set(['github-token', 'github-authentication-token-expiration', 'mutx-api-key-action']);

/** How codes stand in the code of each folder. */
const SERVICE = /'((?:github|mutx|session)-[a-z-]+|deadline)'/gu;
const SESSION = /'(session-[a-z-]+|renewal-failed)'/gu;
const FIELD = /code: '([a-z-]+)'/gu;
const RUN =
  /'((?:quota|create|verify|store|look|preflight|written)-[a-z-]+|account-refused|too-many-targets|times-contradict)'/gu;
const PATTERNS: Readonly<Record<string, RegExp>> = {
  runner: FIELD,
  ephemeral: RUN,
  process: FIELD,
  messages: FIELD,
  github: SERVICE,
  mutx: SERVICE,
  'mutx/session': SESSION,
  rotation: RUN,
  revoke: FIELD,
  commands: FIELD,
  'cli/doctor': FIELD,
  'cli/init': FIELD,
};

/** Every failure code that stands in the code as a literal, apart from the table itself. */
function codesInSource(): ReadonlySet<string> {
  const codes = new Set(
    Object.entries(PATTERNS).flatMap(([folder, pattern]) =>
      [...textOf(folder).matchAll(pattern)].map(([, code = '']) => code),
    ),
  );
  // read-snapshot.ts puts these two together from its reason.
  if (/`\$\{reason\}-failed`/u.test(textOf('rotation'))) codes.add('preflight-failed').add('look-failed');
  for (const other of NOT_CODES) codes.delete(other);
  return codes;
}

function textOf(folder: string): string {
  const root = new URL(`${folder}/`, SRC);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('catalogue/'))
    .map((name) => readFileSync(new URL(name, root), 'utf8'))
    .join('\n');
}

describe('the table of failure codes', () => {
  it('has each code that a run can come to, and no other', () => {
    expect([...codesInSource()].sort()).toEqual(Object.keys(HINTS).sort());
  });

  it.each(['quota-full', 'quota-wait-over', 'mutx-quota'])(
    '%s: how a place is freed by hand, at the command line and in a workflow',
    (code) => {
      for (const how of [
        '`mutx-api-key keys list`',
        '`mutx-api-key keys revoke ID`',
        '`mutx/api-key-action/revoke` with `key-ids: ID`',
      ]) {
        expect(hintOf(code)?.fix).toContain(how);
      }
    },
  );

  it('says of a full plan how each verb waits, and of the fence what does not shorten it', () => {
    expect(hintOf('mutx-quota')?.fix).toMatch(
      /rotation with `on-quota: wait`.*`exec`\) with a longer `quota-wait`/u,
    );
    expect(hintOf('quota-too-soon')?.fix).toContain('`on-quota: replace` does not shorten that');
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

/** Titles of failures, which have a code, and of a schema. */
const NO_WARNINGS = new Set([
  'MUTX API keys and where they are stored',
  'A rotation would not work',
  'Not set up',
]);

describe('docs/troubleshooting.md', () => {
  const page = read('docs/troubleshooting.md');

  it('has an entry for each code, and for no other', () => {
    const entries = [...page.matchAll(/^#### `(.+)`$/gmu)].map(([, code = '']) => code);
    expect(entries.toSorted()).toEqual(Object.keys(HINTS).sort());
  });

  it('says of each code what to look at', () => {
    expect(Object.keys(CHECKS).sort()).toEqual(Object.keys(HINTS).sort());
    for (const check of Object.values(CHECKS)) expect(check).toMatch(/^\p{Lu}[^\n]{10,}[.?]$/u);
  });

  it('has an entry for each title that a warning or a notice can have, and for no other', () => {
    const written = [...textOf('.').matchAll(/title: '([A-Z][^']+)'/gu)].map(([, title = '']) => title);
    const told = new Set(written.filter((title) => !NO_WARNINGS.has(title)));
    for (const title of [...Object.values(WARNING_TITLE), ...Object.values(EPHEMERAL_TITLE)]) told.add(title);
    expect(Object.keys(WARNINGS).sort()).toEqual([...told].sort());
  });

  it('is where a failure says it is', () => {
    const { url } = (readJson('package.json') as { repository: { url: string } }).repository;
    const report = earlyFailure({ code: 'invalid-input', message: 'x' });
    expect(url).toContain(entryOf(report).replace(/^https:\/\/(.+)\/blob\/.*$/u, '$1'));
    expect(entryOf(report)).toMatch(/\/blob\/main\/docs\/troubleshooting\.md#invalid-input$/u);
  });
});

describe('docs/audit.md', () => {
  it('has a row for each kind of finding, and for no other', () => {
    const kinds = [...read('src/audit/finding.ts').matchAll(/kind: '([a-z-]+)'/gu)].map(
      ([, kind = '']) => kind,
    );
    const table = read('docs/audit.md').split('## ')[1] ?? '';
    const rows = [...table.matchAll(/^\| `([a-z-]+)` \|/gmu)].map(([, kind = '']) => kind);
    expect(rows.toSorted()).toEqual([...new Set(kinds)].sort());
  });
});
