import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../packages/emulator/src/index.ts';
import { rotate } from '../../src/index.ts';

const DAY = 86_400_000;

test('a target that is left out of the list is named before the key that it holds is revoked', async () => {
  const emulator = await startEmulator();
  onTestFinished(() => emulator.close());
  const { mutx, github } = emulator;
  const user = mutx.addUser({ plan: 'PRO' });
  github.addRepository('acme/web');
  const createdAt = mutx.clock.now() - DAY;
  const old = mutx.addKey(user, { name: 'ours', createdAt });
  const now = github.clock.now();
  github.clock.set(createdAt + 2_000);
  for (const store of ['actions', 'dependabot'] as const) {
    github.setSecret({ repository: 'acme/web', store }, 'MUTX_API_KEY', old.plaintext);
  }
  github.clock.set(now);
  const warnings: { readonly text: string; readonly alive: boolean }[] = [];
  const run = (targets: readonly string[], dryRun: boolean) =>
    rotate({
      mutx: { credential: { email: user.email, password: user.password }, apiUrl: mutx.url },
      github: { token: github.issueToken(), apiUrl: github.url },
      targets,
      keyName: 'ours',
      dryRun,
      on: { warning: (text) => warnings.push({ text, alive: mutx.accepts(old.plaintext) }) },
    });
  await run(['acme/web', 'dependabot:acme/web'], true);
  expect(warnings).toEqual([]);
  expect(await run(['acme/web'], false)).toMatchObject({ kind: 'rotated' });
  expect(warnings).toEqual([
    {
      text: expect.stringContaining('MUTX_API_KEY in dependabot:acme/web is no target of this run'),
      alive: true,
    },
  ]);
});
