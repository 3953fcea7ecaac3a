import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CodeBlock, codeBlocksIn, documentsOf } from '../../scripts/workflow-yaml/examples.ts';
import { USES, VERBS } from '../../src/config/table.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** @param path from the root of the repository */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function readJson(path: string): unknown {
  return JSON.parse(read(path));
}

/** Paths of the files with this ending, directly in a folder. */
function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => (folder === '.' ? name : `${folder}/${name}`));
}

export const WORKFLOWS = filesIn('.github/workflows', '.yml');

/** The actions in this repository: their file, and what stands after `uses:`, less the version. */
export const ACTIONS = VERBS.map((verb) => ({
  uses: USES[verb],
  path: `${USES[verb].replace('mutx/api-key-action', '.')}/action.yml`.replace('./', ''),
})).filter(({ path }) => existsSync(join(ROOT, path)));

/** What people read. */
export const DOCUMENTS = documentsOf(ROOT);

/** The fenced code blocks of a Markdown file. */
export function codeBlocks(path: string): CodeBlock[] {
  return codeBlocksIn(path, read(path));
}
