import { describe, expect, it } from 'vitest';
import type { Audience, SecretStoreName, Target } from '../../src/config/targets.ts';
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

// Holds invariant 11 of docs/threat-model.md.

function acme(store: SecretStoreName = 'actions'): Target {
  return { kind: 'organisation', store, org: 'acme', secretName: 'MUTX_API_KEY', label: 'org:acme' };
}

const BASE = '/orgs/acme/actions/secrets';
const KEY = `GET ${BASE}/public-key`;
const GET = `GET ${BASE}/MUTX_API_KEY`;
const PUT = `PUT ${BASE}/MUTX_API_KEY`;
const page = (number: number, base = BASE) =>
  `GET ${base}/MUTX_API_KEY/repositories?per_page=100&page=${number}`;
const always = () => true;
const visible = (visibility: unknown) => secretAt('2026-11-01T12:00:00Z', { visibility });
const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);
const repositories = (total: number, ids: readonly number[]) =>
  ok({ total_count: total, repositories: ids.map((id) => ({ id, name: `r${id}` })) });

/** A secret that 250 repositories may read, on three pages. */
function selected250(github: GithubDouble, base = BASE) {
  github.answer(page(1, base), repositories(250, upTo(100)));
  github.answer(page(2, base), repositories(250, upTo(100, 101)));
  github.answer(page(3, base), repositories(250, upTo(50, 201)));
}

async function ready(github: GithubDouble, audience?: Audience) {
  const pair = await keyPair('key-1');
  github.answer(KEY, pair.answer);
  return { pair, target: github.target(acme(), { audience }) };
}

describe("an organisation's secret keeps its audience", () => {
  it.each(['all', 'private'])('that is %s', async (visibility) => {
    await using github = await startGithubDouble();
    const { pair, target } = await ready(github);
    github.answer(GET, visible(visibility));
    github.answer(PUT, updated);
    expect(target).toMatchObject({ label: 'org:acme', secretName: 'MUTX_API_KEY', shared: true });
    expect(await target.prepare()).toMatchObject({ ok: true, value: true });
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
      value: 'updated',
    });
    const body = github.requests.at(-1)?.body;
    expect(Object.keys(body as object).sort()).toEqual(['encrypted_value', 'key_id', 'visibility']);
    expect(body).toMatchObject({ key_id: 'key-1', visibility });
    expect(pair.open(body)).toBe('mutx_live_1');
  });

  it.each([
    ['actions', upTo(250)],
    ['codespaces', upTo(250)],
    ['agents', upTo(250)],
    ['dependabot', upTo(250).map(String)],
  ] as const)('of 250 selected repositories in the store %s', async (store, ids) => {
    await using github = await startGithubDouble();
    const base = `/orgs/acme/${store}/secrets`;
    github.answer(`GET ${base}/public-key`, (await keyPair('key-1')).answer);
    github.answer(`GET ${base}/MUTX_API_KEY`, visible('selected'));
    github.answer(`PUT ${base}/MUTX_API_KEY`, updated);
    selected250(github, base);
    const target = github.target(acme(store));
    expect(await target.prepare()).toMatchObject({ ok: true });
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
      value: 'updated',
    });
    expect(github.requests.at(-1)?.body).toMatchObject({
      visibility: 'selected',
      selected_repository_ids: ids,
    });
    expect(new Set(github.requests.map(({ headers }) => headers['x-github-api-version']))).toEqual(
      new Set([store === 'agents' ? '2026-03-10' : '2022-11-28']),
    );
  });

  it('as it is right before the write, not as it was when the run began', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github, { visibility: 'all', selectedRepositories: [] });
    github.answer(GET, visible('all'));
    await target.prepare();
    github.answer(GET, visible('selected'));
    github.answer(page(1), repositories(2, [7, 9]));
    github.answer(PUT, updated);
    await target.write(github.secrets.admit('mutx_live_1'), always);
    expect(github.lines.slice(-3)).toEqual([GET, page(1), PUT]);
    expect(github.requests.at(-1)?.body).toMatchObject({
      visibility: 'selected',
      selected_repository_ids: [7, 9],
    });
  });

  it('by a third reading where the second differs from the first: no single reply widens or empties it', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(GET, visible('private'));
    await target.prepare();
    github.answer(GET, [visible('all'), visible('private')]);
    github.answer(PUT, updated);
    await target.write(github.secrets.admit('mutx_live_1'), always);
    expect(github.requests.at(-1)?.body).toMatchObject({ visibility: 'private' });
  });

  it('once two readings agree that it was changed, against a single one that does not know it yet', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(GET, visible('all'));
    await target.prepare();
    // The last of the first write's readings, then a replica that lags, then the truth.
    github.answer(GET, [visible('private'), visible('private'), visible('all'), visible('private')]);
    github.answer(PUT, [refusal(502, 'Server Error'), updated]);
    await target.write(github.secrets.admit('mutx_live_1'), always);
    await target.write(github.secrets.admit('mutx_live_1'), always);
    expect(github.requests.at(-1)?.body).toMatchObject({ visibility: 'private' });
  });

  it('before the second PUT too, where the public key was stale', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(GET, visible('private'));
    await target.prepare();
    github.answer(KEY, (await keyPair('key-2')).answer);
    github.answer(GET, [visible('private'), visible('all')]);
    github.answer(PUT, [refusal(422, 'Validation Failed'), updated]);
    await target.write(github.secrets.admit('mutx_live_1'), always);
    // What differs from the reading before counts only where the next one says the same.
    expect(github.lines.slice(-6)).toEqual([GET, PUT, KEY, GET, GET, PUT]);
    expect(github.requests.at(-1)?.body).toMatchObject({ key_id: 'key-2', visibility: 'all' });
  });

  it('even if nobody may read it', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(GET, visible('selected'));
    github.answer(page(1), repositories(0, []));
    github.answer(PUT, updated);
    await target.write(github.secrets.admit('mutx_live_1'), always);
    expect(github.requests.at(-1)?.body).toMatchObject({
      visibility: 'selected',
      selected_repository_ids: [],
    });
  });

  it('counting a repository that moved to another page once', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(GET, visible('selected'));
    github.answer(page(1), repositories(101, upTo(100)));
    github.answer(page(2), repositories(101, [100, 101]));
    github.answer(PUT, updated);
    await target.write(github.secrets.admit('mutx_live_1'), always);
    expect(github.requests.at(-1)?.body).toMatchObject({ selected_repository_ids: upTo(101) });
  });

  it.each([
    ['the secret cannot be read', { [GET]: { status: 500 } }, 'not-sent', 'github-server-error'],
    ['the secret may not be read', { [GET]: refusal(403, 'Forbidden') }, 'refused', 'github-forbidden'],
    ['the visibility is unknown', { [GET]: visible('everyone') }, 'not-sent', 'github-bad-reply'],
    [
      'the visibility is missing',
      { [GET]: secretAt('2026-11-01T12:00:00Z') },
      'not-sent',
      'github-bad-reply',
    ],
    ['the second page is lost', { [page(2)]: { status: 502 } }, 'not-sent', 'github-server-error'],
    [
      'a page has another shape',
      { [page(2)]: ok({ total_count: 250, repositories: [{ id: 'x' }] }) },
      'not-sent',
      'github-bad-reply',
    ],
    ['a page has no list', { [page(2)]: ok({ total_count: 250 }) }, 'not-sent', 'github-bad-reply'],
    ['a page has no count', { [page(2)]: ok({ repositories: [] }) }, 'not-sent', 'github-bad-reply'],
    [
      'some repositories are hidden',
      { [page(3)]: repositories(250, []) },
      'not-sent',
      'github-audience-incomplete',
    ],
    [
      'a repository loses its access between two pages, so that another one moves to the first',
      { [page(2)]: repositories(249, upTo(100, 102)), [page(3)]: repositories(249, upTo(49, 202)) },
      'not-sent',
      'github-audience-changed',
    ],
    [
      'the last one on a page of its own moves to the page before, which was read',
      { [page(1)]: repositories(101, upTo(100)), [page(2)]: repositories(100, []) },
      'not-sent',
      'github-audience-changed',
    ],
  ] as const)('or is not written: %s', async (_, answers, kind, code) => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(GET, visible('selected'));
    selected250(github);
    for (const [line, answer] of Object.entries<Answer>(answers)) github.answer(line, answer);
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
      ok: false,
      failure: { kind, code },
    });
    expect(github.lines).not.toContain(PUT);
    expect(await target.prepare()).toMatchObject({ ok: false, failure: { code } });
  });

  it.each([
    [{ visibility: 'all', selectedRepositories: [] }, 'since prepare'],
    [undefined, 'without being told who may read a new one'],
  ] as const)('by not making it anew when it seems to be gone (%j, %s)', async (audience, _since) => {
    await using github = await startGithubDouble();
    const { target } = await ready(github, audience);
    github.answer(GET, visible('selected'));
    github.answer(page(1), repositories(2, [7, 9]));
    github.answer(PUT, created);
    await target.prepare();
    github.answer(GET, notFound);
    const value = github.secrets.admit('mutx_live_1');
    for (let again = 0; again < 2; again++) {
      expect(await target.write(value, always)).toMatchObject({
        ok: false,
        failure: { kind: 'refused', code: 'github-secret-gone', status: 404, retryable: true },
      });
    }
    expect(github.lines).not.toContain(PUT);
    // It had passed: the next try of the same run keeps the audience.
    github.answer(GET, visible('selected'));
    github.answer(PUT, updated);
    expect(await target.write(value, always)).toMatchObject({ value: 'updated' });
    expect(github.requests.at(-1)?.body).toMatchObject({ selected_repository_ids: [7, 9] });
    expect(target.contradiction).toBeUndefined();
  });

  it('by not making it anew when its metadata or the list showed it, and prepare did not', async () => {
    for (const reading of ['metadata', 'listed'] as const) {
      await using github = await startGithubDouble();
      const { target } = await ready(github, { visibility: 'all', selectedRepositories: [] });
      github.answer(GET, notFound);
      await target.prepare();
      github.answer(GET, [visible('private'), notFound]);
      const row = { name: 'MUTX_API_KEY', updated_at: '2026-11-01T12:00:00Z' };
      github.answer(`GET ${BASE}?per_page=100&page=1`, ok({ total_count: 1, secrets: [row] }));
      expect(await target[reading]()).toMatchObject({ ok: true, value: {} });
      github.answer(GET, notFound);
      expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
        failure: { code: 'github-secret-gone' },
      });
    }
  });

  it('by giving up on one that never ends, and on one that is read for longer than a write may wait', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(GET, visible('selected'));
    const value = github.secrets.admit('mutx_live_1');
    github.answer(page(1), repositories(Number.MAX_SAFE_INTEGER, upTo(100)));
    const endless = { kind: 'unclear', code: 'github-audience-too-long', retryable: false };
    expect(await target.prepare()).toMatchObject({ failure: endless });
    expect(await target.write(value, always)).toMatchObject({
      failure: { ...endless, kind: 'not-sent' },
    });
    for (let at = 1; at <= 101; at++) github.answer(page(at), repositories(9_999, [at]));
    const before = github.lines.length;
    expect(await target.prepare()).toMatchObject({ failure: endless });
    expect(github.lines.length - before).toBe(2 + 100);

    const asked: (number | undefined)[] = [];
    const late = (ahead?: number) => asked.push(ahead) < 3;
    expect(await target.write(value, late)).toMatchObject({
      failure: { kind: 'not-sent', code: 'github-write-deadline' },
    });
    expect(asked).toEqual([0, 0, 0]);
    expect(github.lines).not.toContain(PUT);
  });

  it('with the metadata that every secret has', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(GET, visible('all'));
    expect(await target.metadata()).toMatchObject({ value: { updatedAt: Date.UTC(2026, 10, 1, 12) } });
  });
});

describe("an organisation's secret that does not exist yet", () => {
  const absent = async (github: GithubDouble, audience?: Audience) => {
    const { target } = await ready(github, audience);
    github.answer(GET, notFound);
    github.answer(PUT, created);
    return target;
  };

  it('is not created without being told who may read it', async () => {
    await using github = await startGithubDouble();
    const reply = await (await absent(github)).prepare();
    expect(reply).toMatchObject({
      failure: { kind: 'refused', code: 'github-visibility-needed', status: 404 },
    });
    expect(reply.ok ? '' : reply.failure.hint).toContain('`visibility`');
  });

  it.each(['all', 'private'] as const)('is created with the visibility %s', async (visibility) => {
    await using github = await startGithubDouble();
    const target = await absent(github, { visibility, selectedRepositories: [] });
    expect(await target.prepare()).toMatchObject({ ok: true });
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
      value: 'created',
    });
    expect(github.requests.at(-1)?.body).toMatchObject({ visibility });
    expect(github.requests.at(-1)?.body).not.toHaveProperty('selected_repository_ids');
  });

  it('is created for selected repositories: names become ids, asked for once', async () => {
    await using github = await startGithubDouble();
    const selectedRepositories = ['web', 'ACME/api', '42', 'acme/web'];
    const target = await absent(github, { visibility: 'selected', selectedRepositories });
    github.answer('GET /repos/acme/web', ok({ id: 7 }));
    github.answer('GET /repos/acme/api', ok({ id: 8 }));
    expect(await target.prepare()).toMatchObject({ ok: true });
    const before = github.lines.length;
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
      value: 'created',
    });
    expect(github.lines.slice(before)).toEqual([GET, PUT]);
    expect(github.requests.at(-1)?.body).toMatchObject({
      visibility: 'selected',
      selected_repository_ids: [7, 8, 42],
    });
  });

  it('is not created for a repository that is not there', async () => {
    await using github = await startGithubDouble();
    const target = await absent(github, { visibility: 'selected', selectedRepositories: ['gone'] });
    github.answer('GET /repos/acme/gone', notFound);
    const reply = await target.prepare();
    expect(reply).toMatchObject({ failure: { code: 'github-not-found' } });
    expect(reply.ok ? '' : reply.failure.message).toContain(
      'acme/gone of `selected-repositories` does not exist',
    );
  });

  it("is not created for someone else's repository", async () => {
    await using github = await startGithubDouble();
    const target = await absent(github, { visibility: 'selected', selectedRepositories: ['other/web'] });
    expect(await target.prepare()).toMatchObject({
      failure: { kind: 'refused', code: 'github-selected-repository-elsewhere' },
    });
    expect(github.lines).toEqual([KEY, GET]);
  });

  it('keeps the audience of whoever created it meanwhile', async () => {
    await using github = await startGithubDouble();
    const target = await absent(github, { visibility: 'all', selectedRepositories: [] });
    await target.prepare();
    github.answer(GET, visible('private'));
    github.answer(PUT, updated);
    await target.write(github.secrets.admit('mutx_live_1'), always);
    expect(github.requests.at(-1)?.body).toMatchObject({ visibility: 'private' });
  });
});

describe('an organisation that gives no public key', () => {
  it.each([
    ['does not exist', notFound, 'github-not-found'],
    ['hides its secrets', ok({ login: 'acme' }), 'github-missing-permission'],
    ['cannot be asked', { status: 503 }, 'github-server-error'],
  ])('%s', async (_, answer, code) => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(KEY, notFound);
    github.answer('GET /orgs/acme', answer);
    expect(await target.prepare()).toMatchObject({ ok: false, failure: { code } });
  });

  it('refuses the token', async () => {
    await using github = await startGithubDouble();
    const { target } = await ready(github);
    github.answer(KEY, refusal(403, 'Resource not accessible by integration'));
    const reply = await target.prepare();
    expect(reply).toMatchObject({ failure: { code: 'github-token-cannot-write' } });
    expect(reply.ok ? '' : reply.failure.hint).toContain('permission-organization-secrets: write');
    expect(github.lines).toEqual([KEY]);
  });
});
