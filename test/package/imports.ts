import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';

const IMPORT =
  /^(?:import|export)\b[^;'"]*?from ['"]([^'"]+)['"]|^import ['"]([^'"]+)['"]|\bimport\((?:\/\*.*?\*\/\s*)?['"]([^'"]+)['"]\)/gmu;

const BUILTIN: ReadonlySet<string> = new Set(builtinModules);

/** What a compiled module comes to load. */
export interface Graph {
  /** Paths of its own files. */
  readonly files: ReadonlySet<string>;
  /** Names of packages. */
  readonly packages: ReadonlySet<string>;
}

/** Walks compiled imports, late ones included. */
export function graphOf(...entries: readonly string[]): Graph {
  const files = new Set<string>();
  const packages = new Set<string>();
  const walk = (path: string) => {
    if (files.has(path)) return;
    files.add(path);
    for (const [, from, effect, late] of readFileSync(path, 'utf8').matchAll(IMPORT)) {
      const specifier = from ?? effect ?? late ?? '';
      if (specifier.startsWith('.')) walk(join(dirname(path), specifier));
      else if (!isBuiltin(specifier)) packages.add(nameOf(specifier));
    }
  };
  for (const entry of entries) walk(entry);
  return { files, packages };
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || BUILTIN.has(specifier);
}

function nameOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
