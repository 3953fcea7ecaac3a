import { expect, it } from 'vitest';
import { DAY, doctor, makeStored, open } from './planted.ts';
import { HERE, type Shell, startCli } from './shell.ts';

// Holds invariant 2 of docs/threat-model.md.

/** A plan of two places: one key that the repository uses, and one that nothing is known of. */
async function full(): Promise<Shell & { readonly used: string; readonly laptop: string }> {
  const shell = await open({});
  const { mutx } = shell.emulator;
  const user = mutx.addUser({ plan: 'FREE', email: 'small@example.com' });
  const createdAt = mutx.clock.now() - DAY;
  const used = makeStored(shell.emulator, user, createdAt);
  const laptop = mutx.addKey(user, { name: 'laptop', createdAt, lastUsed: createdAt + 1_000 });
  const env = { ...shell.env, MUTX_EMAIL: user.email, MUTX_PASSWORD: user.password };
  return Object.assign(shell, { env, used: used.id, laptop: laptop.id });
}

it('a full plan: the key that production uses is marked, and stands last among those to revoke', async () => {
  await using shell = await full();
  const { code, stderr, stdout } = await shell.run(['rotate']);
  expect(code).toBe(1);
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => /in the way|in use/u.test(line));
  expect(lines.slice(0, 2)).toEqual([
    expect.stringContaining(`in the way: laptop (${shell.laptop}), never expires, last used at `),
    expect.stringContaining(`in use by ${HERE}: keep gha/acme/web/MUTX_API_KEY (${shell.used})`),
  ]);
});

it('doctor says the same of a full plan', async () => {
  await using shell = await full();
  const { stdout } = await doctor(shell);
  expect(stdout).toMatch(
    new RegExp(
      `no place for one more: in the way: laptop \\(${shell.laptop}\\).*; in use by ${HERE}: keep`,
      'u',
    ),
  );
});

it('exec names the keys that hold the places when it begins to wait, and not only at the end', async () => {
  await using shell = await full();
  const started = startCli(['exec', '--quota-wait', '2m', '--', 'true'], shell.env);
  await started.says(`in the way: laptop (${shell.laptop})`);
  expect(started.said()).toContain('the plan has no place left: waiting');
  started.kill('SIGINT');
  expect((await started.ran).code).toBe(130);
});
