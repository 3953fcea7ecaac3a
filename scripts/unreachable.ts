import { readFile } from 'node:fs/promises';

/**
 * What `@actions/core` imports for two of its functions only, of which this action calls neither: `getIDToken`, a client
 * with undici in it, and `platform.getDetails`, which starts processes. It is left out of the bundle. A builtin that is
 * loaded anyway stands in its place, so that there is something to import; nothing of it is ever asked for, which
 * {@link mustNotBeReached} makes sure of.
 */
export const UNREACHABLE: Readonly<Record<string, string>> = {
  '@actions/http-client': 'node:events',
  '@actions/http-client/lib/auth': 'node:events',
  '@actions/exec': 'node:events',
};

/** The files of `@actions/core` that import what is left out, each for one function. */
const IMPORTERS: Readonly<Record<string, string>> = {
  'node_modules/@actions/core/lib/oidc-utils.js': 'getIDToken',
  'node_modules/@actions/core/lib/platform.js': 'platform',
};

const CORE = 'node_modules/@actions/core/';

/** An import or export from a module, a late one too: its clause, where it has one, and the module. */
const IMPORT =
  /(?:\b(?:import|export)\s+([^'";]*?)\s*from\s*|\bimport\s*\(\s*|\brequire\s*\(\s*|\bimport\s+)['"]([^'"]+)['"]/gu;

/** `{ setSecret, type X }`, and nothing but. */
const NAMES_ONLY = /^\{([^{}*]*)\}$/u;

/**
 * @param files those that a bundle is made of
 * @throws Error another file than the two imports what is left out, or another package than `@actions/core` one of
 *   the two functions, or all of it, so that nobody can tell
 */
export async function mustNotBeReached(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const problem = reaches(file.replaceAll('\\', '/'), await readFile(file, 'utf8'));
    if (problem !== undefined) throw new Error(`${file} ${problem}`);
  }
}

/** @returns what is wrong with a file's imports; undefined: nothing */
export function reaches(file: string, source: string): string | undefined {
  for (const [, clause = '', name = ''] of source.matchAll(IMPORT)) {
    const isImporter = Object.keys(IMPORTERS).some((one) => file.endsWith(one));
    if (Object.hasOwn(UNREACHABLE, name) && !isImporter) return `imports ${name}, which is not in the bundle`;
    if (name.startsWith('@actions/core/')) return `imports a part of @actions/core: ${name}`;
    if (name !== '@actions/core' || file.includes(CORE)) continue;
    const [, names] = NAMES_ONLY.exec(clause) ?? [];
    if (names === undefined) return 'imports @actions/core otherwise than by names';
    const imported = names.split(',').map((one) => one.trim().split(/\s+/u)[0] ?? '');
    const forbidden = imported.find((one) => Object.values(IMPORTERS).includes(one));
    if (forbidden !== undefined)
      return `imports ${forbidden} of @actions/core, whose parts are not in the bundle`;
  }
  return undefined;
}
