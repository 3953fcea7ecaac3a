import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { licencesIn } from '../../scripts/licences.ts';
import { codeBlocks, ROOT, read, readJson, WORKFLOWS } from './files.ts';

// Holds invariant 37 of docs/threat-model.md.

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly license?: string }>>;
}

const { packages: LOCKED } = readJson('package-lock.json') as Lockfile;

describe('dist/licenses.txt', () => {
  const licences = [...licencesIn(read('dist/licenses.txt'))];

  test('names packages, with the licence that the lockfile has for each', () => {
    expect(licences.length).toBeGreaterThanOrEqual(4);
    expect(licences).toEqual(licences.map(([name]) => [name, LOCKED[`node_modules/${name}`]?.license]));
  });

  test.each(licences)('%s is in docs/dependencies.md too', (name) => {
    const { version } = LOCKED[`node_modules/${name}`] ?? {};
    expect(read('docs/dependencies.md').includes(`| \`${name}\` ${version} |`)).toBe(true);
  });
});

describe('docs/dependencies.md', () => {
  test('names the actions that the workflows use, and no others', () => {
    const used = WORKFLOWS.flatMap((path) => [...read(path).matchAll(/uses: ([\w-]+\/[\w-]+)[@/]/gu)]);
    const section = read('docs/dependencies.md').split('## In the workflows of this repository')[1] ?? '';
    const rows = section.split('\n').filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/gu)]);
    const names = (matches: readonly RegExpMatchArray[]) =>
      [...new Set(matches.map(([, name]) => name ?? ''))].sort();
    expect(names(named)).toEqual(names(used));
  });
});

describe('.github/CODEOWNERS', () => {
  const rules = read('.github/CODEOWNERS')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/u));

  test('begins with everything, so that no file is without an owner', () => {
    expect(rules[0]?.[0]).toBe('*');
  });

  test('gives every path an owner, since the last rule that fits takes its files from the ones before', () => {
    expect(
      rules.filter(([, ...owners]) => owners.length === 0 || !owners.every((one) => one.startsWith('@'))),
    ).toEqual([]);
  });

  test('names paths that exist', () => {
    const paths = rules.slice(1).map(([path = '']) => path);
    expect(paths.filter((path) => !path.startsWith('/') || !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test.each([
    '/dist/',
    '/action.yml',
    '/package.json',
    '/package-lock.json',
    '/.npmrc',
    '/.github/',
    '/.ci/',
    '/scripts/',
  ])('names %s, through which code gets into users’ jobs', (path) => {
    expect(rules.map(([rule]) => rule)).toContain(path);
  });
});

describe('.github/dependabot.yml', () => {
  const { updates } = parse(read('.github/dependabot.yml')) as {
    readonly updates: readonly {
      readonly 'package-ecosystem': string;
      readonly directory?: string;
      readonly directories?: readonly string[];
      readonly cooldown?: Readonly<Record<string, unknown>>;
    }[];
  };

  test('updates npm, with its workspaces, and the actions', () => {
    expect(updates.map((one) => [one['package-ecosystem'], one.directories ?? [one.directory]])).toEqual([
      ['npm', ['/', '/tools/mutation']],
      ['github-actions', ['/']],
    ]);
    // Dependabot looks for the workspaces itself, where there is one lockfile for them.
    const lockfiles = execFileSync('git', ['ls-files', '*package-lock.json'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(lockfiles).toBe('package-lock.json\ntools/mutation/package-lock.json\n');
  });

  test.each(updates)('lets a release of $package-ecosystem age, with nothing left out', ({ cooldown }) => {
    expect(cooldown?.['default-days']).toBeGreaterThanOrEqual(7);
    for (const [name, days] of Object.entries(cooldown ?? {})) {
      expect([name, typeof days === 'number' && days >= 7]).toEqual([name, true]);
    }
  });
});

describe('SECURITY.md', () => {
  const { jobs } = parse(read('.github/workflows/release.yml')) as {
    readonly jobs: { readonly verify: { readonly steps: readonly { readonly run?: string }[] } };
  };
  const shown = codeBlocks('SECURITY.md')
    .map(({ text }) => text)
    .join('\n');

  test.each(jobs.verify.steps.flatMap(({ run }) => (run === undefined ? [] : [[run]])))(
    'shows users the command by which a release is verified: %s',
    (run) => {
      expect(shown).toContain(run.trim());
    },
  );
});
