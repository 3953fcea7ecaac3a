import { describe, expect, it } from 'vitest';
import { expectMasked, expectNoLeak } from './leaks.ts';
import { ledgerOf, normal, stdoutOf } from './normal.ts';
import { asItStands, expectPromisesKept } from './promises.ts';
import { DAY, HERE, KEY_NAME, SECRET, startWorld } from './world.ts';

// Holds invariant 1 of docs/threat-model.md.

describe('the first run', () => {
  it('makes a key, masks it before it says anything of it, verifies it and stores it', async () => {
    await using world = await startWorld({ plan: 'FREE' });
    const run = await world.rotate();
    expect(stdoutOf(run, world)).toMatchInlineSnapshot(`
      "::add-mask::<credential>
      ::group::Look at keys and targets
      ✓ keys listed (<duration>)
      ✓ the public key of every target read (<duration>)
      0 active keys, 0 of them named gha/acme/web/MUTX_API_KEY; 2 places in the plan FREE
      ::endgroup::
      ::group::Plan
      rotate: every run rotates
      ::endgroup::
      ::group::Create and verify the new key
      ::add-mask::<credential>
      gha/acme/web/MUTX_API_KEY: new key <key 1>, expires <time>
      ✓ MUTX accepts the new key (<duration>)
      ✓ key created (<duration>)
      ::endgroup::
      ::group::Store the new key
      MUTX_API_KEY in acme/web created
      ✓ stored in every target (<duration>)
      ::endgroup::
      Rotated: MUTX_API_KEY in acme/web → key <key 1> (expires <time>)
      Revoked: none
      "
    `);
    expect(ledgerOf(world)).toMatchInlineSnapshot(`
      [
        "github GET /repos/acme/web → 200",
        "github GET /repos/acme/web/actions/secrets/public-key → 200",
        "mutx GET /v1/api-keys?skip=0&limit=100 → 200",
        "mutx GET /v1/auth/me → 200",
        "mutx POST /v1/api-keys → 201: key minted <key 1>",
        "mutx GET /v1/auth/me → 200",
        "github PUT /repos/acme/web/actions/secrets/MUTX_API_KEY → 201: secret created MUTX_API_KEY in acme/web",
      ]
    `);
    expect(normal(run.summary, world)).toMatchInlineSnapshot(`
      "## MUTX API key rotated

      | Key | Name | Expires |
      | --- | --- | --- |
      | \`<key 1>\` | \`gha/acme/web/MUTX_API_KEY\` | <time> |

      | Target | Secret | Result |
      | --- | --- | --- |
      | \`acme/web\` | \`MUTX_API_KEY\` | ✅ created |

      **Revoked:** none
      "
    `);
    expect(run).toMatchObject({ exitCode: 0, rawStderr: '', env: {}, state: {}, annotations: [] });

    const [key] = world.active();
    expect(world.stored()).toBe(key?.plaintext);
    expect(run.outputs).toEqual({
      rotated: 'true',
      'key-id': key?.id,
      'key-name': KEY_NAME,
      'expires-at': new Date((key?.createdAt ?? 0) + 30 * DAY).toISOString().replace(/\.\d+Z/u, 'Z'),
      'superseded-key-ids': '[]',
      'revoked-key-ids': '[]',
      targets: JSON.stringify([{ target: HERE, secret: SECRET, status: 'created' }]),
    });
    for (const credential of world.credentials) {
      if (credential !== world.user.password) expectMasked(run, credential);
    }
    await expectNoLeak(run, world);
  });
});

describe('the second run', () => {
  it('swaps the key without a gap, and revokes the old one after the new one is stored', async () => {
    await using world = await startWorld({ plan: 'FREE' });
    const old = await world.withStoredKey();
    const run = await world.rotate();
    expect(stdoutOf(run, world)).toMatchInlineSnapshot(`
      "::add-mask::<credential>
      ::group::Look at keys and targets
      ✓ keys listed (<duration>)
      ✓ the public key of every target read (<duration>)
      1 active key, 1 of them named gha/acme/web/MUTX_API_KEY; 2 places in the plan FREE
      ✓ the secrets' dates read (<duration>)
      ::endgroup::
      ::group::Plan
      rotate: every run rotates
      current key: <key 1> (expires <time>)
      <key 1> is superseded by the new key
      ::endgroup::
      ::group::Look at keys and targets, again
      ✓ keys listed (<duration>)
      ::endgroup::
      ::group::Create and verify the new key
      ::add-mask::<credential>
      gha/acme/web/MUTX_API_KEY: new key <key 2>, expires <time>
      ✓ MUTX accepts the new key (<duration>)
      ✓ key created (<duration>)
      ::endgroup::
      ::group::Store the new key
      MUTX_API_KEY in acme/web updated
      ✓ stored in every target (<duration>)
      ::endgroup::
      ::group::Revoke what the new key supersedes
      revoked: <key 1> (superseded by the new key)
      ✓ superseded keys revoked (<duration>)
      ::endgroup::
      Rotated: MUTX_API_KEY in acme/web → key <key 2> (expires <time>)
      Revoked: <key 1>
      "
    `);
    expect(ledgerOf(world)).toMatchInlineSnapshot(`
      [
        "github GET /repos/acme/web → 200",
        "github GET /repos/acme/web/actions/secrets/MUTX_API_KEY → 200",
        "github GET /repos/acme/web/actions/secrets/public-key → 200",
        "mutx GET /v1/api-keys?skip=0&limit=100 → 200",
        "mutx GET /v1/api-keys?skip=0&limit=100 → 200",
        "mutx GET /v1/auth/me → 200",
        "mutx POST /v1/api-keys → 201: key minted <key 2>",
        "mutx GET /v1/auth/me → 200",
        "github PUT /repos/acme/web/actions/secrets/MUTX_API_KEY → 204: secret updated MUTX_API_KEY in acme/web",
        "mutx DELETE /v1/api-keys/<key 1> → 204: key revoked <key 1>",
      ]
    `);

    const { mutx, ledger } = world.emulator;
    const stored = world.stored() ?? '';
    expect(run.exitCode).toBe(0);
    expect(stored).not.toBe(old);
    expect([mutx.accepts(stored), mutx.accepts(old)]).toEqual([true, false]);
    expect(world.active().map((key) => key.plaintext)).toEqual([stored]);
    expect(JSON.parse(run.outputs['revoked-key-ids'] ?? '')).toEqual([mutx.keyOf(old)?.id]);
    expect(ledger.effects().map(({ method }) => method)).toEqual(['POST', 'PUT', 'DELETE']);
    await expectNoLeak(run, world);
  });

  it('lists the keys before it reads the dates of the secrets', async () => {
    await using world = await startWorld({ plan: 'FREE' });
    await world.withStoredKey();
    await world.rotate();
    const { entries } = world.emulator.ledger;
    const list = entries.find(({ path }) => path === '/v1/api-keys');
    const dates = entries.find(({ path }) => path === `/repos/${HERE}/actions/secrets/${SECRET}`);
    expect(list?.seq).toBeLessThan(dates?.seq ?? 0);
  });

  it('leaves keys of other names alone, however alike', async () => {
    await using world = await startWorld();
    await world.withStoredKey();
    const was = asItStands(world);
    const run = await world.rotate();
    expect(run.exitCode).toBe(0);
    expectPromisesKept(world, was);
    expect(was.others).toHaveLength(4);
  });
});

describe('the documented generation of the API', () => {
  it('is found by asking, and used for everything', async () => {
    await using world = await startWorld({ mutx: { generation: 'documented' } });
    const old = await world.withStoredKey();
    const run = await world.rotate();
    expect(run.exitCode).toBe(0);
    expect(ledgerOf(world)).toMatchInlineSnapshot(`
      [
        "github GET /repos/acme/web → 200",
        "github GET /repos/acme/web/actions/secrets/public-key → 200",
        "mutx GET /api-keys → 200",
        "mutx GET /auth/me → 200",
        "mutx GET /v1/api-keys?skip=0&limit=100 → 404",
        "mutx GET /v1/auth/me → 404",
        "mutx POST /api-keys → 201: key minted <key 2>",
        "mutx GET /agents → 200",
        "github PUT /repos/acme/web/actions/secrets/MUTX_API_KEY → 204: secret updated MUTX_API_KEY in acme/web",
        "mutx DELETE /api-keys/<key 1> → 204: key revoked <key 1>",
      ]
    `);
    expect(world.emulator.mutx.accepts(world.stored() ?? '')).toBe(true);
    expect(world.emulator.mutx.accepts(old)).toBe(false);
    // Asking for `/v1/…` is how it is found out.
    const unexpected = world.emulator.ledger.unexpected();
    expect(unexpected.filter(({ path }) => !path.startsWith('/v1/'))).toEqual([]);
    await expectNoLeak(run, world);
  });
});
