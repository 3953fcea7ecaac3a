import { describe, expect, it } from 'vitest';
import { DAY, makeStored, NAME } from './planted.ts';
import { HERE, openShell } from './shell.ts';

// Holds invariant 2 of docs/threat-model.md.

describe('a flag that is given twice', () => {
  it('adds a target: both secrets hold the new key, and it works', async () => {
    await using shell = await openShell();
    const { mutx, github } = shell.emulator;
    makeStored(shell.emulator, shell.user, mutx.clock.now() - DAY);
    const before = github.openSecret(HERE, 'MUTX_API_KEY') ?? '';
    const both = ['--targets', HERE, '--targets', `dependabot:${HERE}`];
    const { code } = await shell.run(['rotate', '--key-name', NAME, ...both]);
    expect(code).toBe(0);
    // Its key is the one that is revoked, so the secret must not be left behind.
    expect(mutx.accepts(before)).toBe(false);
    const key = github.openSecret(HERE, 'MUTX_API_KEY') ?? '';
    expect(key).not.toBe(before);
    expect(mutx.accepts(key)).toBe(true);
    expect(github.openSecret({ repository: HERE, store: 'dependabot' }, 'MUTX_API_KEY')).toBe(key);
  });

  it('adds repositories that may read a secret of an organisation', async () => {
    await using shell = await openShell();
    const { github } = shell.emulator;
    github.addOrganisation('acme');
    github.addRepository('acme/api');
    const more = ['--selected-repositories', 'web', '--selected-repositories', 'api'];
    const place = ['--targets', 'org:acme', '--visibility', 'selected'];
    const { code, stderr } = await shell.run(['rotate', ...place, ...more]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(github.openSecret({ organisation: 'acme' }, 'MUTX_API_KEY')).toBeDefined();
    const [secret] = github.secrets({ organisation: 'acme' });
    expect(secret?.audience).toMatchObject({ visibility: 'selected', repositoryIds: { length: 2 } });
  });

  it.each([
    ['plain ids', (ids: readonly string[]) => ids],
    ['arrays', (ids: readonly string[]) => [`["${ids[0]}"]`, `${ids[1]}`]],
  ])('adds ids to revoke: %s', async (_, written) => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const keys = ['one', 'two'].map((name) => mutx.addKey(shell.user, { name }));
    const flags = written(keys.map(({ id }) => id)).flatMap((text) => ['--key-ids', text]);
    expect((await shell.run(['revoke', ...flags])).code).toBe(0);
    expect(keys.map(({ plaintext }) => mutx.accepts(plaintext))).toEqual([false, false]);
  });

  it.each([
    ['rotate', ['--key-name', 'a', '--key-name', 'b'], ['--key-name is given twice']],
    ['rotate', ['--dry-run', '--dry-run', 'false'], ['--dry-run is given twice']],
    [
      'rotate',
      ['--environment=a', '--environment=b', '--environment=a', '--json', '--json'],
      ['--environment is given 3 times', '--json is given twice'],
    ],
    ['revoke', ['--key-name', 'a', '--key-name', 'a'], ['--key-name is given twice']],
    ['exec', ['--key-name', 'a', '--key-name', 'b', 'true'], ['--key-name is given twice']],
    ['doctor', ['--folder', '.', '--folder', '..'], ['--folder is given twice']],
  ])('is refused where it takes one value, and nothing is called: %s %j', async (command, flags, words) => {
    await using shell = await openShell();
    const key = shell.emulator.mutx.addKey(shell.user, { name: 'a' });
    const { code, stderr } = await shell.run([command, ...flags]);
    expect(code).toBe(2);
    for (const text of words) expect(stderr).toContain(`${text} and takes one value. Keep one of them`);
    expect(shell.emulator.ledger.entries).toEqual([]);
    expect(shell.emulator.mutx.accepts(key.plaintext)).toBe(true);
  });

  it('belongs to the command that exec runs when it comes after its name', async () => {
    await using shell = await openShell();
    const { code } = await shell.run(['exec', '--', process.execPath, '-e', '0', '--', '--json', '--json']);
    expect(code).toBe(0);
  });
});

describe('a target that is left out', () => {
  it('is named before its key is revoked, where it is in another store of the same repository', async () => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const old = makeStored(shell.emulator, shell.user, mutx.clock.now() - DAY);
    const args = ['rotate', '--key-name', NAME, '--targets', `dependabot:${HERE}`];
    const planned = await shell.run([...args, '--dry-run']);
    expect(planned.code).toBe(0);
    // By its name, before anything is called; and by the secret that was written for the key.
    expect(planned.stderr).toContain(`\`key-name\` is the default name of the key in ${HERE} (MUTX_API_KEY)`);
    expect(planned.stderr).toContain(`MUTX_API_KEY in ${HERE} is no target of this run`);
    expect(planned.stderr).toContain(`when key ${old.id} was made`);
    expect(mutx.accepts(old.plaintext)).toBe(true);
    expect((await shell.run([...args, '--targets', HERE])).stderr).toBe('');
  });

  it('is named where its key is in use and no target holds it', async () => {
    await using shell = await openShell();
    const { mutx, github } = shell.emulator;
    github.addRepository('acme/api');
    const createdAt = mutx.clock.now() - DAY;
    const old = mutx.addKey(shell.user, { name: 'ours', createdAt, lastUsed: mutx.clock.now() });
    const { stderr } = await shell.run([
      'rotate',
      '--key-name',
      'ours',
      '--targets',
      'acme/api',
      '--dry-run',
    ]);
    expect(stderr).toContain(`key ${old.id} is in use`);
  });
});
