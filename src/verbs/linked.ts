import { lstatSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The first part of a path below a folder that is a symbolic link: what is written there lands elsewhere, perhaps
 * outside of the folder, and GitHub, which does not follow it either, never sees it.
 * @param path with `/`, relative to the folder
 * @returns undefined: none is, as far as the parts exist
 */
export function linkedPart(folder: string, path: string): string | undefined {
  const parts = path.split('/');
  return parts.map((_, at) => parts.slice(0, at + 1).join('/')).find((part) => isLink(join(folder, part)));
}

/** Where it cannot be looked at (a file in place of a folder), there is nothing to be followed. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
