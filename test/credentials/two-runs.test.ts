import { describe, expect, it } from 'vitest';
import { DAY, HERE } from '../scenarios/world.ts';
import { expectSaysHowToGoOn, storedTokenWorks, TOKEN } from './refresh-token.ts';
import { expectFailed, expectOk, expectOneKeyStored, MINUTE, setScene } from './scene.ts';

// Holds invariant 12 of docs/threat-model.md.

const EXCHANGE = 'POST /v1/auth/refresh';
const exchange = { server: 'mutx', method: 'POST', path: /\/auth\/refresh$/u } as const;
const probe = { server: 'github', method: 'PUT', path: new RegExp(`/${TOKEN}$`, 'u') } as const;

describe('two runs with the same refresh token', () => {
  it('one after the other, as when the second was queued with it: the second fails and says why', async () => {
    await using scene = await setScene();
    const token = scene.logIn();
    expectOk(await scene.run({ inputs: { 'refresh-token': token } }));
    scene.advance(20 * MINUTE);
    scene.forget();
    const log = expectFailed(
      await scene.run({ inputs: { 'refresh-token': token } }),
      'session-refresh-refused',
    );
    expectSaysHowToGoOn(log);
    expect(scene.requests(/auth\/refresh/u)).toEqual([EXCHANGE]);
    expect(scene.requests(/api-keys/u)).toEqual([]);

    // The spent token took its family with it: the next run says so too, and a new login ends it.
    scene.advance(DAY);
    const next = await scene.run({ inputs: { 'refresh-token': scene.world.stored(HERE, TOKEN) } });
    expectSaysHowToGoOn(expectFailed(next, 'session-refresh-refused'));
    expectOk(await scene.run({ inputs: { 'refresh-token': scene.logIn() } }));
    expectOneKeyStored(scene);
  });

  it('one after the other, with an environment secret read when the job starts: both work', async () => {
    await using scene = await setScene();
    const place = { repository: HERE, environment: 'production' };
    const secret = { 'refresh-token-secret': `${HERE}@production as ${TOKEN}` };
    scene.emulator.github.setSecret(place, TOKEN, scene.logIn());
    for (let run = 0; run < 2; run += 1) {
      const token = scene.world.stored(place, TOKEN);
      expectOk(await scene.run({ inputs: { ...secret, 'refresh-token': token } }));
      scene.advance(20 * MINUTE);
    }
    expectOneKeyStored(scene);
  });

  it.each(['before', 'after'] as const)(
    'side by side, the one held at its exchange %s it is done: one fails, loudly',
    async (point) => {
      await using scene = await setScene();
      const inputs = { 'refresh-token': scene.logIn() };
      const there = Promise.withResolvers<void>();
      const go = Promise.withResolvers<void>();
      let seen = 0;
      scene.emulator.onRequest(async ({ entry, point: now }) => {
        if (!entry.path.endsWith('/auth/refresh') || now !== point) return undefined;
        seen += 1;
        if (seen > 1) return undefined;
        there.resolve();
        await go.promise;
        return undefined;
      });
      const first = scene.run({ inputs });
      await there.promise;
      const second = await scene.run({ inputs });
      go.resolve();
      const runs = [await first, second];
      const failed = runs.filter(({ exitCode }) => exitCode === 1);
      expect(failed).toHaveLength(1);
      for (const run of failed) expectSaysHowToGoOn(expectFailed(run, 'session-refresh-refused'));
      expect(scene.requests(/auth\/refresh/u)).toEqual([EXCHANGE, EXCHANGE]);
      expect(scene.emulator.mutx.accepts(scene.world.stored() ?? ''), 'P1').toBe(true);

      const next = await scene.run({ inputs: { 'refresh-token': scene.world.stored(HERE, TOKEN) } });
      expectSaysHowToGoOn(expectFailed(next, 'session-refresh-refused'));
    },
  );

  it.each(['before', 'after'] as const)(
    'are not harmed by what comes before the exchange: a probe held %s it is judged, across another run',
    async (point) => {
      await using scene = await setScene();
      const token = scene.logIn();
      const inputs = { 'refresh-token': token };
      const held = scene.emulator.fault({ ...probe, times: 1, what: 'slow', point });
      // This one gets as far as its probe, and its exchange is refused before it is looked at.
      scene.emulator.fault({ ...exchange, skip: 1, times: 1, what: 'rate-limit', retryAfter: 3_600 });
      const first = scene.run({ inputs });
      await held.met();
      expectOk(await scene.run({ inputs }));
      const stored = scene.world.stored(HERE, TOKEN);
      held.release();
      expectFailed(await first, 'session-refresh-failed');
      expect(scene.world.stored(HERE, TOKEN)).toBe(stored);
      expect(scene.emulator.github.secretValues(HERE, TOKEN)).toHaveLength(1);
      expect(storedTokenWorks(scene.world)).toBe(true);
    },
  );
});
