/**
 * What a release consists of, in a folder that is handed to the jobs that may publish; the second job of release.yml.
 *
 *   node scripts/release/assemble.ts --version 1.2.3 --into <folder>
 *
 * The folder holds `dist/`, the npm package unless that is private, `notes.md` (the changelog's entry) and `SHA256SUMS` of all of them, whose
 * own SHA-256 is printed: `digest=<hex>`. That goes to the next jobs by another way than the folder.
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { changelogEntry } from './changelog.ts';
import type { Manifest } from './readiness.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OPTION = { type: 'string', default: '' } as const;
const { values } = parseArgs({ options: { version: OPTION, into: OPTION } });
const folder = values.into;

const notes = changelogEntry(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'), values.version);
if (notes === undefined) throw new Error(`CHANGELOG.md has no entry for ${values.version}`);

// Not recursive: what is in the folder already would be released as well.
mkdirSync(folder);
cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
writeFileSync(join(folder, 'notes.md'), `${notes}\n`);
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
if (manifest.private !== true) {
  execFileSync('npm', ['pack', '--ignore-scripts=false', '--silent', '--pack-destination', resolve(folder)], {
    cwd: ROOT,
  });
}

const files = globSync('**', { cwd: folder }).filter((path) => statSync(join(folder, path)).isFile());
const sums = files
  .map((path) => path.split(sep).join('/'))
  .sort()
  .map((path) => `${sha256(readFileSync(join(folder, path)))}  ${path}\n`)
  .join('');
writeFileSync(join(folder, 'SHA256SUMS'), sums);
console.log(`digest=${sha256(sums)}`);

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
