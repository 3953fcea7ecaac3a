/**
 * Writes the workflows that the documents show to users into a folder, `.github/workflows/*.yml` as in a repository,
 * for zizmor (with the configuration beside this file) and actionlint:
 *
 *   node scripts/workflow-yaml/write.ts <folder>
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeBlocksIn, documentsOf, wholeWorkflow } from './examples.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = process.argv[2];
if (folder === undefined) throw new Error('into which folder? node scripts/workflow-yaml/write.ts <folder>');

const workflows = join(folder, '.github', 'workflows');
rmSync(folder, { recursive: true, force: true });
mkdirSync(workflows, { recursive: true });

const documents = documentsOf(ROOT);
const blocks = documents.flatMap((path) => codeBlocksIn(path, readFileSync(join(ROOT, path), 'utf8')));
const other: string[] = [];
let written = 0;
for (const block of blocks) {
  if (block.language !== 'yaml') continue;
  const workflow = wholeWorkflow(block);
  if (workflow === undefined) other.push(block.at);
  else {
    writeFileSync(join(workflows, `${block.at.replace(/\W+/gu, '-')}.yml`), workflow);
    written += 1;
  }
}
console.log(`${folder}: ${written} workflows of ${documents.length} documents`);
if (other.length > 0) console.log(`YAML that is no part of a workflow: ${other.join(', ')}`);
