/**
 * Draws job summaries as GitHub shows them, out of real runs of dist/ against the emulator. Needs a Chromium; not part
 * of any check, because no two browsers draw the same bytes:
 *
 *   npm run picture                     docs/images/summary.png, for the README
 *   npm run picture -- --all            every scene of scenes.ts, with its log, into reports/pictures: to look at
 *   npm run picture -- --all revoked    one of them
 *                   [--chromium path]
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { draw } from './draw.ts';
import { play, SCENES } from './scenes.ts';

const ROOT = new URL('../../', import.meta.url);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean', default: false }, chromium: { type: 'string', default: 'chromium' } },
});

if (values.all) {
  const folder = new URL('reports/pictures/', ROOT);
  await mkdir(folder, { recursive: true });
  for (const name of positionals.length > 0 ? positionals : Object.keys(SCENES)) {
    await using step = await play(name);
    const annotations = step.annotations.map(
      ({ level, title, message }) => `[${level}] ${title}\n${message}`,
    );
    await writeFile(
      new URL(`${name}.log`, folder),
      [...step.log, '', '--- annotations', ...annotations, ''].join('\n'),
    );
    await writeFile(new URL(`${name}.md`, folder), step.summary);
    if (step.summary !== '')
      await draw(step.summary, fileURLToPath(new URL(`${name}.png`, folder)), values.chromium);
  }
} else {
  await using step = await play('rotated');
  if (step.exitCode !== 0) throw new Error(step.log.join('\n'));
  await draw(step.summary, fileURLToPath(new URL('docs/images/summary.png', ROOT)), values.chromium);
}
