import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string };

describe('the command in a clone', () => {
  it.each([
    ['that runs TypeScript', []],
    ['that does not, by the one that `npm ci` has installed', ['--no-strip-types']],
  ])('runs on a Node %s', (_, flags) => {
    const args = [...flags, 'scripts/mutx-api-key.mjs', '--version'];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    expect({ stdout, stderr, status }).toEqual({ stdout: `${version}\n`, stderr: '', status: 0 });
  });

  it('passes on how it ended', () => {
    const args = ['--no-strip-types', 'scripts/mutx-api-key.mjs', 'nothing'];
    const { stderr, status } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('unknown command') });
    expect(stderr).not.toContain(' at ');
  });
});
