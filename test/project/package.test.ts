import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT, read, readJson } from './files.ts';

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
    Record<string, { readonly resolved?: string; readonly link?: true; readonly hasInstallScript?: true }>
  >;
}

const MANIFESTS = ['package.json', 'tools/node24/package.json', 'tools/mutation/package.json'];
const LOCKFILES = ['package-lock.json', 'tools/mutation/package-lock.json'];
const manifest = readJson('package.json') as Manifest;
const mutation = readJson('tools/mutation/package.json') as Manifest;

describe('the packages', () => {
  test.each(MANIFESTS)('of %s are at exact versions', (path) => {
    const { dependencies, devDependencies, optionalDependencies } = readJson(path) as Manifest;
    const versions = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/u.test(version))).toEqual([]);
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

  test.each(
    Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...mutation.devDependencies }),
  )('%s %s is justified in docs/dependencies.md', (name, version) => {
    const row = read('docs/dependencies.md')
      .split('\n')
      .find((line) => line.startsWith('|') && line.includes(`\`${name}\``));
    expect(row).toContain(version);
  });
});

describe('action.yml', () => {
  const action = parse(read('action.yml')) as { runs: { using: string; main: string } };

  test('runs on the Node that the tests run on', () => {
    expect(action.runs.using).toBe(`node${process.versions.node.split('.')[0]}`);
  });

  test('names an entry that is there', () => {
    expect(existsSync(join(ROOT, action.runs.main))).toBe(true);
  });
});

function installedBy(lockfile: string) {
  return Object.entries((readJson(lockfile) as Lockfile).packages);
}
