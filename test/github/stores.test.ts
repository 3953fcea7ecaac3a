import { describe, expect, it } from 'vitest';
import type { TokenOptions } from '../../packages/emulator/src/index.ts';
import type { Target } from '../../src/config/targets.ts';
import type { Reply } from '../../src/core/call.ts';
import { Limiter } from '../../src/github/limiter.ts';
import { paced } from '../../src/github/pace.ts';
import { tokenExpiryWarning } from '../../src/github/token-expiry.ts';
import type { SecretTarget } from '../../src/rotation/ports.ts';
import { startWorld, type World } from './against-emulator.ts';
import {
  environment,
  everyone,
  organisation,
  PLACES,
  READ_ONLY,
  repository,
  SECRET,
  STORES,
} from './places.ts';

const always = () => true;

async function world(
  options: { token?: TokenOptions; github?: Parameters<typeof startWorld>[0] } = {},
): Promise<World> {
  const started = await startWorld({
    ...options.github,
    ...(options.token === undefined ? {} : { token: options.token }),
  });
  started.emulator.github.addRepository('acme/web', { environments: ['production'] });
  started.emulator.github.addOrganisation('acme');
  return started;
}

function codeOf(reply: Reply<unknown>): string {
  return reply.ok ? 'ok' : reply.failure.code;
}

describe('a secret in every place it can be', () => {
  it.each(PLACES)('%s: created, then updated, and opens to what was written', async (_, target, place) => {
    await using here = await world();
    const { emulator, clock } = here;
    const one = here.target(target, everyone);
    expect(await one.prepare()).toMatchObject({ ok: true, value: true, date: clock.time });
    expect(await one.metadata()).toMatchObject({ ok: true, value: undefined });
    expect(emulator.ledger.effects()).toEqual([]);

    expect(await one.write(here.secrets.admit('mutx_live_1'), always)).toMatchObject({ value: 'created' });
    expect(emulator.github.openSecret(place, SECRET)).toBe('mutx_live_1');

    clock.time += 90_500;
    expect(await one.write(here.secrets.admit('mutx_live_2'), always)).toMatchObject({ value: 'updated' });
    expect(emulator.github.secretValues(place, SECRET)).toEqual(['mutx_live_1', 'mutx_live_2']);
    expect(await one.metadata()).toMatchObject({ value: { updatedAt: clock.time - 500 } });
  });

  it.each(PLACES)(
    '%s: GITHUB_TOKEN cannot write it, which is known before anything is made',
    async (_, target) => {
      await using here = await world({ token: { kind: 'github-token' } });
      const reply = await here.target(target, everyone).prepare();
      expect(codeOf(reply)).toBe('github-token-cannot-write');
      const words = reply.ok ? '' : `${reply.failure.message}\n${reply.failure.hint}`;
      expect(words).toContain('can never write secrets');
      expect(words).toMatch(/permission "[A-Za-z ]*(?:[Ss]ecrets|Environments): Read and write"/);
    },
  );

  it.each(PLACES)('%s: a token that may only read is told which permission it lacks', async (_, target) => {
    await using here = await world({ token: { permissions: READ_ONLY } });
    const one = here.target(target, everyone);
    expect(await one.prepare()).toMatchObject({ ok: true });
    const reply = await one.write(here.secrets.admit('mutx_live_1'), always);
    expect(reply).toMatchObject({ failure: { kind: 'refused', code: 'github-missing-permission' } });
    expect(reply.ok ? '' : reply.failure.message).toMatch(/^the github-token lacks ".*: Read and write"$/);
  });

  it.each(PLACES)(
    '%s: sealed anew, once, for a public key that has just been replaced',
    async (_, target, place) => {
      await using here = await world();
      const one = here.target(target, everyone);
      await one.prepare();
      here.emulator.fault({ server: 'github', method: 'PUT', what: 'stale-key' });
      expect(await one.write(here.secrets.admit('mutx_live_1'), always)).toMatchObject({ value: 'created' });
      expect(here.emulator.github.openSecret(place, SECRET)).toBe('mutx_live_1');
      const puts = here.emulator.ledger.entries.filter(({ method }) => method === 'PUT');
      expect(puts.map(({ status }) => status)).toEqual([422, 201]);
    },
  );
});

describe('environments', () => {
  it.each(['a/b', 'two words', '100%', 'a%2Fb', 'Köln ☀', "it's (new)!", '...', 'a?b#c&d=e+f'])(
    'are reached by the name %j',
    async (name) => {
      await using here = await world();
      const place = { repository: 'acme/web', environment: name };
      const target = here.target(environment(name), { createEnvironment: true });
      expect(await target.prepare()).toMatchObject({ ok: true });
      expect(here.emulator.ledger.effects()).toEqual([]);
      expect(await target.write(here.secrets.admit('mutx_live_1'), always)).toMatchObject({
        value: 'created',
      });
      expect(here.emulator.github.openSecret(place, SECRET)).toBe('mutx_live_1');

      const again = here.target(environment(name));
      expect(await again.prepare()).toMatchObject({ ok: true });
      expect(await again.write(here.secrets.admit('mutx_live_2'), always)).toMatchObject({
        value: 'updated',
      });
      expect(here.emulator.github.openSecret(place, SECRET)).toBe('mutx_live_2');
    },
  );

  it('keep their protection rules when somebody created them a moment before us', async () => {
    await using here = await world();
    const target = here.target(environment('stage'), { createEnvironment: true });
    await target.prepare();
    const { emulator } = here;
    const repositoryThere = emulator.github.repository('acme/web');
    const admin = here.client;
    await admin.send({ method: 'PUT', path: '/repos/acme/web/environments/stage', body: { wait_timer: 30 } });
    expect(await target.write(here.secrets.admit('mutx_live_1'), always)).toMatchObject({ value: 'created' });
    expect(repositoryThere.environments.get('stage')?.waitTimer).toBe(30);
  });

  it('that do not exist are an error of their own', async () => {
    await using here = await world();
    expect(codeOf(await here.target(environment('stage')).prepare())).toBe('github-environment-not-found');
  });

  it('are looked for with the permission that this takes', async () => {
    await using here = await world({ token: { permissions: { environments: 'write' } } });
    const reply = await here.target(environment('stage'), { createEnvironment: true }).prepare();
    expect(reply.ok ? '' : reply.failure.message).toBe('the github-token lacks "Actions: Read-only"');
    // A token with nothing but that could not write in the end.
    expect(reply.ok ? '' : reply.failure.hint).toContain(
      '    permission-environments: write\n    permission-actions: read\n',
    );
  });
});

describe("an organisation's secret", () => {
  it.each(STORES)('of the store %s keeps its 250 repositories', async (store) => {
    await using here = await world();
    const { github } = here.emulator;
    const place = { organisation: 'acme', store };
    const ids = Array.from({ length: 250 }, (_, index) => github.addRepository(`acme/r${index}`).id);
    const audience = { visibility: 'selected', repositoryIds: ids } as const;
    github.setSecret(place, SECRET, 'mutx_live_0', audience);
    const target = here.target(organisation(store), everyone);
    expect(await target.prepare()).toMatchObject({ ok: true });
    expect(await target.write(here.secrets.admit('mutx_live_1'), always)).toMatchObject({ value: 'updated' });
    expect(github.openSecret(place, SECRET)).toBe('mutx_live_1');
    expect(github.secret(place, SECRET)?.audience).toEqual(audience);
  });

  it('keeps what somebody made of its audience after we had looked', async () => {
    await using here = await world();
    const { github } = here.emulator;
    const place = { organisation: 'acme' };
    github.setSecret(place, SECRET, 'mutx_live_0', { visibility: 'all', repositoryIds: [] });
    const target = here.target(organisation());
    await target.prepare();
    const narrowed = { visibility: 'selected', repositoryIds: [github.repository('acme/web').id] } as const;
    github.setAudience(place, SECRET, narrowed);
    await target.write(here.secrets.admit('mutx_live_1'), always);
    expect(github.secret(place, SECRET)?.audience).toEqual(narrowed);
  });

  it('is created for repositories given by name and by id', async () => {
    await using here = await world();
    const { github } = here.emulator;
    const api = github.addRepository('acme/api').id;
    const audience = { visibility: 'selected', selectedRepositories: ['web', String(api)] } as const;
    const target = here.target(organisation('dependabot'), { audience });
    expect(await target.prepare()).toMatchObject({ ok: true });
    expect(await target.write(here.secrets.admit('mutx_live_1'), always)).toMatchObject({ value: 'created' });
    expect(github.secret({ organisation: 'acme', store: 'dependabot' }, SECRET)?.audience).toEqual({
      visibility: 'selected',
      repositoryIds: [github.repository('acme/web').id, api],
    });
  });

  it('is not created without being told for whom', async () => {
    await using here = await world();
    expect(codeOf(await here.target(organisation()).prepare())).toBe('github-visibility-needed');
  });
});

describe('what stands in the way is told apart', () => {
  it('a repository that is not there, or cannot be seen', async () => {
    await using here = await world({ token: { repositories: ['acme/other'] } });
    expect(codeOf(await here.target(repository('gone')).prepare())).toBe('github-not-found');
    expect(codeOf(await here.target(repository('web')).prepare())).toBe('github-not-found');
  });

  it('a public repository whose secrets the token cannot see', async () => {
    await using here = await world({ token: { repositories: ['acme/web'] } });
    here.emulator.github.addRepository('acme/public', { private: false });
    expect(codeOf(await here.target(repository('public')).prepare())).toBe('github-missing-permission');
  });

  it('an archived repository, before anything is made and when it is too late', async () => {
    await using here = await world();
    const target = here.target(repository());
    await target.prepare();
    here.emulator.github.repository('acme/web').archived = true;
    expect(codeOf(await target.prepare())).toBe('github-archived');
    expect(codeOf(await target.write(here.secrets.admit('mutx_live_1'), always))).toBe('github-archived');
    expect(codeOf(await here.target(environment('production')).prepare())).toBe('github-archived');
  });

  it('an organisation that is not there', async () => {
    await using here = await world();
    const nobody: Target = {
      kind: 'organisation',
      store: 'actions',
      org: 'nobody',
      secretName: SECRET,
      label: 'org:nobody',
    };
    expect(codeOf(await here.target(nobody).prepare())).toBe('github-not-found');
  });

  it.each([undefined, '/api/v3'])(
    'a renamed repository, with its new name (base path %s)',
    async (basePath) => {
      await using here = await world({ github: { github: basePath === undefined ? {} : { basePath } } });
      here.emulator.github.renameRepository('acme/web', 'acme/site');
      const reply = await here.target(repository()).prepare();
      expect(reply).toMatchObject({ failure: { kind: 'refused', code: 'github-repository-renamed' } });
      expect(reply.ok ? '' : reply.failure.message).toContain('is now called acme/site');
      expect(here.emulator.ledger.entries.some(({ path }) => /repositories\/\d+\//.test(path))).toBe(false);
    },
  );

  it('a token that has ended', async () => {
    await using here = await world({ token: { expiresAt: Date.UTC(2026, 10, 5) } });
    const target = here.target(repository());
    expect(await target.prepare()).toMatchObject({ ok: true });
    expect(here.client.tokenExpiresAt).toBe(Date.UTC(2026, 10, 5));
    expect(tokenExpiryWarning(here.client.tokenExpiresAt, here.clock.now())?.daysLeft).toBe(3);
    here.clock.time = Date.UTC(2026, 10, 6);
    expect(codeOf(await target.prepare())).toBe('github-bad-credentials');
  });
});

describe('GitHub Enterprise Server', () => {
  const github = { basePath: '/api/v3', enterprise: true };

  it('is asked under its base path, in the only version that it knows', async () => {
    await using here = await world({ github: { github } });
    for (const target of [
      repository(),
      repository('web', 'dependabot'),
      environment('production'),
      organisation(),
    ]) {
      const one = here.target(target, everyone);
      expect(await one.prepare()).toMatchObject({ ok: true });
      expect(await one.write(here.secrets.admit('mutx_live_1'), always)).toMatchObject({ value: 'created' });
    }
    expect(here.emulator.github.openSecret('acme/web', SECRET)).toBe('mutx_live_1');
  });
});

describe('a write whose reply gets lost', () => {
  it('may have been done, and was', async () => {
    await using here = await world();
    const target = here.target(repository());
    await target.prepare();
    here.emulator.fault({ server: 'github', method: 'PUT', what: 'reply-lost' });
    const value = here.secrets.admit('mutx_live_1');
    expect(await target.write(value, always)).toMatchObject({ failure: { kind: 'unclear' } });
    expect(here.emulator.github.openSecret('acme/web', SECRET)).toBe('mutx_live_1');
    expect(await target.write(value, always)).toMatchObject({ value: 'updated' });
  });
});

describe('500 repositories', () => {
  const COUNT = 500;

  /** As the engine does: eight at a time, each up to four times while that may help. */
  async function forEach<T>(
    targets: readonly SecretTarget[],
    call: (target: SecretTarget) => Promise<Reply<T>>,
  ) {
    const replies: Reply<T>[] = [];
    const queue = targets.entries();
    const worker = async () => {
      for (const [index, target] of queue) {
        let reply = await call(target);
        for (let tries = 1; !reply.ok && reply.failure.retryable && tries < 4; tries++)
          reply = await call(target);
        replies[index] = reply;
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    return replies;
  }

  it.each([
    ['all well', () => {}, COUNT],
    [
      'one in twenty failing for good and one in ten failing once',
      ({ emulator }: World) => {
        for (let index = 0; index < COUNT; index++) {
          const path = new RegExp(`/r${index}/`);
          const rule = { server: 'github', method: 'PUT', path, what: 'refuse' } as const;
          if (index % 20 === 3) emulator.fault({ ...rule, status: 403, times: Number.POSITIVE_INFINITY });
          if (index % 10 === 5) emulator.fault({ ...rule, status: 502 });
        }
      },
      COUNT - COUNT / 20,
    ],
  ])("are written within GitHub's limits and the write deadline, %s", async (_name, spoil, written) => {
    await using here = await world({ github: { github: { limits: true } } });
    const { emulator, clock } = here;
    const places = Array.from({ length: COUNT }, (_, index) => {
      emulator.github.addRepository(`acme/r${index}`);
      return here.target(repository(`r${index}`));
    });
    spoil(here);
    const targets = paced(places, new Limiter(clock));
    expect((await forEach(targets, (target) => target.prepare())).every((reply) => reply.ok)).toBe(true);

    const start = clock.time;
    const value = here.secrets.admit('mutx_live_1');
    const replies = await forEach(targets, (target) =>
      target.write(value, () => clock.time - start < 600_000),
    );
    expect(replies.filter((reply) => reply.ok)).toHaveLength(written);
    expect(emulator.github.limited).toBe(0);
    expect(clock.time - start).toBeLessThan(600_000);
    for (const [index, reply] of replies.entries()) {
      expect(emulator.github.openSecret(`acme/r${index}`, SECRET)).toBe(reply.ok ? 'mutx_live_1' : undefined);
    }
  });
});
