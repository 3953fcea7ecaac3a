import { describe, expect, it } from 'vitest';
import type { SecretPlace } from '../../packages/emulator/src/index.ts';
import type { StepResult } from '../../scripts/runner.ts';
import { DAY, HERE } from '../scenarios/world.ts';
import { TOKEN } from './refresh-token.ts';
import { expectFailed, expectOk, expectOneKeyStored, MINUTE, type Scene, setScene, textOf } from './scene.ts';

const WEEK = 7 * DAY;
const LOG_IN_AGAIN = /log in again before (\S+Z)/u;

const warningsOf = ({ annotations }: StepResult) =>
  annotations.filter(({ level }) => level === 'warning').map(({ message }) => message);

/** MUTX was asked for nothing but what time it is there, by a request without a credential. */
function expectOnlyTime(scene: Scene): void {
  const statuses = scene.emulator.ledger.entries.map(({ method, status }) => `${method} ${status}`);
  expect(statuses.filter((line) => line !== 'GET 401' && line !== 'GET 404')).toEqual([]);
}

/** A run of a schedule: with what its secret holds. */
function runWithSecret(scene: Scene): Promise<StepResult> {
  return scene.run({ inputs: { 'refresh-token': scene.world.stored(HERE, TOKEN) } });
}

/** Stores a refresh token of a new login by hand. */
function logInAgain({ emulator, world }: Scene): void {
  emulator.github.setSecret(HERE, TOKEN, emulator.mutx.issueRefreshToken(world.user));
}

describe.each(['v1', 'documented'] as const)('ninety days against the API "%s"', (generation) => {
  it('on e-mail and password: a weekly schedule never misses, and leaves no session behind', async () => {
    await using scene = await setScene({ mutx: { generation } });
    const { user } = scene.world;
    for (let day = 0; day <= 91; day += 7) {
      const run = await scene.run({ inputs: { email: user.email, password: user.password } });
      expectOk(run);
      expect(run.outputs['rotated']).toBe('true');
      expect(warningsOf(run)).toEqual([]);
      expectOneKeyStored(scene);
      scene.advance(WEEK);
    }
    const { sessions } = scene.emulator.mutx;
    expect(sessions).toHaveLength(14);
    expect(sessions.filter(({ ended }) => ended !== 'logged-out')).toEqual([]);
  });

  it('on an access JWT: the second run fails before any call, with the fix', async () => {
    await using scene = await setScene({ mutx: { generation } });
    const jwt = scene.emulator.mutx.issueAccessJwt(scene.world.user);
    expectOk(await scene.run({ inputs: { 'bootstrap-jwt': jwt } }));
    scene.advance(WEEK);
    scene.forget();
    const log = expectFailed(await scene.run({ inputs: { 'bootstrap-jwt': jwt } }), 'invalid-input');
    expectOnlyTime(scene);
    expect(log).toContain('bootstrap-jwt');
    expect(log).toContain('that expired at 2026-01-05T03:30:00Z');
    expect(log).toContain('on a schedule give `email` and `password`, or `refresh-token`, instead');
    expectOneKeyStored(scene);
  });

  it('on a refresh token: a week less five minutes apart, up to the end of the login, with a warning in its last week', async () => {
    await using scene = await setScene({ mutx: { generation } });
    logInAgain(scene);
    const warned: number[] = [];
    let day = 0;
    for (; day <= 28; day += 7) {
      const run = await runWithSecret(scene);
      expectOk(run);
      expect(run.outputs['rotated']).toBe('true');
      expectOneKeyStored(scene);
      const before = warningsOf(run).flatMap((text) => LOG_IN_AGAIN.exec(text)?.[1] ?? []);
      if (before.length > 0) warned.push(day);
      expect(before).toEqual(day < 23 ? [] : ['2026-02-04T03:00:00Z']);
      expect(LOG_IN_AGAIN.test(run.summary)).toBe(day > 23);
      expect(run.log.some((line) => LOG_IN_AGAIN.test(line))).toBe(day > 23);
      expect(textOf(run).includes('let the schedule run more often')).toBe(day > 0 && day < 23);
      scene.advance(WEEK - 5 * MINUTE);
    }
    expect(warned).toEqual([28]);

    scene.forget();
    for (; day <= 91; day += 7) {
      const log = expectFailed(await runWithSecret(scene), 'invalid-input');
      expect(log).toContain('holds a refresh JWT that expired at 2026-02-04T03:00:00Z');
      expect(log).toContain('log in again and store the new refresh JWT in the secret');
      scene.advance(WEEK - 5 * MINUTE);
    }
    expectOnlyTime(scene);
  });

  it('on a refresh token, twice a week, by somebody who logs in again when told to: never misses', async () => {
    await using scene = await setScene({ mutx: { generation } });
    logInAgain(scene);
    let logins = 1;
    for (let day = 0; day <= 91; day += 3.5) {
      const run = await runWithSecret(scene);
      expectOk(run);
      expectOneKeyStored(scene);
      const told = warningsOf(run);
      if (told.length > 0) {
        expect(told).toEqual([expect.stringMatching(LOG_IN_AGAIN)]);
        logInAgain(scene);
        logins += 1;
      }
      scene.advance(3.5 * DAY);
    }
    // One login lasts for eight runs, the last of which warns.
    expect(logins).toBe(4);
    expect(scene.emulator.mutx.sessions.map(({ ended }) => ended)).toEqual(['no', 'no', 'no', 'no']);
  });

  it('on a refresh token, a week apart to the second: told in time, if there is one, that this is too slow', async () => {
    await using scene = await setScene({ mutx: { generation } });
    logInAgain(scene);
    const first = await runWithSecret(scene);
    expectOk(first);
    expect(textOf(first)).toContain('the next run has to start before 2026-01-12T03:00:00Z');

    scene.advance(WEEK - 1_000);
    const second = await runWithSecret(scene);
    expectOk(second);
    const tooSlow = 'used with less than an hour left of its 7 days; let the schedule run more often';
    expect(warningsOf(second)).toEqual([expect.stringContaining(tooSlow)]);
    expect(second.log.join('\n')).toContain(tooSlow);
    expect(second.summary).toContain('let the schedule run more often');

    scene.advance(WEEK);
    const log = expectFailed(await runWithSecret(scene), 'session-refresh-refused');
    expect(log).toContain('MUTX does not take the refresh token, which has expired');
    expect(log).toContain('log in to MUTX again and store the new refresh token in the secret');
    expect(log).toContain('one lives for 7 days from its last use and 30 days in all');
    expect(log).toContain('let the schedule run at least twice a week');
    expectOneKeyStored(scene);
  });

  it('on a refresh token, a minute more than a week apart: the second run finds it dead, and says so', async () => {
    await using scene = await setScene({ mutx: { generation } });
    logInAgain(scene);
    expectOk(await runWithSecret(scene));
    scene.advance(WEEK + MINUTE);
    scene.forget();
    const log = expectFailed(await runWithSecret(scene), 'invalid-input');
    expectOnlyTime(scene);
    expect(log).toContain('one lives for 7 days from its last use and 30 days in all');
  });
});

const ENVIRONMENT = { repository: HERE, environment: 'production' } as const;

/** The ways a refresh token comes into a run: what goes with it, and where its successor goes. */
const WAYS: readonly [
  string,
  'refresh-token' | 'bootstrap-jwt',
  SecretPlace,
  Readonly<Record<string, string>>,
][] = [
  ['given as a refresh token, kept in the repository', 'refresh-token', HERE, {}],
  ['pasted where an access JWT goes', 'bootstrap-jwt', HERE, {}],
  [
    'kept in the secret of an environment',
    'refresh-token',
    ENVIRONMENT,
    { 'refresh-token-secret': `${HERE}@production as ${TOKEN}` },
  ],
];

describe.each(WAYS)('a login whose token is %s', (_, input, place, more) => {
  it('is warned of by each run of its last seven days, twice a week, and by no other', async () => {
    // As the public server: `Date` is seconds old, and limits are on.
    await using scene = await setScene({ mutx: { dateLag: 3_500, rateLimits: true } });
    const { github, mutx } = scene.emulator;
    github.setSecret(place, TOKEN, mutx.issueRefreshToken(scene.world.user));
    const warned: number[] = [];
    for (let day = 0; day < 30; day += 3.5) {
      const run = await scene.run({ inputs: { [input]: scene.world.stored(place, TOKEN), ...more } });
      expectOk(run);
      expectOneKeyStored(scene);
      const told = warningsOf(run).flatMap((text) => LOG_IN_AGAIN.exec(text)?.[1] ?? []);
      expect(told).toEqual(day > 23 ? ['2026-02-04T03:00:00Z'] : []);
      if (told.length > 0) warned.push(day);
      scene.advance(3.5 * DAY);
    }
    expect(warned).toEqual([24.5, 28]);
  });
});

describe('the end of a login', () => {
  it('is warned about by every run of its last week, in the log, as an annotation and in the summary', async () => {
    await using scene = await setScene();
    logInAgain(scene);
    const start = scene.machine.now();
    for (const day of [0, 6, 12, 18, 22.9, 23.1, 23.5, 26, 28, 29, 29.9]) {
      scene.advance(start + day * DAY - scene.machine.now());
      const run = await runWithSecret(scene);
      expectOk(run);
      const told = warningsOf(run).filter((text) => LOG_IN_AGAIN.test(text));
      expect(told).toHaveLength(day > 23 ? 1 : 0);
      for (const text of told) expect(run.log).toContainEqual(`##[warning]${text}`);
      expect(LOG_IN_AGAIN.test(run.summary)).toBe(day > 23);
    }
    scene.advance(0.1 * DAY);
    const log = expectFailed(await runWithSecret(scene), 'session-refresh-refused');
    expect(log).toContain('which has expired');
    expect(log).toContain('log in to MUTX again and store the new refresh token in the secret');
  });

  it('is warned about once at least, however a weekly schedule falls: here twenty minutes before', async () => {
    await using scene = await setScene();
    logInAgain(scene);
    scene.advance(2 * DAY);
    const warned: boolean[] = [];
    for (let week = 0; week < 5; week += 1) {
      const run = await runWithSecret(scene);
      expectOk(run);
      warned.push(LOG_IN_AGAIN.test(textOf(run)));
      scene.advance(WEEK - 5 * MINUTE);
    }
    expect(warned).toEqual([false, false, false, false, true]);
    expectFailed(await runWithSecret(scene), 'invalid-input');
  });

  it('is in the summary too', async () => {
    await using scene = await setScene();
    logInAgain(scene);
    for (let day = 0; day < 24; day += 6) {
      expectOk(await runWithSecret(scene));
      scene.advance(6 * DAY);
    }
    const run = await runWithSecret(scene);
    expect(textOf(run)).toMatch(LOG_IN_AGAIN);
    expect(run.summary).toMatch(LOG_IN_AGAIN);
  });
});
