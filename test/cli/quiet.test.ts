import { expect, it } from 'vitest';
import { HERE, openShell } from './shell.ts';

it('--quiet says nothing of a rotation that went well, and all of one that failed', async () => {
  await using shell = await openShell();
  const { mutx, github } = shell.emulator;
  expect(await shell.run(['rotate', '--quiet'])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(mutx.accepts(github.openSecret(HERE, 'MUTX_API_KEY') ?? '')).toBe(true);
  const failed = await shell.run(['rotate', '--quiet', '--targets', 'acme/gone']);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain('MUTX API key not rotated');
  expect(failed.stdout).toContain('State of things now:');
});
