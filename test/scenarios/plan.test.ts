import { describe, expect, it } from 'vitest';
import { expectNoLeak } from './leaks.ts';
import { normal } from './normal.ts';
import { asItStands, expectPromisesKept } from './promises.ts';
import { DAY, startWorld } from './world.ts';

describe('a dry run', () => {
  it('prints the plan and changes nothing', async () => {
    await using world = await startWorld();
    const stored = await world.withStoredKey();
    const run = await world.rotate({ inputs: { 'dry-run': 'true' } });
    expect(run.exitCode).toBe(0);
    expect(normal(run.summary, world)).toMatchInlineSnapshot(`
      "## MUTX API key: plan (dry run)

      Nothing was changed. A run would:

      - rotate\\: every run rotates
      - <key 1> is superseded by the new key

      Key name: \`gha/acme/web/MUTX_API_KEY\`

      | Target | Secret | Result |
      | --- | --- | --- |
      | \`acme/web\` | \`MUTX_API_KEY\` | ➖ not touched |
      "
    `);
    expect(world.emulator.ledger.effects()).toEqual([]);
    expect(world.stored()).toBe(stored);
    expect(run.outputs['rotated']).toBe('false');
    await expectNoLeak(run, world);
  });
});

describe('renew-before', () => {
  it('leaves a key alone that lives long enough', async () => {
    await using world = await startWorld();
    const stored = await world.withStoredKey({ 'renew-before': '7d' });
    const run = await world.rotate({ inputs: { 'renew-before': '7d' } });
    expect(run.exitCode).toBe(0);
    expect(world.emulator.ledger.effects()).toEqual([]);
    expect(run.outputs).toMatchObject({
      rotated: 'false',
      'key-id': world.emulator.mutx.keyOf(stored)?.id,
      targets: '[{"target":"acme/web","secret":"MUTX_API_KEY","status":"unchanged"}]',
    });
    expect(run.log).toContainEqual(
      expect.stringContaining('Not due when this run looked: the current key lives longer'),
    );
  });

  it('replaces one that does not', async () => {
    await using world = await startWorld();
    const stored = await world.withStoredKey({ 'renew-before': '7d' });
    world.advance(22 * DAY);
    const run = await world.rotate({ inputs: { 'renew-before': '7d' } });
    expect(run.outputs['rotated']).toBe('true');
    expect(world.stored()).not.toBe(stored);
  });
});

describe.each(['America/New_York', 'Asia/Tokyo'])('a runner in %s', (TZ) => {
  it('reads the zone-less times of MUTX as UTC', async () => {
    await using world = await startWorld();
    const inputs = { 'renew-before': '27d' };
    const stored = await world.withStoredKey(inputs);
    // 28 days are left, give or take nothing: nine hours more or five less would be another answer.
    world.advance(DAY - 60 * 60 * 1_000);
    const early = await world.rotate({ inputs, env: { TZ } });
    expect(early.outputs).toMatchObject({
      rotated: 'false',
      'expires-at': utc(world.active()[0]?.expiresAt),
    });
    world.advance(2 * 60 * 60 * 1_000);
    const due = await world.rotate({ inputs, env: { TZ } });
    expect(due.outputs).toMatchObject({ rotated: 'true', 'expires-at': utc(world.active()[0]?.expiresAt) });
    expect(world.stored()).not.toBe(stored);
  });
});

function utc(instant = 0): string {
  return new Date(instant).toISOString().replace(/\.\d+Z/u, 'Z');
}

describe('a plan without a place for one more key', () => {
  it('fails before anything is changed, names what is in the way, and says when it works', async () => {
    await using world = await startWorld({ plan: 'FREE' });
    expect((await world.rotate()).exitCode).toBe(0);
    world.emulator.ledger.clear();
    const was = { stored: world.stored(), others: [] };
    const run = await world.rotate();
    expect(run.exitCode).toBe(1);
    const text = normal(run.log.join('\n'), world);
    expect(text.slice(text.indexOf('MUTX API key not rotated'))).toMatchInlineSnapshot(`
      "MUTX API key not rotated: the new key would take the plan's last place while another key of the name is too young [quota-too-soon]

        - in use by acme/web: keep gha/acme/web/MUTX_API_KEY (<key 1>), expires <time>

        cause: the new key would take the last place of the plan, while another key of this name, or the last write of a target, is so young that a run may still be storing that key
        fix:   run again at the time given, or set \`on-quota: wait\`, which waits until then; \`on-quota: replace\` does not shorten that, because it too makes no second key while the first may still be on its way into the secret

        State of things now:
        - MUTX_API_KEY in acme/web: untouched
        - no new key is known to exist
        - this run revoked no key that a secret holds

        A run after <time> can work.

        more: https://github.com/mutx/api-key-action/blob/main/docs/troubleshooting.md#quota-too-soon
      ##[error]the new key would take the plan's last place while another key of the name is too young [quota-too-soon]
      in use by acme/web: keep gha/acme/web/MUTX_API_KEY (<key 1>), expires <time>
      Fix: run again at the time given, or set \`on-quota: wait\`, which waits until then; \`on-quota: replace\` does not shorten that, because it too makes no second key while the first may still be on its way into the secret
      State now: MUTX_API_KEY in acme/web: untouched; no new key is known to exist; this run revoked no key that a secret holds
      A run after <time> can work.
      More: https://github.com/mutx/api-key-action/blob/main/docs/troubleshooting.md#quota-too-soon"
    `);
    expect(world.emulator.ledger.effects()).toEqual([]);
    expectPromisesKept(world, was);
  });

  it('with 409 from the server, whatever the plan is called, changes nothing', async () => {
    await using world = await startWorld({ plan: 'PRO' });
    await world.withStoredKey();
    const was = asItStands(world);
    world.user.quota = 5;
    const run = await world.rotate();
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('[quota-full]');
    expectPromisesKept(world, was);
    await expectNoLeak(run, world);
  });
});
