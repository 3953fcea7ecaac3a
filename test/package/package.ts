import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT } from '../project/files.ts';

export interface Manifest {
  readonly version: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `npm pack` gives, as somebody who installed it has it: in a folder of theirs, without ours. */
export class InstalledPackage implements Disposable {
  /** Of whoever uses it. */
  readonly folder = mkdtempSync(join(tmpdir(), 'package-'));
  readonly tarball: string;
  /** The paths in the tarball, from its own folder. */
  readonly files: readonly string[];
  readonly manifest: Manifest;

  constructor() {
    const packed = execFileSync(
      'npm',
      ['pack', '--ignore-scripts=false', '--offline', '--silent', '--pack-destination', this.folder],
      { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    );
    this.tarball = join(this.folder, packed.trim().split('\n').at(-1) ?? '');
    mkdirSync(this.path('unpacked'));
    this.files = execFileSync('tar', ['-xvzf', this.tarball, '-C', this.path('unpacked')], {
      encoding: 'utf8',
    })
      .trim()
      .split('\n')
      .map((path) => path.replace(/^package\//u, ''))
      .sort();
    cpSync(this.path('unpacked/package'), this.own(''), { recursive: true });
    this.manifest = JSON.parse(readFileSync(this.own('package.json'), 'utf8')) as Manifest;
    // Its dependencies and nothing else: what it uses and does not name cannot be found.
    for (const name of Object.keys(this.manifest.dependencies)) this.link(name);
  }

  /** A path in the user's folder. */
  path(path: string): string {
    return join(this.folder, path);
  }

  /** A path in the package, where it is installed. */
  own(path: string): string {
    return this.path(join('node_modules/@mutx/api-key-action', path));
  }

  /** Installs one of our own packages for the user. */
  link(name: string): void {
    mkdirSync(dirname(this.path(`node_modules/${name}`)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), this.path(`node_modules/${name}`), 'junction');
  }

  write(name: string, content: string): void {
    writeFileSync(this.path(name), content);
  }

  /** The command line, with these variables and nothing of our own environment. */
  cli(node: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return this.node(node, [this.own(this.manifest.bin['mutx-api-key'] ?? ''), ...args], env);
  }

  async node(
    node: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ran> {
    const child = spawn(node, args, {
      cwd: this.folder,
      env: { PATH: dirname(node) + delimiter + (process.env['PATH'] ?? ''), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const code = new Promise<number | null>((resolve) => {
      child.on('exit', resolve);
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, stdout, stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * The Node that runs the tests, and each other one on this machine's PATH that `engines` admits: npm scripts find
 * ours first, but users have theirs.
 * @param floor `>=20.18`
 */
export function nodesInRange(floor: string): readonly (readonly [version: string, path: string])[] {
  const least = numbersOf(floor);
  const found = new Map([[process.version, process.execPath]]);
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'node');
    const version = versionOf(path);
    if (version !== undefined && atLeast(numbersOf(version), least) && !found.has(version))
      found.set(version, path);
  }
  return [...found];
}

function versionOf(path: string): string | undefined {
  try {
    return execFileSync(path, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** `v20.18.1` or `>=20.18` as numbers. */
export function numbersOf(version: string): readonly number[] {
  return version
    .replace(/^[^\d]+/u, '')
    .split('.')
    .map(Number);
}

export function atLeast(version: readonly number[], least: readonly number[]): boolean {
  const differing = least.findIndex((part, index) => (version[index] ?? 0) !== part);
  return differing < 0 || (version[differing] ?? 0) > (least[differing] ?? 0);
}
