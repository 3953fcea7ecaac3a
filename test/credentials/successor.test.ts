import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../packages/emulator/src/index.ts';
import { DAY, HERE } from '../scenarios/world.ts';
import { storedTokenWorks, TOKEN, tokenWorks } from './refresh-token.ts';
import { expectFailed, expectOk, expectOneKeyStored, MINUTE, setScene, textOf } from './scene.ts';

// Holds invariants 12 and 13 of docs/threat-model.md.

const ALWAYS = { times: Number.POSITIVE_INFINITY };
const EXCHANGE = 'POST /v1/auth/refresh';
const exchange = { server: 'mutx', method: 'POST', path: /\/auth\/refresh$/u } as const;
/** Writes of the secret, after the probe. */
const store = {
  server: 'github',
  method: 'PUT',
  path: new RegExp(`/${TOKEN}$`, 'u'),
  skip: 1,
  ...ALWAYS,
} as const;

describe("a refresh token's successor", () => {
  it.each([
    ['of the repository', TOKEN, HERE, `/repos/${HERE}/actions/secrets`],
    [
      'of an environment',
      `${HERE}@production as ${TOKEN}`,
      { repository: HERE, environment: 'production' },
      `/repos/${HERE}/environments/production/secrets`,
    ],
  ])(
    'has its secret, one %s, known to be writable before the exchange, and stored before anything else',
    async (_which, secret, place, path) => {
      await using scene = await setScene();
      const inputs = { 'refresh-token': scene.logIn(), 'refresh-token-secret': secret };
      expectOk(await scene.run({ inputs }));
      expect(storedTokenWorks(scene.world, place)).toBe(true);
      const sent = scene.requests();
      const exchanged = sent.indexOf(EXCHANGE);
      expect(sent.slice(0, exchanged)).toContain(`GET ${path}/public-key`);
      const put = `PUT ${path}/${TOKEN}`;
      expect(sent.slice(0, exchanged).filter((request) => !request.startsWith('GET /repos/'))).toEqual([put]);
      expect(sent.slice(exchanged - 1, exchanged + 2)).toEqual([put, EXCHANGE, put]);
      expect(scene.emulator.github.secretValues(place, TOKEN)).toHaveLength(1);
      expect(sent.filter((request) => request === EXCHANGE)).toHaveLength(1);
      const [stored, ...later] = scene.emulator.ledger.entries.slice(exchanged + 1);
      expect(stored?.applied).toBe(2);
      expect(later.map(({ method, path: of }) => `${method} ${of}`)).toContain('POST /v1/api-keys');

      scene.advance(DAY);
      const next = scene.world.stored(place, TOKEN);
      expectOk(await scene.run({ inputs: { ...inputs, 'refresh-token': next } }));
    },
  );

  it('is stored by a dry run too, which says so and changes nothing else', async () => {
    await using scene = await setScene();
    const run = await scene.run({ inputs: { 'refresh-token': scene.logIn(), 'dry-run': 'true' } });
    expectOk(run);
    expect(storedTokenWorks(scene.world)).toBe(true);
    const put = `PUT /repos/${HERE}/actions/secrets/${TOKEN}`;
    expect(scene.requests(/^(?!GET)/u)).toEqual([put, EXCHANGE, put]);
    expect(scene.emulator.github.secretValues(HERE, TOKEN)).toHaveLength(1);
    expect(textOf(run)).toContain('refresh token exchanged; its successor is stored: MUTX_REFRESH_TOKEN in');
  });

  it('goes where a refresh JWT put into bootstrap-jwt is told to be put from then on', async () => {
    await using scene = await setScene();
    const run = await scene.run({ inputs: { 'bootstrap-jwt': scene.logIn() } });
    expectOk(run);
    expect(storedTokenWorks(scene.world)).toBe(true);
    expect(textOf(run)).toContain('the next run must be given that one, as `refresh-token`');
  });
});

describe('an exchange without a usable reply', () => {
  it.each<[string, FaultRule]>([
    ['the connection is cut before anything is done', { ...exchange, ...ALWAYS, what: 'drop' }],
    ['the reply is lost', { ...exchange, ...ALWAYS, what: 'reply-lost' }],
    ['the reply is cut off', { ...exchange, ...ALWAYS, what: 'cut-off' }],
    ['500, and not done', { ...exchange, ...ALWAYS, what: 'refuse', status: 500 }],
    ['500, and done', { ...exchange, ...ALWAYS, what: 'refuse', status: 500, applied: true }],
    [
      '503 with Retry-After',
      { ...exchange, ...ALWAYS, what: 'refuse', status: 503, headers: { 'retry-after': '5' } },
    ],
    ['a page of a proxy with 502', { ...exchange, ...ALWAYS, what: 'html', status: 502, applied: true }],
    ['a page of a proxy with 200', { ...exchange, ...ALWAYS, what: 'html', status: 200, applied: true }],
    [
      'half a pair of tokens',
      {
        ...exchange,
        ...ALWAYS,
        what: 'raw',
        status: 200,
        body: '{"access_token":"a.b.c","token_type":"bearer","expires_in":1800}',
        headers: { 'content-type': 'application/json' },
        applied: true,
      },
    ],
    [
      'a pair without a lifetime',
      {
        ...exchange,
        ...ALWAYS,
        what: 'raw',
        status: 200,
        body: '{"access_token":"a.b.c","refresh_token":"d.e.f","token_type":"bearer"}',
        headers: { 'content-type': 'application/json' },
        applied: true,
      },
    ],
  ])('%s: never tried again, and told what to do', async (_what, fault) => {
    await using scene = await setScene();
    scene.emulator.fault(fault);
    const log = expectFailed(
      await scene.run({ inputs: { 'refresh-token': scene.logIn() } }),
      'session-refresh-lost',
    );
    expect(scene.requests(/auth\/refresh/u)).toEqual([EXCHANGE]);
    expect(scene.machine.slept).toEqual([]);
    expect(log).toContain(
      `log in to MUTX again and store the new refresh token in the secret ${TOKEN} of ${HERE}; do not use the old one again`,
    );
    expect(log).toContain('is probably spent');
    expect(scene.requests(/api-keys/u)).toEqual([]);
  });

  it('of a limit: asked again when MUTX says so, and never more than three times', async () => {
    await using scene = await setScene();
    scene.emulator.fault({ ...exchange, ...ALWAYS, what: 'rate-limit', retryAfter: 20 });
    const token = scene.logIn();
    const log = expectFailed(
      await scene.run({ inputs: { 'refresh-token': token } }),
      'session-refresh-failed',
    );
    expect(scene.requests(/auth\/refresh/u)).toHaveLength(3);
    // Up to a quarter more by chance.
    const asked = expect.toSatisfy((ms) => ms >= 20_000 && ms < 25_000);
    expect(scene.machine.slept).toEqual([asked, asked]);
    expect(log).toContain('was not exchanged, and is not spent');
    expect(log).toMatch(/A run after 2026-01-05T03:01:[0-5]\dZ can work\./u);
    expect(tokenWorks(scene.world, token)).toBe(true);
  });

  it.each([['longer than a run waits', { retryAfter: 3_600 }, 'A run after 2026-01-05T04:00:00Z can work.']])(
    'of a limit that lasts %s: asked once',
    async (_what, limit, says) => {
      await using scene = await setScene();
      scene.emulator.fault({ ...exchange, ...ALWAYS, what: 'rate-limit', ...limit });
      const token = scene.logIn();
      const log = expectFailed(
        await scene.run({ inputs: { 'refresh-token': token } }),
        'session-refresh-failed',
      );
      expect(scene.requests(/auth\/refresh/u)).toHaveLength(1);
      expect(scene.machine.slept).toEqual([]);
      expect(log).toContain(says);
    },
  );

  it('where no connection can be made: the token is not spent, and told so', async () => {
    await using scene = await setScene();
    const token = scene.logIn();
    const inputs = { 'refresh-token': token, 'api-url': 'http://127.0.0.1:9' };
    const log = expectFailed(await scene.run({ inputs }), 'session-refresh-failed');
    expect(log).toContain('was not exchanged, and is not spent');
    expect(tokenWorks(scene.world, token)).toBe(true);
  });
});

describe('storing the successor', () => {
  it.each<[string, FaultRule, RegExp]>([
    ['500', { ...store, what: 'refuse', status: 500 }, /may hold its successor, or still the spent token/u],
    ['a page of a proxy', { ...store, what: 'html', status: 502 }, /may hold its successor/u],
    ['a cut connection', { ...store, what: 'drop' }, /may hold its successor/u],
    ['403', { ...store, what: 'refuse', status: 403 }, /its successor is lost: .* does not hold it/u],
    ['a limit', { ...store, what: 'rate-limit', retryAfter: 45 }, /its successor is lost/u],
  ])(
    'is tried for ten minutes, and then fails loudly, with no key touched: %s',
    async (_what, fault, state) => {
      await using scene = await setScene();
      scene.emulator.fault(fault);
      const start = scene.machine.now();
      const log = expectFailed(
        await scene.run({ inputs: { 'refresh-token': scene.logIn() } }),
        'session-successor-lost',
      );
      const tries = scene.requests(/^PUT/u).slice(1);
      expect(new Set(tries)).toEqual(new Set([`PUT /repos/${HERE}/actions/secrets/${TOKEN}`]));
      expect(tries.length).toBeGreaterThan(10);
      const last = scene.emulator.ledger.entries.at(-1)?.at ?? 0;
      expect(last - start).toBeGreaterThan(9 * MINUTE);
      expect(last - start).toBeLessThan(10 * MINUTE);
      expect(scene.requests(/auth\/refresh/u)).toEqual([EXCHANGE]);
      expect(scene.requests(/api-keys/u)).toEqual([]);
      expect(log).toContain('the refresh token that was given is spent');
      expect(log).toMatch(state);
      expect(log).toContain('log in to MUTX again and store the new refresh token');
    },
  );

  it('works in the end when the secret can be written again after nine minutes', async () => {
    await using scene = await setScene();
    const fault = scene.emulator.fault({ ...store, what: 'refuse', status: 403 });
    const end = scene.machine.now() + 9 * MINUTE;
    scene.emulator.onRequest(({ entry }) => {
      if (entry.at >= end) fault.cancel();
      return undefined;
    });
    expectOk(await scene.run({ inputs: { 'refresh-token': scene.logIn() } }));
    expect(storedTokenWorks(scene.world)).toBe(true);
    expectOneKeyStored(scene);
  });

  it('that was done without a reply is done again, with the same token', async () => {
    await using scene = await setScene();
    scene.emulator.fault({ ...store, times: 2, what: 'reply-lost' });
    expectOk(await scene.run({ inputs: { 'refresh-token': scene.logIn() } }));
    expect(new Set(scene.emulator.github.secretValues(HERE, TOKEN)).size).toBe(1);
    expect(storedTokenWorks(scene.world)).toBe(true);
  });

  it('seals anew when GitHub has another public key by then', async () => {
    await using scene = await setScene();
    scene.emulator.fault({ ...store, times: 1, what: 'stale-key' });
    expectOk(await scene.run({ inputs: { 'refresh-token': scene.logIn() } }));
    expect(storedTokenWorks(scene.world)).toBe(true);
  });
});
