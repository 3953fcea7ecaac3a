import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../packages/emulator/src/index.ts';
import { haltAt, RequestNames } from '../process/halt.ts';
import { Rotation } from '../process/rotation.ts';
import { expectNoLeak } from '../scenarios/leaks.ts';
import { asItStands, expectPromisesKept } from '../scenarios/promises.ts';
import { DAY, startWorld } from '../scenarios/world.ts';
import { expectFailed, expectOk, expectOneKeyStored, MINUTE, type Scene, setScene, textOf } from './scene.ts';

// Holds invariant 24 of docs/threat-model.md.

const ALWAYS = { times: Number.POSITIVE_INFINITY };
const LOGIN = 'POST /v1/auth/login';
const LOGOUT = 'POST /v1/auth/logout';
const REVOKE = 'DELETE /v1/api-keys/{id}';
const login = { server: 'mutx', method: 'POST', path: /\/auth\/login$/u, ...ALWAYS } as const;
const logout = { server: 'mutx', method: 'POST', path: /\/auth\/logout$/u, ...ALWAYS } as const;
const keys = { server: 'mutx', path: /\/api-keys/u, ...ALWAYS } as const;
const account = { server: 'mutx', method: 'GET', path: /\/auth\/me$/u, ...ALWAYS } as const;
const secrets = { server: 'github', path: /secrets/u, ...ALWAYS } as const;

function serviceAccount({ world: { user } }: Scene) {
  return { email: user.email, password: user.password };
}

/** A scene in which a key has been stored for two days. */
async function withStoredKey(): Promise<Scene> {
  const scene = await setScene({ plan: 'PRO' });
  expectOk(await scene.run({ inputs: serviceAccount(scene) }));
  scene.advance(2 * DAY);
  scene.forget();
  return scene;
}

function expectNoSession({ emulator }: Pick<Scene, 'emulator'>): void {
  expect(emulator.mutx.sessions.filter(({ ended }) => ended !== 'logged-out')).toEqual([]);
}

describe('a service account is logged out at the end, whatever fails', () => {
  it.each<[string, FaultRule, 0 | 1]>([
    ['the list', { ...keys, method: 'GET', what: 'refuse', status: 403 }, 1],
    ['the list, with retries', { ...keys, method: 'GET', what: 'refuse', status: 503 }, 1],
    ['the plan', { ...account, what: 'refuse', status: 500 }, 1],
    ['the public key', { ...secrets, method: 'GET', what: 'refuse', status: 403 }, 1],
    ['the create', { ...keys, method: 'POST', what: 'refuse', status: 422 }, 1],
    ['the create, by a lost reply', { ...keys, method: 'POST', what: 'reply-lost' }, 1],
    ['the create, by a limit', { ...keys, method: 'POST', what: 'rate-limit', retryAfter: 3_600 }, 1],
    ['the check of the new key', { ...account, skip: 1, what: 'refuse', status: 401 }, 1],
    ['the store', { ...secrets, method: 'PUT', what: 'refuse', status: 403 }, 1],
    ['the store, without an answer', { ...secrets, method: 'PUT', what: 'drop' }, 1],
    ['the revocation', { ...keys, method: 'DELETE', what: 'refuse', status: 500 }, 0],
    ['the session, which MUTX does not know any more', { ...keys, what: 'refuse', status: 401 }, 1],
  ])('%s', async (_what, fault, exitCode) => {
    await using scene = await withStoredKey();
    const was = asItStands(scene.world);
    scene.emulator.fault(fault);
    const run = await scene.run({ inputs: serviceAccount(scene) });
    expect(run.exitCode, textOf(run)).toBe(exitCode);
    expect(scene.requests(/^(?!DELETE)/u).at(-1)).toBe(LOGOUT);
    expect(scene.requests(/logout/u)).toEqual([LOGOUT]);
    expect(scene.requests(/login/u)).toEqual([LOGIN]);
    expectNoSession(scene);
    expectPromisesKept(scene.world, was);
    // In the end it works as if nothing had been.
    scene.emulator.clearFaults();
    scene.advance(20 * MINUTE);
    expectOk(await scene.run({ inputs: serviceAccount(scene) }));
    expectOneKeyStored(scene);
    expectNoSession(scene);
  });

  it.each<[string, FaultRule, number]>([
    ['503 once', { ...logout, times: 1, what: 'refuse', status: 503 }, 2],
    ['a lost reply', { ...logout, times: 1, what: 'reply-lost' }, 2],
    ['a limit of twenty seconds', { ...logout, times: 1, what: 'rate-limit', retryAfter: 20 }, 2],
  ])('the log-out itself, and then it is done again: %s', async (_what, fault, calls) => {
    await using scene = await setScene();
    scene.emulator.fault(fault);
    expectOk(await scene.run({ inputs: serviceAccount(scene) }));
    expect(scene.requests(/logout/u)).toHaveLength(calls);
    expectNoSession(scene);
  });

  it('the reply to the log-out, and the second one ends no other session of the account', async () => {
    await using scene = await setScene();
    const { mutx } = scene.emulator;
    scene.logIn();
    scene.emulator.fault({ ...logout, times: 1, what: 'reply-lost' });
    expectOk(await scene.run({ inputs: serviceAccount(scene) }));
    expect(mutx.sessions.map(({ ended }) => ended)).toEqual(['no', 'logged-out']);
  });

  it.each<[string, FaultRule, number]>([
    ['for good', { ...logout, what: 'refuse', status: 503 }, 4],
    ['refused', { ...logout, what: 'refuse', status: 403 }, 1],
    ['a limit of an hour', { ...logout, what: 'rate-limit', retryAfter: 3_600 }, 1],
  ])(
    'unless it is the log-out itself, %s: a warning, and the rotation counts',
    async (_what, fault, calls) => {
      await using scene = await setScene();
      scene.emulator.fault(fault);
      const run = await scene.run({ inputs: serviceAccount(scene) });
      expectOk(run);
      expect(run.outputs['rotated']).toBe('true');
      expect(scene.requests(/logout/u)).toHaveLength(calls);
      expect(run.annotations.map(({ level, message }) => [level, message])).toContainEqual([
        'warning',
        expect.stringContaining('could not be logged out and ends by itself within a week'),
      ]);
    },
  );

  it.concurrent.each([
    ['SIGINT', 'GET /v1/api-keys'],
    ['SIGTERM', 'POST /v1/api-keys'],
    ['SIGINT', 'PUT /repos/acme/web/actions/secrets/MUTX_API_KEY'],
    ['SIGTERM', LOGIN],
  ] as const)('or the job is cancelled, with %s at %s', async (signal, request) => {
    await using world = await startWorld();
    const halt = haltAt(world.emulator, request, 'after');
    const { email, password } = world.user;
    await using run = new Rotation(() =>
      world.rotate({
        inputs: { 'bootstrap-jwt': undefined, email, password },
        onLine: (line) => {
          if (line.includes('the run ends here')) halt.release();
          return undefined;
        },
      }),
    );
    await run.reaches(halt);
    run.signal(signal);
    const ended = await run.ended;
    expect(ended.exitCode).toBe(signal === 'SIGINT' ? 130 : 143);
    expectNoSession(world);
    await expectNoLeak(ended, world);
  });
});

describe('a service account is logged out beside the revocation', () => {
  it('once nothing else is left to be done, and once only', async () => {
    await using scene = await withStoredKey();
    const revocation = haltAt(scene.emulator, REVOKE, 'before');
    const logOut = haltAt(scene.emulator, LOGOUT, 'before');
    const running = scene.run({ inputs: serviceAccount(scene) });
    // Neither waits for the other: both are there before either is answered.
    await Promise.all([revocation.reached, logOut.reached]);
    const sent = scene.requests();
    expect(sent.slice(0, -2).at(-1)).toBe('PUT /repos/acme/web/actions/secrets/MUTX_API_KEY');
    logOut.release();
    await scene.emulator.ledger.waitFor(({ path, status }) => path.endsWith('/logout') && status === 200);
    expectNoSession(scene);
    revocation.release();
    expectOk(await running);
    expect(scene.requests()).toEqual(sent);
    expectOneKeyStored(scene);
  });

  it('which may fail for a while: it is tried again with the token at hand', async () => {
    await using scene = await withStoredKey();
    scene.emulator.fault({ ...keys, method: 'DELETE', what: 'refuse', status: 503, times: 3 });
    expectOk(await scene.run({ inputs: serviceAccount(scene) }));
    expect(scene.requests(/log(in|out)/u)).toEqual([LOGIN, LOGOUT]);
    expectOneKeyStored(scene);
  });

  it('which may take longer than the token lives: it is logged in again, and out of that too', async () => {
    await using scene = await withStoredKey();
    scene.emulator.fault({ ...keys, method: 'DELETE', what: 'refuse', status: 503, times: 1 });
    // The token lives half an hour and is renewed in its last two minutes.
    const takes = new Map([
      ['GET /v1/api-keys', 24 * MINUTE],
      [REVOKE, 4.5 * MINUTE],
    ]);
    const names = new RequestNames();
    scene.emulator.onRequest(({ entry, point }) => {
      if (point === 'after') scene.advance(takes.get(names.of(entry)) ?? 0);
      return undefined;
    });
    expectOk(await scene.run({ inputs: serviceAccount(scene) }));
    expect(scene.requests(/log(in|out)/u).toSorted()).toEqual([LOGIN, LOGIN, LOGOUT, LOGOUT]);
    expectNoSession(scene);
    expectOneKeyStored(scene);
  });
});

describe('a log-in that does not work', () => {
  it.each<[string, (scene: Scene) => void, string]>([
    [
      'a wrong password: 401',
      ({ world }) => {
        world.user.password = 'another-one-by-now';
      },
      'Invalid email or password',
    ],
    [
      'an account that was deactivated: 403',
      ({ world }) => {
        world.user.isActive = false;
      },
      'Account is deactivated',
    ],
    [
      'an address that was never verified: 403',
      ({ world }) => {
        world.user.isEmailVerified = false;
      },
      'Email verification is required before login',
    ],
  ])('for %s: asked once, and says so', async (_what, arrange, says) => {
    await using scene = await setScene();
    const inputs = serviceAccount(scene);
    arrange(scene);
    const log = expectFailed(await scene.run({ inputs }), 'session-login-refused');
    expect(scene.requests()).toEqual([LOGIN]);
    expect(scene.machine.slept).toEqual([]);
    expect(log).toContain(says);
    expect(log).toContain('the account must be active and its e-mail address verified');
    expect(log).toContain('no key was made or revoked, and no target was written');
  });

  it.each<[string, FaultRule]>([
    ['a lost reply, which may have opened a session', { ...login, what: 'reply-lost' }],
    ['500', { ...login, what: 'refuse', status: 500 }],
    ['a page of a proxy', { ...login, what: 'html', status: 502 }],
    ['a page of a proxy with 429 and no time', { ...login, what: 'html', status: 429 }],
    ['a limit beyond the time that a run has', { ...login, what: 'rate-limit', retryAfter: 600 }],
    ['a limit of a day', { ...login, what: 'rate-limit', retryAfter: 86_400 }],
  ])('for %s: asked once', async (_what, fault) => {
    await using scene = await setScene();
    scene.emulator.fault(fault);
    expectFailed(await scene.run({ inputs: serviceAccount(scene) }), 'session-login-failed');
    expect(scene.requests()).toEqual([LOGIN]);
    expect(scene.machine.slept).toEqual([]);
  });

  it('for a lost reply: says that a session may be left, which nobody can log out, and logs in anew next time', async () => {
    await using scene = await setScene();
    scene.emulator.fault({ ...login, times: 1, what: 'reply-lost' });
    const run = await scene.run({ inputs: serviceAccount(scene) });
    const log = expectFailed(run, 'session-login-failed');
    const left = 'MUTX may have opened a session that this run knows nothing of and cannot log out';
    expect(log).toContain(left);
    expect(run.summary).toContain(left);
    expect(scene.emulator.mutx.sessions.map(({ ended }) => ended)).toEqual(['no']);
    expectOk(await scene.run({ inputs: serviceAccount(scene) }));
    expect(scene.emulator.mutx.sessions.map(({ ended }) => ended)).toEqual(['no', 'logged-out']);
  });

  it('for a limit: says when a run can work', async () => {
    await using scene = await setScene();
    scene.emulator.fault({ ...login, what: 'rate-limit', retryAfter: 600 });
    const run = await scene.run({ inputs: serviceAccount(scene) });
    const log = expectFailed(run, 'session-login-failed');
    expect(log).toContain('A run after 2026-01-05T03:10:00Z can work.');
    scene.emulator.clearFaults();
    scene.advance(10 * MINUTE);
    expectOk(await scene.run({ inputs: serviceAccount(scene) }));
  });

  it('for a limit within the time that a run has: waits as long as MUTX says, and at most twice', async () => {
    await using scene = await setScene();
    const fault = scene.emulator.fault({ ...login, what: 'rate-limit', retryAfter: 60 });
    expectFailed(await scene.run({ inputs: serviceAccount(scene) }), 'session-login-failed');
    expectWaits(scene, 2);
    expect(scene.requests()).toEqual([LOGIN, LOGIN, LOGIN]);
    fault.cancel();

    scene.forget();
    scene.emulator.fault({ ...login, times: 1, what: 'rate-limit', retryAfter: 60 });
    expectOk(await scene.run({ inputs: serviceAccount(scene) }));
    expect(scene.requests(/login/u)).toEqual([LOGIN, LOGIN]);
    expectNoSession(scene);
  });

  it("keeps within MUTX's own limit of ten log-ins a minute: the eleventh run waits for its turn", async () => {
    await using scene = await setScene({ mutx: { rateLimits: true } });
    for (let run = 0; run < 11; run += 1) {
      expectOk(await scene.run({ inputs: { ...serviceAccount(scene), 'dry-run': 'true' } }));
    }
    expect(scene.requests(/login/u)).toHaveLength(12);
    expectWaits(scene, 1);
    expectNoSession(scene);
  });
});

/** So many waits of the minute that MUTX asks for, and up to a quarter more by chance. */
function expectWaits({ machine }: Scene, count: number): void {
  expect(machine.slept).toHaveLength(count);
  for (const wait of machine.slept) {
    expect(wait).toBeGreaterThanOrEqual(MINUTE);
    expect(wait).toBeLessThan(1.25 * MINUTE);
  }
}
