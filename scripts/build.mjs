/**
 * Builds dist/ from src/: `tsc` → lib/, @vercel/ncc → an ESM file with every verb and one for each thing that few runs
 * need, and a launcher a verb.
 *
 *   node scripts/build.mjs            writes dist/
 *   node scripts/build.mjs --check    builds to a temporary folder and names the files of dist/ that differ
 *
 * The output is the same byte for byte on every machine, so that a reviewer can check what is committed.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LIB = join(ROOT, 'lib');
const DIST = join(ROOT, 'dist');
/** The phases that src/runner/main.ts knows, each a launcher of its own, which an `action.yml` names. */
const ENTRIES = ['rotate', 'ephemeral', 'ephemeral-post', 'revoke', 'audit', 'plan', 'issue'];

const MOST_BYTES = 1.5 * 1024 * 1024;

async function main() {
  // ncc writes paths relative to it into the bundle.
  process.chdir(ROOT);
  const files = await build();
  await mustStart(files);
  if (process.argv.includes('--check')) return check(files);
  await rm(DIST, { recursive: true, force: true });
  await write(DIST, files);
  const total = bytesOf(files);
  console.log(`dist/: ${[...files.keys()].join(', ')}; ${(total / 1024 / 1024).toFixed(2)} MB in all`);
}

/** @returns {Promise<Map<string, string>>} the files of dist/, by name */
async function build() {
  await rm(LIB, { recursive: true, force: true });
  execFileSync(process.execPath, [bin('typescript', 'tsc'), '-p', 'tsconfig.dist.json'], {
    stdio: 'inherit',
  });

  const files = await bundle(join(LIB, 'runner', 'main.js'), ROOT);
  for (const entry of ENTRIES) {
    files.set(`${entry}.js`, `import { main } from './index.js';\nawait main('${entry}');\n`);
  }
  if (bytesOf(files) > MOST_BYTES) throw new Error(`dist/ is larger than 1.5 MB: ${bytesOf(files)} bytes`);
  return files;
}

/** Runs each launcher without any input or state: it has to come as far as saying what is missing. */
async function mustStart(files) {
  const folder = await mkdtemp(join(tmpdir(), 'dist-'));
  try {
    await write(folder, files);
    // Without them `ephemeral` begins nothing.
    const env = Object.fromEntries(
      ['GITHUB_STATE', 'GITHUB_OUTPUT', 'GITHUB_ENV'].map((name) => [name, join(folder, name)]),
    );
    for (const entry of ENTRIES) {
      const run = spawnSync(process.execPath, [join(folder, `${entry}.js`)], { env, encoding: 'utf8' });
      const post = entry.endsWith('-post');
      const says = post ? 'Nothing to revoke' : '[invalid-input]';
      if (run.status !== (post ? 0 : 1) || !run.stdout.includes(says) || run.stderr !== '') {
        throw new Error(`${entry}.js does not start:\n${run.stdout}${run.stderr}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function check(files) {
  const committed = await readdir(DIST).catch(() => []);
  const different = [];
  for (const name of new Set([...committed, ...files.keys()])) {
    const there = await readFile(join(DIST, name), 'utf8').catch(() => undefined);
    if (there !== files.get(name)) different.push(name);
  }
  if (different.length > 0) {
    console.error(`dist/ is not what src/ gives: ${different.sort().join(', ')}. Run: npm run build`);
    process.exitCode = 1;
  } else {
    console.log('dist/ is what src/ gives');
  }
}

async function write(folder, files) {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of files) await writeFile(join(folder, name), text);
}

function bytesOf(files) {
  return [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

function bin(name, command) {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve(`${name}/package.json`);
  return join(manifest, '..', require(manifest).bin[command]);
}

await main();
