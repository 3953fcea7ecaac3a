#!/usr/bin/env node
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = '@octokit/openapi';
const VERSION = '23.0.2';
const FILE = 'package/generated/api.github.com.json';
const SLICE = fileURLToPath(new URL('../test/contract/github-secrets.openapi.json', import.meta.url));

/** Every operation on secrets of repositories, environments and organisations, and what is looked up around them. */
const SECRETS =
  /^\/(?:repos\/\{owner\}\/\{repo\}\/(?:environments\/\{environment_name\}|actions|dependabot|codespaces|agents)|orgs\/\{org\}\/(?:actions|dependabot|codespaces|agents))\/secrets(?:\/|$)/;
const AROUND = {
  '/repos/{owner}/{repo}': ['get'],
  '/orgs/{org}': ['get'],
  '/repos/{owner}/{repo}/environments': ['get'],
  '/repos/{owner}/{repo}/environments/{environment_name}': ['get', 'put', 'delete'],
  '/repos/{owner}/{repo}/issues': ['get', 'post'],
  '/repos/{owner}/{repo}/issues/{issue_number}': ['get', 'patch'],
  '/repos/{owner}/{repo}/issues/{issue_number}/comments': ['get', 'post'],
  '/rate_limit': ['get'],
  '/user': ['get'],
};

/** Left out wherever they stand: they describe nothing that can be checked. */
const LEFT_OUT = new Set([
  'example',
  'examples',
  'description',
  'externalDocs',
  'x-github',
  'tags',
  'summary',
]);

const whole = JSON.parse(download());
const paths = {};
for (const [path, item] of Object.entries(whole.paths)) {
  if (SECRETS.test(path)) paths[path] = trimmed(item);
  else if (AROUND[path] !== undefined) {
    paths[path] = trimmed(Object.fromEntries(AROUND[path].map((method) => [method, item[method]])));
  }
}
const slice = {
  openapi: whole.openapi,
  info: {
    title: `GitHub REST API, the part about secrets (slice of ${PACKAGE} ${VERSION}, MIT)`,
    version: VERSION,
  },
  servers: [{ url: 'https://api.github.com' }],
  paths,
  components: componentsOf(paths),
};
const text = `${JSON.stringify(slice, null, 1)}\n`;

if (process.argv.includes('--check')) {
  if (readFileSync(SLICE, 'utf8') !== text)
    throw new Error(`${SLICE} is not what ${PACKAGE}@${VERSION} gives`);
  console.log('the slice is up to date');
} else {
  writeFileSync(SLICE, text);
  console.log(`${SLICE}: ${Object.keys(paths).length} paths, ${Math.round(text.length / 1024)} kB`);
}

/** The whole description, as text. */
function download() {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
  try {
    const options = { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    const [{ filename }] = JSON.parse(
      execFileSync('npm', ['pack', '--json', `${PACKAGE}@${VERSION}`], options),
    );
    execFileSync('tar', ['-xzf', filename, FILE], options);
    return readFileSync(join(folder, FILE), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Everything that the paths refer to, directly or not. */
function componentsOf(root) {
  const components = {};
  const open = [...references(root)];
  for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
    const [kind, name] = reference.replace('#/components/', '').split('/');
    components[kind] ??= {};
    if (components[kind][name] !== undefined) continue;
    components[kind][name] = trimmed({ [name]: whole.components[kind][name] }, kind)[name];
    open.push(...references(components[kind][name]));
  }
  return sorted(components);
}

function* references(value) {
  if (typeof value !== 'object' || value === null) return;
  if (typeof value.$ref === 'string') yield value.$ref;
  for (const inner of Object.values(value)) yield* references(inner);
}

/** @param parent the key that the value stands under */
function trimmed(value, parent = '') {
  if (Array.isArray(value)) return value.map((inner) => trimmed(inner));
  if (typeof value !== 'object' || value === null) return value;
  // The keys of these are names, not words of OpenAPI. A response has to have a description.
  if (parent === 'properties') return mapped(value, (inner) => trimmed(inner));
  if (parent === 'responses') {
    return mapped(value, (inner) => ({
      ...trimmed(inner),
      ...(inner.$ref ? {} : { description: inner.description }),
    }));
  }
  return mapped(Object.fromEntries(Object.entries(value).filter(([key]) => !LEFT_OUT.has(key))), trimmed);
}

function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, change(inner, key)]));
}

function sorted(components) {
  const byName = (one, other) => (one[0] < other[0] ? -1 : 1);
  const kinds = Object.entries(components).map(([kind, all]) => [
    kind,
    Object.fromEntries(Object.entries(all).sort(byName)),
  ]);
  return Object.fromEntries(kinds.sort(byName));
}
