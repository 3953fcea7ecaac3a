import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { COMMIT, JOBS, Rehearsal } from './rehearsal.ts';

// Holds invariant 36 of docs/threat-model.md.

const OTHER = 'f'.repeat(40);
const BEFORE_APPROVAL = ['check', 'build', 'attest', 'draft'];
const PACKAGE = 'mutx-api-key-action-1.2.3.tgz';

describe('a release', () => {
  test('is drafted, tagged, published and verified; then the major tag moves and npm gets it', () => {
    using rehearsal = new Rehearsal('1.2.3', { private: false });
    writeFileSync(rehearsal.github('tags/v1'), OTHER);
    writeFileSync(rehearsal.github('tags/v1.2.2'), OTHER);

    const before = rehearsal.run(...BEFORE_APPROVAL);
    expect(before).toMatchObject({ ok: true });
    expect(readFileSync(rehearsal.github('releases/v1.2.3/draft'), 'utf8')).toBe('true\n');
    expect(readFileSync(rehearsal.github('releases/v1.2.3/notes.md'), 'utf8')).toBe('- A thing.\n');
    expect(readdirSync(rehearsal.github('releases/v1.2.3/assets')).sort()).toEqual(['SHA256SUMS', PACKAGE]);
    expect([rehearsal.tag('v1.2.3'), rehearsal.tag('v1')]).toEqual([undefined, OTHER]);

    expect(rehearsal.run('publish')).toMatchObject({ ok: true });
    expect(readFileSync(rehearsal.github('releases/v1.2.3/draft'), 'utf8')).toBe('false\n');
    expect(readFileSync(rehearsal.github('releases/v1.2.3/latest'), 'utf8')).toBe('true\n');
    expect([rehearsal.tag('v1.2.3'), rehearsal.tag('v1')]).toEqual([COMMIT, OTHER]);

    expect(rehearsal.run('major-tag', 'npm')).toMatchObject({ ok: true });
    expect([rehearsal.tag('v1'), rehearsal.tag('v1.2.2')]).toEqual([COMMIT, OTHER]);
    expect(rehearsal.calls.at(-1)).toBe(
      `npm publish ./release/${PACKAGE} --tag latest --access public --provenance --ignore-scripts`,
    );
  });

  test('builds what is in the package, though no scripts run otherwise', () => {
    using rehearsal = new Rehearsal('1.0.0', { private: false });
    expect(rehearsal.run('check', 'build')).toMatchObject({ ok: true });
    const tarball = rehearsal.artifact('mutx-api-key-action-1.0.0.tgz');
    const listed = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' });
    expect(listed.trim().split('\n').sort()).toEqual(['package/lib/index.js', 'package/package.json']);
  });

  test('makes the major tag where there is none, and is not led astray by v10', () => {
    using rehearsal = new Rehearsal('1.0.0', { private: true });
    writeFileSync(rehearsal.github('tags/v10'), OTHER);
    expect(rehearsal.run(...BEFORE_APPROVAL, 'publish', 'major-tag')).toMatchObject({ ok: true });
    expect([rehearsal.tag('v1'), rehearsal.tag('v10')]).toEqual([COMMIT, OTHER]);
  });

  test('has no npm package in it while the package is private', () => {
    using rehearsal = new Rehearsal('1.0.0', { private: true });
    expect(rehearsal.run(...BEFORE_APPROVAL)).toMatchObject({ ok: true });
    expect(readdirSync(rehearsal.github('releases/v1.0.0/assets'))).toEqual(['SHA256SUMS']);
    expect(readFileSync(rehearsal.artifact('SHA256SUMS'), 'utf8')).toMatch(
      /^[0-9a-f]{64} {2}dist\/index\.js\n[0-9a-f]{64} {2}dist\/licenses\.txt\n[0-9a-f]{64} {2}notes\.md\n$/u,
    );
  });

  test('takes the place of a draft that was left behind', () => {
    using rehearsal = new Rehearsal('1.0.0', { private: true });
    expect(rehearsal.run(...BEFORE_APPROVAL)).toMatchObject({ ok: true });
    writeFileSync(rehearsal.github('releases/v1.0.0/assets/old'), 'old');
    expect(rehearsal.run(...BEFORE_APPROVAL, 'publish')).toMatchObject({ ok: true });
    expect(readdirSync(rehearsal.github('releases/v1.0.0/assets'))).toEqual(['SHA256SUMS']);
  });

  test('that was published for a part is carried on by running the failed job again', () => {
    using rehearsal = new Rehearsal('1.0.0', { private: true });
    expect(rehearsal.run(...BEFORE_APPROVAL)).toMatchObject({ ok: true });
    writeFileSync(rehearsal.github('tags/v1.0.0'), `${COMMIT}\n`);
    expect(rehearsal.run('publish')).toMatchObject({ ok: true });
  });
});

describe('nothing is released', () => {
  let rehearsal: Rehearsal;
  beforeAll(() => {
    rehearsal = new Rehearsal('1.2.3', { private: false });
    expect(rehearsal.run(...BEFORE_APPROVAL)).toMatchObject({ ok: true });
    rehearsal.save();
  });
  afterAll(() => rehearsal[Symbol.dispose]());
  beforeEach(() => rehearsal.restore());
  const isDraft = () => readFileSync(rehearsal.github('releases/v1.2.3/draft'), 'utf8') === 'true\n';

  test('of a commit that CI does not like', () => {
    writeFileSync(rehearsal.github('ci-runs'), '{"workflow_runs":[]}');
    const { ok, log } = rehearsal.run('check');
    expect(ok).toBe(false);
    expect(log).toContain(`::error::ci.yml has not succeeded for ${COMMIT}`);
  });

  test('if the draft was changed while it waited for approval', () => {
    appendFileSync(rehearsal.github(`releases/v1.2.3/assets/${PACKAGE}`), 'x');
    const { ok, log } = rehearsal.run('publish');
    expect(ok).toBe(false);
    expect(log).toContain(`Binary files draft/${PACKAGE} and release/${PACKAGE} differ`);
    expect([rehearsal.tag('v1.2.3'), isDraft()]).toEqual([undefined, true]);
  });

  test('if a file was added to the draft', () => {
    writeFileSync(rehearsal.github('releases/v1.2.3/assets/more'), 'x');
    expect(rehearsal.run('publish').ok).toBe(false);
    expect([rehearsal.tag('v1.2.3'), isDraft()]).toEqual([undefined, true]);
  });

  test('if the tag has come to be on another commit', () => {
    writeFileSync(rehearsal.github('tags/v1.2.3'), OTHER);
    expect(rehearsal.run('publish').ok).toBe(false);
    expect([rehearsal.tag('v1.2.3'), isDraft()]).toEqual([OTHER, true]);
  });

  test('without a complaint if GitHub did not make it immutable', () => {
    writeFileSync(rehearsal.github('immutable'), 'false\n');
    const { ok, log } = rehearsal.run('publish');
    expect(ok).toBe(false);
    expect(log).toContain('::error::v1.2.3 is not immutable');
  });
});

describe('what was built', () => {
  let rehearsal: Rehearsal;
  beforeAll(() => {
    rehearsal = new Rehearsal('1.0.0', { private: true });
    expect(rehearsal.run('check', 'build')).toMatchObject({ ok: true });
    rehearsal.save();
  });
  afterAll(() => rehearsal[Symbol.dispose]());

  const opening = Object.entries(JOBS).filter(([, { steps }]) =>
    steps.some(({ uses }) => uses?.startsWith('actions/download-artifact@')),
  );

  test('is opened in the same way in every job that gets it, before anything else is done with it', () => {
    expect(opening.map(([name]) => name)).toEqual(['attest', 'draft', 'publish', 'npm']);
    const [[, { steps: first }] = ['', { steps: [] }]] = opening;
    for (const [, { steps }] of opening) {
      const at = steps.findIndex(({ uses }) => uses?.startsWith('actions/download-artifact@'));
      expect(steps.slice(at, at + 2)).toEqual(first.slice(0, 2));
      expect(steps.slice(0, at).filter(({ run }) => run !== undefined)).toEqual([]);
    }
  });

  test.each<[string, () => void]>([
    ['with another file', () => appendFileSync(rehearsal.artifact('dist/index.js'), ' ')],
    ['with a file too few', () => rmSync(rehearsal.artifact('notes.md'))],
    ['with a file too many', () => writeFileSync(rehearsal.artifact('dist/more.js'), '')],
    [
      'with sums that fit it, but are not those of the build',
      () => {
        const sums = readFileSync(rehearsal.artifact('SHA256SUMS'), 'utf8').replace(/^.*notes\.md\n/mu, '');
        rmSync(rehearsal.artifact('notes.md'));
        writeFileSync(rehearsal.artifact('SHA256SUMS'), sums);
      },
    ],
  ])('is refused %s', (_, change) => {
    rehearsal.restore();
    expect(rehearsal.run('attest')).toMatchObject({ ok: true });
    change();
    expect(rehearsal.run('attest').ok).toBe(false);
    expect(rehearsal.run('draft').ok).toBe(false);
    expect(rehearsal.calls.filter((call) => call.startsWith('release'))).toEqual([]);
  });
});
