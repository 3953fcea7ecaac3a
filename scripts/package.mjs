/**
 * Builds lib/, which is what the npm package consists of: the command line, the library and the emulator, with their
 * declarations. Run by `npm pack` as `prepack`; where scripts are switched off (.npmrc), with `--ignore-scripts=false`.
 */

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const manifest = createRequire(import.meta.url).resolve('typescript/package.json');

// What else was compiled into it, for dist/, is not to be shipped.
rmSync(join(ROOT, 'lib'), { recursive: true, force: true });
const tsc = join(dirname(manifest), 'bin', 'tsc');
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.lib.json'], { cwd: ROOT, stdio: 'inherit' });
