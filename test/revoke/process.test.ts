import { describe, expect, it } from 'vitest';
import type { StepResult } from '../../scripts/runner.ts';
import { expectNoLeak } from '../scenarios/leaks.ts';
import { normal } from '../scenarios/normal.ts';
import { DAY, HERE, KEY_NAME, type RotateOptions, startWorld, type World } from '../scenarios/world.ts';

// Holds invariants 6, 8, 9 and 25 of docs/threat-model.md.

async function revoke(
  world: World,
  inputs: Readonly<Record<string, string | undefined>>,
  options: RotateOptions = {},
): Promise<StepResult> {
  const run = await world.use('revoke/action.yml', { ...options, inputs });
  await expectNoLeak(run, world);
  expect(run.rawStderr).toBe('');
  expect(world.emulator.ledger.unexpected()).toEqual([]);
  return run;
}

function plant(world: World, name: string, age = DAY) {
  const { mutx } = world.emulator;
  return mutx.addKey(world.user, {
    name,
    createdAt: mutx.clock.now() - age,
    expiresAt: mutx.clock.now() + 30 * DAY,
  });
}

function requests(world: World): readonly string[] {
  return world.emulator.ledger.entries.map(({ method, path }) => `${method} ${path}`);
}

function textOf(run: StepResult): string {
  return run.log.join('\n');
}

describe.each(['v1', 'documented'] as const)('revoke, on the %s API', (generation) => {
  const start = () => startWorld({ mutx: { generation } });

  it('by name: every active key of exactly this name, and no other', async () => {
    await using world = await start();
    const keys = [plant(world, 'laptop'), plant(world, 'laptop', 2 * DAY)];
    const others = [plant(world, 'Laptop'), plant(world, 'laptop2'), plant(world, 'laptop ')];
    const run = await revoke(world, { 'key-name': 'laptop' });
    expect(run.exitCode, textOf(run)).toBe(0);
    expect(keys.map((key) => world.emulator.mutx.accepts(key.plaintext))).toEqual([false, false]);
    expect(others.map((key) => world.emulator.mutx.accepts(key.plaintext))).toEqual([true, true, true]);
    expect((JSON.parse(run.outputs['revoked-key-ids'] ?? '') as string[]).sort()).toEqual(
      keys.map(({ id }) => id).sort(),
    );
    expect(run.annotations).toEqual([]);
  });

  it('by ids: one request a key, and those that are gone already count as done', async () => {
    await using world = await start();
    const [alive, dead] = [plant(world, 'laptop'), plant(world, 'ci')];
    dead.isActive = false;
    const ids = [alive.id, dead.id];
    const run = await revoke(world, { 'key-ids': JSON.stringify(ids) });
    expect(run.exitCode, textOf(run)).toBe(0);
    expect(run.outputs['revoked-key-ids']).toBe(JSON.stringify(ids));
    expect(world.emulator.mutx.accepts(alive.plaintext)).toBe(false);
    const prefix = generation === 'v1' ? '/v1' : '';
    if (generation === 'v1') expect(requests(world)).toEqual(ids.map((id) => `DELETE /v1/api-keys/${id}`));
    else expect(requests(world).at(-1)).toBe(`GET ${prefix}/api-keys`);
  });

  it.each(['key-name', 'key-ids'] as const)(
    'by %s: a 404 that passes is not told as done, and fails the run: the key works',
    async (input) => {
      await using world = await start();
      const key = plant(world, 'laptop');
      const times = input === 'key-ids' && generation === 'v1' ? 2 : 1;
      const path = input === 'key-ids' && generation === 'documented' ? /^\/api-keys\// : /./;
      world.emulator.fault({ server: 'mutx', method: 'DELETE', path, what: 'refuse', status: 404, times });
      const run = await revoke(world, { [input]: input === 'key-ids' ? key.id : 'laptop' });
      expect(run.exitCode, textOf(run)).toBe(1);
      expect(world.emulator.mutx.accepts(key.plaintext)).toBe(true);
      expect(run.outputs['revoked-key-ids']).toBe('[]');
      expect(textOf(run)).toContain('not known: it may be revoked, and may be alive');
      expect(textOf(run)).not.toMatch(/^✓ .*laptop/mu);
      const again = await revoke(world, { [input]: input === 'key-ids' ? key.id : 'laptop' });
      expect(again.outputs['revoked-key-ids']).toBe(JSON.stringify([key.id]));
    },
  );

  it('a dry run says what would go, and revokes nothing', async () => {
    await using world = await start();
    const [alive, dead] = [plant(world, 'laptop'), plant(world, 'ci')];
    dead.isActive = false;
    const run = await revoke(world, { 'key-ids': `${alive.id}\n${dead.id}`, 'dry-run': 'true' });
    expect(run.exitCode).toBe(0);
    expect(textOf(run)).toContain(`revoke laptop (${alive.id}), expires`);
    expect(run.outputs['revoked-key-ids']).toBe('[]');
    expect(world.emulator.mutx.accepts(alive.plaintext)).toBe(true);
    expect(world.emulator.ledger.effects()).toEqual([]);
  });

  it('of a whole name says, before and after, that none of it works and a rotation has to follow', async () => {
    await using world = await start();
    const key = plant(world, KEY_NAME);
    const dry = await revoke(world, { 'key-name': KEY_NAME, 'dry-run': 'true' });
    const next = 'run its rotation next, which stores a new one';
    expect(dry.log.at(-1)).toBe(`After that, no key named ${KEY_NAME} would work: ${next}`);
    expect(dry.summary).toContain(`would work\\: ${next}`);
    expect(world.emulator.mutx.accepts(key.plaintext)).toBe(true);
    const run = await revoke(world, { 'key-name': KEY_NAME });
    expect(run.log.at(-1)).toBe(`What was named ${KEY_NAME} does not work any more: ${next}`);
    expect(run.summary).toContain(`does not work any more\\: ${next}`);
    expect(world.emulator.mutx.accepts(key.plaintext)).toBe(false);
  });

  it('of a whole name does not speak of a key that was made meanwhile', async () => {
    await using world = await start();
    plant(world, KEY_NAME);
    const held = world.emulator.fault({ server: 'mutx', method: 'DELETE', what: 'slow' });
    const running = revoke(world, { 'key-name': KEY_NAME });
    await held.met();
    const next = plant(world, KEY_NAME);
    held.release();
    const run = await running;
    expect(world.emulator.mutx.accepts(next.plaintext)).toBe(true);
    expect(textOf(run)).not.toContain(`No key named ${KEY_NAME} works`);
  });

  it('beyond max-revocations: none is revoked, and the keys are named', async () => {
    await using world = await start();
    const keys = [plant(world, 'laptop'), plant(world, 'laptop'), plant(world, 'laptop')];
    const run = await revoke(world, { 'key-name': 'laptop', 'max-revocations': '2' });
    expect(run.exitCode).toBe(1);
    expect(textOf(run)).toContain('[revocations-exceeded]');
    for (const { id } of keys) expect(textOf(run)).toContain(`would be revoked: laptop (${id})`);
    expect(run.outputs['revoked-key-ids']).toBe('[]');
    expect(world.emulator.ledger.effects()).toEqual([]);
  });

  it('does not take the 404 of another server for a key that is gone', async () => {
    await using world = await start();
    const key = plant(world, 'laptop');
    const { emulator } = world;
    emulator.fault({
      server: 'mutx',
      what: 'refuse',
      status: 404,
      body: { detail: 'Not Found' },
      times: Number.POSITIVE_INFINITY,
    });
    const run = await revoke(world, { 'key-ids': key.id });
    expect(run.exitCode).toBe(1);
    expect(run.outputs['revoked-key-ids']).toBe('[]');
    expect(textOf(run)).toContain('not known: it may be revoked, and may be alive');
  });
});

describe('a revocation that fails in part', () => {
  it('says of which it is not known, and the output names the others', async () => {
    await using world = await startWorld();
    const [gone, kept] = [plant(world, 'laptop'), plant(world, 'ci')];
    world.emulator.fault({
      server: 'mutx',
      method: 'DELETE',
      path: new RegExp(kept.id, 'u'),
      what: 'refuse',
      status: 500,
      times: Number.POSITIVE_INFINITY,
    });
    const run = await revoke(world, { 'key-ids': `${gone.id}, ${kept.id}` }, { hurry: true });
    expect(run.exitCode).toBe(1);
    expect(run.outputs['revoked-key-ids']).toBe(JSON.stringify([gone.id]));
    expect(requests(world).filter((one) => one.includes(kept.id))).toHaveLength(4);
    expect(textOf(run)).toContain(
      `  - revoked: ${gone.id}\n  - not known: it may be revoked, and may be alive: ci (${kept.id})`,
    );
    expect(run.summary).toContain('may be alive');
    expect(run.annotations.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('asks the list what became of a key whose replies were lost', async () => {
    await using world = await startWorld();
    const key = plant(world, 'laptop');
    world.emulator.fault({
      server: 'mutx',
      method: 'DELETE',
      what: 'reply-lost',
      times: Number.POSITIVE_INFINITY,
    });
    const run = await revoke(world, { 'key-ids': key.id }, { hurry: true });
    expect(run.exitCode, textOf(run)).toBe(0);
    expect(run.outputs['revoked-key-ids']).toBe(JSON.stringify([key.id]));
  });

  it('when the job is cancelled: says what was revoked until then, in the output too', async () => {
    await using world = await startWorld();
    const [gone, waits] = [plant(world, 'laptop'), plant(world, 'ci')];
    world.emulator.fault({
      server: 'mutx',
      method: 'DELETE',
      path: new RegExp(waits.id, 'u'),
      what: 'rate-limit',
      retryAfter: 120,
    });
    const run = await revoke(
      world,
      { 'key-ids': `${gone.id},${waits.id}` },
      { onLine: (line) => (line.includes('try 2 in') ? 'SIGINT' : undefined) },
    );
    expect(run.exitCode).toBe(130);
    expect(run.outputs['revoked-key-ids']).toBe(JSON.stringify([gone.id]));
    expect(textOf(run)).toContain('every other key that was asked for: not revoked');
    expect(world.emulator.mutx.accepts(waits.plaintext)).toBe(true);
  });
});

describe('the credential of a revocation', () => {
  it('is an API key that is itself among the keys: it goes last', async () => {
    await using world = await startWorld();
    const own = plant(world, 'laptop', 5 * DAY);
    const others = [1, 2, 3, 4].map((day) => plant(world, 'laptop', day * DAY));
    const run = await revoke(world, { 'bootstrap-jwt': own.plaintext, 'key-name': 'laptop' });
    expect(run.exitCode, textOf(run)).toBe(0);
    expect([own, ...others].filter(({ isActive }) => isActive)).toEqual([]);
    expect(requests(world).at(-1)).toBe(`DELETE /v1/api-keys/${own.id}`);
  });

  it('is an API key that is itself among the ids: it goes last', async () => {
    await using world = await startWorld();
    const own = plant(world, 'ci');
    const ids = [own.id, plant(world, 'laptop').id, plant(world, 'desktop').id];
    const run = await revoke(world, { 'bootstrap-jwt': own.plaintext, 'key-ids': ids.join(',') });
    expect(run.exitCode, textOf(run)).toBe(0);
    expect(requests(world).at(-1)).toBe(`DELETE /v1/api-keys/${own.id}`);
    expect(world.emulator.mutx.activeKeys(world.user)).toEqual([]);
  });

  it('is a refresh token: its successor is stored, in a dry run too', async () => {
    await using world = await startWorld();
    const key = plant(world, 'laptop');
    const inputs = {
      'bootstrap-jwt': undefined,
      'refresh-token': world.emulator.mutx.issueRefreshToken(world.user),
      'github-token': world.token,
      'key-ids': key.id,
      'dry-run': 'true',
    };
    const run = await revoke(world, inputs);
    expect(run.exitCode, textOf(run)).toBe(0);
    const successor = world.stored(HERE, 'MUTX_REFRESH_TOKEN') ?? '';
    expect(world.emulator.mutx.accepts(key.plaintext)).toBe(true);
    const again = await revoke(world, { ...inputs, 'refresh-token': successor, 'dry-run': 'false' });
    expect(again.exitCode, textOf(again)).toBe(0);
    expect(world.emulator.mutx.accepts(key.plaintext)).toBe(false);
  });

  it('is a service account: logged in, and logged out at the end', async () => {
    await using world = await startWorld();
    const { email, password } = world.user;
    const key = plant(world, 'laptop');
    const run = await revoke(world, { 'bootstrap-jwt': undefined, email, password, 'key-ids': key.id });
    expect(run.exitCode, textOf(run)).toBe(0);
    expect(requests(world)).toEqual([
      'POST /v1/auth/login',
      `DELETE /v1/api-keys/${key.id}`,
      'POST /v1/auth/logout',
    ]);
  });
});

describe('a revocation with nothing to do', () => {
  it.each(['[]', ' [ ]\n'])('for the empty list %j: succeeds and calls nothing', async (ids) => {
    await using world = await startWorld();
    const run = await revoke(world, { 'key-ids': ids });
    expect(run.exitCode, textOf(run)).toBe(0);
    expect(textOf(run)).toContain('Nothing to revoke');
    expect(run.outputs).toEqual({ 'revoked-key-ids': '[]' });
    expect(requests(world)).toEqual([]);
  });

  it('for a name that no key ever had: fails, and names the one that was meant', async () => {
    await using world = await startWorld();
    plant(world, 'laptop');
    for (const dry of [false, true]) {
      const run = await revoke(world, { 'key-name': 'lptop', 'dry-run': String(dry) });
      expect(run.exitCode).toBe(1);
      expect(textOf(run)).toContain('[no-such-key]');
      expect(textOf(run)).toContain('did you mean `laptop`?');
      expect(run.annotations.map(({ level }) => level)).toEqual(['error']);
      expect(run.outputs).toEqual({ 'revoked-key-ids': '[]' });
    }
    expect(world.emulator.ledger.effects()).toEqual([]);
  });

  it('for a name that no key has, in a clean-up that may find nothing: succeeds with a warning', async () => {
    await using world = await startWorld();
    plant(world, 'laptop');
    for (const dry of [false, true]) {
      const run = await revoke(world, { 'key-name': 'lptop', 'dry-run': String(dry), 'if-none': 'ignore' });
      expect(run.exitCode, textOf(run)).toBe(0);
      expect(run.annotations.map(({ level, title }) => [level, title])).toEqual([['warning', 'No such key']]);
      const warned = /no active key is named lptop.*check the spelling.*keys list/u;
      expect(run.log.at(-1)).toMatch(warned);
      expect(run.summary).toMatch(warned);
      expect(run.summary).toContain('> [!WARNING]');
      if (!dry) expect(run.summary).toContain('## MUTX API keys: nothing left to revoke\n');
    }
    expect(world.emulator.mutx.keys.every(({ isActive }) => isActive)).toBe(true);
  });

  it('without ids and name, or with both: an error before anything is called', async () => {
    await using world = await startWorld();
    for (const inputs of [{}, { 'key-ids': '[]', 'key-name': 'laptop' }]) {
      const run = await revoke(world, inputs);
      expect(run.exitCode).toBe(1);
      expect(textOf(run)).toContain('[invalid-input]');
      expect(run.outputs).toEqual({});
    }
    expect(requests(world)).toEqual([]);
  });
});

describe('the delayed half of a rotation', () => {
  it('revokes what the rotation superseded, and nothing a second time', async () => {
    await using world = await startWorld();
    const old = await world.withStoredKey();
    const rotation = await world.rotate({ inputs: { 'grace-period': '6h' } });
    const superseded = rotation.outputs['superseded-key-ids'] ?? '';
    expect(JSON.parse(superseded)).toHaveLength(1);
    expect(world.emulator.mutx.accepts(old)).toBe(true);
    for (let times = 0; times < 2; times++) {
      const run = await revoke(world, { 'key-ids': superseded });
      expect(run.exitCode, textOf(run)).toBe(0);
      expect(run.outputs['revoked-key-ids']).toBe(superseded);
    }
    expect(world.emulator.mutx.accepts(old)).toBe(false);
    expect(world.active(KEY_NAME).map((key) => key.plaintext)).toEqual([world.stored()]);
  });
});

describe('a hostile key name', () => {
  it('is no command, no Markdown and no credential in what the run leaves', async () => {
    await using world = await startWorld();
    const name = '::error::x `|<img src=x> | @octocat \u202e ##[error]';
    const key = plant(world, name);
    const run = await revoke(world, { 'key-ids': key.id, 'max-revocations': '0' });
    expect(run.exitCode).toBe(1);
    expect(run.annotations).toHaveLength(1);
    expect(normal(run.summary, world)).toMatch(
      /\| `::error::x '\\\|<img src=x> \\\| @octocat +##\[error\]` \|/u,
    );
  });
});
