import { relative, sep } from 'node:path';
import ncc, { type Module } from '@vercel/ncc';

/** What ncc leaves in a bundle for an import that it could not resolve; it exits 0 all the same. */
const UNRESOLVED = /webpackMissingModule|Cannot find module '|eval\("require"\)\("[^"]*"\)/u;

/** Licences that ask for their text to be passed on, and for nothing else. */
const FITTING = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause'];
const LICENCES = 'licenses.txt';

/**
 * One ESM file of an entry and everything it imports, with the licences of the packages in it.
 * @param root the folder of `node_modules`
 * @returns the files, by name; the code is `index.js`
 * @throws Error an import that cannot be resolved, a package that is in there twice, or whose licence is not there or
 *   does not fit, another warning
 */
export async function bundle(entry: string, root: string): Promise<Map<string, string>> {
  const { code, assets, stats } = await ncc(entry, { cache: false, license: LICENCES, quiet: true });
  const { errors, warnings, modules } = stats.compilation;
  const trouble = [...errors, ...warnings].map((one) => (typeof one === 'string' ? one : one.message));
  if (trouble.length > 0) throw new Error(`ncc: ${trouble.join('\n')}`);
  const unresolved = UNRESOLVED.exec(code);
  if (unresolved !== null) throw new Error(`the bundle has an unresolved import: ${unresolved[0]}`);
  const files = Object.entries(assets).map(([name, { source }]) => [name, String(source)] as const);
  const bundled = new Map([['index.js', code], ...files]);
  const packages = packagesIn(modules, root);
  oneCopyEach(packages);
  licensed(packages, licencesIn(bundled.get(LICENCES) ?? ''));
  return bundled;
}

/**
 * The packages whose texts `licenses.txt` holds: a name and an SPDX identifier, a line each, before each text.
 * @returns the licence of each, by name
 */
export function licencesIn(text: string): Map<string, string> {
  const heads = text.matchAll(/(?<=^|\n\n)((?:@[\w.-]+\/)?[\w.-]+)\n(\S[^\n]*)\n/gu);
  return new Map(
    [...heads]
      .map(([, name = '', licence = '']) => [name, licence] as const)
      .filter(([, one]) => isLicence(one)),
  );
}

function isLicence(text: string): boolean {
  return /^\(?[A-Z0-9][\w.+-]*(?: (?:OR|AND|WITH) [\w.+-]+)*\)?$/u.test(text);
}

/** @returns the folders that each package of the bundle comes from, by its name */
function packagesIn(modules: Iterable<Module>, root: string): Map<string, Set<string>> {
  const packages = new Map<string, Set<string>>();
  for (const { resource } of [...modules].flatMap((one) => [one, ...(one.modules ?? [])])) {
    const path = resource === undefined ? '' : relative(root, resource).split(sep).join('/');
    const [, folder, name] = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//u.exec(path) ?? [];
    if (folder === undefined || name === undefined) continue;
    packages.set(name, (packages.get(name) ?? new Set()).add(folder));
  }
  return packages;
}

/** Two copies of a package in the bundle: twice the bytes, and two of what should be one (an agent, a class). */
function oneCopyEach(packages: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [name, folders] of packages) {
    if (folders.size > 1) throw new Error(`${name} is in the bundle twice: ${[...folders].join(', ')}`);
  }
}

/** Passing a package on without its licence is not allowed; naming one that is not there is wrong too. */
function licensed(packages: ReadonlyMap<string, unknown>, licences: ReadonlyMap<string, string>): void {
  const missing = [...packages.keys()].filter((name) => !licences.has(name));
  if (missing.length > 0) throw new Error(`${LICENCES} does not name ${missing.join(', ')}`);
  const absent = [...licences.keys()].filter((name) => !packages.has(name));
  if (absent.length > 0)
    throw new Error(`${LICENCES} names ${absent.join(', ')}, which is not in the bundle`);
  const others = [...licences].filter(([, licence]) => !FITTING.includes(licence));
  if (others.length > 0) throw new Error(`not among ${FITTING.join(', ')}: ${others.join('; ')}`);
}
