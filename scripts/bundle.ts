import { relative, sep } from 'node:path';
import ncc, { type Chunk, type Module } from '@vercel/ncc';
import { allLicensed, licenceTexts } from './licences.ts';
import { mustNotBeReached, UNREACHABLE } from './unreachable.ts';

/** What ncc leaves in a bundle for an import that it could not resolve; it exits 0 all the same. */
const UNRESOLVED = /webpackMissingModule|Cannot find module '|eval\("require"\)\("[^"]*"\)/u;

/** How a bundle calls the file of a chunk, by a number. */
const BY_NUMBER = '"" + chunkId + ".index.js"';

type Compilation = Awaited<ReturnType<typeof ncc>>['stats']['compilation'];

/**
 * An ESM file of an entry and everything it imports, one more of each thing that it imports late, and the licences of
 * the packages in them. A late file is called as its `import()` says (`webpackChunkName`), or as the package in it.
 * @param root the folder of `node_modules`
 * @returns the files, by name; the entry's own is `index.js`
 * @throws Error an import that cannot be resolved, a package that is in there twice, or whose licence is not there or
 *   does not fit, another warning
 */
export async function bundle(entry: string, root: string): Promise<Map<string, string>> {
  const { code, assets, stats } = await ncc(entry, { cache: false, quiet: true, externals: UNREACHABLE });
  const { errors, warnings, modules } = stats.compilation;
  const trouble = [...errors, ...warnings].map((one) => (typeof one === 'string' ? one : one.message));
  if (trouble.length > 0) throw new Error(`ncc: ${trouble.join('\n')}`);
  const names = chunkNames(stats.compilation, root);
  const files = Object.entries(assets).map(
    ([file, { source }]) => [names.get(file) ?? file, String(source)] as const,
  );
  const bundled = new Map([['index.js', withNames(code, names)], ...files]);
  const unresolved = [...bundled.values()].map((text) => UNRESOLVED.exec(text)?.[0]).find(Boolean);
  if (unresolved !== undefined) throw new Error(`the bundle has an unresolved import: ${unresolved}`);
  await mustNotBeReached(resourcesIn(modules));
  const folders = oneCopyEach(packagesIn(modules, root), root);
  bundled.set('licenses.txt', await licenceTexts(folders));
  allLicensed([...folders.keys()], bundled.get('licenses.txt') ?? '');
  return bundled;
}

/** ncc numbers what is loaded late; whoever reviews `dist/`, and a diff of it, is better served by names. */
function chunkNames({ chunks, chunkGraph }: Compilation, root: string): Map<string, string> {
  const nameOf = (chunk: Chunk) =>
    chunk.name ?? [...packagesIn(chunkGraph.getChunkModules(chunk), root).keys()].sort().join('+');
  const late = [...chunks].flatMap((chunk) =>
    [...chunk.files]
      .filter((file) => /^\d+\.index\.js$/u.test(file))
      .map((file) => [file, nameOf(chunk)] as const),
  );
  return new Map(late.map(([file, name]) => [file, `${name.replaceAll(/[^\w+.-]/gu, '-')}.js`]));
}

/** @throws Error ncc writes something else than what is replaced here, or two files would have one name */
function withNames(code: string, names: ReadonlyMap<string, string>): string {
  if (names.size === 0) return code;
  if (new Set(names.values()).size < names.size)
    throw new Error(`one name for two: ${[...names.values()].join(', ')}`);
  const byId = Object.fromEntries([...names].map(([file, name]) => [Number.parseInt(file, 10), name]));
  const [before, after, ...more] = code.split(BY_NUMBER);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error('ncc names its chunks in another way than scripts/bundle.ts knows');
  }
  return `${before}(${JSON.stringify(byId)})[chunkId]${after}`;
}

/** @returns the files that the bundle is made of */
function resourcesIn(modules: Iterable<Module>): readonly string[] {
  return [...modules]
    .flatMap((one) => [one, ...(one.modules ?? [])])
    .flatMap(({ resource }) => resource ?? []);
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

/**
 * Two copies of a package in the bundle: twice the bytes, and two of what should be one (an agent, a class).
 * @returns the folder of each package
 */
function oneCopyEach(packages: ReadonlyMap<string, ReadonlySet<string>>, root: string): Map<string, string> {
  const one = new Map<string, string>();
  for (const [name, folders] of packages) {
    if (folders.size > 1) throw new Error(`${name} is in the bundle twice: ${[...folders].join(', ')}`);
    for (const folder of folders) one.set(name, `${root}/${folder}`);
  }
  return one;
}
