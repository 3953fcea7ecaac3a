import { describe, expect, it } from 'vitest';
import { DAY, KEY_NAME } from '../scenarios/world.ts';
import { expectFailed, expectOk, MINUTE, type Scene, setScene, textOf } from './scene.ts';

const jwtOf = ({ emulator, world }: Scene) => emulator.mutx.issueAccessJwt(world.user);

describe("the plan's quota, from GET /auth/me", () => {
  it.each([
    ['FREE', 2],
    ['STARTER', 10],
    ['PRO', 50],
  ])(
    '%s: a full account is told before anything is changed, with who holds the places',
    async (plan, places) => {
      await using scene = await setScene({ plan });
      const { mutx } = scene.emulator;
      for (let n = 1; n <= places; n += 1) mutx.addKey(scene.world.user, { name: `laptop-${n}` });
      const run = await scene.run({ inputs: { 'bootstrap-jwt': jwtOf(scene) } });
      const log = expectFailed(run, 'quota-full');
      expect(log).toContain(`${places} places in the plan ${plan}`);
      expect(log).toContain("the account's plan has no place for one more key");
      const named = mutx.keys.filter(({ name, id }) => log.includes(`${name} (${id})`));
      expect(named).toHaveLength(Math.min(places, 10));
      if (places > 10) expect(log).toContain(`and ${places - 10} more keys`);
      expect(log).toContain('revoke a key that nobody needs: `mutx-api-key keys list`');
      expect(log).toContain('first of all one whose expiry is past');
      expect(log).toContain('Or take a larger plan');
      expect(scene.requests(/^(?!GET)/u)).toEqual([]);
    },
  );

  it('counts expired keys of other names, and says that they hold places until they are revoked', async () => {
    await using scene = await setScene({ plan: 'FREE' });
    const { mutx } = scene.emulator;
    for (const name of ['old-1', 'old-2']) {
      mutx.addKey(scene.world.user, { name, expiresAt: scene.machine.now() - DAY });
    }
    const log = expectFailed(await scene.run({ inputs: { 'bootstrap-jwt': jwtOf(scene) } }), 'quota-full');
    expect(log).toContain('old-1 (');
    expect(log).toContain('expired keys count until they are revoked');
    expect(scene.requests(/^(?!GET)/u)).toEqual([]);
  });

  it('names those whose expiry is past whatever the number, because they are what is to be revoked', async () => {
    await using scene = await setScene({ plan: 'PRO' });
    const { mutx } = scene.emulator;
    const expiresAt = scene.machine.now() - DAY;
    mutx.addKey(scene.world.user, { name: 'gone', expiresAt });
    for (let n = 1; n < 50; n += 1) mutx.addKey(scene.world.user, { name: `laptop-${n}` });
    const log = expectFailed(await scene.run({ inputs: { 'bootstrap-jwt': jwtOf(scene) } }), 'quota-full');
    expect(log).toMatch(/in the way: gone \([\w-]+\), expires 2026-01-04T03:00:00Z\n/u);
    expect(log).toContain('and 40 more keys');
  });

  it('frees what rule E allows first: an expired key of the name makes room by itself', async () => {
    await using scene = await setScene({ plan: 'FREE' });
    const { mutx } = scene.emulator;
    mutx.addKey(scene.world.user, { name: 'laptop' });
    const dead = mutx.addKey(scene.world.user, {
      name: KEY_NAME,
      createdAt: scene.machine.now() - 31 * DAY,
      expiresAt: scene.machine.now() - DAY,
    });
    expectOk(await scene.run({ inputs: { 'bootstrap-jwt': jwtOf(scene) } }));
    expect(dead.isActive).toBe(false);
  });

  it('a dry run says it too', async () => {
    await using scene = await setScene({ plan: 'FREE' });
    const { mutx } = scene.emulator;
    const keys = ['one', 'two'].map((name) => mutx.addKey(scene.world.user, { name }));
    const run = await scene.run({ inputs: { 'bootstrap-jwt': jwtOf(scene), 'dry-run': 'true' } });
    expectOk(run);
    for (const { id } of keys) expect(run.summary).toContain(id);
    expect(run.summary).toContain('there is no place for one more key');
  });

  it('of two keys, right after a rotation: says when it works, and then it does', async () => {
    await using scene = await setScene({ plan: 'FREE' });
    expectOk(await scene.run({ inputs: { 'bootstrap-jwt': jwtOf(scene) } }));
    scene.forget();
    const log = expectFailed(
      await scene.run({ inputs: { 'bootstrap-jwt': jwtOf(scene) } }),
      'quota-too-soon',
    );
    expect(log).toContain('A run after 2026-01-05T03:17:00Z can work.');
    expect(scene.requests(/^(?!GET)/u)).toEqual([]);
    scene.advance(17 * MINUTE + 1_000);
    expectOk(await scene.run({ inputs: { 'bootstrap-jwt': jwtOf(scene) } }));
  });

  it.each([
    ['v1', true, 'before anything is sent that changes something'],
    ['v1', false, 'by the 409 of the create, which changes nothing'],
    ['documented', true, 'by the 409 of the create, which changes nothing'],
    ['documented', false, 'by the 409 of the create, which changes nothing'],
  ] as const)(
    'on the API "%s", with GET /auth/me: %s, is told %s: in the log, the annotation and the summary',
    async (generation, account, _when) => {
      await using scene = await setScene({ plan: 'FREE', mutx: { generation, account } });
      const keys = [
        scene.emulator.mutx.addKey(scene.world.user, { name: 'laptop' }),
        scene.emulator.mutx.addKey(scene.world.user, {
          name: 'gone',
          expiresAt: scene.machine.now() - DAY,
        }),
      ];
      const run = await scene.run({ inputs: { 'bootstrap-jwt': jwtOf(scene) } });
      const log = expectFailed(run, 'quota-full');
      const annotation = run.annotations.map(({ message }) => message).join();
      const summary = run.summary.replaceAll('\\', '');
      for (const told of [log, annotation, summary]) {
        expect(told).toContain("the account's plan has no place for one more key");
        for (const { name, id } of keys) expect(told).toContain(`in the way: ${name} (${id})`);
        expect(told).toMatch(/in the way: gone .*expires 2026-01-04T03:00:00Z[\s\S]*in the way: laptop/u);
        expect(told).toContain('revoke a key that nobody needs: `mutx-api-key keys list`');
        expect(told).toContain('first of all one whose expiry is past');
      }
      expect(scene.emulator.ledger.effects()).toEqual([]);
      // The documented API's plans are not known to limit keys as v1's do, so a create has to find it out.
      expect(scene.requests(/^(?!GET)/u)).toHaveLength(account && generation === 'v1' ? 0 : 1);
      expect(keys.map(({ isActive }) => isActive)).toEqual([true, true]);
    },
  );

  it('of a plan that this version does not know: no limit is assumed', async () => {
    await using scene = await setScene({ plan: 'GALACTIC' });
    const run = await scene.run({ inputs: { 'bootstrap-jwt': jwtOf(scene) } });
    expectOk(run);
    expect(textOf(run)).toContain('no limit is known');
  });
});
