import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { OUTPUTS, outputsOf } from '../../src/config/outputs-table.ts';
import { INPUTS, inputsOf, specOf, textOf } from '../../src/config/table.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface ActionFile {
  readonly name: string;
  readonly description: string;
  readonly author: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly runs: unknown;
}

function generate(root: string, ...args: readonly string[]) {
  const script = join(root, 'scripts/generate.mjs');
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', cwd: root });
}

const ACTIONS = [
  ['rotate', 'action.yml', { using: 'node24', main: 'dist/rotate.js' }],
  [
    'ephemeral',
    'ephemeral/action.yml',
    {
      using: 'node24',
      main: '../dist/ephemeral.js',
      post: '../dist/ephemeral-post.js',
      'post-if': 'always()',
    },
  ],
  ['revoke', 'revoke/action.yml', { using: 'node24', main: '../dist/revoke.js' }],
  ['audit', 'audit/action.yml', { using: 'node24', main: '../dist/audit.js' }],
] as const;

it('every action.yml is in step with the tables, and so are the documents', () => {
  const { status, stderr } = generate(ROOT, '--check');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

describe.each(ACTIONS)('the action %s', (verb, path, runs) => {
  const action = parse(readFileSync(join(ROOT, path), 'utf8')) as ActionFile;

  it('runs its bundle on Node 24', () => {
    expect(action.runs).toEqual(runs);
    for (const text of [action.name, action.description, action.author]) expect(text).not.toBe('');
  });

  it('has each input with its text, default and whether it is required', () => {
    expect(Object.keys(action.inputs)).toEqual(inputsOf(verb));
    for (const name of inputsOf(verb)) {
      const use = specOf(name).verbs[verb];
      expect(action.inputs[name]).toEqual({
        description: textOf(name, verb),
        required: use?.required === true,
        ...(use?.default === undefined ? {} : { default: use.default }),
      });
    }
  });

  it('has each output with its text', () => {
    expect(Object.entries(action.outputs)).toEqual(
      outputsOf(verb).map(([name, text]) => [name, { description: text }]),
    );
  });
});

function markersOfOthers(): readonly string[] {
  return ACTIONS.filter(([verb]) => verb !== 'rotate').flatMap(([verb]) =>
    ['inputs', 'outputs'].flatMap((what) => [`<!-- ${what}:${verb} -->`, `<!-- /${what}:${verb} -->`]),
  );
}

describe('the generator', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'generate-'));
    mkdirSync(join(root, 'scripts'));
    writeFileSync(join(root, 'package.json'), '{"type":"module"}');
    for (const path of [
      'scripts/generate.mjs',
      'scripts/troubleshooting',
      'src',
      'action.yml',
      'ephemeral',
    ]) {
      cpSync(join(ROOT, path), join(root, path), { recursive: true });
    }
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it('finds what is stale, mends it, and leaves the rest as it is', () => {
    const yml = readFileSync(join(root, 'action.yml'), 'utf8');
    const readme = ['# x', '', '<!-- inputs:rotate -->', 'old', '<!-- /inputs:rotate -->', 'between'];
    readme.push('  <!-- outputs:rotate -->', '  <!-- /outputs:rotate -->', ...markersOfOthers(), 'end', '');
    writeFileSync(join(root, 'action.yml'), yml.replace('default: "30"', 'default: "31"'));
    writeFileSync(join(root, 'README.md'), readme.join('\n'));

    const check = generate(root, '--check');
    expect(check.status).toBe(1);
    expect(check.stderr).toContain('action.yml is stale');
    expect(check.stderr).toContain('README.md is stale');

    expect(generate(root).status).toBe(0);
    expect(readFileSync(join(root, 'action.yml'), 'utf8')).toBe(yml);
    const mended = readFileSync(join(root, 'README.md'), 'utf8');
    expect(mended).toContain(`| \`expires-in-days\` | \`30\` | ${INPUTS['expires-in-days'].text} |`);
    expect(mended).toContain('| `github-token` | **required** |');
    expect(mended).toContain(`  | \`rotated\` | ${OUTPUTS.rotated.verbs.rotate} |`);
    expect(mended).toMatch(/^# x\n\n<!-- inputs:rotate -->\n\n\| Input/);
    expect(mended).not.toContain('old\n');
    expect(mended).toContain('<!-- /inputs:rotate -->\nbetween\n  <!-- outputs:rotate -->\n');
    expect(mended).toMatch(/<!-- \/outputs:\w+ -->\nend\n$/);
    expect(generate(root, '--check').status).toBe(0);
  });

  it('fails where a file has lost its markers', () => {
    writeFileSync(join(root, 'README.md'), '# x\n');
    const { status, stderr } = generate(root);
    expect(status).not.toBe(0);
    expect(stderr).toContain('README.md has no lines "<!-- inputs:rotate -->"');
  });
});
