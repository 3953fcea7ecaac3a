import { relative, sep } from 'node:path';
import ncc, { type Module } from '@vercel/ncc';
import { allLicensed } from './licences.ts';

/** What ncc leaves in a bundle for an import that it could not resolve; it exits 0 all the same. */
const UNRESOLVED = /webpackMissingModule|Cannot find module '|eval\("require"\)\("[^"]*"\)/u;

/**
 * One ESM file of an entry and everything it imports, with the licences of the packages in it.
 * @param root the folder of `node_modules`
 * @returns the files, by name; the code is `index.js`
 * @throws Error an import that cannot be resolved, a package that is in there twice, or whose licence is not there or
 *   does not fit, another warning
 */
export async function bundle(entry: string, root: string): Promise<Map<string, string>> {
  const { code, assets, stats } = await ncc(entry, { cache: false, license: 'licenses.txt', quiet: true });
  const { errors, warnings, modules } = stats.compilation;
  const trouble = [...errors, ...warnings].map((one) => (typeof one === 'string' ? one : one.message));
  if (trouble.length > 0) throw new Error(`ncc: ${trouble.join('\n')}`);
  const unresolved = UNRESOLVED.exec(code);
  if (unresolved !== null) throw new Error(`the bundle has an unresolved import: ${unresolved[0]}`);
  const files = Object.entries(assets).map(([name, { source }]) => [name, String(source)] as const);
  const bundled = new Map([['index.js', code], ...files]);
  const packages = packagesIn(modules, root);
  oneCopyEach(packages);
  allLicensed([...packages.keys()], bundled.get('licenses.txt') ?? '');
  return bundled;
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
