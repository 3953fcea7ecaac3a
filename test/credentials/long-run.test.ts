import { describe, expect, it } from 'vitest';
import type { Fault } from '../../packages/emulator/src/index.ts';
import { DAY, HERE } from '../scenarios/world.ts';
import { expectSaysHowToGoOn, storedTokenWorks, TOKEN } from './refresh-token.ts';
import { expectFailed, expectOk, expectOneKeyStored, MINUTE, type Scene, setScene, textOf } from './scene.ts';

// Holds invariant 13 of docs/threat-model.md.

const CREATE = 'POST /v1/api-keys';
const LIST = 'GET /v1/api-keys';
const ACCOUNT = 'GET /v1/auth/me';
const STORE_KEY = `PUT /repos/${HERE}/actions/secrets/MUTX_API_KEY`;
const STORE_TOKEN = `PUT /repos/${HERE}/actions/secrets/${TOKEN}`;
const EXCHANGE = 'POST /v1/auth/refresh';
const ALWAYS = { times: Number.POSITIVE_INFINITY };
/** From the second exchange on. */
const exchange = { server: 'mutx', path: /auth\/refresh$/u, skip: 1, ...ALWAYS } as const;

/** The n-th such request takes that long until it is answered. */
function takes(scene: Scene, duration: number, request: string, nth = 1): void {
  let seen = 0;
  scene.emulator.onRequest(({ entry, point }) => {
    if (point === 'after' && `${entry.method} ${entry.path}` === request) {
      seen += 1;
      if (seen === nth) scene.advance(duration);
    }
    return undefined;
  });
}

async function withStoredKey(options: Parameters<typeof setScene>[0] = { plan: 'PRO' }): Promise<Scene> {
  const scene = await setScene(options);
  const jwt = scene.emulator.mutx.issueAccessJwt(scene.world.user);
  expectOk(await scene.run({ inputs: { 'bootstrap-jwt': jwt } }));
  scene.advance(2 * DAY);
  scene.forget();
  return scene;
}

function password({ world: { user } }: Scene) {
  return { email: user.email, password: user.password };
}

describe('a session that ends during a run', () => {
  it.each([
    ['after the look', LIST, 1],
    ['after the look, by a day', LIST, 48],
  ])('is renewed by another log-in, and both are logged out: %s', async (_when, request, times) => {
    await using scene = await withStoredKey();
    takes(scene, times * 29 * MINUTE, request);
    expectOk(await scene.run({ inputs: password(scene) }));
    expect(scene.requests(/login/u)).toHaveLength(2);
    expect(scene.requests(/logout/u)).toHaveLength(2);
    expect(scene.emulator.mutx.sessions.map(({ ended }) => ended)).toEqual(['logged-out', 'logged-out']);
    expectOneKeyStored(scene);
  });

  it('is renewed by another exchange: writable first, then exchanged, then stored, then the rest', async () => {
    await using scene = await withStoredKey();
    takes(scene, 29 * MINUTE, LIST);
    expectOk(await scene.run({ inputs: { 'refresh-token': scene.logIn() } }));
    const sent = scene.requests();
    expect(sent.filter((request) => request === EXCHANGE)).toHaveLength(2);
    const second = sent.lastIndexOf(EXCHANGE);
    const between = sent.slice(sent.indexOf(EXCHANGE) + 1, second);
    expect(between.filter((request) => request.endsWith('/public-key'))).toHaveLength(2);
    // The second one is the probe.
    expect(between.filter((request) => request === STORE_TOKEN)).toHaveLength(2);
    expect(sent.slice(second + 1, second + 3)).toEqual([STORE_TOKEN, CREATE]);
    expect(new Set(scene.emulator.github.secretValues(HERE, TOKEN)).size).toBe(2);
    expect(storedTokenWorks(scene.world)).toBe(true);
    expectOneKeyStored(scene);
  });

  it('is renewed once for all who need it at the same time', async () => {
    await using scene = await withStoredKey();
    takes(scene, 29 * MINUTE, STORE_TOKEN, 2);
    expectOk(await scene.run({ inputs: { 'refresh-token': scene.logIn() } }));
    const sent = scene.requests();
    const second = sent.lastIndexOf(EXCHANGE);
    expect(sent.filter((request) => request === EXCHANGE)).toHaveLength(2);
    expect(sent.slice(0, second)).not.toContain(LIST);
    expect(sent.slice(0, second)).not.toContain(ACCOUNT);
    expect(sent.slice(second)).toEqual(expect.arrayContaining([LIST, ACCOUNT]));
    expect(storedTokenWorks(scene.world)).toBe(true);
    expectOneKeyStored(scene);
  });

  it('and cannot be renewed, since its token was used elsewhere: fails, says so, and the stored key works', async () => {
    await using scene = await withStoredKey();
    takes(scene, 31 * MINUTE, LIST);
    scene.emulator.fault({ ...exchange, what: 'refuse', status: 401 });
    const run = await scene.run({ inputs: { 'refresh-token': scene.logIn() } });
    expect(run.exitCode).toBe(1);
    expectSaysHowToGoOn(textOf(run));
    expect(run.summary).toMatch(/\[!WARNING\][^#]*\[renewal-failed\\\][^#]*## ❌ MUTX API key not rotated/u);
    expect(scene.requests(/auth\/refresh/u)).toHaveLength(2);
    expectOneKeyStored(scene);
  });

  it.each<[string, Fault, string]>([
    ['a lost reply', { what: 'reply-lost' }, 'do not use the old one again'],
    ['a limit', { what: 'rate-limit', retryAfter: 7_200 }, 'Too many requests'],
  ])('and cannot be renewed for %s: not hammered', async (_what, fault, says) => {
    await using scene = await withStoredKey();
    takes(scene, 31 * MINUTE, LIST);
    scene.emulator.fault({ ...exchange, ...fault });
    const run = await scene.run({ inputs: { 'refresh-token': scene.logIn() } });
    expect(run.exitCode).toBe(1);
    expect(textOf(run)).toContain(says);
    expect(scene.requests(/auth\/refresh/u)).toHaveLength(2);
    expect(textOf(run)).toMatch(/fix: {3}\S/u);
    expectOneKeyStored(scene);
  });

  it('and cannot be renewed is used up where that suffices', async () => {
    await using scene = await withStoredKey();
    takes(scene, 29 * MINUTE, LIST);
    scene.emulator.fault({ ...exchange, what: 'refuse', status: 401 });
    expectOk(await scene.run({ inputs: { 'refresh-token': scene.logIn() } }));
    expect(scene.requests(/auth\/refresh/u)).toHaveLength(2);
    expectOneKeyStored(scene);
  });

  it.each<[string, number, number, Fault]>([
    ['refused, and the token at hand suffices', 29, 0, { what: 'refuse', status: 401 }],
    ['without a reply, and the token at hand suffices', 29, 0, { what: 'reply-lost' }],
    ['without a reply, and only a revocation was left to do', 20, 10.5, { what: 'reply-lost' }],
  ])('and its exchange was %s: a green run says that the refresh token is dead', async (...times) => {
    const [, listing, storing, fault] = times;
    await using scene = await withStoredKey();
    takes(scene, listing * MINUTE, LIST);
    takes(scene, storing * MINUTE, STORE_KEY);
    scene.emulator.fault({ ...exchange, ...fault });
    const run = await scene.run({ inputs: { 'refresh-token': scene.logIn() } });
    expect([run.exitCode, scene.requests(/auth\/refresh/u)]).toEqual([0, [EXCHANGE, EXCHANGE]]);
    expect(run.annotations.map(({ message }) => message).join()).toContain('log in to MUTX again');
    expect(run.summary).toMatch(/\[!WARNING\][^#]*log in to MUTX again[^#]*## MUTX API key rotated/u);
  });
});

describe('an access JWT, which cannot be renewed', () => {
  it('and would end during the wait for a place: fails before the wait', async () => {
    await using scene = await withStoredKey({ plan: 'FREE' });
    const { mutx } = scene.emulator;
    const jwt = () => mutx.issueAccessJwt(scene.world.user);
    expectOk(await scene.run({ inputs: { 'bootstrap-jwt': jwt() } }));
    scene.forget();
    const short = mutx.issueAccessJwt(scene.world.user, { expiresIn: 10 * MINUTE });
    const inputs = { 'bootstrap-jwt': short, 'on-quota': 'wait' };
    const log = expectFailed(await scene.run({ inputs }), 'quota-too-soon');
    expect(log).toContain('the bootstrap credential would expire during the wait');
    expect(scene.machine.slept).toEqual([]);
    expect(scene.emulator.ledger.effects()).toEqual([]);

    expectOk(await scene.run({ inputs: { ...inputs, 'bootstrap-jwt': jwt() } }));
    expect(scene.machine.slept).toHaveLength(1);
    expectOneKeyStored(scene);
  });

  it('and would end during the wait that MUTX asks for: fails before the wait', async () => {
    await using scene = await withStoredKey();
    const jwt = scene.emulator.mutx.issueAccessJwt(scene.world.user, { expiresIn: 2 * MINUTE });
    scene.emulator.fault({
      server: 'mutx',
      method: 'GET',
      path: /api-keys$/u,
      ...ALWAYS,
      what: 'rate-limit',
      retryAfter: 180,
    });
    const run = await scene.run({ inputs: { 'bootstrap-jwt': jwt } });
    expectFailed(run, 'mutx-rate-limited');
    expect(scene.machine.slept).toEqual([]);
    expect(textOf(run)).toContain('A run after 2026-01-07T03:03:00Z can work.');
  });

  it('is waited with where the credential can be renewed', async () => {
    await using scene = await withStoredKey();
    scene.emulator.fault({
      server: 'mutx',
      method: 'GET',
      path: /api-keys$/u,
      what: 'rate-limit',
      retryAfter: 180,
    });
    expectOk(await scene.run({ inputs: password(scene) }));
    // Up to a quarter more by chance.
    expect(scene.machine.slept).toEqual([expect.toSatisfy((ms) => ms >= 180_000 && ms < 225_000)]);
  });

  it('and has ended by MUTX while it still seemed good here: says that it has expired', async () => {
    await using scene = await withStoredKey();
    const jwt = scene.emulator.mutx.issueAccessJwt(scene.world.user, { expiresIn: -30_000 });
    const log = expectFailed(await scene.run({ inputs: { 'bootstrap-jwt': jwt } }), 'session-expired');
    expect(log).toContain('get a new access JWT in the job, right before this step');
    expectOneKeyStored(scene);
  });

  it.each([
    [59_000, 'session-expired'],
    [60_000, 'invalid-input'],
  ])('is given a minute of leeway: %i ms past its end', async (past, code) => {
    await using scene = await setScene();
    const jwt = scene.emulator.mutx.issueAccessJwt(scene.world.user, { expiresIn: -past });
    expectFailed(await scene.run({ inputs: { 'bootstrap-jwt': jwt } }), code);
    expect(scene.requests(/POST|PUT|DELETE/u)).toEqual([]);
  });

  it('and ends between create and revoke: the secret is new, and what is left is told', async () => {
    await using scene = await withStoredKey();
    const jwt = scene.emulator.mutx.issueAccessJwt(scene.world.user);
    takes(scene, 31 * MINUTE, LIST);
    const run = await scene.run({ inputs: { 'bootstrap-jwt': jwt } });
    expectFailed(run, 'session-expired');
    expectOneKeyStored(scene);
  });
});
