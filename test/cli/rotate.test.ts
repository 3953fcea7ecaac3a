import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, HERE, openShell } from './shell.ts';

// Holds invariant 1 of docs/threat-model.md.

const NAME = 'gha/acme/web/MUTX_API_KEY';

describe('mutx-api-key rotate', () => {
  it('does what the action does: makes a key, stores it, logs out', async () => {
    await using shell = await openShell();
    const { mutx, github, ledger } = shell.emulator;
    const { code, stdout, stderr } = await cli(['rotate'], shell.env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const key = github.openSecret(HERE, 'MUTX_API_KEY') ?? '';
    expect(mutx.accepts(key)).toBe(true);
    expect(mutx.keyOf(key)?.name).toBe(NAME);
    expect(stdout).toContain(`Rotated: MUTX_API_KEY in ${HERE}`);
    expect(stdout).not.toContain(key);
    expect(ledger.entries.at(-1)?.path).toBe('/v1/auth/logout');
    expect(ledger.unexpected()).toEqual([]);
  });

  it('takes flags before variables, and prints JSON alone on stdout', async () => {
    await using shell = await openShell();
    const { mutx, github } = shell.emulator;
    const args = ['rotate', '--json', '--key-name', 'from a flag', '--environment', 'production'];
    const { code, stdout } = await shell.run(args, {
      MUTX_KEY_NAME: 'from a variable',
      MUTX_EXPIRES_IN_DAYS: '3',
    });
    expect(code).toBe(0);
    const key = mutx.keyOf(
      github.openSecret({ repository: HERE, environment: 'production' }, 'MUTX_API_KEY') ?? '',
    );
    expect(key?.name).toBe('from a flag');
    expect(Number(key?.expiresAt) - Number(key?.createdAt)).toBe(3 * 86_400_000);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      outputs: {
        rotated: true,
        'key-id': key?.id,
        targets: [{ target: `${HERE}@production`, secret: 'MUTX_API_KEY', status: 'created' }],
      },
    });
  });

  it('says how to name the repository where nobody has, and which one it did not understand', async () => {
    await using shell = await openShell();
    const none = await shell.run(['rotate'], { GITHUB_REPOSITORY: '' });
    expect(none.code).toBe(2);
    expect(none.stdout).toContain(
      '- `GITHUB_REPOSITORY` does not name the repository that this is about; it takes `owner/repo`. Fix: at the command line give `--repository owner/repo`, or set the variable;',
    );
    const half = await shell.run(['rotate', '--repository', 'web']);
    expect(half.stdout).toContain('(given: `web`)');
    const { code } = await shell.run(['rotate', '--repository', HERE], { GITHUB_REPOSITORY: '' });
    expect(code).toBe(0);
  });

  it('takes a flag without a value for yes, and writes the summary where it is told to', async () => {
    await using shell = await openShell();
    const folder = await mkdtemp(join(tmpdir(), 'summary-'));
    try {
      const summary = join(folder, 'summary.md');
      const { code, stdout } = await shell.run(['rotate', '--dry-run', '--summary', summary]);
      expect(code).toBe(0);
      expect(stdout).toContain('Dry run: nothing was changed; the plan is above');
      expect(stdout).not.toContain('job summary');
      expect(shell.emulator.mutx.keys).toEqual([]);
      expect(await readFile(summary, 'utf8')).toContain('## MUTX API key: plan (dry run)');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says how it failed as JSON, with exit code 1, and 2 for what cannot be used', async () => {
    await using shell = await openShell();
    const refused = await shell.run(['rotate', '--json'], { MUTX_PASSWORD: 'not the password' });
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      ok: false,
      failure: { code: 'session-login-refused', calls: [{ status: 401, call: 'POST /v1/auth/login' }] },
    });
    shell.emulator.ledger.clear();
    const unusable = await shell.run(['rotate', '--json', '--on-quota', 'panic'], { MUTX_GITHUB_TOKEN: '' });
    expect(unusable.code).toBe(2);
    const { failure } = JSON.parse(unusable.stdout) as { failure: { code: string; details: string[] } };
    expect(failure.code).toBe('invalid-input');
    expect(failure.details.join('\n')).toMatch(/`github-token` is empty: its variable is not set/u);
    expect(failure.details.join('\n')).toContain('`on-quota` is none of its values (given: `panic`)');
    expect(shell.emulator.ledger.entries).toEqual([]);
  });

  it('tells the runner what to mask when it is a step of a workflow, and takes no input of an action', async () => {
    await using shell = await openShell();
    const { github } = shell.emulator;
    const env = { GITHUB_ACTIONS: 'true', 'INPUT_KEY-NAME': "another action's" };
    const { code, stdout, stderr } = await shell.run(['rotate'], env);
    expect(code).toBe(0);
    const key = github.openSecret(HERE, 'MUTX_API_KEY') ?? '';
    expect(shell.emulator.mutx.keyOf(key)?.name).toBe(NAME);
    expect(stderr).toContain(`::add-mask::${key}\n`);
    expect(stderr.split('\n').filter((line) => !line.startsWith('::add-mask::'))).toEqual(['']);
    expect(stdout).not.toContain(key);
  });
});
