import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ACTIONS, ROOT, read, readJson } from './files.ts';

// Holds invariant 37 of docs/threat-model.md.

type Versions = Readonly<Record<string, string>>;
interface Manifest {
  readonly version: string;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly optionalDependencies?: Versions;
  readonly scripts: Versions;
}
interface Lockfile {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly resolved?: string;
        readonly link?: true;
        readonly hasInstallScript?: true;
        readonly license?: string;
      }
    >
  >;
}

const MANIFESTS = ['package.json', 'tools/node24/package.json', 'tools/mutation/package.json'];
const LOCKFILES = ['package-lock.json', 'tools/mutation/package-lock.json'];
const manifest = readJson('package.json') as Manifest;
const mutation = readJson('tools/mutation/package.json') as Manifest;
const DIRECT = Object.entries({
  ...manifest.dependencies,
  ...manifest.devDependencies,
  ...mutation.devDependencies,
}).map(([name, version]) => [name, unaliased(version)] as const);

/** The version of a package that is installed under another name: `npm:typescript@5.4.5`. */
function unaliased(version: string): string {
  return version.replace(/^npm:[^@]+@/u, '');
}

describe('the packages', () => {
  test.each(MANIFESTS)('of %s are at exact versions', (path) => {
    const { dependencies, devDependencies, optionalDependencies } = readJson(path) as Manifest;
    const versions = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/u.test(unaliased(version)))).toEqual([]);
  });

  test.each(LOCKFILES)('are locked in %s without the address of a registry', (path) => {
    const installed = installedBy(path);
    expect(installed.length).toBeGreaterThan(50);
    const addressed = installed.filter(([, { resolved, link }]) => resolved !== undefined && link !== true);
    expect(addressed.map(([where]) => where)).toEqual([]);
    expect(read(path)).not.toMatch(/https?:\/\/[^"]*\.tgz/u);
  });

  test.each(LOCKFILES)('of %s run no script when they are installed', (path) => {
    expect(installedBy(path).filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
  });

  test.each(DIRECT)('%s %s is justified in docs/dependencies.md', (name, version) => {
    const row = read('docs/dependencies.md')
      .split('\n')
      .find((line) => line.startsWith('|') && line.includes(`\`${name}\``));
    expect(row).toContain(version);
    const locked = Object.fromEntries(LOCKFILES.flatMap(installedBy));
    const { license } = locked[`node_modules/${name}`] ?? {};
    // Package, licence, for what, and what it can reach.
    expect(row?.split('|').slice(1, 5)).toEqual([
      expect.stringContaining(version),
      ` ${license} `,
      expect.stringMatching(/\S/u),
      expect.stringMatching(/\S/u),
    ]);
  });
});

describe.each(ACTIONS)('$path', ({ path }) => {
  const { runs } = parse(read(path)) as { runs: { using: string; main: string; post?: string } };

  test('runs on the Node that the tests run on', () => {
    expect(runs.using).toBe(`node${process.versions.node.split('.')[0]}`);
  });

  test('names entries that are there', () => {
    const entries = [runs.main, ...(runs.post === undefined ? [] : [runs.post])];
    expect(entries.filter((entry) => !existsSync(join(ROOT, dirname(path), entry)))).toEqual([]);
  });
});

function installedBy(lockfile: string) {
  return Object.entries((readJson(lockfile) as Lockfile).packages);
}
