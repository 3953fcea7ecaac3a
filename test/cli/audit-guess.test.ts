import { expect, it } from 'vitest';
import { DAY, MINUTE, makeStored } from './planted.ts';
import { HERE, openShell } from './shell.ts';

// Holds invariant 25 of docs/threat-model.md.

it("a secret whose key is revoked and forgotten stays a warning, though another place's key was made just before", async () => {
  await using shell = await openShell({ mutx: { generation: 'documented' } });
  const { mutx } = shell.emulator;
  const createdAt = mutx.clock.now() - DAY;
  const key = makeStored(shell.emulator, shell.user, createdAt);
  // Equal schedules: the other repository's rotation made its key five minutes before.
  mutx.addKey(shell.user, {
    name: 'gha/acme/api/MUTX_API_KEY',
    createdAt: createdAt - 5 * MINUTE,
    expiresAt: createdAt + 30 * DAY,
  });
  expect((await shell.run(['keys', 'revoke', key.id, '--yes'])).code).toBe(0);
  const args = ['audit', '--targets', HERE, '--fail-on', 'warning'];
  const { code, stderr } = await shell.run(args);
  expect(code).toBe(1);
  expect(stderr).toContain('warning: Secret may hold a revoked key:');
  expect(stderr).not.toContain('gha/acme/api');

  // A key of a name that somebody chose is a guess, and stays one.
  const mine = mutx.addKey(shell.user, {
    name: 'mine',
    createdAt: createdAt - MINUTE,
    expiresAt: createdAt + 30 * DAY,
  });
  const guessed = await shell.run(args);
  expect(guessed.code).toBe(1);
  expect(guessed.stderr).toContain(
    `Key mine (${mine.id}) was made about then and is active; whether the secret holds it is not known`,
  );
  expect(guessed.stderr).not.toMatch(/it works/u);
});
