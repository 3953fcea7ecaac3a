import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CodeBlock, codeBlocksIn, documentsOf } from '../../scripts/workflow-yaml/examples.ts';

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

/** What people read. */
export const DOCUMENTS = documentsOf(ROOT);

/** The fenced code blocks of a Markdown file. */
export function codeBlocks(path: string): CodeBlock[] {
  return codeBlocksIn(path, read(path));
}
