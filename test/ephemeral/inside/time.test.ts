import { describe, expect, it } from 'vitest';
import { here } from './here.ts';

// Holds invariant 28 of docs/threat-model.md.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('a job that takes long', () => {
  it.each([
    ['v1', 29, /^Revoked: \S+$/mu],
    ['v1', 23 * 60, /^Revoked: \S+$/mu],
    ['v1', 25 * 60, /^Expired: key \S+ ended by itself/mu],
    ['documented', 29, /^Revoked: \S+$/mu],
    ['documented', 31, /^Not revoked: key \S+ .* may still be alive; it expires/mu],
    ['documented', 25 * 60, /^Expired: key \S+ ended by itself/mu],
  ] as const)(
    'with an access JWT, on the %s API, for %i minutes, and no inputs in post',
    async (generation, minutes, says) => {
      await using job = await here({ mutx: { generation } });
      const main = await job.main({ 'bootstrap-jwt': job.mutx.issueAccessJwt(job.world.user) });
      expect(main.failures).toEqual([]);
      job.machine.advance(minutes * MINUTE);
      const post = await job.post(main);
      expect(post.log).toMatch(says);
      expect(post.failures).toEqual([]);
      expect(job.alive()).toHaveLength(says.source.startsWith('^Revoked') ? 0 : 1);
    },
  );

  it.each(['v1', 'documented'] as const)(
    'with a password, on the %s API, for a day, frees the place of its expired key',
    async (generation) => {
      await using job = await here({ mutx: { generation } });
      const { email, password } = job.world.user;
      const main = await job.main({ email, password });
      job.machine.advance(25 * HOUR);
      const post = await job.post(main, { email, password });
      expect(post.log).toMatch(/^Revoked: \S+ \(it had expired before\)$/mu);
      expect(job.alive()).toEqual([]);
      expect(job.mutx.sessions.filter(({ ended }) => ended === 'no')).toEqual([]);
    },
  );

  it.each([
    ['v1', /^Revoked: \S+$/mu, 0],
    ['documented', /^Not revoked: key \S+ .* may still be alive/mu, 1],
  ] as const)(
    'says of no key on the %s API that it has expired because the clock of this machine is days ahead',
    async (generation, says, alive) => {
      await using job = await here({ mutx: { generation } });
      const main = await job.main({ 'bootstrap-jwt': job.mutx.issueAccessJwt(job.world.user) });
      const note = main.sink.states.get('mutx-key') ?? '';
      const ended = JSON.stringify({ ...JSON.parse(note), expiresAt: job.machine.now() - 2 * 24 * HOUR });
      main.sink.states.set('mutx-key', ended);
      if (generation === 'documented') job.machine.advance(31 * MINUTE);
      const post = await job.post(main);
      expect(post.log).toMatch(says);
      expect(post.log).not.toContain('Expired');
      expect(job.alive()).toHaveLength(alive);
    },
  );

  it('does not say that a key was revoked which has expired, where the clock of this machine is behind', async () => {
    await using job = await here();
    const main = await job.main({ 'bootstrap-jwt': job.mutx.issueAccessJwt(job.world.user) });
    job.machine.advance(25 * HOUR);
    const note = JSON.parse(main.sink.states.get('mutx-key') ?? '') as { expiresAt: number };
    main.sink.states.set('mutx-key', JSON.stringify({ ...note, expiresAt: note.expiresAt + 2 * HOUR }));
    const post = await job.post(main);
    expect(post.log).toMatch(
      /^Already gone: MUTX does not know key \S+ any more, or does not take it any more$/mu,
    );
    expect(post.log).not.toContain('revoked');
  });

  it('says that its key is revoked before it logs out, which may take its time', async () => {
    await using job = await here({ mutx: { generation: 'documented' } });
    const { email, password } = job.world.user;
    const main = await job.main({ email, password });
    job.machine.advance(HOUR);
    const post = await job.post(main, { email, password });
    expect(post.log).toMatch(/^Revoked: \S+\n.*logged out/msu);
  });

  it('revokes its key on the documented API, too, where a page is the answer to what is not there', async () => {
    await using job = await here({ mutx: { generation: 'documented' } });
    const times = Number.POSITIVE_INFINITY;
    job.world.emulator.fault({ server: 'mutx', path: /^\/v1\//u, what: 'html', status: 404, times });
    const { email, password } = job.world.user;
    for (const inputs of [
      { 'bootstrap-jwt': job.mutx.issueAccessJwt(job.world.user) },
      { email, password },
    ]) {
      const main = await job.main({ ...inputs, sweep: 'false' });
      expect(main.failures).toEqual([]);
      expect((await job.post(main)).log).toMatch(/^Revoked: /mu);
    }
    expect(job.alive()).toEqual([]);
  });

  it('warns in the summary, too, when its inputs were another account’s e-mail address', async () => {
    await using job = await here({ mutx: { generation: 'documented' } });
    const { email, password } = job.world.user;
    const main = await job.main({ email, password });
    job.machine.advance(HOUR);
    const other = job.mutx.addUser();
    const post = await job.post(main, { email: other.email, password: other.password });
    expect(post.sink.summaries.join('')).toContain('[!WARNING]');
    expect(post.log).toContain('warning MUTX API key not revoked');
    expect(job.alive()).toHaveLength(1);
  });
});

describe('what is kept', () => {
  const shapeOf = (variables: ReadonlyMap<string, string>) =>
    [...variables.keys()].map((name) => name.replace(/[0-9A-F]{12}$/u, '…'));

  it('is a note without a credential, and an envelope that only the note opens', async () => {
    await using job = await here();
    const jwt = job.mutx.issueAccessJwt(job.world.user);
    const main = await job.main({ 'bootstrap-jwt': jwt });
    const key = main.sink.outputs.get('api-key') ?? '';
    expect(shapeOf(main.sink.variables)).toEqual(['MUTX_KEY_ENVELOPE_…', 'MUTX_API_KEY']);
    const [envelope = ''] = main.sink.variables.values();
    const state = main.sink.states.get('mutx-key') ?? '';
    for (const text of [state, envelope]) {
      for (const credential of [key, jwt]) {
        expect(text).not.toContain(credential);
        expect(Buffer.from(text, 'base64url').toString('latin1')).not.toContain(credential);
      }
    }
    expect(job.mutx.accepts(key)).toBe(true);
  });

  it('is no token that lives for longer than an hour', async () => {
    await using job = await here({ mutx: { generation: 'documented' } });
    const jwt = job.mutx.issueAccessJwt(job.world.user, { expiresIn: 2 * HOUR });
    const main = await job.main({ 'bootstrap-jwt': jwt });
    const post = await job.post(main);
    expect(post.log).toMatch(/^Not revoked: /mu);
    // With the inputs it is no matter.
    expect((await job.post(main, { 'bootstrap-jwt': jwt })).log).toMatch(/^Revoked: /mu);
  });

  it('is no address that is not one', async () => {
    await using job = await here();
    const main = await job.main({ 'bootstrap-jwt': job.mutx.issueAccessJwt(job.world.user) });
    const state = main.sink.states.get('mutx-key') ?? '';
    main.sink.states.set('mutx-key', state.replace(job.mutx.url, 'http://elsewhere.example'));
    expect((await job.post(main)).log).toContain('nothing left to authenticate with');
  });
});

describe('what cannot be done', () => {
  it('is told with its state: a plan that stays full', async () => {
    await using job = await here({ plan: 'FREE' });
    for (const name of ['laptop', 'staging']) job.mutx.addKey(job.world.user, { name });
    const { email, password } = job.world.user;
    const main = await job.main({ email, password });
    const [failure] = main.failures;
    expect(failure).toMatchObject({
      code: 'quota-wait-over',
      state: ['no key was made', 'nothing was handed out'],
    });
    expect(failure?.details).toHaveLength(2);
    expect(job.machine.slept.reduce((sum, one) => sum + one, 0)).toBeCloseTo(2 * MINUTE, 0);
    expect((await job.post(main)).log).toContain('Nothing to revoke');
  });

  it('is told with its state: creates that get no clear answer', async () => {
    await using job = await here();
    job.world.emulator.fault({
      server: 'mutx',
      method: 'POST',
      path: /api-keys$/u,
      what: 'reply-lost',
      times: Number.POSITIVE_INFINITY,
    });
    const main = await job.main({ 'bootstrap-jwt': job.mutx.issueAccessJwt(job.world.user) });
    expect(main.failures[0]).toMatchObject({ code: 'create-lost' });
    expect(main.failures[0]?.state[0]).toContain('the post step looks for it');
    expect(job.alive()).toEqual([]);
    expect((await job.post(main)).log).toContain('a create got no clear answer, and no active key named');
  });

  it('is told with its reason: a create without a clear answer, under a name that others use', async () => {
    await using job = await here();
    const times = Number.POSITIVE_INFINITY;
    const create = { server: 'mutx', method: 'POST', path: /api-keys$/u, times } as const;
    job.world.emulator.fault({ ...create, what: 'reply-lost' });
    const inputs = {
      'bootstrap-jwt': job.mutx.issueAccessJwt(job.world.user),
      'key-name': 'ours',
    };
    const main = await job.main(inputs);
    expect(main.failures[0]?.state).toEqual([
      'a key named ours may exist, which nobody can use; nobody can tell which it is, because others may use the name, so it is not looked for: it ends by itself when it expires',
      'nothing was handed out',
    ]);
    const post = await job.post(main, inputs);
    expect(post.log).not.toMatch(/looking for|authenticate|was stopped/iu);
    expect(post.log).toContain('nobody can tell which it is, because others may use the name');
  });

  it('is told with its state: a key that MUTX does not take', async () => {
    await using job = await here();
    job.world.emulator.fault({ server: 'mutx', path: /auth\/me/u, what: 'refuse', status: 401 });
    const main = await job.main({ 'bootstrap-jwt': job.mutx.issueAccessJwt(job.world.user) });
    expect(main.failures[0]?.state[0]).toMatch(
      /^the new key \S+ was revoked immediately; it was not handed out$/u,
    );
    expect(main.sink.outputs.size).toBe(0);
  });

  it('is told before a key is made: a name that holds the password, so that no note of the key could be left', async () => {
    await using job = await here();
    const { email, password } = job.world.user;
    const inputs = { email, password, 'key-name': `for ${password}` };
    const main = await job.main(inputs);
    expect(job.mutx.keys).toEqual([]);
    expect(main.failures).toHaveLength(1);
    expect(main.log + JSON.stringify(main.failures)).toContain('`key-name` holds a credential');
    expect(main.log).not.toContain(password);
    expect((await job.post(main, inputs)).log).toContain('Nothing to revoke: the first step made no key');
  });

  it('is told when the session cannot be opened', async () => {
    await using job = await here();
    const main = await job.main({ email: job.world.user.email, password: 'not the password' });
    expect(main.failures[0]).toMatchObject({ code: 'session-login-refused' });
    expect(job.alive()).toEqual([]);
  });
});
