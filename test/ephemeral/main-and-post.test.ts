import { describe, expect, it } from 'vitest';
import { type JobOptions, jobWorld, textOf } from './job.ts';

// Holds invariants 1, 2, 10 and 28 of docs/threat-model.md.

const GENERATIONS = ['v1', 'documented'] as const;
const CREDENTIALS = ['jwt', 'password'] as const;
const EACH = GENERATIONS.flatMap((generation) =>
  CREDENTIALS.map((credential) => ({ generation, credential })),
);

describe.each(EACH)(
  'a key for one job, on the $generation API, with a $credential',
  ({ generation, credential }) => {
    it('is handed out masked, works, and is revoked in the post step', async () => {
      await using job = await jobWorld({ mutx: { generation } });
      const step = job.step({ credential });
      const main = await step.main();
      expect(main.exitCode, textOf(main)).toBe(0);
      const [key] = job.alive();
      expect(main.log[0]).toBe(`Asking MUTX for a key of this job: ${key?.name}`);
      expect(key?.name).toMatch(/^gha\/acme\/web\/run\/4242\.1\/test\/[0-9a-f]{12}$/u);
      expect(main.outputs).toMatchObject({ 'api-key': key?.plaintext, 'key-id': key?.id });
      expect(main.outputs['expires-at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u);
      expect(main.env['MUTX_API_KEY']).toBe(key?.plaintext);
      expect(main.masks).toContain(key?.plaintext);
      expect(main.summary).toContain('MUTX API key for this job');
      expect(job.mutx.accepts(main.outputs['api-key'] ?? '')).toBe(true);

      const post = await step.post();
      expect(post.log).toEqual([`Giving back key ${key?.id} (${key?.name})`, `Revoked: ${key?.id}`]);
      expect(post.annotations).toEqual([]);
      expect(job.mutx.accepts(main.outputs['api-key'] ?? '')).toBe(false);
      expect(job.alive()).toEqual([]);
      for (const run of [main, post]) await job.expectNoLeak(run);
      expect(job.world.emulator.ledger.unexpected()).toEqual([]);
      expect(job.mutx.sessions.filter(({ ended }) => ended === 'no')).toEqual([]);
    });

    it('is revoked from the state alone, without any input, as in a nested composite', async () => {
      await using job = await jobWorld({ mutx: { generation } });
      const step = job.step({ credential });
      await step.main();
      const post = await step.post({ inputs: undefined });
      expect(textOf(post)).toMatch(/^Revoked: /mu);
      expect(job.alive()).toEqual([]);
      await job.expectNoLeak(post);
    });
  },
);

describe('the first step', () => {
  it('masks first, then writes the state, tries the key, and only then hands it out', async () => {
    await using job = await jobWorld();
    const main = await job.step().main();
    const lines = main.rawStdout.split('\n');
    const mask = lines.indexOf(`::add-mask::${main.outputs['api-key']}`);
    expect(mask).toBeGreaterThanOrEqual(0);
    expect(lines.findIndex((line) => line.includes('new key'))).toBeGreaterThan(mask);
    const requests = ['GET /v1/api-keys 200', 'GET /v1/auth/me 200', 'POST /v1/api-keys 201'];
    expect(job.requests().toSorted()).toEqual(requests);
    expect(main.state['mutx-key']).toContain(main.outputs['key-id']);
    expect(main.state['mutx-key']).not.toContain(main.outputs['api-key']);
  });

  it('does not export the key where `env-name` is empty, and its post step revokes it all the same', async () => {
    await using job = await jobWorld();
    const step = job.step({ inputs: { 'env-name': '' } });
    const main = await step.main();
    const exported = Object.keys(main.env);
    expect(exported.filter((name) => !name.startsWith('MUTX_KEY_ENVELOPE_'))).toEqual([]);
    await job.expectNoLeak(main, []);
    await step.post({ inputs: undefined });
    expect(job.alive()).toEqual([]);
  });

  it('exports it under the name that was given', async () => {
    await using job = await jobWorld();
    const main = await job.step({ inputs: { 'env-name': 'DEPLOY_KEY' } }).main();
    expect(main.env['DEPLOY_KEY']).toBe(main.outputs['api-key']);
    expect(main.env['MUTX_API_KEY']).toBeUndefined();
  });

  it.each(['refused', 'unclear'] as const)(
    'revokes a key that MUTX does not take (%s), and hands out nothing',
    async (how) => {
      await using job = await jobWorld();
      job.world.emulator.fault({
        server: 'mutx',
        path: /auth\/me/u,
        times: Number.POSITIVE_INFINITY,
        ...(how === 'refused' ? { what: 'refuse', status: 401 } : { what: 'html', status: 502 }),
      });
      const step = job.step();
      const main = await step.main();
      expect(main.exitCode).toBe(1);
      expect(textOf(main)).toContain(`[verify-${how}]`);
      expect(textOf(main)).toMatch(/the new key \S+ was revoked immediately/u);
      expect(main.outputs).toEqual({});
      expect(main.env['MUTX_API_KEY']).toBeUndefined();
      expect(job.alive()).toEqual([]);
      await job.expectNoLeak(main);
      job.forget();
      expect(textOf(await step.post())).toContain('Nothing to revoke: the first step made no key');
      expect(job.requests()).toEqual([]);
    },
  );

  it('leaves it to the post step where it cannot revoke that key itself', async () => {
    await using job = await jobWorld();
    const { emulator } = job.world;
    emulator.fault({ server: 'mutx', path: /auth\/me/u, what: 'refuse', status: 401 });
    const broken = { server: 'mutx', method: 'DELETE', what: 'html', status: 502 } as const;
    emulator.fault({ ...broken, times: Number.POSITIVE_INFINITY });
    const step = job.step();
    const main = await step.main();
    expect(main.exitCode).toBe(1);
    expect(textOf(main)).toMatch(
      /(?:is still active|it is not known whether the new key \S+ was revoked) .*the post step tries again/u,
    );
    emulator.clearFaults();
    expect(textOf(await step.post({ inputs: undefined }))).toMatch(/^Revoked: /mu);
    expect(job.alive()).toEqual([]);
  });

  it.each(['reply-lost', 'cut-off'] as const)(
    'revokes the key whose reply never came (%s), and makes another',
    async (what) => {
      await using job = await jobWorld();
      job.world.emulator.fault({ server: 'mutx', method: 'POST', path: /api-keys$/u, what });
      const step = job.step();
      const main = await step.main();
      expect(main.exitCode, textOf(main)).toBe(0);
      const [lost, ...more] = job.mutx.keys;
      expect(lost?.isActive).toBe(false);
      expect(job.alive().map(({ id }) => id)).toEqual([main.outputs['key-id']]);
      expect(more).toHaveLength(1);
      expect(main.annotations).toMatchObject([{ level: 'warning', title: 'A created key was lost' }]);
      expect(main.annotations[0]?.message).toContain(lost?.id);
      await step.post();
      expect(job.alive()).toEqual([]);
    },
  );

  it('has a create that comes true late found by the post step, beside its own key', async () => {
    await using job = await jobWorld();
    const late = job.world.emulator.fault({
      server: 'mutx',
      method: 'POST',
      path: /api-keys$/u,
      what: 'apply-late',
    });
    const step = job.step();
    expect((await step.main()).exitCode).toBe(0);
    late.apply();
    expect(job.alive()).toHaveLength(2);
    const post = await step.post({ inputs: undefined });
    expect(textOf(post)).toMatch(/^Revoked: \S+ and \S+$/mu);
    expect(job.alive()).toEqual([]);
  });

  it('touches no key of a name that is not its alone', async () => {
    await using job = await jobWorld();
    job.mutx.addKey(job.world.user, { name: 'shared/run/name' });
    job.world.emulator.fault({ server: 'mutx', method: 'POST', path: /api-keys$/u, what: 'reply-lost' });
    const step = job.step({ inputs: { 'key-name': 'shared/run/name' } });
    const main = await step.main();
    expect(main.annotations[0]?.message).toContain('nobody can tell');
    await step.post();
    expect(job.alive()).toHaveLength(2);
  });
});

describe('used twice in one job', () => {
  it.each(GENERATIONS)(
    'each post step revokes its own key, on the %s API, without inputs',
    async (generation) => {
      await using job = await jobWorld({ mutx: { generation } });
      const [one, two] = [job.step(), job.step()];
      const first = await one.main();
      const second = await two.main({
        env: { ...first.env, GITHUB_REPOSITORY: 'acme/web', GITHUB_JOB: 'test' },
      });
      const ids = [first, second].map((main) => main.outputs['key-id']);
      expect(new Set(ids).size).toBe(2);
      // Steps end in reverse; both see the variables of both, and `MUTX_API_KEY` of the second.
      const env = { ...first.env, ...second.env };
      expect(textOf(await two.post({ inputs: undefined, env }))).toContain(`Revoked: ${ids[1]}`);
      expect(job.alive().map(({ id }) => id)).toEqual([ids[0]]);
      expect(textOf(await one.post({ inputs: undefined, env }))).toContain(`Revoked: ${ids[0]}`);
      expect(job.alive()).toEqual([]);
    },
  );
});

describe('given an API key in place of a session', () => {
  it('works where MUTX takes it, and keeps nothing of it', async () => {
    await using job = await jobWorld();
    const options: JobOptions = { credential: 'key' };
    const step = job.step(options);
    const main = await step.main();
    expect(main.exitCode, textOf(main)).toBe(0);
    await job.expectNoLeak(main);
    await step.post({ inputs: undefined });
    expect(job.alive()).toEqual([]);
    expect(job.mutx.accepts(step.inputs['bootstrap-jwt'] ?? '')).toBe(true);
  });
});
