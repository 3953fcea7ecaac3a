import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openShell } from './shell.ts';

describe('a target', () => {
  it.each([
    ['acme/w\u200beb', 'U+200B'],
    ['acme\u2060/web', 'U+2060'],
    ['acme/web@prod\u200buction', 'U+200B'],
    ['org:ac\u00adme', 'U+00AD'],
    ['acme/web as NA\ufeffME', 'U+FEFF'],
  ])('with an invisible character in it is told with that character: %j', async (target, character) => {
    await using shell = await openShell();
    const { code, stdout } = await shell.run(['rotate', '--key-name', 'a', '--targets', target]);
    expect(code).toBe(2);
    expect(stdout).toContain(`it holds an invisible character, ${character}`);
    expect(shell.emulator.ledger.entries).toEqual([]);
  });

  it('may name an environment by an emoji that is joined of several', async () => {
    await using shell = await openShell();
    const name = '\u{1F469}\u200d\u{1F4BB}';
    shell.emulator.github.addRepository('acme/emoji', { environments: [name] });
    const target = `acme/emoji@${name}`;
    const { code, stdout } = await shell.run(['rotate', '--key-name', 'a', '--targets', target]);
    expect(code, stdout).toBe(0);
  });

  it('whose environment is named as if it were encoded is not offered to be created', async () => {
    await using shell = await openShell();
    const { code, stdout, stderr } = await shell.run(['rotate', '--targets', 'acme/web@prod%2Feu']);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('did you mean `prod/eu`?');
    expect(stdout + stderr).toContain('not URL-encoded');
    expect(stdout + stderr).not.toContain('create-environment');
  });

  it.each(['100%', '100%25 sure%', 'a%zz'])(
    'may hold a %% in the name of its environment: %s',
    async (name) => {
      await using shell = await openShell();
      shell.emulator.github.addRepository('acme/percent', { environments: [name] });
      const { code, stdout, stderr } = await shell.run(['rotate', '--targets', `acme/percent@${name}`]);
      expect(code, stdout).toBe(0);
      expect(stdout + stderr).not.toContain('did you mean');
    },
  );
});

describe('a variable', () => {
  it.each([
    ['MUTX_TARGET', 'MUTX_TARGETS'],
    ['MUTX_KEYNAME', 'MUTX_KEY_NAME'],
    ['MUTX_EXPIRES_IN_DAY', 'MUTX_EXPIRES_IN_DAYS'],
    ['MUTX_GITHUB_TOKEN_', 'MUTX_GITHUB_TOKEN'],
  ])('that is nearly ours is named, with the right one: %s', async (variable, meant) => {
    await using shell = await openShell();
    const { code, stdout, stderr } = await shell.run(['rotate'], { [variable]: 'x' });
    expect(code).toBe(0);
    expect(stdout + stderr).toContain(`the variable \`${variable}\` is not read: did you mean \`${meant}\`?`);
  });

  it.each(['MUTX_API_KEY', 'MUTX_REGION', 'MUTX_TARGETS', 'MUTX_FLEET_FILE'])(
    'that is not is none of ours: %s',
    async (variable) => {
      await using shell = await openShell();
      const value = variable === 'MUTX_TARGETS' ? 'acme/web' : 'x';
      const { stdout, stderr } = await shell.run(['rotate'], { [variable]: value });
      expect(stdout + stderr).not.toContain('is not read');
    },
  );
});

describe('the file of a fleet', () => {
  const planned = async (bytes: Buffer) => {
    await using shell = await openShell();
    const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'mutx-keys.yml');
    writeFileSync(file, bytes);
    return await shell.run(['plan', '--fleet-file', file]);
  };
  const FLEET = 'keys:\n  - key-name: a\n    targets:\n      - org: acme\n';

  it.each([
    ['with a mark', Buffer.from(`\ufeff${FLEET}`, 'utf16le')],
    ['without a mark', Buffer.from(FLEET, 'utf16le')],
    ['in the other order', Buffer.from(`\ufeff${FLEET}`, 'utf16le').swap16()],
  ])('in UTF-16, %s, is told as that', async (_, bytes) => {
    const { code, stdout } = await planned(bytes);
    expect(code).toBe(2);
    expect(stdout).toContain('the file is not UTF-8; it looks like UTF-16');
    expect(stdout).toContain('save it as UTF-8');
  });

  it.each([
    ['- org: acme', '`org:acme`'],
    ['- dependabot: acme/web', '`dependabot:acme/web`'],
  ])('whose target YAML takes for a mapping is told how to write it: %s', async (line, meant) => {
    const { code, stdout } = await planned(Buffer.from(FLEET.replace('- org: acme', line)));
    expect(code).toBe(2);
    expect(stdout).toContain(`write ${meant}, without the space`);
  });
});
