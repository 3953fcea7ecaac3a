import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { permissionFor, settingOf } from '../../src/github/targets/permissions.ts';
import { ACTIONS, codeBlocks, DOCUMENTS, read, readJson } from './files.ts';

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

const YAML = DOCUMENTS.flatMap(codeBlocks).filter(({ language }) => language === 'yaml');

/** The inputs of each action of this repository, by what stands after `uses:`. */
const INPUTS = new Map(
  ACTIONS.map(({ uses, path }) => [
    uses,
    (parse(read(path)) as { inputs: Record<string, { required: boolean }> }).inputs,
  ]),
);

describe('the README', () => {
  test('shows the two commands that a newcomer needs', () => {
    const commands = codeBlocks('README.md').filter(({ language }) => language === 'sh');
    expect(commands.map(({ text }) => text)).toEqual(['npm ci && npm run demo\n', 'npm ci && npm test\n']);
  });

  test('begins with a workflow of at most 15 lines that allows one rotation at a time', () => {
    const [first] = YAML;
    const workflow = parse(first?.text ?? '') as Record<string, unknown>;
    expect(first?.text.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
    expect(workflow['permissions']).toEqual({});
    expect(workflow['concurrency']).toEqual({ group: expect.any(String), 'cancel-in-progress': false });
  });

  const place = { owner: 'owner', repo: 'repo', org: 'name', environment: 'environment', secretName: 'X' };
  test.each([
    ['owner/repo', { ...place, kind: 'repository', store: 'actions', label: '' }],
    ['dependabot:owner/repo', { ...place, kind: 'repository', store: 'dependabot', label: '' }],
    ['codespaces:owner/repo', { ...place, kind: 'repository', store: 'codespaces', label: '' }],
    ['agents:owner/repo', { ...place, kind: 'repository', store: 'agents', label: '' }],
    ['owner/repo@environment', { ...place, kind: 'environment', store: 'actions', label: '' }],
    ['org:name', { ...place, kind: 'organisation', store: 'actions', label: '' }],
    ['dependabot:org:name', { ...place, kind: 'organisation', store: 'dependabot', label: '' }],
    ['codespaces:org:name', { ...place, kind: 'organisation', store: 'codespaces', label: '' }],
    ['agents:org:name', { ...place, kind: 'organisation', store: 'agents', label: '' }],
  ] as const)('names the permission that %s needs, as the code does', (written, target) => {
    const row = read('README.md')
      .split('\n')
      .find((line) => line.startsWith('|') && line.includes(` | \`${written}\` | `));
    expect(row).toContain(`→ ${settingOf(permissionFor(target)).replaceAll('"', '')}`);
  });

  test('says that an OIDC exchange would be better, and that there is none', () => {
    expect(read('README.md')).toMatch(/OIDC[^.]*would be better/u);
    expect(read('README.md')).toContain('MUTX does not offer one today');
  });
});

test('the documents name the Node version that package.json asks for', () => {
  const { engines } = readJson('package.json') as { readonly engines: { readonly node: string } };
  const named = DOCUMENTS.flatMap((document) =>
    [...read(document).matchAll(/\bNode\s(\d[\d.]*) (?:or|and) later/gu)].map(
      ([, version]) => `>=${version}`,
    ),
  );
  expect(named.length).toBeGreaterThan(3);
  expect(new Set(named)).toEqual(new Set([engines.node]));
});

test('whoever releases is told which documents say that there is no release', () => {
  const notice = /\b(?:not (?:released|published) yet|no release yet)\b/iu;
  const saying = DOCUMENTS.filter((document) => notice.test(read(document)));
  const [, told = ''] =
    /take the notice that there\s+is none out of ([^:]+?)\. Merge/u.exec(read('CONTRIBUTING.md')) ?? [];
  expect(new Set([...told.matchAll(/`([^`]+)`/gu)].map(([, name]) => name))).toEqual(new Set(saying));
});

describe.each(YAML)('the YAML at $at', ({ text }) => {
  test('can be parsed', () => {
    expect(parse(text)).toBeTypeOf('object');
  });

  test('uses inputs that exist, and gives those that are required', () => {
    for (const step of stepsIn(parse(text))) {
      if (step.uses?.startsWith('mutx/api-key-action') !== true) continue;
      // Workflows are called like actions; test/config/fleet/examples.test.ts has those.
      if (step.uses.includes('/.github/workflows/')) continue;
      const inputs = INPUTS.get(step.uses.replace(/@.*/u, ''));
      const given = Object.keys(step.with ?? {});
      expect(given.filter((name) => inputs?.[name] === undefined)).toEqual([]);
      const required = Object.entries(inputs ?? {}).flatMap(([name, input]) =>
        input.required ? [name] : [],
      );
      expect(given).toEqual(expect.arrayContaining(required));
    }
  });
});

/** Every step in a workflow, or in a piece of one. */
function stepsIn(yaml: unknown): Step[] {
  if (Array.isArray(yaml)) return yaml.flatMap(stepsIn);
  if (typeof yaml !== 'object' || yaml === null) return [];
  return 'uses' in yaml ? [yaml as Step] : Object.values(yaml).flatMap(stepsIn);
}
