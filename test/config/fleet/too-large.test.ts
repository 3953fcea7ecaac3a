import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../../../packages/emulator/src/index.ts';
import { Gate } from '../../../src/commands/gate.ts';
import { planCommand } from '../../../src/commands/plan.ts';
import { jobsWithin, matricesOf } from '../../../src/config/fleet/matrix.ts';
import { clock } from '../../../src/core/time.ts';
import type { FailureReport } from '../../../src/messages/failure.ts';
import { guarded } from '../../../src/messages/guard.ts';
import { mostUrgentFirst, type PlannedKey } from '../../../src/messages/rotation/fleet-plan.ts';
import { SecretRegistry } from '../../../src/secrets/registry.ts';
import { RecordingSink } from '../../messages/recording-sink.ts';

const DAY = 86_400_000;
/** What GitHub hands over, and some room for the other outputs. */
const MOST = 450_000;

/** Keys of the fleet that are in MUTX already: the last one of the file ends first. */
async function plan(keys: number, perKey: number, present = keys) {
  await using emulator = await startEmulator({});
  const { mutx, github } = emulator;
  const user = mutx.addUser();
  const now = mutx.clock.now();
  const entries = Array.from({ length: keys }, (_, n) => ({
    'key-name': `key ${n}`,
    targets: [`acme/${'r'.repeat(80)}${n} as ${'S'.repeat(perKey)}`],
  }));
  for (let n = 0; n < present; n++) {
    mutx.addKey(user, { name: `key ${n}`, createdAt: now - 10 * DAY, expiresAt: now + (keys - n) * 60_000 });
  }
  const folder = mkdtempSync(join(tmpdir(), 'too-large-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'mutx-keys.yml');
  writeFileSync(file, JSON.stringify({ keys: entries }));
  const secrets = new SecretRegistry(() => {});
  const sink = new RecordingSink();
  const failures: FailureReport[] = [];
  await planCommand({
    env: {
      INPUT_EMAIL: user.email,
      INPUT_PASSWORD: user.password,
      'INPUT_GITHUB-TOKEN': github.issueToken(),
      'INPUT_API-URL': mutx.url,
      'INPUT_FLEET-FILE': file,
      GITHUB_API_URL: github.url,
      GITHUB_REPOSITORY: 'acme/keys',
    },
    secrets,
    sink: guarded(sink, secrets),
    clock,
    gate: new Gate(),
    unfinished: { state: () => [], cleanUp: () => Promise.resolve() },
    fail: (report) => failures.push(report),
  });
  const matrices = sink.outputs.get('matrices') ?? '';
  const jobs = (JSON.parse(matrices) as { include: { 'key-name': string }[] }[]).flatMap(({ include }) =>
    include.map((entry) => entry['key-name']),
  );
  return { sink, failures, matrices, jobs };
}

describe('a plan that GitHub does not hand over', () => {
  it('gives the jobs that fit, those without a known key first, then what ends first, and says what is left', async () => {
    const { sink, failures, matrices, jobs } = await plan(2_000, 180);
    expect(failures).toEqual([]);
    expect(matrices.length).toBeLessThanOrEqual(MOST);
    expect(matrices.length).toBeGreaterThan(MOST - 1_000);
    const later = 2_000 - jobs.length;
    expect(later).toBeGreaterThan(100);
    expect(jobs).toEqual(Array.from({ length: jobs.length }, (_, n) => `key ${n}`));
    expect(sink.outputs.get('due')).toBe('2000');
    expect(sink.outputs.get('jobs')).toBe(String(jobs.length));
    expect(sink.outputs.get('later')).toBe(String(later));
    const warnings = sink.calls.filter((line) =>
      line.includes('GitHub hands over at most 450000 characters'),
    );
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`so ${later} keys of those that need a job get none in this run`);
    expect(warnings[0]).toContain(`The next run takes them: key ${jobs.length}`);
  });

  it('says nothing of it where all of them fit', async () => {
    const { sink, jobs } = await plan(3, 10);
    expect(jobs).toHaveLength(3);
    expect(sink.outputs.get('later')).toBe('0');
    expect(sink.calls.join('\n')).not.toContain('hands over');
  });
});

const keys = (count: number, padding: number) =>
  Array.from({ length: count }, (_, n) => ({
    key: {
      id: `k${n}`,
      given: new Map([['targets', 'x'.repeat(padding)]]),
      settings: { keyName: `key ${n}` },
    },
  })) as unknown as readonly PlannedKey[];

describe('the jobs that fit', () => {
  it.each([
    [1, 10],
    [255, 10],
    [256, 10],
    [257, 10],
    [700, 33],
  ])('are %i of %i characters more, to the character', (count, padding) => {
    const all = keys(count, padding);
    const text = JSON.stringify(matricesOf(all.map(({ key }) => key)));
    // A comma that the last job of each matrix, and the last matrix, do not need.
    const needed = text.length + Math.ceil(count / 256) + 1;
    expect(jobsWithin(all, needed)).toEqual({ now: all, later: [] });
    const short = jobsWithin(all, needed - 1);
    expect(short.later).toEqual(all.slice(-1));
    expect(short.now).toEqual(all.slice(0, -1));
  });

  it('are none where a single one is too large', () => {
    expect(jobsWithin(keys(1, 500), 400)).toEqual({ now: [], later: keys(1, 500) });
  });
});

it('the most urgent jobs: no known key, then by the end of the key, then never, then unknown', () => {
  const of = (name: string, finding: unknown) =>
    ({ key: { settings: { keyName: name } }, finding }) as PlannedKey;
  const planned = (current: unknown) => ({ kind: 'planned', plan: { due: true, current } });
  const jobs = [
    of('unknown', { kind: 'unreadable' }),
    of('never', planned({ expiresAt: undefined })),
    of('later', planned({ expiresAt: 2_000 })),
    of('sooner', planned({ expiresAt: 1_000 })),
    of('none', planned(undefined)),
  ];
  expect(mostUrgentFirst(jobs).map(({ key }) => key.settings.keyName)).toEqual([
    'none',
    'sooner',
    'later',
    'never',
    'unknown',
  ]);
});
