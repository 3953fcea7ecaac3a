import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../../packages/emulator/src/index.ts';
import { terminal } from '../../src/cli/terminal.ts';
import { Gate } from '../../src/commands/gate.ts';
import { rotateFleetCommand } from '../../src/commands/rotate-fleet.ts';
import type { FailureReport } from '../../src/messages/failure.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { JumpingClock } from '../github/against-emulator.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const REPOSITORIES = ['acme/r0', 'acme/r1', 'acme/r2', 'acme/r3', 'acme/r4'];

/** 499 secrets, which leave room for a single write in the hour. */
const LARGE = REPOSITORIES.flatMap((repository) =>
  Array.from({ length: 100 }, (_, index) => `${repository} as KEY_${index}`),
).slice(1);

it('makes no key of a fleet before the hour has room for its writes, and rotates it then', async () => {
  const clock = new JumpingClock();
  const machineClock = () => clock.time;
  await using emulator = await startEmulator({ mutx: { machineClock }, github: { machineClock } });
  const { mutx, github, ledger } = emulator;
  const user = mutx.addUser({ plan: 'PRO', email: 'ci@example.com' });
  for (const repository of [...REPOSITORIES, 'acme/small']) github.addRepository(repository);
  const folder = mkdtempSync(join(tmpdir(), 'pace-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'mutx-keys.yml');
  const fleet = {
    keys: [
      { 'key-name': 'large', targets: LARGE },
      { 'key-name': 'small', targets: ['acme/small', 'acme/small as OTHER'] },
    ],
  };
  writeFileSync(file, JSON.stringify(fleet));
  const stdout = new PassThrough();
  const failures: FailureReport[] = [];

  await rotateFleetCommand({
    env: {
      'INPUT_API-URL': mutx.url,
      GITHUB_API_URL: github.url,
      GITHUB_REPOSITORY: 'acme/small',
      INPUT_EMAIL: user.email,
      INPUT_PASSWORD: user.password,
      'INPUT_GITHUB-TOKEN': github.issueToken(),
      'INPUT_FLEET-FILE': file,
    },
    secrets: new SecretRegistry(() => {}),
    sink: terminal({ stdout, stderr: stdout, onStdout: 'log', summaryFile: undefined }),
    clock,
    gate: new Gate(),
    unfinished: { state: () => [], cleanUp: async () => {} },
    fail: (report) => failures.push(report),
  });

  const said = String(stdout.read() ?? '');
  expect(failures, said).toEqual([]);
  expect(said).toMatch(/waiting \d+ min.*: GitHub allows 500 writes an hour/u);
  const writes = ledger.entries.filter(
    ({ method, path }) => method === 'PUT' && path.includes('/actions/secrets/'),
  );
  expect(writes).toHaveLength(LARGE.length + 2);
  const [large, small] = mutx.keys.toSorted((a, b) => a.createdAt - b.createdAt);
  expect([large?.name, small?.name]).toEqual(['large', 'small']);
  // Made after the wait, so that no key lies in memory, written half, for the rest of an hour.
  const apart = (small?.createdAt ?? 0) - (large?.createdAt ?? 0);
  expect(apart).toBeGreaterThan(HOUR - MINUTE);
  expect(apart).toBeLessThan(HOUR + 10 * MINUTE);
  for (const name of ['MUTX_API_KEY', 'OTHER']) {
    const stored = github.openSecret('acme/small', name) ?? '';
    expect(mutx.accepts(stored)).toBe(true);
    expect(mutx.keyOf(stored)?.name).toBe('small');
  }
});
