import { describe, expect, it } from 'vitest';
import { expectNoLeak } from './leaks.ts';
import { asItStands, expectPromisesKept } from './promises.ts';
import { DAY, HERE, startWorld } from './world.ts';

describe('a service account', () => {
  it('is logged in and, at the end, logged out', async () => {
    await using world = await startWorld();
    const { user, emulator } = world;
    const inputs = { 'bootstrap-jwt': undefined, email: user.email, password: user.password };
    const run = await world.rotate({ inputs });
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(emulator.mutx.sessions.map(({ ended }) => ended)).toEqual(['logged-out']);
    expect(emulator.ledger.entries.at(-1)?.path).toBe('/v1/auth/logout');
    await expectNoLeak(run, world);
  });

  it('with a wrong password: an error that says so, and nothing is changed', async () => {
    await using world = await startWorld();
    const inputs = { 'bootstrap-jwt': undefined, email: world.user.email, password: 'wrong-pass-word' };
    const run = await world.rotate({ inputs });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toMatch(/fix: {3}\S/u);
    expect(world.emulator.mutx.keys).toEqual([]);
    await expectNoLeak(run, world);
  });
});

describe('a refresh token', () => {
  it('is exchanged, and its successor is stored before anything else', async () => {
    await using world = await startWorld();
    const { mutx, ledger } = world.emulator;
    const inputs = { 'bootstrap-jwt': undefined, 'refresh-token': mutx.issueRefreshToken(world.user) };
    const first = await world.rotate({ inputs });
    expect(first.exitCode, first.log.join('\n')).toBe(0);
    const effects = ledger.effects().map(({ method, path }) => `${method} ${path}`);
    expect(effects.slice(0, 3)).toEqual([
      'POST /v1/auth/refresh',
      `PUT /repos/${HERE}/actions/secrets/MUTX_REFRESH_TOKEN`,
      'POST /v1/api-keys',
    ]);
    await expectNoLeak(first, world);

    world.advance(60 * 60 * 1_000);
    const successor = world.stored(HERE, 'MUTX_REFRESH_TOKEN') ?? '';
    const second = await world.rotate({ inputs: { ...inputs, 'refresh-token': successor } });
    expect(second.exitCode, second.log.join('\n')).toBe(0);
  });

  it('whose successor cannot be stored is not spent', async () => {
    await using world = await startWorld();
    const { mutx, github } = world.emulator;
    await world.withStoredKey();
    const was = asItStands(world);
    const run = await world.rotate({
      inputs: {
        'bootstrap-jwt': undefined,
        'refresh-token': mutx.issueRefreshToken(world.user),
        'github-token': github.issueToken({ kind: 'github-token' }),
      },
    });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('[github-token-cannot-write]');
    expect(world.emulator.ledger.effects()).toEqual([]);
    expectPromisesKept(world, was);
    await expectNoLeak(run, world);
  });
});

describe('an API key as the credential', () => {
  it('works where the server takes it', async () => {
    await using world = await startWorld();
    const key = world.emulator.mutx.addKey(world.user, { name: 'bootstrap' });
    const run = await world.rotate({ inputs: { 'bootstrap-jwt': key.plaintext } });
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    await expectNoLeak(run, world);
  });

  it('is told to be refused where the server wants a JWT', async () => {
    await using world = await startWorld({ mutx: { generation: 'documented' } });
    const key = world.emulator.mutx.addKey(world.user, { name: 'bootstrap' });
    const run = await world.rotate({ inputs: { 'bootstrap-jwt': key.plaintext } });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('[mutx-unauthorized]');
    await expectNoLeak(run, world);
  });
});

describe('a token for GitHub that is about to expire', () => {
  it('is warned about while it still works', async () => {
    await using world = await startWorld();
    const { github } = world.emulator;
    const token = github.issueToken({ expiresAt: github.clock.now() + 3.5 * DAY });
    const run = await world.rotate({ inputs: { 'github-token': token } });
    expect(run.exitCode).toBe(0);
    expect(run.annotations).toEqual([
      {
        level: 'warning',
        title: 'Check the credentials',
        message: expect.stringMatching(/github-token expires at .*, in 3 days/u) as string,
      },
    ]);
  });
});
