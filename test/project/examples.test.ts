import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { wholeWorkflow } from '../../scripts/workflow-yaml/examples.ts';
import { codeBlocks, DOCUMENTS, ROOT } from './files.ts';

/** What `zizmor` and `actionlint` are given to check, beside the workflows of this repository. */
const SCRIPT = join(ROOT, 'scripts/workflow-yaml/write.ts');

describe('the examples of the documents', () => {
  test('are written out, every one, as whole workflows', () => {
    const folder = mkdtempSync(join(tmpdir(), 'examples-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    execFileSync(process.execPath, [SCRIPT, folder]);
    const workflows = join(folder, '.github/workflows');
    const written = readdirSync(workflows).map((name) => readFileSync(join(workflows, name), 'utf8'));
    // A manifest of something else is YAML too, but has none of these.
    const shown = DOCUMENTS.flatMap(codeBlocks).filter(
      ({ language, text }) => language === 'yaml' && /\b(?:uses|run|runs-on):/u.test(text),
    );
    expect(shown.length).toBeGreaterThan(3);
    expect(new Set(written)).toEqual(new Set(shown.map((block) => wholeWorkflow(block))));
    for (const text of written) {
      expect(parse(text)).toEqual(
        expect.objectContaining({ name: expect.any(String), on: expect.anything(), permissions: {} }),
      );
    }
  });

  test('are written nowhere unless a folder is named', () => {
    const { status, stderr } = spawnSync(process.execPath, [SCRIPT], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('into which folder?');
  });

  test.each([
    ['steps', '- run: echo\n- uses: a/b@v1\n'],
    ['steps with a name first', '- name: One\n  id: one\n  run: echo\n'],
    ['jobs', 'jobs:\n  example:\n    runs-on: x\n    steps:\n      - run: echo\n'],
  ])('get what was not shown around %s', (_, text) => {
    const whole = parse(wholeWorkflow({ language: 'yaml', text, at: 'a.md:1' }) ?? '') as {
      readonly jobs: { readonly example: { readonly steps: readonly unknown[] } };
    };
    expect(whole).toMatchObject({ name: 'a.md:1', on: 'push', permissions: {} });
    const shown = parse(text) as unknown;
    expect(Array.isArray(shown) ? whole.jobs.example.steps : { jobs: whole.jobs }).toEqual(shown);
  });

  test.each([
    ['a list of other things', '- one\n- two\n'],
    ['the configuration of something else', 'version: 2\nupdates: []\n'],
  ])('are not made of %s', (_, text) => {
    expect(wholeWorkflow({ language: 'yaml', text, at: 'a.md:1' })).toBeUndefined();
  });
});
