import { describe, expect, it } from 'vitest';
import type { StepResult } from '../../scripts/runner.ts';
import { expectNoLeak } from '../scenarios/leaks.ts';
import {
  DAY,
  HERE,
  KEY_NAME,
  type RotateOptions,
  SECRET,
  startWorld,
  type World,
} from '../scenarios/world.ts';
import { parseReport, type Report } from './schema.ts';

// Holds invariants 6 and 25 of docs/threat-model.md.

const HOUR = DAY / 24;

interface Audit extends StepResult {
  readonly report: Report;
}

/** One audit over the bundle. It leaks nothing, and what reached the servers were reads. */
async function audit(
  world: World,
  inputs: Readonly<Record<string, string | undefined>> = {},
  options: RotateOptions = {},
): Promise<Audit> {
  world.emulator.ledger.clear();
  const run = await world.use('audit/action.yml', { ...options, inputs });
  await expectNoLeak(run, world);
  expect(run.rawStderr).toBe('');
  const { ledger } = world.emulator;
  expect(ledger.unexpected()).toEqual([]);
  const paths = ledger.entries.filter(({ method }) => method !== 'GET').map(({ path }) => path);
  const changing = new Set(paths.filter((path) => !/\/auth\/(?:login|logout|refresh)$/u.test(path)));
  expect([...changing]).toEqual(
    inputs['refresh-token'] === undefined ? [] : [`/repos/${HERE}/actions/secrets/MUTX_REFRESH_TOKEN`],
  );
  return { ...run, report: parseReport(run.outputs['report'] ?? '') };
}

/** Looks at the secret of this repository with a token that may only read. */
function withSecrets(world: World): Readonly<Record<string, string>> {
  return {
    targets: HERE,
    'github-token': world.emulator.github.issueToken({ permissions: { metadata: 'read', secrets: 'read' } }),
  };
}

function found(run: Audit): readonly string[] {
  return run.report.findings.map(({ kind, level }) => `${kind} ${level}`);
}

function textOf(run: StepResult): string {
  return run.log.join('\n');
}

/** A key of the account, made and to expire so many days from now. */
function plant(world: World, name: string, made: number, expires: number | undefined) {
  const { mutx } = world.emulator;
  const now = mutx.clock.now();
  return mutx.addKey(world.user, {
    name,
    createdAt: now + made * DAY,
    ...(expires === undefined ? {} : { expiresAt: now + expires * DAY }),
  });
}

describe.each(['v1', 'documented'] as const)('an audit, on the %s API', (generation) => {
  const start = () => startWorld({ mutx: { generation, account: generation === 'v1' }, plan: 'STARTER' });

  it('finds nothing in a clean account: just after a rotation, in a grace period, with jobs that have keys', async () => {
    await using world = await start();
    plant(world, 'laptop', -20, 60);
    await world.withStoredKey();
    for (let index = 0; index < 5; index++) plant(world, `gha/acme/web/run/4242.1/test/${index}`, 0, 1);
    for (const inputs of [{ 'grace-period': '6h' }, { 'grace-period': '6h', 'renew-before': '7d' }]) {
      const rotation = await world.rotate({ inputs });
      expect(rotation.exitCode, textOf(rotation)).toBe(0);
      const run = await audit(world, { ...withSecrets(world), 'fail-on': 'warning' });
      expect(run.exitCode, textOf(run)).toBe(0);
      expect(found(run)).toEqual([]);
      expect(run.outputs['findings']).toBe('0');
      expect(run.annotations).toEqual([]);
      expect(run.report.secrets).toMatchObject([
        { target: HERE, keyId: world.emulator.mutx.keyOf(world.stored() ?? '')?.id },
      ]);
      expect(found(await audit(world))).toEqual([]);
      world.advance(2 * HOUR);
    }
  });

  it('finds each planted problem once', async () => {
    await using world = await start();
    const { github, mutx } = world.emulator;
    await world.withStoredKey();
    const planted = {
      'expired-active': plant(world, 'expired', -31, -1),
      'expires-soon': plant(world, 'soon', -24, 6),
      'no-expiry': plant(world, 'for ever', -3, undefined),
      'too-old': plant(world, 'old', -100, 200),
      unused: plant(world, 'unused', -40, 20),
      orphaned: plant(world, KEY_NAME, -1, 29),
      'duplicate-name': plant(world, 'twice', -11, 30),
    };
    const twin = plant(world, 'twice', -10, 30);
    plant(world, 'laptop', -20, 60);
    for (const key of mutx.keys) {
      if (key === planted.unused || key === planted.orphaned) continue;
      key.lastUsedMicros = (mutx.clock.now() - DAY) * 1_000;
    }
    const token = github.issueToken({ expiresAt: github.clock.now() + 5 * DAY });
    const run = await audit(world, {
      targets: HERE,
      'github-token': token,
      'unused-for': '30d',
      'fail-on': 'none',
    });
    expect(run.exitCode, textOf(run)).toBe(0);
    const kinds = run.report.findings.map(({ kind }) => kind).sort();
    // The documented API does not say which plan it is.
    expect(kinds).toEqual(
      [...Object.keys(planted), ...(generation === 'v1' ? ['quota'] : []), 'writer-token'].sort(),
    );
    for (const [kind, key] of Object.entries(planted)) {
      const about = run.report.findings.filter(
        (finding) => finding.kind === kind && finding.keys.includes(key.id),
      );
      expect(about, kind).toHaveLength(1);
      expect(about[0]?.since, kind).toMatch(/Z$/u);
      expect(about[0]?.fix.length, kind).toBeGreaterThan(20);
    }
    expect(run.report.findings.find(({ kind }) => kind === 'duplicate-name')?.keys).toEqual([
      twin.id,
      planted['duplicate-name'].id,
    ]);
    expect(run.annotations).toHaveLength(run.report.findings.length);
    expect(run.summary).toContain('```mermaid\ngantt\n');
    expect(run.outputs['findings']).toBe(String(run.report.findings.length));
  });

  it('finds a secret that is older than its key, and fails for it', async () => {
    await using world = await start();
    await world.withStoredKey();
    const old = world.active()[0];
    if (old !== undefined) old.isActive = false;
    const key = plant(world, KEY_NAME, -1, 29);
    const run = await audit(world, withSecrets(world));
    expect(run.exitCode).toBe(1);
    expect(found(run)).toEqual(['secret-outdated error']);
    expect(run.report.findings[0]).toMatchObject({
      keys: [key.id],
      secret: { target: HERE, secret: SECRET },
    });
    expect(textOf(run)).toContain('[findings]');
    expect(run.summary).toContain('MUTX API keys: 1 finding');
    expect(run.outputs['findings']).toBe('1');
  });

  it.each([1, 3])(
    'does not call a secret healthy whose key was revoked, after %i rotations',
    async (rotations) => {
      await using world = await start();
      for (let turn = 0; turn < rotations; turn++) {
        expect((await world.rotate()).exitCode).toBe(0);
        world.advance(40_000);
      }
      const keys = world.active();
      expect(keys).toHaveLength(rotations);
      const revoke = await world.use('revoke/action.yml', { inputs: { 'key-name': KEY_NAME } });
      expect(revoke.exitCode, textOf(revoke)).toBe(0);
      expect(world.emulator.mutx.accepts(world.stored() ?? '')).toBe(false);
      const run = await audit(world, withSecrets(world));
      // Where revoked keys are not listed, nobody can tell a revoked key from a secret that was never a rotation's.
      const certain = generation === 'v1';
      expect(found(run)).toEqual([certain ? 'secret-dead error' : 'secret-doubtful warning']);
      expect(run.exitCode).toBe(certain ? 1 : 0);
      expect(run.report.findings[0]?.keys).toHaveLength(certain ? rotations : 0);
      expect(run.annotations[0]?.message).toMatch(/is held by|what uses it gets 401/u);
    },
  );
});

describe('an audit', () => {
  it('of one name sees the keys of that name only', async () => {
    await using world = await startWorld({ plan: 'FREE' });
    const key = plant(world, 'laptop', -3, undefined);
    plant(world, 'other', -3, undefined);
    const run = await audit(world, { 'key-name': 'laptop' });
    expect(found(run)).toEqual(['no-expiry warning']);
    expect(run.report.keys.map(({ id }) => id)).toEqual([key.id]);
    expect(run.exitCode).toBe(0);
    expect((await audit(world, { 'key-name': 'laptop', 'fail-on': 'warning' })).exitCode).toBe(1);
  });

  it('fails, and changes nothing, where the token may not look at the secrets', async () => {
    await using world = await startWorld();
    const token = world.emulator.github.issueToken({ kind: 'github-token' });
    world.emulator.ledger.clear();
    const run = await world.use('audit/action.yml', { inputs: { targets: HERE, 'github-token': token } });
    await expectNoLeak(run, world);
    expect(run.exitCode).toBe(1);
    expect(textOf(run)).toContain('[look-failed]');
    expect(run.outputs).toEqual({});
    expect(world.emulator.ledger.effects()).toEqual([]);
  });

  it('with a service account logs in and out, and reads', async () => {
    await using world = await startWorld();
    const { email, password } = world.user;
    expect((await audit(world, { 'bootstrap-jwt': undefined, email, password })).exitCode).toBe(0);
    expect(world.emulator.ledger.entries.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'GET /v1/api-keys',
      'GET /v1/auth/me',
      'POST /v1/auth/login',
      'POST /v1/auth/logout',
    ]);
  });

  it('with a refresh token stores its successor, and changes nothing else', async () => {
    await using world = await startWorld();
    const inputs = {
      'bootstrap-jwt': undefined,
      'refresh-token': world.emulator.mutx.issueRefreshToken(world.user),
      'github-token': world.token,
    };
    expect((await audit(world, inputs)).exitCode).toBe(0);
    const successor = world.stored(HERE, 'MUTX_REFRESH_TOKEN') ?? '';
    expect((await audit(world, { ...inputs, 'refresh-token': successor })).exitCode).toBe(0);
  });

  it('shows hostile names as text', async () => {
    await using world = await startWorld();
    plant(world, '::error::x `|<img src=x> %%{init} \n ``` : ; # @octocat', -3, undefined);
    plant(world, `mutx_live_${'k'.repeat(43)}`, -3, 20);
    const run = await audit(world);
    expect(found(run)).toEqual(['no-expiry warning']);
    expect(run.annotations).toHaveLength(1);
    const [, chart = ''] = /```mermaid\n([^`]*)```/u.exec(run.summary) ?? [];
    expect(chart).toContain('K1 _error_x _img src_x_');
    expect(chart).not.toMatch(/[{};#<>`|]/u);
    expect(run.summary).not.toContain('mutx_live_');
    expect(run.summary.match(/^```/gmu)).toHaveLength(2);
  });
});
