import { describe, expect, it } from 'vitest';
import { here, openShell, type Shell } from './shell.ts';

// Holds invariant 2 of docs/threat-model.md.

async function listed(shell: Shell, ...args: readonly string[]) {
  const { stdout } = await shell.run(['keys', 'list', '--json', ...args]);
  return (JSON.parse(stdout) as { outputs: { keys: { id: string; name: string }[] } }).outputs.keys;
}

describe('mutx-api-key keys', () => {
  it('creates a key and prints it alone on stdout; it works', async () => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const { code, stdout, stderr } = await shell.run(['keys', 'create', 'by hand', '--expires-in-days', '3']);
    expect(code).toBe(0);
    const key = stdout.trimEnd();
    expect(mutx.accepts(key)).toBe(true);
    expect(mutx.keyOf(key)?.name).toBe('by hand');
    expect(stderr).not.toContain(key);
    expect(stderr).toContain(mutx.keyOf(key)?.id);
  });

  it('lists active keys, those of a name, and with --all revoked ones too', async () => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const mine = mutx.addKey(shell.user, { name: 'mine' });
    const other = mutx.addKey(shell.user, { name: 'other\n::error::x' });
    await shell.run(['keys', 'revoke', other.id, '--yes']);
    expect(await listed(shell)).toMatchObject([{ id: mine.id, name: 'mine', 'is-active': true }]);
    expect((await listed(shell, '--all')).map(({ id }) => id).toSorted()).toEqual(
      [mine.id, other.id].toSorted(),
    );
    expect(await listed(shell, '--all', '--key-name', 'mine')).toHaveLength(1);
    expect(await listed(shell, '--all', '--name', 'mine')).toHaveLength(1);
    mutx.addKey(shell.user, { name: 'late', expiresAt: mutx.clock.now() - 1_000 });
    expect((await listed(shell)).map(({ name }) => name)).toContain('late');
    expect((await listed(shell, '--active')).map(({ name }) => name)).toEqual(['mine']);
    const { stdout } = await shell.run(['keys', 'list', '--all']);
    expect(stdout).toMatch(
      new RegExp(`^${other.id} +\\d{4}-\\d\\d-\\d\\d +revoked +never +other ::error::x$`, 'mu'),
    );
    const { stdout: table } = await shell.run(['keys', 'list', '--key-name', 'mine']);
    expect(Math.max(...table.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
    expect(stdout.split('\n').filter((line) => line.startsWith('::'))).toEqual([]);
  });

  it('replaces a key in place, as MUTX documents it: the old one is dead, and it says what that breaks', async () => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const old = mutx.addKey(shell.user, { name: 'mine' });
    const { code, stdout } = await shell.run(['keys', 'rotate', old.id, '--yes']);
    expect(code).toBe(0);
    expect(mutx.accepts(old.plaintext)).toBe(false);
    expect(mutx.keyOf(stdout.trimEnd())).toMatchObject({ name: 'mine', expiresAt: old.expiresAt });
    expect((await shell.run(['keys', 'rotate', '--help'])).stdout).toContain(
      'The old key is dead the moment',
    );
  });

  it('never asks for a rotation in place twice: a lost reply is told, and what may have become of the keys', async () => {
    await using shell = await openShell();
    const { mutx, ledger } = shell.emulator;
    const old = mutx.addKey(shell.user, { name: 'mine' });
    shell.emulator.fault({ server: 'mutx', path: /rotate$/u, what: 'reply-lost' });
    const { code, stderr } = await shell.run(['keys', 'rotate', old.id, '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `key ${old.id} may be revoked, and its successor made, whose plaintext nobody knows`,
    );
    expect(ledger.entries.filter(({ path }) => path.endsWith('/rotate'))).toHaveLength(1);
  });

  it('never asks for a key twice: a lost reply is told, and that a key may be left over', async () => {
    await using shell = await openShell();
    const { mutx, ledger } = shell.emulator;
    shell.emulator.fault({ server: 'mutx', method: 'POST', path: /api-keys$/u, what: 'reply-lost' });
    const { code, stdout, stderr } = await shell.run(['keys', 'create', 'mine']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('a key may have been made that nobody knows');
    expect(mutx.keys.length).toBe(1);
    expect(
      ledger.entries
        .filter(({ path }) => path.endsWith('/api-keys'))
        .filter(({ method }) => method === 'POST'),
    ).toHaveLength(1);
  });

  it('revokes a key, again without complaint, and fails for one that is not there to be replaced', async () => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const key = mutx.addKey(shell.user, { name: 'mine' });
    expect((await shell.run(['keys', 'revoke', key.id, '--yes'])).code).toBe(0);
    expect(mutx.accepts(key.plaintext)).toBe(false);
    expect((await shell.run(['keys', 'revoke', key.id, '--yes'])).code).toBe(0);
    const { code, stderr } = await shell.run([
      'keys',
      'rotate',
      '3f1d2c4b-0a5e-4c1d-9e2f-7b6a5c4d3e2f',
      '--yes',
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('mutx-api-key keys rotate: not done');
    expect(stderr).toMatch(/fix: +copy the name or id from `mutx-api-key keys list --all`/u);
  });

  it('does not say that a key is gone which may be alive: of another account, or of another API', async () => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const theirs = mutx.addKey(mutx.addUser(), { name: 'theirs' });
    const other = await shell.run(['keys', 'revoke', theirs.id, '--yes']);
    expect(other.code).toBe(1);
    expect(other.stdout).toContain(`! ${theirs.id} no key of this account has, or had, this id`);
    expect(other.stdout + other.stderr).toContain('[no-such-key]');
    expect(mutx.accepts(theirs.plaintext)).toBe(true);
    const mine = mutx.addKey(shell.user, { name: 'mine' });
    const times = Number.POSITIVE_INFINITY;
    shell.emulator.fault({ server: 'mutx', path: /api-keys/u, what: 'refuse', status: 404, times });
    const { code, stdout, stderr } = await shell.run(['keys', 'revoke', mine.id, '--yes']);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain(`not known: it may be revoked, and may be alive: ${mine.id}`);
  });

  it('calls an id done that is gone where MUTX forgets revoked keys, and does not tick it', async () => {
    await using shell = await openShell({ mutx: { generation: 'documented' } });
    const { code, stdout } = await shell.run([
      'keys',
      'revoke',
      '3f1d2c4b-0a5e-4c1d-9e2f-7b6a5c4d3e2f',
      '--yes',
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      '! 3f1d2c4b-0a5e-4c1d-9e2f-7b6a5c4d3e2f is not a key of this account, or not any more',
    );
    expect(stdout).not.toMatch(/^✓ 3f1d/mu);
  });

  it.each([
    [
      'revoke',
      'nonsense',
      '`id` is not the id of a key (given: `nonsense`); it takes a UUID. Fix: copy the id',
    ],
    ['rotate', '../agents', '`id` is not the id of a key (given: `../agents`)'],
    ['revoke', `mutx_live_${'a'.repeat(43)}`, '`id` is not the id of a key (given: `(withheld'],
    ['create', 'x'.repeat(256), '`name` is longer than the 255 characters that MUTX takes'],
    ['create', '', '`name` is empty'],
    ['create', ' ', '`name` is empty'],
    ['create', 'two\nlines', '`name` holds a line break or a control character (given: `two lines`)'],
  ])(
    '%s %j: says what it takes, with every other problem, and calls nobody',
    async (command, argument, words) => {
      await using shell = await openShell();
      const { code, stdout, stderr } = await shell.run(['keys', command, argument], { MUTX_PASSWORD: '' });
      const said = stdout + stderr;
      expect({ code, said }).toEqual({ code: 2, said: expect.stringContaining(words) });
      expect(said).toMatch(/[23] inputs cannot be used/u);
      expect(said).not.toContain('mutx_live_a');
      expect(shell.emulator.ledger.entries).toEqual([]);
    },
  );
});

describe('mutx-api-key keys rotate', () => {
  const stored = 'gha/acme/web/MUTX_API_KEY';

  it('does nothing without a terminal and without --yes, and calls nobody', async () => {
    await using shell = await openShell();
    const { mutx, ledger } = shell.emulator;
    const old = mutx.addKey(shell.user, { name: 'mine' });
    const { code, stdout, stderr } = await shell.run(['keys', 'rotate', old.id]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('`--yes` is missing');
    expect(ledger.entries).toEqual([]);
    expect(mutx.accepts(old.plaintext)).toBe(true);
  });

  it('refuses the key that a secret holds: the secret still works', async () => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const old = mutx.addKey(shell.user, { name: stored });
    const refused = await shell.run(['keys', 'rotate', old.id, '--yes']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/\[key-in-a-secret\][\s\S]*run `mutx-api-key rotate`/u);
    expect(mutx.accepts(old.plaintext)).toBe(true);
    const forced = await shell.run(['keys', 'rotate', old.id, '--yes', '--force']);
    expect(forced.code).toBe(0);
    expect(mutx.accepts(old.plaintext)).toBe(false);
    expect(mutx.accepts(forced.stdout.trimEnd())).toBe(true);
    expect(forced.stderr).toContain(
      "MUTX_API_KEY in acme/web holds it, and what uses that secret fails now: run `mutx-api-key rotate --targets 'acme/web as MUTX_API_KEY'`",
    );
  });

  it.each([
    ['n', true, 'Nothing was changed'],
    ['y', false, 'What holds it fails now'],
  ])('asks at a terminal: %s', async (answer, alive, words) => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const old = mutx.addKey(shell.user, { name: 'mine' });
    const { code, stderr } = await here(['keys', 'rotate', old.id], shell.env, [
      ['Revoke key mine now?', answer],
    ]);
    expect(code).toBe(0);
    expect(mutx.accepts(old.plaintext)).toBe(alive);
    expect(stderr.toLowerCase()).toContain(words.toLowerCase());
  });

  it('says of a key that is revoked, and of one that is not there, that nothing was changed', async () => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const old = mutx.addKey(shell.user, { name: 'mine' });
    old.isActive = false;
    const { code, stderr } = await shell.run(['keys', 'rotate', old.id, '--yes']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('revoked already') });
    expect(stderr).toContain('nothing was changed');
  });
});

describe('mutx-api-key keys revoke', () => {
  const stored = 'gha/acme/web/MUTX_API_KEY';

  it('does nothing without a terminal and without --yes, and calls nobody', async () => {
    await using shell = await openShell();
    const { mutx, ledger } = shell.emulator;
    const key = mutx.addKey(shell.user, { name: stored });
    const { code, stdout, stderr } = await shell.run(['keys', 'revoke', key.id]);
    expect({ code, said: stdout + stderr }).toEqual({
      code: 2,
      said: expect.stringContaining('`--yes` is missing: what uses the key fails from now on'),
    });
    expect(ledger.entries).toEqual([]);
    expect(mutx.accepts(key.plaintext)).toBe(true);
  });

  it.each([
    [stored, 'by its name, MUTX_API_KEY in acme/web holds it', 'n', true],
    [stored, 'by its name, MUTX_API_KEY in acme/web holds it', 'y', false],
    ['mine', 'what uses it fails once', 'y', false],
  ])('asks at a terminal about %s: %s: %s', async (name, words, answer, alive) => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const key = mutx.addKey(shell.user, { name });
    const { code, stdout, stderr } = await here(['keys', 'revoke', key.id], shell.env, [
      ['Revoke it for good?', answer],
    ]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`! key ${key.id} is named ${name}: ${words}`);
    expect(mutx.accepts(key.plaintext)).toBe(alive);
  });

  it('asks by the id alone where the keys cannot be listed, and revokes after a yes', async () => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const key = mutx.addKey(shell.user, { name: 'mine' });
    shell.emulator.fault({
      server: 'mutx',
      method: 'GET',
      path: /api-keys/u,
      what: 'refuse',
      status: 403,
      times: Number.POSITIVE_INFINITY,
    });
    const { code, stdout, stderr } = await here(['keys', 'revoke', key.id], shell.env, [
      ['Revoke it for good?', 'y'],
    ]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`! key ${key.id}: the keys could not be listed`);
    expect(mutx.accepts(key.plaintext)).toBe(false);
  });

  it('has nothing to ask about a key that is revoked already', async () => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const key = mutx.addKey(shell.user, { name: 'mine' });
    key.isActive = false;
    const { code, stderr } = await here(['keys', 'revoke', key.id], shell.env, []);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
