import { describe, expect, it } from 'vitest';
import type { FaultRule, TokenOptions } from '../../packages/emulator/src/index.ts';
import type { Target } from '../../src/config/targets.ts';
import type { Secret } from '../../src/secrets/secret.ts';
import { startWorld, type World } from './against-emulator.ts';
import { keyPair, ok, refusal, startGithubDouble } from './github-double.ts';
import { environment, everyone, organisation, PLACES, READ_ONLY, repository, SECRET } from './places.ts';

// Holds invariants 11 and 12 of docs/threat-model.md.

const TOKEN = 'the-token-that-is-good-now';
const put = { server: 'github', method: 'PUT' } as const;

interface Probed extends World {
  readonly unspent: Secret;
  readonly puts: () => readonly number[];
}

async function world(token?: TokenOptions): Promise<Probed> {
  const started = await startWorld(token === undefined ? {} : { token });
  const { emulator, secrets } = started;
  emulator.github.addRepository('acme/web', { environments: ['production'] });
  emulator.github.addOrganisation('acme');
  const puts = () =>
    emulator.ledger.entries.filter(({ method }) => method === 'PUT').map(({ status }) => status ?? 0);
  return { ...started, unspent: secrets.admit(TOKEN), puts };
}

/** Prepared, as it is before every probe. */
async function prepared(here: World, target: Target, options: Parameters<World['target']>[1] = everyone) {
  const one = here.target(target, options);
  expect(await one.prepare()).toMatchObject({ ok: true });
  return one;
}

describe('a probe of a secret, in every place it can be', () => {
  it.each(PLACES)(
    '%s: a token that may write is let through, and nothing changes',
    async (_, target, place) => {
      await using here = await world();
      const { github, ledger } = here.emulator;
      const audience = { visibility: 'private', repositoryIds: [] } as const;
      github.setSecret(
        place,
        SECRET,
        'of-another-run',
        typeof place === 'object' && 'organisation' in place ? audience : undefined,
      );
      const before = { ...github.secret(place, SECRET) };
      here.clock.time += 90_000;
      const one = await prepared(here, target);
      expect(await one.probe(here.unspent)).toMatchObject({ ok: true, value: true });
      expect(here.puts()).toEqual([422]);
      expect(ledger.effects()).toEqual([]);
      expect(github.secret(place, SECRET)).toEqual(before);
      expect(github.secretValues(place, SECRET)).toEqual(['of-another-run']);

      // And it is as true as it says: what comes next is written.
      expect(await one.write(here.secrets.admit('next'), () => true)).toMatchObject({ value: 'updated' });
      expect(github.openSecret(place, SECRET)).toBe('next');
    },
  );

  it.each(PLACES)('%s: one that does not exist yet is not created by it', async (_, target, place) => {
    await using here = await world();
    const one = await prepared(here, target);
    expect(await one.probe(here.unspent)).toMatchObject({ ok: true });
    expect(here.emulator.github.secret(place, SECRET)).toBeUndefined();
    expect(await one.metadata()).toMatchObject({ ok: true, value: undefined });
  });

  it.each(PLACES)('%s: a token that may only read is told what it lacks', async (_, target) => {
    await using here = await world({ permissions: READ_ONLY });
    const one = await prepared(here, target);
    const reply = await one.probe(here.unspent);
    expect(reply).toMatchObject({
      failure: { kind: 'refused', status: 403, code: 'github-missing-permission' },
    });
    const words = reply.ok ? '' : `${reply.failure.message}\n${reply.failure.hint}`;
    expect(words).toMatch(/^the github-token lacks ".*: Read and write"\nUse a GitHub App/);
    expect(here.puts()).toEqual([403]);
  });

  it.each(PLACES)(
    '%s: a server that takes it after all is left with the value that is good now',
    async (_, target, place) => {
      await using here = await world();
      const { github, ledger } = here.emulator;
      here.emulator.fault({ ...put, what: 'raw', status: 204, body: '' });
      const one = await prepared(here, target);
      expect(await one.probe(here.unspent)).toMatchObject({ ok: true, value: true });
      expect(github.secretValues(place, SECRET)).toEqual([TOKEN]);
      expect(ledger.effects()).toHaveLength(1);
    },
  );

  it('of an organisation sends the audience back as it is, should it be taken', async () => {
    await using here = await world();
    const { github } = here.emulator;
    const place = { organisation: 'acme', store: 'dependabot' } as const;
    const audience = { visibility: 'selected', repositoryIds: [github.repository('acme/web').id] } as const;
    github.setSecret(place, SECRET, 'old', audience);
    here.emulator.fault({ ...put, what: 'raw', status: 204, body: '' });
    const one = await prepared(here, organisation('dependabot'));
    expect(await one.probe(here.unspent)).toMatchObject({ ok: true });
    expect(github.secret(place, SECRET)?.audience).toEqual(audience);
    expect(github.openSecret(place, SECRET)).toBe(TOKEN);
  });
});

describe('a probe that is not let through', () => {
  it('as if there were nothing, although the public key was there: a permission is missing', async () => {
    await using here = await world();
    here.emulator.fault({ ...put, what: 'refuse', status: 404 });
    const one = await prepared(here, repository());
    expect(await one.probe(here.unspent)).toMatchObject({
      failure: {
        kind: 'refused',
        status: 404,
        call: `PUT /repos/acme/web/actions/secrets/${SECRET}`,
        code: 'github-missing-permission',
        message:
          'acme/web can be read, but its secrets not be written: the github-token lacks "Secrets: Read and write"',
        hint: expect.stringContaining('permission-secrets: write'),
      },
    });
  });

  it.each<[string, Omit<FaultRule, 'server'>, object]>([
    ['401', { what: 'refuse', status: 401 }, { kind: 'refused', code: 'github-bad-credentials' }],
    ['a limit', { what: 'rate-limit', retryAfter: 60 }, { kind: 'throttled', retryAfter: 60_000 }],
    ['500', { what: 'refuse', status: 500 }, { kind: 'unclear', retryable: true }],
    ['a page of a proxy with 422', { what: 'html', status: 422 }, { kind: 'unclear' }],
    ['a page of a proxy with 200', { what: 'html', status: 200 }, { kind: 'unclear' }],
    ['a cut connection', { what: 'drop' }, { kind: 'unclear', retryable: true }],
  ] as never)('%s is not taken for an answer', async (_what, fault, failure) => {
    await using here = await world();
    here.emulator.fault({ ...put, ...fault } as FaultRule);
    const one = await prepared(here, repository());
    expect(await one.probe(here.unspent)).toMatchObject({ ok: false, failure });
  });

  it('by a repository that was archived meanwhile', async () => {
    await using here = await world();
    const one = await prepared(here, repository());
    here.emulator.github.repository('acme/web').archived = true;
    expect(await one.probe(here.unspent)).toMatchObject({ failure: { code: 'github-archived' } });
  });

  it('for a public key that cannot be read: nothing is sent', async () => {
    await using here = await world();
    here.emulator.fault({ server: 'github', path: /public-key/, what: 'refuse', status: 403 });
    expect(await here.target(repository()).probe(here.unspent)).toMatchObject({ ok: false });
    expect(here.puts()).toEqual([]);
  });
});

describe('a probe of an environment that is still to be made', () => {
  it('makes it, because whether it can be made is what has to be known', async () => {
    await using here = await world();
    const one = await prepared(here, environment('stage'), { createEnvironment: true });
    expect(await one.probe(here.unspent)).toMatchObject({ ok: true });
    const place = { repository: 'acme/web', environment: 'stage' };
    expect(here.emulator.ledger.effects().map(({ effect }) => effect)).toEqual([
      'environment created acme/web@stage',
    ]);
    expect(here.emulator.github.secret(place, SECRET)).toBeUndefined();
    expect(await one.write(here.unspent, () => true)).toMatchObject({ value: 'created' });
  });

  it('and may not be made: says which permission that takes', async () => {
    await using here = await world({ permissions: { environments: 'write', actions: 'read' } });
    const one = await prepared(here, environment('stage'), { createEnvironment: true });
    const reply = await one.probe(here.unspent);
    expect(reply).toMatchObject({ failure: { kind: 'refused', code: 'github-missing-permission' } });
    expect(reply.ok ? '' : reply.failure.message).toContain('Administration: Read and write');
    expect(here.emulator.ledger.effects()).toEqual([]);
  });
});

it.each(['568250167242549743', '0'])(
  'what it sends is sealed as it should be, and said to be sealed for another key than %s',
  async (keyId) => {
    await using github = await startGithubDouble();
    const pair = await keyPair(keyId);
    const secrets = '/repos/acme/web/actions/secrets';
    github.answer('GET /repos/acme/web', ok({ id: 7, archived: false }));
    github.answer(`GET ${secrets}/public-key`, pair.answer);
    github.answer(`PUT ${secrets}/${SECRET}`, refusal(422, 'Validation Failed'));
    const one = github.target(repository());
    await one.prepare();
    expect(await one.probe(github.secrets.admit(TOKEN))).toMatchObject({ ok: true });
    const sent = github.requests.at(-1)?.body as { key_id: string };
    expect(sent.key_id).toMatch(/^\d$/);
    expect(sent.key_id).not.toBe(keyId);
    expect(pair.open({ ...sent, key_id: keyId })).toBe(TOKEN);
  },
);
