import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DAY } from './planted.ts';
import { openShell, type Shell } from './shell.ts';

// Holds invariants 1 and 2 of docs/threat-model.md.

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'mutx-keys.yml'), text);
  return join(folder, 'mutx-keys.yml');
}

const entry = (name: string, ...more: readonly string[]) =>
  [`  - key-name: ${name}`, `    targets: acme/${name}`, ...more.map((line) => `    ${line}`)].join('\n');

function stored({ emulator }: Shell, name: string): string {
  return emulator.github.openSecret(`acme/${name}`, 'MUTX_API_KEY') ?? '';
}

describe('rotate --fleet-file', () => {
  it('rotates what is due, key by key, in one session, and leaves what is not', async () => {
    await using shell = await openShell();
    const { mutx, github, ledger } = shell.emulator;
    for (const name of ['api', 'shop']) github.addRepository(`acme/${name}`);
    const file = fileOf(
      `keys:\n${['web', 'api', 'shop'].map((name) => entry(name, 'renew-before: 7d')).join('\n')}\n`,
    );
    const createdAt = mutx.clock.now() - DAY;
    const fresh = mutx.addKey(shell.user, { name: 'shop', createdAt, expiresAt: createdAt + 30 * DAY });
    const now = github.clock.now();
    github.clock.set(createdAt + 2_000);
    github.setSecret('acme/shop', 'MUTX_API_KEY', fresh.plaintext);
    github.clock.set(now);
    const { code, stdout, stderr } = await shell.run(['rotate', '--fleet-file', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of ['web', 'api']) {
      expect(mutx.accepts(stored(shell, name)), name).toBe(true);
      expect(mutx.keyOf(stored(shell, name))?.name).toBe(name);
    }
    expect(stored(shell, 'shop')).toBe(fresh.plaintext);
    expect(stdout).toContain('2 of 3 keys rotated, 1 not due\n');
    expect(ledger.entries.filter(({ path }) => path.endsWith('/auth/login'))).toHaveLength(1);
    expect(ledger.entries.at(-1)?.path).toBe('/v1/auth/logout');
    const again = await shell.run(['rotate', '--json', '--fleet-file', file]);
    expect(JSON.parse(again.stdout)).toMatchObject({
      ok: true,
      outputs: { results: [{ result: 'not due' }, { result: 'not due' }, { result: 'not due' }] },
    });
  });

  it('tells of sixty repositories that cannot be read once, and still rotates the others', async () => {
    await using shell = await openShell();
    const gone = Array.from({ length: 60 }, (_, index) => entry(`gone-${index}`, 'renew-before: 7d'));
    const file = fileOf(`keys:\n${[...gone, entry('web')].join('\n')}\n`);
    const { code, stdout, stderr } = await shell.run(['rotate', '--fleet-file', file]);
    const said = stdout + stderr;
    expect(code).toBe(1);
    expect(shell.emulator.mutx.accepts(stored(shell, 'web'))).toBe(true);
    expect(said).toContain('1 of 61 keys rotated, 60 failed');
    expect(said).toContain('Fleet rotation failed: 60 of 61 keys could not be rotated');
    expect(said.match(/\[fleet-incomplete\]/gu)).toHaveLength(1);
    expect(said.match(/^ *fix: /gmu)).toHaveLength(1);
    expect(said.match(/^Result +Key +Targets/gmu)).toHaveLength(1);
    expect(stderr).not.toContain('gone-');
  });

  it('takes a list of targets and a name from the file alone, and calls nobody otherwise', async () => {
    await using shell = await openShell();
    const file = fileOf(`keys:\n${entry('web')}\n`);
    const { code, stderr } = await shell.run([
      'rotate',
      '--fleet-file',
      file,
      '--targets',
      'acme/web',
      '--key-name',
      'x',
    ]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--targets, --key-name') });
    const twice = fileOf(`keys:\n${entry('web', 'targets: acme/api')}\n`);
    const refused = await shell.run(['rotate', '--fleet-file', twice]);
    expect(refused.code).toBe(2);
    expect(refused.stdout + refused.stderr).toContain('`targets` stands here a second time');
    expect(refused.stdout).toContain('Fleet rotation failed: 1 input cannot be used');
    expect(shell.emulator.ledger.entries).toEqual([]);
  });

  it('changes nothing in a dry run', async () => {
    await using shell = await openShell();
    const file = fileOf(`keys:\n${entry('web')}\n`);
    const { code, stdout } = await shell.run(['rotate', '--dry-run', '--fleet-file', file]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining('1 of 1 key (1 target) is due'),
    });
    expect(shell.emulator.mutx.keys).toEqual([]);
  });

  it('warns before a key goes that a place outside its targets seems to hold', async () => {
    await using shell = await openShell();
    const { mutx, github } = shell.emulator;
    const createdAt = mutx.clock.now() - DAY;
    const old = mutx.addKey(shell.user, { name: 'web', createdAt });
    const now = github.clock.now();
    github.clock.set(createdAt + 2_000);
    github.setSecret({ repository: 'acme/web', store: 'dependabot' }, 'MUTX_API_KEY', old.plaintext);
    github.clock.set(now);
    const { stderr } = await shell.run(['rotate', '--fleet-file', fileOf(`keys:\n${entry('web')}\n`)]);
    expect(stderr).toContain('MUTX_API_KEY in dependabot:acme/web is no target of this run');
  });
});
