import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../packages/emulator/src/index.ts';
import { HERE } from '../scenarios/world.ts';
import { haltAt } from './halt.ts';
import { FAN_OUT, hasEffect, ONE_TARGET, STORE, STORE_IN_ENVIRONMENT, TWO_KEY_PLAN } from './requests.ts';
import { MINUTE, setStage, TWO_TARGETS } from './stage.ts';

// Holds invariant 7 of docs/threat-model.md.

describe.each([ONE_TARGET, TWO_KEY_PLAN, FAN_OUT])(
  'a rotation of $name',
  ({ setting, requests, forWarnings = [] }) => {
    it('sends these requests and no other', async () => {
      await using stage = await setStage(setting);
      const sent = stage.record();
      expect((await stage.run()).exitCode).toBe(0);
      expect([...sent].sort()).toEqual([...requests, ...forWarnings].sort());
      stage.expectPromisesKept();
      stage.expectOneKeyStored();
      expect(stage.world.emulator.mutx.accepts(stage.old.plaintext)).toBe(false);
    });

    it.concurrent.each(requests)('killed before it is done: %s', async (request) => {
      await using stage = await setStage(setting);
      const halt = haltAt(stage.world.emulator, request, 'before');
      await using doomed = stage.start();
      await doomed.reaches(halt);
      doomed.signal('SIGKILL');
      expect((await doomed.ended).exitCode).toBeUndefined();
      halt.drop();
      stage.expectPromisesKept();
      await stage.expectHealed();
      stage.expectPromisesKept();
    });

    it.concurrent.each(requests)(
      'killed when it is done, without having heard of it: %s',
      async (request) => {
        await using stage = await setStage(setting);
        const halt = haltAt(stage.world.emulator, request, 'after');
        await using doomed = stage.start();
        await doomed.reaches(halt);
        doomed.signal('SIGKILL');
        expect((await doomed.ended).exitCode).toBeUndefined();
        stage.expectPromisesKept();
        halt.release();
        await stage.expectHealed();
        stage.expectPromisesKept();
      },
    );

    it.concurrent.each(requests.filter(hasEffect))('killed, and done minutes later: %s', async (request) => {
      await using stage = await setStage(setting);
      const halt = haltAt(stage.world.emulator, request, 'before');
      await using doomed = stage.start();
      await doomed.reaches(halt);
      doomed.signal('SIGKILL');
      await doomed.ended;
      stage.world.advance(4 * MINUTE);
      halt.release();
      await halt.applied;
      stage.expectPromisesKept();
      await stage.expectHealed();
      stage.expectPromisesKept();
    });
  },
);

describe('killed between the writes of two secrets', () => {
  it.concurrent.each([
    [STORE, STORE_IN_ENVIRONMENT],
    [STORE_IN_ENVIRONMENT, STORE],
  ])('with %s not done and %s done', async (undone, done) => {
    await using stage = await setStage(TWO_TARGETS);
    const { emulator } = stage.world;
    const halt = haltAt(emulator, undone, 'before');
    const other = answered(emulator, done);
    await using doomed = stage.start();
    await doomed.reaches(halt);
    await other;
    doomed.signal('SIGKILL');
    await doomed.ended;
    halt.drop();
    expect(stage.world.stored()).not.toBe(
      stage.world.stored({ repository: HERE, environment: 'production' }),
    );
    stage.expectPromisesKept();
    await stage.expectHealed();
    stage.expectPromisesKept();
  });
});

function answered({ ledger }: Emulator, request: string): Promise<unknown> {
  return ledger.waitFor(
    ({ method, path, status }) => `${method} ${path}` === request && status !== undefined,
  );
}
