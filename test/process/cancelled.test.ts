import { describe, expect, test } from 'vitest';
import { expectNoLeak } from '../scenarios/leaks.ts';
import { asItStands, expectPromisesKept } from '../scenarios/promises.ts';
import { HERE, type RotateOptions, startWorld, type World } from '../scenarios/world.ts';
import { haltAt } from './halt.ts';
import { CREATE, REVOKE, STORE } from './requests.ts';
import { Rotation } from './rotation.ts';

// Holds invariants 12, 17, 24 and 26 of docs/threat-model.md.

const LOGIN = 'POST /v1/auth/login';
const LOGOUT = 'POST /v1/auth/logout';
const REFRESH = 'POST /v1/auth/refresh';
const SUCCESSOR = { repository: HERE, environment: 'production' } as const;

/** Loaded first: says that a signal is there, in the very step in which the action hears of it. */
const TELLING = `
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => console.log('signalled'));
  process.on('SIGUSR2', () => { console.log('signalled'); throw new Error('a bug'); });
`;

/**
 * A run that gets a signal while one of its requests is held. Then comes the reply, and only after that the one
 * to the log-out: time enough to go on with the rotation, if anything still did.
 */
async function endedAt(
  world: World,
  request: string,
  signal: NodeJS.Signals,
  inputs: RotateOptions['inputs'],
) {
  const { emulator } = world;
  const before = asItStands(world);
  const held = haltAt(emulator, request, 'after');
  const logout = haltAt(emulator, LOGOUT, 'after');
  await using rotation = new Rotation(() =>
    world.rotate({
      inputs: { 'bootstrap-jwt': undefined, ...inputs },
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELLING)}` },
      debug: true,
      onLine: (line) => {
        if (line === 'signalled') held.release();
        if (line.startsWith('##[debug]') && line.includes(request.replace('{id}', ''))) logout.release();
        return undefined;
      },
    }),
  );
  await rotation.reaches(held);
  const already = emulator.ledger.entries.length;
  rotation.signal(signal);
  const run = await rotation.ended;
  expectPromisesKept(world, before);
  await expectNoLeak(run, world);
  const afterwards = emulator.ledger.entries.slice(already).map(({ method, path }) => `${method} ${path}`);
  return { run, afterwards };
}

describe('a run that has to end', () => {
  test.each([
    ['SIGINT', 130, 'cancelled', LOGIN, /no key was made and no secret was written|nothing was changed/u],
    ['SIGINT', 130, 'cancelled', CREATE, /the new key \S+ is alive.*no target was written with it/su],
    ['SIGTERM', 143, 'cancelled', CREATE, /the new key \S+ is alive.*no target was written with it/su],
    ['SIGUSR2', 1, 'internal-error', CREATE, /the new key \S+ is alive.*no target was written with it/su],
    ['SIGINT', 130, 'cancelled', STORE, /MUTX_API_KEY in acme\/web: holds the new key/u],
    ['SIGINT', 130, 'cancelled', REVOKE, /revoked: /u],
  ] as const)('by %s (exit code %d, %s) at %s sends nothing more but the log-out', async (...row) => {
    const [signal, exitCode, code, request, state] = row;
    await using world = await startWorld();
    await world.withStoredKey();
    const { email, password } = world.user;
    const { run, afterwards } = await endedAt(world, request, signal, { email, password });
    expect(afterwards.filter((sent) => sent !== LOGOUT)).toEqual([]);
    const logouts = world.emulator.ledger.entries.filter(({ path }) => path.endsWith('/auth/logout'));
    expect(logouts.map(({ status }) => status)).toEqual([200]);
    expect(run.exitCode).toBe(exitCode);
    const log = run.log.join('\n');
    expect(log.match(/State of things now/gu)).toHaveLength(1);
    expect(log).toContain(`[${code}]`);
    expect(log).toMatch(state);
    expect(run.summary.match(/^# /gmu) ?? run.summary.match(/^#+ .*$/gmu), run.summary).toHaveLength(1);
    expect(run.outputs).toEqual({});
    expect(world.emulator.mutx.sessions.map(({ ended }) => ended)).toEqual(['logged-out']);
  });

  test('stores the successor of a refresh token that is spent, and goes no further', async () => {
    await using world = await startWorld();
    await world.withStoredKey();
    const token = world.emulator.mutx.issueRefreshToken(world.user);
    const { run, afterwards } = await endedAt(world, REFRESH, 'SIGINT', {
      'refresh-token': token,
      'refresh-token-secret': `${HERE}@production as MUTX_REFRESH_TOKEN`,
    });
    expect(run.exitCode).toBe(130);
    expect(afterwards).toEqual([`PUT /repos/${HERE}/environments/production/secrets/MUTX_REFRESH_TOKEN`]);
    const successor = world.emulator.github.openSecret(SUCCESSOR, 'MUTX_REFRESH_TOKEN') ?? '';
    expect(successor).not.toBe(token);
    const next = await world.rotate({
      inputs: {
        'bootstrap-jwt': undefined,
        'refresh-token': successor,
        'refresh-token-secret': `${HERE}@production as MUTX_REFRESH_TOKEN`,
      },
    });
    expect(next.exitCode, next.log.join('\n')).toBe(0);
  });
});
