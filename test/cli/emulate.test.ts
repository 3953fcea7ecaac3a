import { expect, it, onTestFinished } from 'vitest';
import { here, startCli } from './shell.ts';

/** What `emulate` prints for a shell, while it runs. */
async function emulated(): Promise<Readonly<Record<string, string>>> {
  const started = startCli(['emulate', '--repository', 'acme/web']);
  onTestFinished(async () => {
    started.kill('SIGTERM');
    await started.ran;
  });
  await started.says('ready\n');
  const lines = started.said().split('\n');
  return Object.fromEntries(
    lines.filter((line) => line.includes('=')).map((line) => line.split(/=(.*)/su, 2) as [string, string]),
  );
}

it('prints tokens that may less, and what the commands say of each is what docs/cli.md says', async () => {
  const env = await emulated();
  const as = (name: string, ...args: readonly string[]) =>
    here(args, { ...env, MUTX_GITHUB_TOKEN: env[name] ?? '' });

  const looked = await as('EMULATED_READER_TOKEN', 'doctor');
  expect(looked.code, looked.stdout).toBe(0);
  expect(looked.stdout).toContain('whether it may write is known at the first write');
  const audited = await as('EMULATED_READER_TOKEN', 'audit', '--targets', 'acme/web');
  expect(audited.code, audited.stdout).toBe(0);
  const refused = await as('EMULATED_READER_TOKEN', 'rotate');
  expect(refused.code).toBe(1);
  expect(refused.stdout).toContain('the github-token lacks "Secrets: Read and write"');
  expect(refused.stdout).toMatch(/- new key \S+ \(expires \S+\): revoked/u);
  expect(refused.stdout).toMatch(
    /fix: {3}give the token "Secrets: Read and write" for \S+, or take another/u,
  );
  expect(refused.stdout).not.toContain('uses:');

  const never = await as('EMULATED_WORKFLOW_TOKEN', 'doctor');
  expect(never.code).toBe(1);
  expect(never.stdout).toMatch(
    /^✗ acme\/web: the github-token is GITHUB_TOKEN.* "Secrets: Read and write" among its permissions$/mu,
  );
  const unmade = await as('EMULATED_WORKFLOW_TOKEN', 'rotate');
  expect(unmade.stdout).toContain('[preflight-failed]');
  expect((await as('EMULATED_WRITER_TOKEN', 'rotate')).code).toBe(0);
});
