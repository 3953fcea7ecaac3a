import { describe, expect, it } from 'vitest';
import { DAY, jobWorld, type Step, textOf } from './job.ts';

// Holds invariants 19, 28, 29 and 38 of docs/threat-model.md.

const ALWAYS = { server: 'mutx', times: Number.POSITIVE_INFINITY } as const;

/** Nothing of what the first step enclosed arrives: a later step has emptied the variable. */
function withoutEnvelope(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(env).map((name) => [name, '']));
}

async function expectWarned(step: Step, run: Awaited<ReturnType<Step['post']>>): Promise<void> {
  expect(run.annotations).toMatchObject([{ level: 'warning', title: 'MUTX API key not revoked' }]);
  expect(run.annotations[0]?.message).toMatch(
    /may still be alive; it expires \d{4}-|may exist that nobody can use/u,
  );
  expect(run.summary).toContain('[!WARNING]');
  expect(step.inputs['api-url']).toBeDefined();
}

describe('the post step is green, and', () => {
  it.concurrent.each([
    ['nothing at all', {}],
    ['a state that is no JSON', { 'mutx-key': '{' }],
    ['a state of another version', { 'mutx-key': '{"version":2,"stage":"nothing"}' }],
    ['a state without what it needs', { 'mutx-key': '{"version":1,"stage":"minted","id":"x"}' }],
  ])('says so when the first step left %s', async (_, state) => {
    await using job = await jobWorld();
    const post = await job.step().post({ state });
    expect(textOf(post)).toContain('Nothing to revoke: the first step left no word');
    expect(post.annotations).toEqual([]);
    expect(job.requests()).toEqual([]);
  });

  it.concurrent('says that it skipped, when the inputs were refused', async () => {
    await using job = await jobWorld();
    const step = job.step({ inputs: { 'quota-wait': 'soon' } });
    expect((await step.main()).exitCode).toBe(1);
    expect(textOf(await step.post())).toContain('Nothing to revoke: the first step made no key');
    expect(job.requests()).toEqual([]);
  });

  it.concurrent('says that it skipped, when there was no session', async () => {
    await using job = await jobWorld();
    const step = job.step({
      inputs: { email: 'a@example.com', password: 'not the password', 'bootstrap-jwt': '' },
    });
    const main = await step.main();
    expect(main.exitCode).toBe(1);
    expect(textOf(main)).toContain('[session-login-refused]');
    expect(textOf(await step.post())).toContain('Nothing to revoke: the first step made no key');
  });

  it.concurrent('says that the key is gone, when somebody revoked it before and it cannot vouch for itself', async () => {
    await using job = await jobWorld();
    const step = job.step({ credential: 'key' });
    await step.main();
    for (const key of job.alive()) key.isActive = false;
    const post = await step.post({ inputs: undefined });
    expect(textOf(post)).toMatch(/^Already gone: MUTX does not know key \S+ any more, or/mu);
    expect(post.annotations).toEqual([]);
  });

  it.concurrent('says that the key is gone, on the documented API, where there is no record of it', async () => {
    await using job = await jobWorld({ mutx: { generation: 'documented' } });
    const step = job.step();
    await step.main();
    for (const key of job.alive()) key.isActive = false;
    expect(textOf(await step.post())).toMatch(/^Already gone: /mu);
  });

  it.concurrent('sends nothing where a later step has set an authority that the first step did not trust', async () => {
    await using job = await jobWorld();
    const step = job.step();
    await step.main();
    const before = job.requests().length;
    const env = { NODE_EXTRA_CA_CERTS: '/tmp/of-a-later-step.pem' };
    const post = await step.post({ env });
    await expectWarned(step, post);
    expect(post.annotations[0]?.message).toContain('[network-changed]');
    expect(job.requests()).toHaveLength(before);
    expect(job.alive()).toHaveLength(1);
    // As it was, all is well; so it is where the same was there from the beginning.
    expect(textOf(await step.post())).toMatch(/^Revoked: /mu);
    const trusting = job.step({ env });
    await trusting.main();
    expect(textOf(await trusting.post())).toMatch(/^Revoked: /mu);
  });

  it.concurrent('does not take a 403 for a key that is gone', async () => {
    await using job = await jobWorld();
    const step = job.step();
    await step.main();
    const always = Number.POSITIVE_INFINITY;
    job.world.emulator.fault({ server: 'mutx', what: 'refuse', status: 403, times: always });
    await expectWarned(step, await step.post({ inputs: undefined }));
    expect(job.alive()).toHaveLength(1);
  });

  it.concurrent('says that the key has expired, a day later, and frees its place if it can', async () => {
    await using job = await jobWorld();
    const [alone, withPassword] = [job.step(), job.step({ credential: 'password' })];
    for (const step of [alone, withPassword]) await step.main();
    // This machine's own clock is a day later, too: the note says when the key ends.
    const later = (state: Readonly<Record<string, string>>) => {
      const note = JSON.parse(state['mutx-key'] ?? '') as Record<string, unknown>;
      return { 'mutx-key': JSON.stringify({ ...note, expiresAt: Date.now() - 2 * 60_000 }) };
    };
    job.world.advance(DAY + 60_000);
    const post = await alone.post({ state: later(alone.state()) });
    expect(textOf(post)).toMatch(/^Expired: key \S+ ended by itself at \S+Z; its place in the plan/mu);
    expect(post.annotations).toEqual([]);
    const freed = await withPassword.post({ state: later(withPassword.state()) });
    expect(textOf(freed)).toMatch(/^Revoked: \S+ \(it had expired before\)$/mu);
    expect(job.alive()).toHaveLength(1);
  });

  it.concurrent('revokes it 24 hours later, when the token is long dead, because the key still lives', async () => {
    await using job = await jobWorld();
    const step = job.step({ inputs: { 'expires-in-days': '2' } });
    await step.main();
    job.world.advance(DAY);
    expect(textOf(await step.post({ inputs: undefined }))).toMatch(/^Revoked: /mu);
    expect(job.alive()).toEqual([]);
  });

  it.concurrent('warns on the documented API when every token has ended, and the next run does its work', async () => {
    await using job = await jobWorld({ mutx: { generation: 'documented' } });
    const step = job.step();
    await step.main();
    job.world.advance(45 * 60_000);
    const post = await step.post();
    await expectWarned(step, post);
    await job.expectNoLeak(post);
    job.world.advance(DAY);
    const next = job.step();
    const main = await next.main();
    expect(textOf(main)).toMatch(/^swept: .*\(expired\)$/mu);
    await next.post();
    expect(job.alive()).toEqual([]);
  });

  it.concurrent('warns when nothing is left to authenticate with', async () => {
    await using job = await jobWorld();
    const step = job.step();
    const main = await step.main();
    const post = await step.post({ inputs: undefined, env: withoutEnvelope(main.env) });
    await expectWarned(step, post);
    expect(post.annotations[0]?.message).toContain('there was nothing left to authenticate with');
  });

  it.concurrent('uses the inputs when the envelope is gone or changed', async () => {
    await using job = await jobWorld();
    for (const credential of ['jwt', 'password'] as const) {
      const step = job.step({ credential });
      const main = await step.main();
      const changed = Object.fromEntries(
        Object.entries(main.env).map(([name, text]) => [name, `A${text.slice(1)}`]),
      );
      const post = await step.post({ env: credential === 'jwt' ? changed : withoutEnvelope(main.env) });
      expect(textOf(post)).toMatch(/^Revoked: /mu);
    }
    expect(job.alive()).toEqual([]);
    expect(job.mutx.sessions.filter(({ ended }) => ended === 'no')).toEqual([]);
  });

  it.concurrent('does not use inputs of another action, which the runner hands over in a nested composite', async () => {
    await using job = await jobWorld();
    const step = job.step();
    const main = await step.main();
    const other = job.mutx.issueAccessJwt(job.mutx.addUser());
    job.world.credentials.add(other);
    job.forget();
    const foreign = { 'bootstrap-jwt': other, 'api-url': 'https://elsewhere.invalid' };
    await expectWarned(step, await step.post({ inputs: foreign, env: withoutEnvelope(main.env) }));
    expect(job.requests()).toEqual([]);
    expect(textOf(await step.post({ inputs: foreign }))).toMatch(/^Revoked: /mu);
  });

  it.concurrent('tries again when MUTX is unwell', async () => {
    await using job = await jobWorld();
    const step = job.step();
    await step.main();
    job.world.emulator.fault({ ...ALWAYS, method: 'DELETE', what: 'html', status: 502, times: 2 });
    expect(textOf(await step.post())).toMatch(/^Revoked: /mu);
    expect(job.alive()).toEqual([]);
  });

  it.concurrent('warns when MUTX is down', async () => {
    await using job = await jobWorld();
    const step = job.step({ credential: 'password' });
    await step.main();
    await job.world.emulator.close();
    const post = await step.post();
    await expectWarned(step, post);
    expect(post.annotations[0]?.message).toContain('[mutx-unreachable]');
    await job.expectNoLeak(post);
  });

  it.concurrent.each(['SIGINT', 'SIGTERM'] as const)('warns when it is ended by %s', async (signal) => {
    await using job = await jobWorld();
    const step = job.step();
    await step.main();
    job.world.emulator.fault({ ...ALWAYS, method: 'DELETE', what: 'html', status: 502 });
    const post = await step.post({ onLine: (line) => (line.includes('try 2 in') ? signal : undefined) });
    expect(textOf(post)).toContain('[cancelled]');
    expect(post.annotations).toMatchObject([{ level: 'warning', title: 'MUTX API key not revoked' }]);
    expect(post.annotations[0]?.message).toContain('may still be alive');
  });

  it.concurrent('warns when it meets a bug', async () => {
    await using job = await jobWorld();
    const step = job.step();
    await step.main();
    const thrower = `data:text/javascript,${encodeURIComponent("globalThis.URL.parse = () => { throw new Error('a bug'); };")}`;
    const post = await step.post({ env: { NODE_OPTIONS: `--import=${thrower}` } });
    expect(textOf(post)).toContain('[internal-error]');
    expect(post.annotations).toMatchObject([{ level: 'warning' }]);
    await job.expectNoLeak(post);
  });
});
