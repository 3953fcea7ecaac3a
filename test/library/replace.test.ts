import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../packages/emulator/src/index.ts';
import { rotate } from '../../src/index.ts';

const DAY = 86_400_000;

test('the log tells of a stored key that was given up for its place, as that of the action does', async () => {
  const emulator = await startEmulator();
  onTestFinished(() => emulator.close());
  const { mutx, github } = emulator;
  const user = mutx.addUser({ plan: 'FREE' });
  github.addRepository('acme/web');
  const createdAt = mutx.clock.now() - DAY;
  const old = mutx.addKey(user, { name: 'mine', createdAt });
  mutx.addKey(user, { name: 'other', createdAt });
  const now = github.clock.now();
  github.clock.set(createdAt + 2_000);
  github.setSecret('acme/web', 'MUTX_API_KEY', old.plaintext);
  github.clock.set(now);
  emulator.fault({ server: 'mutx', method: 'POST', path: /api-keys$/u, what: 'refuse', status: 403 });
  const log: string[] = [];
  const outcome = await rotate({
    mutx: { credential: { email: user.email, password: user.password }, apiUrl: mutx.url },
    github: { token: github.issueToken(), apiUrl: github.url },
    targets: ['acme/web'],
    keyName: 'mine',
    onQuota: 'replace',
    on: { log: (line) => log.push(line) },
  });
  expect(outcome).toMatchObject({ kind: 'failed', keys: { revoked: [old.id] } });
  expect(mutx.accepts(old.plaintext)).toBe(false);
  const said = log.join('\n');
  expect(said).toContain(`revoked before its successor was stored, as \`on-quota: replace\` asks: ${old.id}`);
  expect(said).not.toMatch(/this run revoked no /u);
});
