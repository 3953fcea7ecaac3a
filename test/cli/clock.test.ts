import { describe, expect, it } from 'vitest';
import { openShell, type Shell } from './shell.ts';

const HOUR = 3_600_000;

/** This machine's clock is two hours ahead of everyone else's. */
async function aheadShell(): Promise<Shell> {
  const shell = await openShell();
  shell.emulator.mutx.clock.advance(-2 * HOUR);
  shell.emulator.github.clock.advance(-2 * HOUR);
  return shell;
}

const NONE = { MUTX_EMAIL: '', MUTX_PASSWORD: '' };

describe('where the clock of this machine is ahead', () => {
  it.each([
    [['rotate']],
    [['revoke', '--key-name', 'a', '--if-none', 'ignore']],
    [['audit']],
    [['keys', 'list']],
    [['exec', '--', 'true']],
  ])('an access JWT that MUTX still takes is used, and the clock is named: %s', async (args) => {
    await using shell = await aheadShell();
    const jwt = shell.emulator.mutx.issueAccessJwt(shell.user);
    const { code, stdout, stderr } = await shell.run(args, { ...NONE, MUTX_BOOTSTRAP_JWT: jwt });
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).toMatch(/this machine's clock is 2 h .*ahead of MUTX's/u);
  });

  it('a refresh token that MUTX still takes is exchanged', async () => {
    await using shell = await aheadShell();
    const { mutx } = shell.emulator;
    mutx.clock.advance(-9 * 24 * HOUR);
    const token = mutx.issueRefreshToken(shell.user);
    const { code, stdout, stderr } = await shell.run(['keys', 'list'], {
      ...NONE,
      MUTX_REFRESH_TOKEN: token,
    });
    expect(code, stdout + stderr).toBe(0);
    expect(stderr).toContain("ahead of MUTX's");
  });

  it('a call that has to be made again is, although the end is past by that clock', async () => {
    await using shell = await aheadShell();
    const jwt = shell.emulator.mutx.issueAccessJwt(shell.user);
    shell.emulator.fault({ server: 'mutx', method: 'GET', path: /api-keys$/u, skip: 1, what: 'drop' });
    const { code, stdout, stderr } = await shell.run(['rotate'], { ...NONE, MUTX_BOOTSTRAP_JWT: jwt });
    expect(code, stdout + stderr).toBe(0);
  });

  it('doctor has no complaint about the credential', async () => {
    await using shell = await aheadShell();
    const jwt = shell.emulator.mutx.issueAccessJwt(shell.user);
    const { stdout } = await shell.run(['doctor', '--folder', '/nonexistent'], {
      ...NONE,
      MUTX_BOOTSTRAP_JWT: jwt,
    });
    expect(stdout).not.toContain('expired');
    expect(stdout).toMatch(/^! this machine's clock is 2 h .*ahead of the services'/mu);
  });
});

describe('a credential that has expired', () => {
  it('is told by MUTX’s time, and MUTX is asked without it', async () => {
    await using shell = await openShell();
    const jwt = shell.emulator.mutx.issueAccessJwt(shell.user, { expiresIn: -HOUR });
    const { code, stdout } = await shell.run(['rotate'], { ...NONE, MUTX_BOOTSTRAP_JWT: jwt });
    expect(code).toBe(2);
    expect(stdout).toMatch(/holds an access JWT that expired at \d\S+Z(?! by this machine)/u);
    const asked = shell.emulator.ledger.entries.map(
      ({ method, path, status }) => `${method} ${path} ${status}`,
    );
    expect(asked).toEqual(['GET /v1/api-keys 401']);
  });

  it('is told by this machine’s clock, which is named, where MUTX does not answer', async () => {
    await using shell = await openShell();
    const jwt = shell.emulator.mutx.issueAccessJwt(shell.user, { expiresIn: -HOUR });
    const env = { ...NONE, MUTX_BOOTSTRAP_JWT: jwt, MUTX_API_URL: 'http://127.0.0.1:9' };
    const { code, stdout } = await shell.run(['rotate'], env);
    expect(code).toBe(2);
    expect(stdout).toMatch(/that expired at \S+ by this machine's clock, which says \S+Z/u);
  });
});
