import { expect, it } from 'vitest';
import { DAY, makeStored } from './planted.ts';
import { HERE, openShell, startCli } from './shell.ts';

// Holds invariant 24 of docs/threat-model.md.

it('Ctrl-C during the log-out of a finished rotation says what was stored, and of no other target', async () => {
  await using shell = await openShell();
  const { mutx, github } = shell.emulator;
  const old = makeStored(shell.emulator, shell.user, mutx.clock.now() - DAY);
  const logout = shell.emulator.fault({ server: 'mutx', path: /auth\/logout$/u, what: 'slow' });
  // It goes on beside the revocation.
  const started = startCli(['rotate'], shell.env);
  await logout.met();
  await started.says('superseded keys revoked');
  started.kill('SIGINT');
  await started.says('the run ends here');
  logout.release();
  const { code, stdout, stderr } = await started.ran;
  const said = stdout + stderr;
  expect(code).toBe(130);
  const key = github.openSecret(HERE, 'MUTX_API_KEY') ?? '';
  expect(mutx.accepts(key)).toBe(true);
  expect(mutx.accepts(old.plaintext)).toBe(false);
  expect(said).toContain('MUTX API key stored in every target; the run did not finish');
  expect(said).toContain('the rotation itself was complete: nothing has to be run again');
  expect(said).not.toMatch(/not rotated|every other target/u);
});
