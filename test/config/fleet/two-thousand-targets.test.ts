import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../../../packages/emulator/src/index.ts';
import type { CommandContext } from '../../../src/commands/context.ts';
import { Gate } from '../../../src/commands/gate.ts';
import { planCommand } from '../../../src/commands/plan.ts';
import { guarded } from '../../../src/messages/guard.ts';
import { SecretRegistry } from '../../../src/secrets/registry.ts';
import { VirtualTime } from '../../fan-out/virtual-time.ts';
import { RecordingSink } from '../../messages/recording-sink.ts';

const KEYS = 400;
const TARGETS_EACH = 5;
const DAY = 86_400_000;
const MINUTE = 60_000;

/** Time stands still while a request is under way. */
class OutsideGate extends Gate {
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    super();
    this.#time = time;
  }

  override requests(...given: Parameters<Gate['requests']>): ReturnType<Gate['requests']> {
    const { basePath, send } = super.requests(...given);
    return { basePath, send: (request) => this.#time.outside(() => send(request)) };
  }
}

/** The keys with even numbers are 25 days old, the others 5: with 30 days to live and a week's notice, half are due. */
async function world() {
  const time = new VirtualTime();
  const emulator = await startEmulator({
    mutx: { machineClock: time.now },
    github: { machineClock: time.now, limits: true },
  });
  const { mutx, github } = emulator;
  const user = mutx.addUser({ plan: 'ENTERPRISE' });
  const now = time.now();
  const entries = [];
  for (let index = 0; index < KEYS; index++) {
    const createdAt = now - (index % 2 === 0 ? 25 : 5) * DAY + index * MINUTE;
    mutx.addKey(user, { name: `key ${index}`, createdAt, expiresAt: createdAt + 30 * DAY });
    github.clock.set(createdAt + 1_000);
    const targets = Array.from({ length: TARGETS_EACH }, (_, target) => `acme/r${index}-${target}`);
    for (const target of targets) {
      github.addRepository(target);
      github.setSecret(target, 'MUTX_API_KEY', `value ${index}`);
    }
    entries.push({ 'key-name': `key ${index}`, targets });
  }
  github.clock.set(now);
  return {
    time,
    emulator,
    user,
    fleet: JSON.stringify({ defaults: { 'renew-before': '7d' }, keys: entries }),
  };
}

it('plans a fleet of 2,000 targets at the pace that GitHub allows', async () => {
  const { time, emulator, user, fleet } = await world();
  await using services = emulator;
  const folder = mkdtempSync(join(tmpdir(), 'two-thousand-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'mutx-keys.yml');
  writeFileSync(file, fleet);
  const secrets = new SecretRegistry(() => {});
  const sink = new RecordingSink();
  const failures: unknown[] = [];
  const context: CommandContext = {
    env: {
      INPUT_EMAIL: user.email,
      INPUT_PASSWORD: user.password,
      'INPUT_GITHUB-TOKEN': services.github.issueToken(),
      'INPUT_API-URL': services.mutx.url,
      'INPUT_FLEET-FILE': file,
      GITHUB_API_URL: services.github.url,
      GITHUB_REPOSITORY: 'acme/keys',
    },
    secrets,
    sink: guarded(sink, secrets),
    clock: time,
    gate: new OutsideGate(time),
    unfinished: { state: () => [], cleanUp: () => Promise.resolve() },
    fail: (report) => failures.push(report),
  };
  const began = time.now();
  await time.until(planCommand(context));
  expect(failures).toEqual([]);
  const { entries } = services.ledger;
  const counted = Map.groupBy(entries, ({ server, method }) => `${server} ${method}`);
  expect(Object.fromEntries([...counted].map(([what, all]) => [what, all.length]))).toEqual({
    // Login and logout; the list, five pages of it, and the account.
    'mutx POST': 2,
    'mutx GET': 6,
    'github GET': 2_000,
  });
  expect(services.github.limited).toBe(0);
  expect(services.ledger.effects().filter(({ server }) => server === 'github')).toEqual([]);
  const minutes = (time.now() - began) / MINUTE;
  expect(minutes).toBeGreaterThan(2);
  expect(minutes).toBeLessThan(4);

  expect(sink.outputs.get('due')).toBe('200');
  expect(sink.outputs.get('jobs')).toBe('200');
  expect(sink.outputs.get('shards')).toBe('[0]');
  const [matrix] = JSON.parse(sink.outputs.get('matrices') ?? '') as { include: { 'key-name': string }[] }[];
  const names = matrix?.include.map((entry) => entry['key-name']);
  expect(names).toEqual(Array.from({ length: 200 }, (_, index) => `key ${index * 2}`));
  expect((JSON.parse(sink.outputs.get('plan') ?? '') as unknown[]).length).toBe(KEYS);
  expect(sink.calls).toContain('200 of 400 keys (2000 targets) are due');
  expect(sink.summaries.join('')).toContain('| 🔄 due | `key 0` | 5 |');
}, 120_000);
