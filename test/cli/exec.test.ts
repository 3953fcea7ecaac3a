import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EmulatedKey } from '../../packages/emulator/src/index.ts';
import { openShell, type Shell, startCli } from './shell.ts';

// Holds invariants 10, 20 and 29 of docs/threat-model.md.

const DAY = 86_400_000;
const ALWAYS = { server: 'mutx', times: Number.POSITIVE_INFINITY } as const;

/** What a child is made of that only has to end well. */
const FINE = ['node', '-e', '0'];

function made({ emulator }: Shell): EmulatedKey {
  const [key, ...others] = emulator.mutx.keys;
  if (key === undefined || others.length > 0) throw new Error(`not one key: ${emulator.mutx.keys.length}`);
  return key;
}

function requests({ emulator }: Shell): readonly string[] {
  return emulator.ledger.entries.map(
    ({ method, path, status }) => `${method} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/u, '{id}')} ${status}`,
  );
}

/** In this process, with the PATH that children are found in. */
function run(shell: Shell, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return shell.run(['exec', ...args], { PATH: process.env['PATH'] ?? '', ...env });
}

describe('mutx-api-key exec', () => {
  it('gives a command a key that works, its own streams, and nothing of the credentials; then revokes it', async () => {
    await using shell = await openShell();
    const { mutx, ledger } = shell.emulator;
    const script = `
      const [, ...args] = process.argv;
      const said = require('node:fs').readFileSync(0, 'utf8');
      const headers = { authorization: 'Bearer ' + process.env.MUTX_API_KEY };
      fetch(process.env.MUTX_API_URL + '/v1/auth/me', { headers }).then(({ status }) => {
        process.stdout.write(JSON.stringify({ status, said, args, env: process.env }));
        process.stderr.write('a word of the command\\n');
        process.exitCode = 42;
      });`;
    const env = {
      ...shell.env,
      MUTX_BOOTSTRAP_JWT: '',
      MUTX_REFRESH_TOKEN: 'a-refresh-token-of-another-command',
      OTHER: 'stays',
    };
    const command = startCli(['exec', '--', 'node', '-e', script, '--', '--help', 'a b'], env);
    command.stdin.end('through stdin');
    const { code, stdout, stderr } = await command.ran;
    expect(code, stderr).toBe(42);
    const child = JSON.parse(stdout) as {
      status: number;
      said: string;
      args: string[];
      env: Record<string, string>;
    };
    const key = made(shell);
    expect(child).toMatchObject({ status: 200, said: 'through stdin', args: ['--help', 'a b'] });
    expect(child.env).toMatchObject({
      MUTX_API_KEY: key.plaintext,
      OTHER: 'stays',
      MUTX_EMAIL: 'ci@example.com',
    });
    const values = Object.entries(child.env).filter(([name]) => name !== 'MUTX_API_KEY');
    for (const secret of [
      key.plaintext,
      shell.user.password,
      shell.env['MUTX_GITHUB_TOKEN'] ?? '',
      env.MUTX_REFRESH_TOKEN,
    ]) {
      expect(values.filter(([, value]) => value.includes(secret))).toEqual([]);
    }
    for (const name of ['PASSWORD', 'BOOTSTRAP_JWT', 'REFRESH_TOKEN', 'GITHUB_TOKEN']) {
      expect(child.env).not.toHaveProperty(`MUTX_${name}`);
    }
    expect(mutx.accepts(key.plaintext)).toBe(false);
    expect(stderr).toContain('a word of the command\n');
    expect(stderr).toContain(`Revoked: ${key.id}`);
    for (const secret of [key.plaintext, shell.user.password]) expect(stderr).not.toContain(secret);
    expect(ledger.unexpected()).toEqual([]);
    // The sweep is beside all of it.
    const sweep = 'GET /v1/api-keys 200';
    expect(requests(shell)).toContain(sweep);
    expect(requests(shell).filter((request) => request !== sweep)).toEqual([
      'POST /v1/auth/login 200',
      'POST /v1/api-keys 201',
      'GET /v1/auth/me 200',
      'POST /v1/auth/logout 200',
      'GET /v1/auth/me 200',
      'DELETE /v1/api-keys/{id} 204',
    ]);
  });

  it('takes the inputs of the action as flags and variables, and what follows the command as its own', async () => {
    await using shell = await openShell();
    const flags = ['--key-name', 'by flag', '--expires-in-days', '2', '--env-name', 'KEY', '--sweep=false'];
    const script = 'process.exit(process.env.KEY && !process.env.MUTX_API_KEY ? 7 : 1)';
    const { code, stdout } = await run(shell, [...flags, 'node', '-e', script], { MUTX_VERIFY: 'false' });
    expect(code).toBe(7);
    expect(stdout).toBe('');
    const key = made(shell);
    expect(key.name).toBe('by flag');
    expect(Number(key.expiresAt) - key.createdAt).toBe(2 * DAY);
    expect(requests(shell)).not.toContain('GET /v1/api-keys 200');
    expect(requests(shell)).not.toContain('GET /v1/auth/me 200');
  });

  it.each([
    ['in a repository', {}, /^gha\/acme\/web\/run\/[1-9]\d{9}\.1\/exec\/[0-9a-f]{12}$/u],
    [
      'in a run of a workflow',
      { GITHUB_RUN_ID: '42', GITHUB_RUN_ATTEMPT: '3', GITHUB_JOB: 'test' },
      /^gha\/acme\/web\/run\/42\.3\/test\/[0-9a-f]{12}$/u,
    ],
    ['elsewhere', { GITHUB_REPOSITORY: '' }, /^exec\/[a-z0-9._-]+\/run\/[1-9]\d{9}\.1\/exec\/[0-9a-f]{12}$/u],
  ])('names the key %s', async (_, env, form) => {
    await using shell = await openShell();
    expect((await run(shell, FINE, env)).code).toBe(0);
    expect(made(shell).name).toMatch(form);
    if (form.source.startsWith('^exec')) expect(made(shell).name).toContain(hostname().toLowerCase());
  });

  it('logs in again for the revocation where a key cannot revoke itself', async () => {
    await using shell = await openShell({ mutx: { generation: 'documented' } });
    expect((await run(shell, FINE)).code).toBe(0);
    expect(shell.emulator.mutx.activeKeys(shell.user)).toEqual([]);
    expect(requests(shell).filter((line) => /auth\/log.* 200$/u.test(line))).toEqual([
      'POST /auth/login 200',
      'POST /auth/logout 200',
      'POST /auth/login 200',
      'POST /auth/logout 200',
    ]);
  });
});

describe('a command that does not run', () => {
  it('is told when it does not exist: 127', async () => {
    await using shell = await openShell();
    const { code, stdout, stderr } = await run(shell, ['no-such-command-here', 'x']);
    expect({ code, stdout }).toEqual({ code: 127, stdout: '' });
    expect(stderr).toContain('there is no command no-such-command-here [command-not-found]');
    expect(stderr).toContain(`- Revoked: ${made(shell).id}`);
    expect(shell.emulator.mutx.activeKeys(shell.user)).toEqual([]);
  });

  it('is told when it is not executable, or cannot even be asked for: 126', async () => {
    await using shell = await openShell();
    const folder = await mkdtemp(join(tmpdir(), 'exec-'));
    try {
      const file = join(folder, 'script');
      await writeFile(file, 'exit 0\n');
      await chmod(file, 0o644);
      const { code, stderr } = await run(shell, [file]);
      expect(code).toBe(126);
      expect(stderr).toContain('(EACCES) [command-not-executable]');
    } finally {
      await rm(folder, { recursive: true });
    }
    const tooLong = await run(shell, ['node', 'x'.repeat(4_000_000)]);
    expect(tooLong.code).toBe(126);
    expect(tooLong.stderr).toContain('(E2BIG)');
    expect((await run(shell, [''])).code).toBe(126);
    expect(shell.emulator.mutx.keys).toHaveLength(3);
    expect(shell.emulator.mutx.activeKeys(shell.user)).toEqual([]);
  });

  it('is not run when the plan is full, which says who holds its places', async () => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const user = mutx.addUser({ plan: 'FREE' });
    const held = [mutx.addKey(user, { name: 'one' }), mutx.addKey(user, { name: 'two' })];
    const env = { MUTX_EMAIL: user.email, MUTX_PASSWORD: user.password, MUTX_QUOTA_WAIT: '0' };
    const { code, stderr } = await run(shell, ['node', '-e', 'process.exit(9)'], env);
    expect(code).toBe(1);
    expect(stderr).toContain('[quota-wait-over]');
    expect(stderr).toContain('- the command was not run');
    expect(stderr).toContain('- there is no key that was made here');
    for (const { id } of held) expect(stderr).toContain(`(${id})`);
    expect(mutx.activeKeys(user)).toHaveLength(2);
  });

  it('is not run with a key that MUTX does not take, which is revoked', async () => {
    await using shell = await openShell();
    shell.emulator.fault({ server: 'mutx', path: /auth\/me$/u, what: 'refuse', status: 401 });
    const { code, stderr } = await run(shell, ['node', '-e', 'process.exit(9)']);
    expect(code).toBe(1);
    expect(stderr).toContain('[verify-refused]');
    expect(shell.emulator.mutx.accepts(made(shell).plaintext)).toBe(false);
  });

  it('is not run with a key whose create got no clear answer; that is looked for again at the end', async () => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const at = { server: 'mutx', path: /api-keys$/u } as const;
    shell.emulator.fault({ ...at, method: 'POST', what: 'raw', status: 201, body: '{', applied: true });
    // The first list is that of the sweep, the second looks for the lost key.
    shell.emulator.fault({ ...at, method: 'GET', skip: 1, what: 'refuse', status: 403 });
    const { code, stderr } = await run(shell, ['node', '-e', 'process.exit(9)']);
    expect(code).toBe(1);
    expect(stderr).toContain('[create-lost]');
    expect(stderr).toContain(`- Revoked: ${made(shell).id}`);
    expect(mutx.accepts(made(shell).plaintext)).toBe(false);
  });

  it('says of a create without a clear answer why nobody looks for its key: the name may be others’, too', async () => {
    await using shell = await openShell();
    const at = { server: 'mutx', method: 'POST', path: /api-keys$/u } as const;
    shell.emulator.fault({ ...at, what: 'raw', status: 200, body: '"yes"' });
    const { code, stderr } = await run(shell, ['--key-name', 'ours', ...FINE]);
    expect(code).toBe(1);
    expect(stderr).toContain('nobody can tell which it is, because others may use the name');
    expect(stderr).not.toContain('nothing left to authenticate with');
  });

  it('is not run without a credential, nor with one that it does not take; nothing is called', async () => {
    await using shell = await openShell();
    const none = { MUTX_EMAIL: '', MUTX_PASSWORD: '' };
    const refresh = await run(shell, ['--env-name=', ...FINE], {
      ...none,
      MUTX_REFRESH_TOKEN: shell.emulator.mutx.issueRefreshToken(shell.user),
    });
    expect(refresh.code).toBe(2);
    expect(refresh.stderr).toContain('`MUTX_REFRESH_TOKEN` holds a refresh JWT');
    expect(refresh.stderr).toContain('`env-name` is empty, so that the command could not find the key');
    const nothing = await run(shell, FINE, none);
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).not.toContain('MUTX_REFRESH_TOKEN');
    expect((await run(shell, [])).code).toBe(2);
    expect(requests(shell)).toEqual([]);
  });
});

describe('a revocation that does not work', () => {
  it('leaves the exit code to the command, and says which key is left and what to do', async () => {
    await using shell = await openShell();
    shell.emulator.fault({ ...ALWAYS, method: 'DELETE', what: 'refuse', status: 403 });
    const { code, stdout, stderr } = await run(shell, ['node', '-e', 'process.exit(5)']);
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    const { id, name, plaintext } = made(shell);
    expect(stderr).toContain(
      `warning: MUTX API key not revoked: key ${id} (${name}) may still be alive; it expires`,
    );
    expect(stderr).toContain('DELETE /v1/api-keys/');
    expect(stderr).toContain(`Fix: revoke it with \`mutx-api-key keys revoke ${id}\``);
    expect(stderr).not.toContain(plaintext);
    expect(shell.emulator.mutx.accepts(plaintext)).toBe(true);
  });

  it('says so where the command did not start either', async () => {
    await using shell = await openShell();
    shell.emulator.fault({ ...ALWAYS, method: 'DELETE', what: 'refuse', status: 403 });
    const { code, stderr } = await run(shell, ['no-such-command-here']);
    expect(code).toBe(127);
    expect(stderr).toContain(`- key ${made(shell).id} (`);
  });
});
