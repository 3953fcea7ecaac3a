import { describe, expect, it } from 'vitest';
import { DAY, KEY_NAME } from '../scenarios/world.ts';
import { expectFailed, expectOk, expectOneKeyStored, HOUR, setScene } from './scene.ts';

const WEEK = 7 * DAY;

describe('an API key as the credential', () => {
  it('of another name: a weekly schedule runs for ninety days', async () => {
    await using scene = await setScene();
    const { plaintext } = scene.emulator.mutx.addKey(scene.world.user, { name: 'bootstrap' });
    for (let day = 0; day <= 91; day += 7) {
      expectOk(await scene.run({ inputs: { 'bootstrap-jwt': plaintext } }));
      expectOneKeyStored(scene);
      scene.advance(WEEK);
    }
    expect(scene.emulator.mutx.accepts(plaintext)).toBe(true);
  });

  it('that is the very key being rotated: a weekly schedule runs for ninety days', async () => {
    await using scene = await setScene();
    const { mutx, github } = scene.emulator;
    const first = mutx.addKey(scene.world.user, { name: KEY_NAME, expiresAt: mutx.clock.now() + 30 * DAY });
    github.setSecret('acme/web', 'MUTX_API_KEY', first.plaintext);
    for (let day = 7; day <= 91; day += 7) {
      scene.advance(WEEK);
      const run = await scene.run({ inputs: { 'bootstrap-jwt': scene.world.stored() } });
      expectOk(run);
      expect(run.annotations).toEqual([]);
      expectOneKeyStored(scene);
    }
  });

  it('that is the very key being rotated goes last among those to be revoked', async () => {
    await using scene = await setScene();
    const { mutx, github } = scene.emulator;
    const now = mutx.clock.now();
    const keyAt = (createdAt: number) =>
      mutx.addKey(scene.world.user, { name: KEY_NAME, createdAt, expiresAt: now + 30 * DAY });
    const others = [keyAt(now - 5 * HOUR), keyAt(now - 4 * HOUR), keyAt(now - 3 * HOUR)];
    const own = keyAt(now - 2 * HOUR);
    github.setSecret('acme/web', 'MUTX_API_KEY', own.plaintext);
    scene.advance(DAY);
    const run = await scene.run({ inputs: { 'bootstrap-jwt': own.plaintext } });
    expectOk(run);
    expect(others.map((key) => key.isActive)).toEqual([false, false, false]);
    expectOneKeyStored(scene);
    expect(run.annotations).toEqual([]);
  });

  it('that is the very key being rotated is revoked once, though the reply is lost', async () => {
    await using scene = await setScene();
    const { mutx, github } = scene.emulator;
    const own = mutx.addKey(scene.world.user, { name: KEY_NAME });
    github.setSecret('acme/web', 'MUTX_API_KEY', own.plaintext);
    scene.advance(DAY);
    scene.emulator.fault({ server: 'mutx', method: 'DELETE', what: 'reply-lost' });
    const run = await scene.run({ inputs: { 'bootstrap-jwt': own.plaintext } });
    expectOk(run);
    expect(run.annotations).toEqual([]);
  });

  it('is not given up for `on-quota: replace`, after which nothing could be made', async () => {
    await using scene = await setScene({ plan: 'FREE' });
    const { mutx, github } = scene.emulator;
    mutx.addKey(scene.world.user, { name: 'laptop' });
    const own = mutx.addKey(scene.world.user, { name: KEY_NAME });
    github.setSecret('acme/web', 'MUTX_API_KEY', own.plaintext);
    scene.advance(DAY);
    const run = await scene.run({ inputs: { 'bootstrap-jwt': own.plaintext, 'on-quota': 'replace' } });
    expect(expectFailed(run, 'invalid-input')).toContain('on-quota');
    expect(scene.requests()).toEqual([]);
    expect(mutx.accepts(scene.world.stored() ?? ''), 'P1').toBe(true);
  });

  it('that has been revoked: says so before anything is changed', async () => {
    await using scene = await setScene();
    const key = scene.emulator.mutx.addKey(scene.world.user, { name: 'bootstrap', isActive: false });
    const log = expectFailed(
      await scene.run({ inputs: { 'bootstrap-jwt': key.plaintext } }),
      'mutx-unauthorized',
    );
    expect(log).toContain('MUTX does not accept the credential');
    expect(scene.emulator.ledger.effects()).toEqual([]);
  });

  it('where the server wants a JWT: refused before anything is changed', async () => {
    await using scene = await setScene({ mutx: { generation: 'documented' } });
    const key = scene.emulator.mutx.addKey(scene.world.user, { name: 'bootstrap' });
    expectFailed(await scene.run({ inputs: { 'bootstrap-jwt': key.plaintext } }), 'mutx-unauthorized');
    expect(scene.emulator.ledger.effects()).toEqual([]);
  });
});
