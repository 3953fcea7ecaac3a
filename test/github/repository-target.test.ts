import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/config/targets.ts';
import {
  type Answer,
  created,
  type GithubDouble,
  keyPair,
  notFound,
  ok,
  refusal,
  secretAt,
  startGithubDouble,
  updated,
} from './github-double.ts';

// Holds invariant 4 of docs/threat-model.md.

const WEB: Target = {
  kind: 'repository',
  store: 'actions',
  owner: 'acme',
  repo: 'web',
  secretName: 'MUTX_API_KEY',
  label: 'acme/web',
};
const REPOSITORY = 'GET /repos/acme/web';
const KEY = 'GET /repos/acme/web/actions/secrets/public-key';
const GET = 'GET /repos/acme/web/actions/secrets/MUTX_API_KEY';
const PUT = 'PUT /repos/acme/web/actions/secrets/MUTX_API_KEY';
const DATE = 'Sun, 01 Nov 2026 12:00:00 GMT';
const dated = (answer: Answer): Answer => ({ ...answer, headers: { ...answer.headers, date: DATE } });
const exists = ok({ id: 7, full_name: 'acme/web', archived: false });
const always = () => true;

async function ready(github: GithubDouble) {
  const pair = await keyPair('key-1');
  github.answer(REPOSITORY, exists);
  github.answer(KEY, dated(pair.answer));
  const target = github.target(WEB);
  return { pair, target };
}

describe('preparing a repository', () => {
  it('reads the public key and the repository, and changes nothing', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    expect(await target.prepare()).toEqual({ ok: true, value: true, date: Date.parse(DATE) });
    expect([...github.lines].sort()).toEqual([REPOSITORY, KEY]);
    expect(target).toMatchObject({ label: 'acme/web', secretName: 'MUTX_API_KEY', shared: false });
  });

  it.each([
    ['an archived repository', ok({ id: 7, archived: true }), undefined, 'github-archived', 'refused'],
    ['a repository that is not there', notFound, notFound, 'github-not-found', 'refused'],
    ['a repository whose secrets are hidden', exists, notFound, 'github-missing-permission', 'refused'],
    [
      'bad credentials',
      refusal(401, 'Bad credentials'),
      refusal(401, 'Bad credentials'),
      'github-bad-credentials',
      'refused',
    ],
    [
      'GITHUB_TOKEN',
      exists,
      refusal(403, 'Resource not accessible by integration'),
      'github-token-cannot-write',
      'refused',
    ],
    ['a look at the repository that failed', { status: 503 }, undefined, 'github-server-error', 'unclear'],
    ['a page instead of a key', exists, { status: 200, text: '<html>' }, 'github-proxy-page', 'unclear'],
    ['a key that is none', exists, ok({ key_id: '1', key: 'AAAA' }), 'github-bad-public-key', 'not-sent'],
    ['a key without its id', exists, ok({ key: 'AAAA' }), 'github-bad-reply', 'unclear'],
    ['a key with an empty id', exists, ok({ key_id: '', key: 'AAAA' }), 'github-bad-reply', 'unclear'],
    ['a list instead of a key', exists, ok([]), 'github-bad-reply', 'unclear'],
    ['a cut-off connection', exists, { status: 0, cut: true }, 'github-lost-reply', 'unclear'],
  ] as const)('fails for %s', async (_, repository, key, code, kind) => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(REPOSITORY, repository);
    if (key !== undefined) github.answer(KEY, key);
    expect(await target.prepare()).toMatchObject({ ok: false, failure: { code, kind } });
  });

  it.each([
    ['hidden', refusal(403, 'Resource not accessible by integration')],
    ['of another shape', ok({ id: '7' })],
  ])('does without the repository where its secrets can be seen (%s)', async (_, answer) => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(REPOSITORY, answer);
    expect(await target.prepare()).toMatchObject({ ok: true });
  });
});

describe('the metadata of a secret', () => {
  it('is when it was last written', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(GET, dated(secretAt('2026-10-31T23:59:59Z')));
    expect(await target.metadata()).toEqual({
      ok: true,
      value: { updatedAt: Date.UTC(2026, 9, 31, 23, 59, 59) },
      date: Date.parse(DATE),
    });
  });

  it.each(['2026-10-31T23:59:59', 'yesterday', '2026-99-99T00:00:00Z', 7])(
    'is not read from %j, which has no zone or is no time',
    async (time) => {
      await using github = await startGithubDouble();
      const { target } = await ready(github);
      github.answer(GET, ok({ name: 'MUTX_API_KEY', updated_at: time }));
      expect(await target.metadata()).toMatchObject({ ok: false, failure: { code: 'github-bad-reply' } });
    },
  );

  it('says that there is no secret, once the public key has been read', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(GET, notFound);
    await target.prepare();
    expect(await target.metadata()).toMatchObject({ ok: true, value: undefined });
    expect(github.lines.filter((line) => line === KEY)).toHaveLength(1);
  });

  it('reads the public key first, to know that the secret is absent rather than hidden', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(GET, notFound);
    expect(await target.metadata()).toMatchObject({ ok: true, value: undefined });
    expect(github.lines).toEqual([GET, KEY]);

    const hidden = github.target(WEB);
    github.answer(KEY, notFound);
    expect(await hidden.metadata()).toMatchObject({ ok: false, failure: { code: 'github-not-found' } });
  });

  it('does not take the page of a proxy for an absent secret', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(GET, { status: 404, text: '<html>' });
    expect(await target.metadata()).toMatchObject({ ok: false, failure: { kind: 'unclear' } });
  });
});

describe('writing a secret', () => {
  it.each([
    ['created', created],
    ['updated', updated],
  ] as const)('%s: the value arrives sealed for the key that was prepared', async (value, answer) => {
    await using github = await startGithubDouble();
    const { pair, target } = await ready(github);
    github.answer(PUT, dated(answer));
    await target.prepare();
    const key = github.secrets.admit('mutx_live_1');
    expect(await target.write(key, always)).toEqual({ ok: true, value, date: Date.parse(DATE) });
    const put = github.requests.at(-1);
    expect(put?.line).toBe(PUT);
    expect(Object.keys(put?.body as object).sort()).toEqual(['encrypted_value', 'key_id']);
    expect(pair.open(put?.body)).toBe('mutx_live_1');
  });

  it.each([{ status: 'error' }, { message: 'no' }, null, [], 7])(
    'a 201 with %j is not GitHub’s: whether it was written is not known',
    async (json) => {
      await using github = await startGithubDouble();
      const { target } = await ready(github);
      github.answer(PUT, { status: 201, json });
      await target.prepare();
      expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
        ok: false,
        failure: { kind: 'unclear', code: 'github-bad-reply' },
      });
    },
  );

  it.each([
    ['nested thousands deep', '['.repeat(5_000) + ']'.repeat(5_000)],
    ['nested thousands deep in an object', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
    ['that names the prototype', '{"__proto__":{"message":"no"}}'],
    ['of numbers beyond every number', '1e999'],
  ])('nor one %s, which is no exception either', async (_, text) => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(PUT, { status: 201, text, headers: { 'content-type': 'application/json' } });
    await target.prepare();
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
      ok: false,
      failure: { kind: 'unclear', code: 'github-bad-reply' },
    });
  });

  it('a 201 without a body is GitHub’s', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(PUT, { status: 201 });
    await target.prepare();
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({ ok: true });
  });

  it('fetches the public key where nobody prepared', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(PUT, updated);
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({ ok: true });
    expect(github.lines).toEqual([KEY, PUT]);
  });

  it('sends nothing where the public key cannot be had', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(KEY, { status: 500 });
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
      ok: false,
      failure: { kind: 'not-sent', code: 'github-server-error', retryable: true },
    });
    expect(github.lines).toEqual([KEY]);
  });

  it('sends nothing once its time is over', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    await target.prepare();
    expect(await target.write(github.secrets.admit('mutx_live_1'), () => false)).toMatchObject({
      ok: false,
      failure: { kind: 'not-sent', code: 'github-write-deadline', retryable: false },
    });
    expect(github.lines).not.toContain(PUT);
  });

  it('sends nothing that is larger than a secret may be', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    await target.prepare();
    expect(await target.write(github.secrets.admit('x'.repeat(48 * 1_024 + 1)), always)).toMatchObject({
      ok: false,
      failure: { kind: 'not-sent', code: 'github-value-too-large' },
    });
    expect(github.lines).not.toContain(PUT);
  });

  it('sends nothing for a key that no box can be sealed for', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(KEY, ok({ key_id: '1', key: Buffer.alloc(32).toString('base64') }));
    await target.prepare();
    expect(await target.write(github.secrets.admit('x'), always)).toMatchObject({
      ok: false,
      failure: { kind: 'not-sent', code: 'github-bad-public-key' },
    });
    expect(github.lines).not.toContain(PUT);
  });

  it('is one attempt, whatever goes wrong', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    await target.prepare();
    github.answer(PUT, [
      { status: 502 },
      { status: 0, cut: true },
      refusal(403, 'Forbidden'),
      refusal(429, 'Slow down'),
    ]);
    const value = github.secrets.admit('mutx_live_1');
    const kinds = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      const reply = await target.write(value, always);
      kinds.push(reply.ok ? 'ok' : reply.failure.kind);
    }
    expect(kinds).toEqual(['unclear', 'unclear', 'refused', 'throttled']);
    expect(github.lines.filter((line) => line === PUT)).toHaveLength(4);
  });
});

describe('a public key that was replaced between reading and writing', () => {
  const stale = refusal(422, 'Validation Failed');

  it('is read again, once, and the guard asked again', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    const fresh = await keyPair('key-2');
    await target.prepare();
    github.answer(KEY, fresh.answer);
    github.answer(PUT, [stale, created]);
    let asked = 0;
    const guard = () => {
      asked += 1;
      return true;
    };
    expect(await target.write(github.secrets.admit('mutx_live_1'), guard)).toMatchObject({
      value: 'created',
    });
    expect(github.lines.slice(-3)).toEqual([PUT, KEY, PUT]);
    expect(fresh.open(github.requests.at(-1)?.body)).toBe('mutx_live_1');
    expect(asked).toBe(2);
  });

  it('is used for the next write as well', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    const fresh = await keyPair('key-2');
    await target.prepare();
    github.answer(KEY, fresh.answer);
    github.answer(PUT, [stale, updated]);
    const value = github.secrets.admit('mutx_live_1');
    await target.write(value, always);
    await target.write(value, always);
    expect(github.lines.slice(-4)).toEqual([PUT, KEY, PUT, PUT]);
  });

  it('is not written for when the time was over in between', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    await target.prepare();
    github.answer(KEY, (await keyPair('key-2')).answer);
    github.answer(PUT, stale);
    let asked = 0;
    const guard = () => {
      asked += 1;
      return asked === 1;
    };
    expect(await target.write(github.secrets.admit('mutx_live_1'), guard)).toMatchObject({
      failure: { kind: 'not-sent', code: 'github-write-deadline' },
    });
    expect(github.lines.filter((line) => line === PUT)).toHaveLength(1);
  });

  it('is told as such when the second box is refused too, which is the end of it', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    await target.prepare();
    github.answer(KEY, (await keyPair('key-2')).answer);
    github.answer(PUT, [stale, stale, updated]);
    const value = github.secrets.admit('mutx_live_1');
    expect(await target.write(value, always)).toMatchObject({
      failure: { kind: 'refused', code: 'github-stale-public-key', retryable: false },
    });
    expect(github.lines.filter((line) => line === PUT)).toHaveLength(2);
    // Another write begins with another key.
    const newest = await keyPair('key-3');
    github.answer(KEY, newest.answer);
    expect(await target.write(value, always)).toMatchObject({ value: 'updated' });
    expect(github.lines.slice(-2)).toEqual([KEY, PUT]);
    expect(newest.open(github.requests.at(-1)?.body)).toBe('mutx_live_1');
  });

  it('gives the second refusal where that is about something else', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    await target.prepare();
    github.answer(KEY, (await keyPair('key-2')).answer);
    github.answer(PUT, [stale, refusal(403, 'Forbidden')]);
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
      failure: { kind: 'refused', code: 'github-forbidden' },
    });
  });

  it('is not the matter where the key is the same: nothing is sent again', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    await target.prepare();
    github.answer(PUT, stale);
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
      failure: { kind: 'refused', code: 'github-validation' },
    });
    expect(github.lines.slice(-2)).toEqual([PUT, KEY]);
  });

  it('leaves the value unwritten where the fresh one cannot be had', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    await target.prepare();
    github.answer(PUT, stale);
    const fresh = await keyPair('key-2');
    github.answer(KEY, [{ status: 500 }, fresh.answer]);
    github.answer(PUT, [stale, updated]);
    const value = github.secrets.admit('mutx_live_1');
    expect(await target.write(value, always)).toMatchObject({
      failure: { kind: 'not-sent', code: 'github-server-error', retryable: true },
    });
    // The next try does not begin with the key that was refused.
    expect(await target.write(value, always)).toMatchObject({ value: 'updated' });
    expect(github.lines.slice(-4)).toEqual([PUT, KEY, KEY, PUT]);
  });
});

describe('a repository that was renamed', () => {
  const id = { url: 'https://evil.test/repositories/7/actions/secrets/public-key' };
  const moved = (more: object = id, headers = {}): Answer => ({
    status: 301,
    json: { message: 'Moved Permanently', ...more },
    headers,
  });
  const failureFor = async (github: GithubDouble, answer: Answer) => {
    github.answer(REPOSITORY, answer);
    github.answer(KEY, answer);
    const reply = await github.target(WEB).prepare();
    return reply.ok ? undefined : reply.failure;
  };

  it('is told with its new name, asked for at our own GitHub; nothing is followed', async () => {
    await using github = await startGithubDouble({ basePath: '/api/v3' });
    github.answer('GET /repositories/7', ok({ full_name: 'acme/site' }));
    const failure = await failureFor(github, moved());
    expect(failure).toMatchObject({
      kind: 'refused',
      code: 'github-repository-renamed',
      status: 301,
      retryable: false,
    });
    expect(failure?.message).toBe('the repository of acme/web is now called acme/site');
    expect(failure?.hint).toContain('Write acme/site instead of acme/web');
    expect(new Set(github.lines)).toEqual(new Set([REPOSITORY, KEY, 'GET /repositories/7']));
  });

  it('is found in the header where the body does not say it, and for a write', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer('GET /repositories/7', ok({ full_name: 'acme/site' }));
    github.answer(PUT, { ...moved({}, { location: '/repositories/7' }), status: 307 });
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
      failure: { kind: 'refused', code: 'github-repository-renamed' },
    });
  });

  it.each([
    ['names no repository', moved({}, { location: 'https://evil.test/' })],
    ['has no number', moved({ url: 'https://api.github.com/repositories/..%2f/x' })],
    ['has no text', moved({ url: 7 })],
  ])('is only a redirect if it %s', async (_, answer) => {
    await using github = await startGithubDouble();
    expect(await failureFor(github, answer)).toMatchObject({ kind: 'refused', code: 'github-redirect' });
    expect(new Set(github.lines)).toEqual(new Set([REPOSITORY, KEY]));
  });

  it.each([
    ['cannot be had', notFound],
    ['is a page', { status: 200, text: '<html>' }],
    ['is none', ok({ full_name: 'a\n::error::b' })],
    ['is missing', ok({})],
    ['got lost', { status: 0, cut: true as const }],
  ])('is only a redirect if the new name %s', async (_, answer) => {
    await using github = await startGithubDouble();
    github.answer('GET /repositories/7', answer);
    expect(await failureFor(github, moved())).toMatchObject({ kind: 'refused', code: 'github-redirect' });
  });

  it("asks nobody about a redirect that is not GitHub's", async () => {
    await using github = await startGithubDouble();
    const portal = {
      status: 302,
      text: '<html>',
      headers: { location: 'https://login.test/repositories/7' },
    };
    expect(await failureFor(github, portal)).toMatchObject({ kind: 'unclear', code: 'github-redirect' });
    expect(new Set(github.lines)).toEqual(new Set([REPOSITORY, KEY]));
  });
});
