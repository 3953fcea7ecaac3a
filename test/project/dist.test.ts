import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { licencesIn } from '../../scripts/licences.ts';
import { ACTIONS, ROOT, read } from './files.ts';

// Holds the list of the files of `dist/` in SECURITY.md.

const DIST = readdirSync(join(ROOT, 'dist'));
const [, SECTION = ''] = /\n## Verify\n([\s\S]+?)\n## /u.exec(read('SECURITY.md')) ?? [];
/** Each row: the files, and what it says of them. */
const ROWS = [...SECTION.matchAll(/^\| ((?:`[\w-]+\.[a-z]+` ?)+)\| (.+) \|$/gmu)].map(
  ([, files = '', text = '']) => ({ files: namesIn(files), text }),
);

test('each file of dist/ is in the list once, and no other', () => {
  expect(ROWS.flatMap(({ files }) => files).sort()).toEqual([...DIST].sort());
});

/** Where the pieces of a file come from that say so: packages, and our own source. */
function sourcesOf(file: string): readonly string[] {
  const pieces = read(`dist/${file}`).matchAll(
    /^;\/\/ CONCATENATED MODULE: \.\/(?:node_modules\/((?:@[^/]+\/)?[^/]+)|lib)\//gmu,
  );
  return [...new Set([...pieces].map(([, name]) => name ?? 'src'))].sort();
}

test.each([
  ['index.js', ['@actions/core', '@actions/http-client', 'src']],
  ['fleet.js', ['src']],
  ['libsodium.js', ['libsodium', 'libsodium-wrappers']],
])('%s is made of what the list says', (file, sources) => {
  expect(sourcesOf(file)).toEqual(sources);
  const text = ROWS.find(({ files }) => files.includes(file))?.text ?? '';
  for (const source of sources) expect(text).toContain(source);
});

test('each package that is bundled is in the list', () => {
  const packages = [...licencesIn(read('dist/licenses.txt')).keys()];
  expect(packages).toContain('yaml');
  const listed = ROWS.flatMap(({ text }) => namesIn(text));
  expect(packages.filter((name) => !listed.includes(name))).toEqual([]);
});

test('the parser of YAML is in its own file alone', () => {
  const holding = DIST.filter((file) => read(`dist/${file}`).includes('class YAMLParseError extends'));
  expect(holding).toEqual(['yaml.js']);
});

test('the rest are launchers of two lines, which the actions name', () => {
  const { files = [] } = ROWS.find(({ text }) => text.includes('two lines')) ?? {};
  for (const file of files) {
    const phase = file.replace(/\.js$/u, '');
    expect(read(`dist/${file}`)).toBe(`import { main } from './index.js';\nawait main('${phase}');\n`);
  }
  const actions = [...ACTIONS.map(({ path }) => path), '.github/actions/issue/action.yml'];
  const named = actions.flatMap((path) => [...read(path).matchAll(/^ {2}(?:main|post): \S*dist\/(\S+)$/gmu)]);
  expect(new Set(named.map(([, file]) => file))).toEqual(new Set(files));
  expect(read('dist/package.json')).toBe('{\n  "type": "module"\n}\n');
});

function namesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/gu)].map(([, name = '']) => name);
}
