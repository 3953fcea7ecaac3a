import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PROBLEMS, WARNINGS } from './misconfigurations.ts';
import {
  CALLING,
  DAY,
  doctor,
  expectUntouched,
  MINUTE,
  makeStored,
  NAME,
  NO_PASSWORD,
  open,
  type Planted,
  refreshing,
  SOUND,
} from './planted.ts';
import { cli, openShell, type Shell } from './shell.ts';

// Holds invariants 22, 24 and 25 of docs/threat-model.md.

describe('mutx-api-key doctor, where everything is as it should be', () => {
  const SOUND_ONES: readonly (readonly [string, (shell: Shell) => Planted])[] = [
    ['e-mail and password', () => ({})],
    [
      'an access JWT, started by hand',
      ({ emulator, user }) => ({
        env: { ...NO_PASSWORD, MUTX_BOOTSTRAP_JWT: emulator.mutx.issueAccessJwt(user) },
        workflow: SOUND.replace(/schedule: \S+ \S.*?\]/u, '')
          .replace('{ ,', '{')
          .replace(/email:.*\n\s*password:/u, 'bootstrap-jwt:'),
      }),
    ],
    [
      'an API key, where the server takes it',
      ({ emulator, user }) => ({
        env: {
          ...NO_PASSWORD,
          MUTX_BOOTSTRAP_JWT: emulator.mutx.addKey(user, { name: 'bootstrap' }).plaintext,
        },
        workflow: SOUND.replace(/email:.*\n\s*password:/u, 'bootstrap-jwt:'),
      }),
    ],
    ['a refresh token, which is not used', refreshing],
    [
      'a stored key',
      ({ emulator, user }) => {
        const at = emulator.mutx.clock.now() - 7 * DAY;
        makeStored(emulator, user, at);
        return {};
      },
    ],
    [
      'a full plan, in which `on-quota: replace` makes room',
      ({ emulator, user }) => {
        user.plan = 'FREE';
        emulator.mutx.addKey(user, { name: 'other' });
        makeStored(emulator, user, emulator.mutx.clock.now() - 7 * DAY);
        return { args: ['--on-quota', 'replace'] };
      },
    ],
    [
      'a young key, whose time `on-quota: wait` waits for',
      ({ emulator, user }) => {
        user.plan = 'FREE';
        makeStored(emulator, user, emulator.mutx.clock.now() - MINUTE);
        return { args: ['--on-quota', 'wait'] };
      },
    ],
    [
      'a rotation that is not due, whatever the plan',
      ({ emulator, user }) => {
        user.plan = 'FREE';
        emulator.mutx.addKey(user, { name: 'other' });
        makeStored(emulator, user, emulator.mutx.clock.now() - 7 * DAY);
        return { args: ['--renew-before', '7d'] };
      },
    ],
    [
      'a key that has expired and was never stored, which goes',
      ({ emulator, user }) => {
        const now = emulator.mutx.clock.now();
        user.plan = 'FREE';
        emulator.mutx.addKey(user, { name: NAME, createdAt: now - 3 * DAY, expiresAt: now - DAY });
        makeStored(emulator, user, now - 2 * DAY);
        return {};
      },
    ],
    [
      'an account that MUTX does not tell of',
      ({ emulator }) => {
        emulator.fault({ server: 'mutx', path: /auth\/me$/u, what: 'refuse', status: 404 });
        return {};
      },
    ],
    ['the reusable workflow', () => ({ workflow: CALLING })],
    [
      'values that are known in a run only',
      () => ({
        workflow: SOUND.replace('with:', `with:\n          expires-in-days: \${{ vars.DAYS }}`),
      }),
    ],
    [
      'a group of the workflow and one of the job, neither of which cancels',
      () => ({
        workflow: SOUND.replace('runs-on:', 'concurrency: a-job\n    runs-on:').replace(
          'progress: false',
          `progress: '\${{ false }}'`,
        ),
      }),
    ],
    [
      'a MUTX of the own network, for a runner of the own network',
      () => ({
        workflow: SOUND.replace('ubuntu-latest', '[self-hosted, linux]').replace(
          'with:',
          'with:\n          api-url: https://mutx.internal',
        ),
      }),
    ],
    [
      'a plan with the last place free',
      ({ user }) => {
        user.plan = 'FREE';
        return {};
      },
    ],
  ];

  it.each(SOUND_ONES)('%s: has no complaint, and changes nothing', async (_, plant) => {
    await using shell = await openShell();
    const { code, stdout, stderr, complaints } = await doctor(shell, plant(shell));
    expect(complaints, stdout).toEqual([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Nothing was found that would stop a rotation. Nothing was changed.');
    expectUntouched(shell);
  });

  it('says of an `api-url` on this machine that hosted runners cannot reach it', async () => {
    await using shell = await openShell();
    const { stdout } = await doctor(shell);
    expect(stdout).toMatch(
      /^✓ MUTX: reachable at http:\/\/127\S+ \(API v1\); a runner that GitHub hosts cannot reach this `api-url`$/mu,
    );
  });

  it('says so of the older API, too', async () => {
    await using shell = await open({ mutx: { generation: 'documented' } });
    const { code, complaints, stdout } = await doctor(shell);
    expect(complaints).toEqual([]);
    expect(code).toBe(0);
    expect(stdout).toContain('(API as documented, without /v1)');
    expectUntouched(shell);
  });
});

describe.each([
  ['what makes a rotation fail', PROBLEMS, 1],
  ['what does not, and should be mended', WARNINGS, 0],
] as const)('mutx-api-key doctor, of %s', (_, wrongs, exitCode) => {
  it.each(wrongs)(
    '$what: tells it in one line, with its fix, and nothing else',
    async ({ plant, line, emulator }) => {
      await using shell = await open(emulator ?? {});
      const { code, stdout, stderr, complaints } = await doctor(shell, await plant(shell));
      expect(complaints, stdout + stderr).toEqual([expect.stringMatching(line)]);
      expect(code).toBe(exitCode);
      expect(stderr).toBe('');
      expectUntouched(shell);
    },
  );
});

describe('mutx-api-key doctor', () => {
  it('tells every input that cannot be used, at once, and calls nobody', async () => {
    await using shell = await openShell();
    const args = [
      '--on-quota',
      'panic',
      '--expires-in-days',
      '0',
      '--environment',
      'x',
      '--targets',
      'nowhere',
    ];
    const { code, complaints } = await doctor(shell, { args, env: { MUTX_GITHUB_TOKEN: '' } });
    expect(complaints.length).toBe(5);
    expect(complaints.every((line) => /^✗ `[a-z-]+` .*\. Fix: ./u.test(line))).toBe(true);
    expect(code).toBe(1);
    expect(shell.emulator.ledger.entries).toEqual([]);
  });

  it('fails for a warning with --strict, for monitoring, and not without', async () => {
    await using shell = await openShell();
    const without = await doctor(shell, { workflow: undefined });
    expect({ code: without.code, complaints: without.complaints.length }).toEqual({ code: 0, complaints: 1 });
    const strict = await doctor(shell, { workflow: undefined, args: ['--strict'] });
    expect(strict.code).toBe(1);
    expect(strict.stdout + strict.stderr).toContain('[doctor-warning]');
    expect((await doctor(shell, { args: ['--strict'] })).code).toBe(0);
  });

  it('prints JSON for machines', async () => {
    await using shell = await openShell();
    const { code, stdout } = await doctor(shell, { args: ['--json', '--environment', 'staging'] });
    expect(code).toBe(1);
    const { ok, outputs, failure } = JSON.parse(stdout) as {
      ok: boolean;
      outputs: { checks: { about: string; verdict: string; fix?: string }[] };
      failure: { code: string };
    };
    expect({ ok, code: failure.code }).toEqual({ ok: false, code: 'doctor-problem' });
    expect(outputs.checks.filter(({ verdict }) => verdict !== 'fine')).toEqual([
      { about: 'target', verdict: 'problem', text: expect.any(String), fix: expect.any(String) },
    ]);
  });

  it('says which proxy is in use, without what it is opened with, and which one cannot be used', async () => {
    await using shell = await openShell();
    const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const run = (proxy: string, more = {}) =>
      cli(['doctor', '--folder', folder], { ...shell.env, HTTPS_PROXY: proxy, ...more });
    const used = await run('http://me:pass-word@127.0.0.1:9', { MUTX_API_URL: 'https://mutx.example' });
    expect(used.stdout).toContain(
      '✓ proxy: MUTX through 127.0.0.1:9, GitHub directly (`NO_PROXY`, or loopback)\n',
    );
    expect(used.stdout).toMatch(/^✗ MUTX is not to be reached at https:\/\/mutx\.example\/: .*\. Fix: /mu);
    expect(used.stdout + used.stderr).not.toContain('pass-word');
    const not = await run('ftp://me:pass-word@proxy', { MUTX_API_URL: 'https://mutx.example' });
    expect(not.code).toBe(1);
    expect(not.stdout.split('\n').filter((line) => line.startsWith('✗'))).toEqual([
      expect.stringMatching(
        /^✗ the proxy of this machine cannot be used: HTTPS_PROXY names a proxy of another kind .*\. Fix: write it as/u,
      ),
    ]);
    expect(shell.emulator.ledger.entries.filter(({ server }) => server === 'mutx')).toEqual([]);
  });

  it('names the session that it could not end', async () => {
    await using shell = await openShell();
    shell.emulator.fault({ server: 'mutx', path: /logout$/u, what: 'refuse', status: 400 });
    const { code, complaints } = await doctor(shell);
    expect(complaints).toEqual([
      expect.stringMatching(/^! the session of this run could not be logged out/u),
    ]);
    expect(code).toBe(0);
  });

  it('tells of many targets what is wrong, and of the others no more than a handful', async () => {
    await using shell = await openShell();
    const names = Array.from({ length: 30 }, (_, at) => `acme/repo-${at}`);
    for (const name of names) shell.emulator.github.addRepository(name);
    const args = ['--key-name', 'shared', '--targets', [...names, 'acme/gone'].join('\n')];
    const { complaints, stdout } = await doctor(shell, { args });
    expect(complaints).toEqual([expect.stringMatching(/^✗ acme\/gone: /u)]);
    expect(stdout.split('\n').length).toBeLessThan(45);
    expect(stdout).toContain('✓ and 20 more like these');
  });
});
