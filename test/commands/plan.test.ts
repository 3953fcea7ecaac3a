import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../../packages/emulator/src/index.ts';
import { Gate } from '../../src/commands/gate.ts';
import { planCommand } from '../../src/commands/plan.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { JumpingClock } from '../github/against-emulator.ts';
import { RecordingSink } from '../messages/recording-sink.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

it('gives all superseded keys of a fleet the end of the grace period that ends last', async () => {
  const clock = new JumpingClock();
  const machineClock = () => clock.time;
  await using emulator = await startEmulator({ mutx: { machineClock }, github: { machineClock } });
  const { mutx, github } = emulator;
  const user = mutx.addUser({ plan: 'PRO', email: 'ci@example.com' });
  const written = [10 * HOUR, 2 * HOUR, 5 * HOUR].map(
    (ago) => Math.floor((clock.time - ago) / 1_000) * 1_000,
  );
  const superseded = written.map((at, index) => {
    const name = `key ${index}`;
    const old = mutx.addKey(user, { name, createdAt: at - 9 * DAY, expiresAt: at + 80 * DAY });
    mutx.addKey(user, { name, createdAt: at - 1_000, expiresAt: at + 89 * DAY });
    github.addRepository(`acme/r${index}`);
    github.clock.set(at);
    github.setSecret(`acme/r${index}`, 'MUTX_API_KEY', `value ${index}`);
    return old.id;
  });
  github.clock.set(clock.time);
  const folder = mkdtempSync(join(tmpdir(), 'plan-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'mutx-keys.yml');
  const keys = written.map((_, index) => ({ 'key-name': `key ${index}`, targets: [`acme/r${index}`] }));
  writeFileSync(file, JSON.stringify({ defaults: { 'grace-period': '24h' }, keys }));
  const sink = new RecordingSink();

  await planCommand({
    env: {
      'INPUT_API-URL': mutx.url,
      GITHUB_API_URL: github.url,
      GITHUB_REPOSITORY: 'acme/r0',
      INPUT_EMAIL: user.email,
      INPUT_PASSWORD: user.password,
      'INPUT_GITHUB-TOKEN': github.issueToken(),
      'INPUT_FLEET-FILE': file,
    },
    secrets: new SecretRegistry(() => {}),
    sink,
    clock,
    gate: new Gate(),
    unfinished: { state: () => [], cleanUp: async () => {} },
    fail: (report) => expect.unreachable(report.message),
  });

  expect(JSON.parse(sink.outputs.get('superseded-key-ids') ?? '')).toEqual(superseded);
  const last = Math.max(...written) + DAY + MINUTE;
  expect(Date.parse(sink.outputs.get('revoke-after') ?? '')).toBe(last);
});
