import { describe, expect, it } from 'vitest';
import { expectNoLeak } from './leaks.ts';
import { ledgerOf, normal } from './normal.ts';
import { asItStands, expectPromisesKept } from './promises.ts';
import { HERE, SECRET, startWorld } from './world.ts';

const NAME = 'shared key';

describe('an environment', () => {
  it('has its own public key and an encoded name', async () => {
    await using world = await startWorld();
    const environment = { repository: HERE, environment: 'eu/west 1' };
    const run = await world.rotate({ inputs: { environment: 'eu/west 1', 'secret-name': 'api_key' } });
    expect(run.exitCode).toBe(0);
    expect(ledgerOf(world).filter((line) => line.includes('/environments/'))).toMatchInlineSnapshot(`
      [
        "github GET /repos/acme/web/environments/eu%2Fwest%201/secrets/public-key → 200",
        "github PUT /repos/acme/web/environments/eu%2Fwest%201/secrets/API_KEY → 201: secret created API_KEY in acme/web@eu/west 1",
      ]
    `);
    expect(world.emulator.mutx.accepts(world.stored(environment, 'API_KEY') ?? '')).toBe(true);
    expect(world.stored(HERE, 'API_KEY')).toBeUndefined();
    expect(run.outputs['key-name']).toBe('gha/acme/web@eu/west 1/API_KEY');
    await expectNoLeak(run, world);
  });

  it('that does not exist is an error that says so, before a key is made', async () => {
    await using world = await startWorld();
    const run = await world.rotate({ inputs: { environment: 'staging' } });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('[github-environment-not-found]');
    expect(world.emulator.mutx.keys).toEqual([]);
  });
});

describe('several targets', () => {
  const targets = `${HERE}\n${HERE}@production as OTHER # a comment\nacme/api`;

  it('all get the one new key', async () => {
    await using world = await startWorld();
    world.emulator.github.addRepository('acme/api');
    const run = await world.rotate({ inputs: { targets, 'key-name': NAME } });
    expect(run.exitCode).toBe(0);
    const [key] = world.active(NAME);
    expect([
      world.stored(),
      world.stored({ repository: HERE, environment: 'production' }, 'OTHER'),
      world.stored('acme/api'),
    ]).toEqual([key?.plaintext, key?.plaintext, key?.plaintext]);
    expect(JSON.parse(run.outputs['targets'] ?? '')).toEqual([
      { target: HERE, secret: SECRET, status: 'created' },
      { target: `${HERE}@production`, secret: 'OTHER', status: 'created' },
      { target: 'acme/api', secret: SECRET, status: 'created' },
    ]);
    expect(run.log.filter((line) => /^\[\d\/3\]/u.test(line))).toHaveLength(3);
    await expectNoLeak(run, world);
  });

  it('of which one cannot be written are left alone, all of them', async () => {
    await using world = await startWorld();
    const run = await world.rotate({ inputs: { targets, 'key-name': NAME } });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('acme/api');
    expect(world.emulator.ledger.effects()).toEqual([]);
  });

  it('of which one fails half-way are told one by one, and the next run heals it', async () => {
    await using world = await startWorld();
    const { github, mutx, ledger } = world.emulator;
    github.addRepository('acme/api');
    const inputs = { targets, 'key-name': NAME };
    const old = await world.withStoredKey(inputs);
    const was = asItStands(world);
    const fault = world.emulator.fault({
      server: 'github',
      method: 'PUT',
      path: /acme\/api/u,
      what: 'html',
      status: 502,
      times: Infinity,
    });
    const failed = await world.rotate({ inputs, hurry: true });
    expect(failed.exitCode).toBe(1);
    const text = normal(failed.log.join('\n'), world);
    expect(text.slice(text.indexOf('MUTX API key not rotated'))).toMatchInlineSnapshot(`
      "MUTX API key not rotated: the new key could not be stored in 1 of 3 targets [store-failed]

        GitHub: PUT /repos/acme/api/actions/secrets/MUTX_API_KEY answered 502 [github-server-error]
        why:   an error of its own
        cause: GitHub had an error of its own
        fix:   run again later; the retries of this run were used up; see githubstatus.com

        State of things now:
        - MUTX_API_KEY in acme/web and OTHER in acme/web@production: holds the new key
        - MUTX_API_KEY in acme/api: not known: the write may have been done; it holds the new key or what it held before
        - new key <key 6> (expires <time>): alive; no other rotation revokes it within 15 minutes of its creation; the next run that succeeds replaces it, unless every target holds it and no rotation is due
        - this run revoked no key that a secret holds

        more: https://github.com/mutx/api-key-action/blob/main/docs/troubleshooting.md#github-server-error
      ##[error]the new key could not be stored in 1 of 3 targets [store-failed]
      GitHub: PUT /repos/acme/api/actions/secrets/MUTX_API_KEY answered 502: an error of its own [github-server-error]
      Fix: run again later; the retries of this run were used up; see githubstatus.com
      State now: MUTX_API_KEY in acme/web and OTHER in acme/web@production: holds the new key; MUTX_API_KEY in acme/api: not known: the write may have been done; it holds the new key or what it held before; new key <key 6> (expires <time>): alive; no other rotation revokes it within 15 minutes of its creation; the next run that succeeds replaces it, unless every target holds it and no rotation is due; this run revoked no key that a secret holds
      More: https://github.com/mutx/api-key-action/blob/main/docs/troubleshooting.md#github-server-error"
    `);
    expect(mutx.accepts(old)).toBe(true);
    expect(world.stored('acme/api')).toBe(old);
    expect(failed.outputs).toMatchObject({ rotated: 'false', 'key-id': mutx.keys.at(-1)?.id });
    expectPromisesKept(world, was);
    await expectNoLeak(failed, world);

    fault.cancel();
    ledger.clear();
    world.advance(60 * 60 * 1_000);
    const healed = await world.rotate({ inputs });
    expect(healed.exitCode).toBe(0);
    expect(world.active(NAME).map((key) => key.plaintext)).toEqual([world.stored('acme/api')]);
    expect(world.stored()).toBe(world.stored('acme/api'));
  });
});
