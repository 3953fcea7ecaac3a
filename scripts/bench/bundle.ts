import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { rounded, type Section } from './report.ts';

const DIST = new URL('../../dist/', import.meta.url);
const CODE = 'index.js';

/** What ncc writes above each module that it takes in, and above its own code. */
const MODULE = /^;\/\/ CONCATENATED MODULE: (?:external .*|\.\/(.*))$/u;
const OWN = /^\/\*{6,}/u;
/** A module that it did not put together with others, because a late file imports it: all of these are ours. */
const SHARED = /^\/\*{3}\/ \d+:/u;

/** How many bytes are in dist/, and whose they are. */
export async function bundle(): Promise<Section> {
  const code = await readFile(new URL(CODE, DIST), 'utf8');
  const parts = new Map(partsOf(code));
  for (const file of (await readdir(DIST)).filter((name) => name !== CODE)) {
    parts.set(file, (await readFile(new URL(file, DIST))).length);
  }
  const all = [...parts.values()].reduce((sum, bytes) => sum + bytes, 0);
  const row = (part: string, bytes: number) => ({
    part,
    bytes,
    '%': rounded((100 * bytes) / all),
  });
  return {
    name: 'Bundle',
    how: `Bytes of \`dist/\`, as it is committed: not minified, so that it can be read. \`index.js\` compressed: ${gzipSync(code).length} bytes.`,
    rows: [
      ...[...parts].toSorted(([, one], [, other]) => other - one).map(([part, bytes]) => row(part, bytes)),
      row('all', all),
    ],
    bounds: [],
  };
}

/** Bytes of a bundle by package, and by folder of our own. */
export function partsOf(code: string): ReadonlyMap<string, number> {
  const parts = new Map<string, number>();
  let part = 'ncc';
  for (const line of code.split('\n')) {
    const [marker, path] = MODULE.exec(line) ?? [];
    if (marker !== undefined) part = path === undefined ? 'ncc' : ownerOf(path);
    else if (SHARED.test(line)) part = 'src, what fleet.js needs too';
    else if (OWN.test(line)) part = 'ncc';
    parts.set(part, (parts.get(part) ?? 0) + Buffer.byteLength(line) + 1);
  }
  return parts;
}

function ownerOf(path: string): string {
  const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(path)?.[1];
  return name ?? `src/${/^lib\/([^/]+)/u.exec(path)?.[1] ?? '?'}`;
}
