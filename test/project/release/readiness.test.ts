import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { changelogEntry } from '../../../scripts/release/changelog.ts';
import { type Candidate, readinessOf } from '../../../scripts/release/readiness.ts';
import { versionOf } from '../../../scripts/release/version.ts';
import { ROOT, readJson } from '../files.ts';

// Holds invariant 36 of docs/threat-model.md.

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const RUN = {
  path: '.github/workflows/ci.yml',
  event: 'push',
  head_branch: 'main',
  head_sha: COMMIT,
  conclusion: 'success',
};
const PUBLIC = {
  repository: { url: 'git+https://github.com/mutx/api-key-action.git' },
  scripts: { build: 'x' },
};

function candidate(version: string, changes: Partial<Candidate> = {}): Candidate {
  return {
    wanted: version,
    repository: 'mutx/api-key-action',
    ref: 'refs/heads/main',
    commit: COMMIT,
    manifest: { version, private: true },
    lockfile: { version, packages: { '': { version } } },
    changelog: `# Changelog\n\n## [Unreleased]\n\n## [${version}] - 2026-11-30\n\n### Added\n\n- A thing.\n`,
    tags: [],
    ciRuns: [RUN],
    ...changes,
  };
}

describe('a commit may be released', () => {
  test('when everything is in order: the first release', () => {
    expect(readinessOf(candidate('1.0.0'))).toEqual({
      version: '1.0.0',
      tag: 'v1.0.0',
      majorTag: 'v1',
      prerelease: false,
      latest: true,
      npmTag: '',
    });
  });

  test.each([
    ['1.3.0', { majorTag: 'v1', latest: true, npmTag: 'latest' }],
    ['2.0.0', { majorTag: 'v2', latest: true, npmTag: 'latest' }],
    // The next three must not send people back.
    ['1.2.4', { majorTag: '', latest: false, npmTag: 'release-1' }],
    ['0.9.1', { majorTag: 'v0', latest: false, npmTag: 'release-0' }],
    ['2.0.0-rc.1', { majorTag: '', latest: false, npmTag: 'next', prerelease: true }],
  ])('%s after 1.2.10 and others', (version, expected) => {
    const tags = ['v1', 'v1.2.3', 'v1.2.10', 'v0.9.0', 'v2.0.0-beta.1', 'vnext', ''];
    const { scripts, repository } = PUBLIC;
    const ready = readinessOf(candidate(version, { tags, manifest: { version, repository, scripts } }));
    expect(ready).toMatchObject({ version, tag: `v${version}`, prerelease: false, ...expected });
  });
});

describe('a commit may not be released', () => {
  const other = (changes: Partial<typeof RUN>) => ({ ciRuns: [{ ...RUN, ...changes }] });
  test.each<[string, Partial<Candidate>, RegExp]>([
    [
      'with another version in package.json',
      { manifest: { version: '1.0.1', private: true } },
      /^package\.json says 1\.0\.1/u,
    ],
    [
      'with an old lockfile',
      { lockfile: { version: '0.9.0', packages: { '': { version: '1.0.0' } } } },
      /^package-lock/u,
    ],
    ['with a lockfile that is half old', { lockfile: { version: '1.0.0', packages: {} } }, /^package-lock/u],
    [
      'without an entry in the changelog',
      { changelog: '# Changelog\n\n## [Unreleased]\n\n- A thing.\n' },
      /^CHANGELOG/u,
    ],
    ['twice', { tags: ['v0.1.0', 'v1.0.0'] }, /^the tag v1\.0\.0 exists/u],
    ['from a branch', { ref: 'refs/heads/topic' }, /^releases are made of main/u],
    ['before CI', { ciRuns: [] }, /^ci\.yml has not succeeded/u],
    ['after CI failed', other({ conclusion: 'failure' }), /^ci\.yml has not succeeded/u],
    ['while CI runs', { ciRuns: [{ ...RUN, conclusion: null }] }, /^ci\.yml has not succeeded/u],
    ['because CI likes another commit', other({ head_sha: COMMIT.replace('0', 'f') }), /^ci\.yml has not/u],
    ['because CI likes a pull request', other({ event: 'pull_request' }), /^ci\.yml has not succeeded/u],
    ['because CI likes a branch', other({ head_branch: 'topic' }), /^ci\.yml has not succeeded/u],
    ['because another workflow succeeded', other({ path: '.github/workflows/x.yml' }), /^ci\.yml has not/u],
    ['with a package of nowhere', { manifest: { version: '1.0.0' } }, /^package\.json, repository\.url/u],
    [
      'with a package of elsewhere',
      { manifest: { ...PUBLIC, version: '1.0.0', repository: 'git+https://github.com/someone/else.git' } },
      /^package\.json, repository\.url/u,
    ],
    [
      'with a package that runs something when it is installed',
      { manifest: { ...PUBLIC, version: '1.0.0', scripts: { postinstall: 'x' } } },
      /^package\.json has a script postinstall/u,
    ],
  ])('%s', (_, changes, problem) => {
    expect(readinessOf(candidate('1.0.0', changes))).toEqual([expect.stringMatching(problem)]);
  });

  test('and everything that is wrong is said at once', () => {
    const wrong = {
      ref: 'refs/heads/x',
      ciRuns: [],
      changelog: '',
      tags: ['v1.0.0'],
      manifest: {},
      lockfile: {},
    };
    expect(readinessOf(candidate('1.0.0', wrong))).toHaveLength(8);
  });

  test.each([
    'v1.0.0',
    '1.0',
    '01.0.0',
    '1.0.0+build',
    '1.0.0-',
    '1.0.0-01',
    '1.0.0\n',
    '',
    '1.0.0; rm -rf /',
  ])('as %j, which is no version', (version) => {
    expect(versionOf(version)).toBeUndefined();
    expect(readinessOf(candidate(version))).toEqual([expect.stringContaining(JSON.stringify(version))]);
  });
});

describe('the entry of a changelog', () => {
  const CHANGELOG =
    '# Changelog\n\n## [Unreleased]\n\n- New.\n\n## [1.1.0] - 2026-12-01\n\n### Added\n\n- One.\n\n## [1.0.0] - 2026-11-30\n\n- Two.\n';

  test('is what stands below its heading', () => {
    expect(changelogEntry(CHANGELOG, '1.1.0')).toBe('### Added\n\n- One.');
    expect(changelogEntry(CHANGELOG, '1.0.0')).toBe('- Two.');
  });

  test.each([
    ['is of another version', CHANGELOG, '1.1'],
    ['is of a version that looks alike', CHANGELOG, '1.1x0'],
    ['has no day', '## [1.0.0]\n\n- One.\n', '1.0.0'],
    ['has a day that is none', '## [1.0.0] - 2026-02-30\n\n- One.\n', '1.0.0'],
    [
      'has headings only',
      '## [1.0.0] - 2026-11-30\n\n### Added\n\n## [0.9.0] - 2026-11-29\n\n- One.\n',
      '1.0.0',
    ],
  ])('is not found if it %s', (_, changelog, version) => {
    expect(changelogEntry(changelog, version)).toBeUndefined();
  });
});

describe('scripts/release/check.ts', () => {
  test('reads this repository, and says what is in the way, in a way that GitHub shows', () => {
    const { version } = readJson('package.json') as { version: string };
    const folder = mkdtempSync(join(tmpdir(), 'release-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'tags'), `refs/tags/v0\nrefs/tags/v${version}\n`);
    writeFileSync(join(folder, 'runs'), JSON.stringify({ total_count: 1, workflow_runs: [RUN] }));
    const given = ['--version', version, '--ref', 'refs/heads/main', '--commit', COMMIT];
    const files = ['--tags', join(folder, 'tags'), '--ci-runs', join(folder, 'runs')];
    const script = join(ROOT, 'scripts/release/check.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...given, ...files], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    // Not the versions of the manifests, and not CI.
    expect(stderr).toMatch(/^::error::the tag v[\d.]+ exists/mu);
    expect(stderr).not.toMatch(/ says |ci\.yml/u);
  });
});
