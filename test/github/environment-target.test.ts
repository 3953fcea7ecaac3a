import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/config/targets.ts';
import {
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

const STAGE: Target = {
  kind: 'environment',
  store: 'actions',
  owner: 'acme',
  repo: 'web',
  environment: 'stage/eu 1',
  secretName: 'MUTX_API_KEY',
  label: 'acme/web@stage/eu 1',
};
const REPOSITORY = 'GET /repos/acme/web';
const ENVIRONMENT = 'GET /repos/acme/web/environments/stage%2Feu%201';
const CREATE = 'PUT /repos/acme/web/environments/stage%2Feu%201';
const ENVIRONMENTS = 'GET /repos/acme/web/environments?per_page=100&page=1';
const KEY = `${ENVIRONMENT}/secrets/public-key`;
const GET = `${ENVIRONMENT}/secrets/MUTX_API_KEY`;
const PUT = `${CREATE}/secrets/MUTX_API_KEY`;
const exists = ok({ id: 7, archived: false });
const always = () => true;

const named = (...names: string[]) =>
  ok({ total_count: names.length, environments: names.map((name) => ({ name })) });

const missing = (github: GithubDouble) => {
  github.answer(ENVIRONMENTS, named('other'));
  github.answer(REPOSITORY, exists);
  github.answer(KEY, notFound);
  github.answer(ENVIRONMENT, notFound);
  github.answer(GET, notFound);
};

describe('an environment', () => {
  it('has its own public key, under its encoded name', async () => {
    await using github = await startGithubDouble();
    const pair = await keyPair('key-1');
    github.answer(REPOSITORY, exists);
    github.answer(KEY, pair.answer);
    github.answer(GET, secretAt('2026-11-01T12:00:00Z'));
    github.answer(PUT, updated);
    const target = github.target(STAGE);
    expect(target).toMatchObject({ label: 'acme/web@stage/eu 1', secretName: 'MUTX_API_KEY', shared: false });
    expect(await target.prepare()).toMatchObject({ ok: true, value: true });
    expect(await target.metadata()).toMatchObject({ value: { updatedAt: Date.UTC(2026, 10, 1, 12) } });
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
      value: 'updated',
    });
    expect(pair.open(github.requests.at(-1)?.body)).toBe('mutx_live_1');
  });

  it('that does not exist is a failure, which offers to create it', async () => {
    await using github = await startGithubDouble();
    missing(github);
    const reply = await github.target(STAGE).prepare();
    expect(reply).toMatchObject({
      ok: false,
      failure: { kind: 'refused', code: 'github-environment-not-found', status: 404, retryable: false },
    });
    expect(reply.ok ? '' : reply.failure.hint).toContain('`create-environment: true`');
    expect(github.lines.filter((line) => line.startsWith('PUT'))).toEqual([]);
  });

  it.each([
    ['of a repository that is not there', { [REPOSITORY]: notFound }, 'github-not-found'],
    ['of an archived repository', { [REPOSITORY]: ok({ id: 7, archived: true }) }, 'github-archived'],
    ['whose secrets are hidden', { [ENVIRONMENT]: ok({ id: 1 }) }, 'github-missing-permission'],
    [
      'that may not be looked for',
      { [ENVIRONMENT]: refusal(403, 'Resource not accessible by personal access token') },
      'github-missing-permission',
    ],
    ['that could not be looked for', { [ENVIRONMENT]: { status: 500 } }, 'github-server-error'],
    ['in an unclear state', { [KEY]: { status: 500 } }, 'github-server-error'],
    [
      'that the token cannot write',
      { [KEY]: refusal(403, 'Resource not accessible by integration') },
      'github-token-cannot-write',
    ],
  ])('%s is not created', async (_, answers, code) => {
    await using github = await startGithubDouble();
    missing(github);
    for (const [line, answer] of Object.entries(answers)) github.answer(line, answer);
    const reply = await github.target(STAGE, { createEnvironment: true }).prepare();
    expect(reply).toMatchObject({ ok: false, failure: { code } });
    expect(github.lines.filter((line) => line.startsWith('PUT'))).toEqual([]);
  });

  it('of an unreadable repository is told by its own failure', async () => {
    await using github = await startGithubDouble();
    missing(github);
    github.answer(REPOSITORY, refusal(403, 'Forbidden'));
    expect(await github.target(STAGE).prepare()).toMatchObject({ failure: { code: 'github-not-found' } });
  });
});

describe('an environment to be created', () => {
  it('is not created by preparing, and has no secret yet', async () => {
    await using github = await startGithubDouble();
    missing(github);
    const target = github.target(STAGE, { createEnvironment: true });
    expect(target.puts).toBe(1);
    expect(await target.prepare()).toMatchObject({ ok: true, value: true });
    expect(await target.metadata()).toMatchObject({ ok: true, value: undefined });
    // The environment, and the secret.
    expect(target.puts).toBe(2);
    expect(github.lines.filter((line) => line.startsWith('PUT'))).toEqual([]);
  });

  it('is created by the first write, once, and its public key read then', async () => {
    await using github = await startGithubDouble();
    missing(github);
    const target = github.target(STAGE, { createEnvironment: true });
    await target.prepare();
    const before = github.lines.length;
    const pair = await keyPair('key-1');
    github.answer(CREATE, ok({ id: 1, name: 'stage/eu 1' }));
    github.answer(KEY, pair.answer);
    github.answer(PUT, [created, updated]);
    const value = github.secrets.admit('mutx_live_1');
    expect(await target.write(value, always)).toMatchObject({ value: 'created' });
    expect(target.puts).toBe(1);
    expect(await target.write(value, always)).toMatchObject({ value: 'updated' });
    expect(github.lines.slice(before)).toEqual([ENVIRONMENT, ENVIRONMENTS, CREATE, KEY, PUT, PUT]);
    expect(pair.open(github.requests.at(-1)?.body)).toBe('mutx_live_1');
  });

  it('that someone else created meanwhile keeps its protection rules: no second PUT', async () => {
    await using github = await startGithubDouble();
    missing(github);
    const target = github.target(STAGE, { createEnvironment: true });
    await target.prepare();
    github.answer(ENVIRONMENT, ok({ id: 1 }));
    github.answer(KEY, (await keyPair('key-1')).answer);
    github.answer(PUT, created);
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
      value: 'created',
    });
    expect(github.lines).not.toContain(CREATE);
  });

  it('that the list of environments names is there, whatever its own address says: no PUT of it', async () => {
    await using github = await startGithubDouble();
    missing(github);
    const target = github.target(STAGE, { createEnvironment: true });
    await target.prepare();
    await target.metadata();
    github.answer(ENVIRONMENTS, named('other', 'Stage/EU 1'));
    const value = github.secrets.admit('mutx_live_1');
    // Its public key cannot be read either, for as long as GitHub says that it is not there.
    expect(await target.write(value, always)).toMatchObject({
      failure: { kind: 'refused', code: 'github-not-found' },
    });
    expect(target.puts).toBe(1);
    github.answer(KEY, (await keyPair('key-1')).answer);
    github.answer(PUT, updated);
    expect(await target.write(value, always)).toMatchObject({ value: 'updated' });
    expect(target.contradiction).toMatch(/was not there .* replaced one/u);
    expect(github.lines).not.toContain(CREATE);
  });

  it.each([
    ['cannot be read', { status: 502 }, 'github-server-error'],
    ['is shorter than its count', ok({ total_count: 2, environments: [] }), 'github-list-incomplete'],
  ])('is not created where the list of environments %s', async (_, answer, code) => {
    await using github = await startGithubDouble();
    missing(github);
    const target = github.target(STAGE, { createEnvironment: true });
    await target.prepare();
    github.answer(ENVIRONMENTS, answer);
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
      failure: { kind: 'not-sent', code },
    });
    expect(github.lines.filter((line) => line.startsWith('PUT'))).toEqual([]);
  });

  it('whose secret is replaced right after it was created contradicts that, whatever was read', async () => {
    for (const read of [true, false]) {
      await using github = await startGithubDouble();
      missing(github);
      const target = github.target(STAGE, { createEnvironment: true });
      await target.prepare();
      if (read) await target.metadata();
      github.answer(CREATE, ok({ id: 1 }));
      github.answer(KEY, (await keyPair('key-1')).answer);
      github.answer(PUT, updated);
      const value = github.secrets.admit('mutx_live_1');
      expect(await target.write(value, always)).toMatchObject({ value: 'updated' });
      expect(target.contradiction).toMatch(/was not there .* replaced one/u);
      await target.write(value, always);
      expect(target.contradiction).toBeUndefined();
    }
  });

  it('is asked about again for its metadata', async () => {
    await using github = await startGithubDouble();
    missing(github);
    const target = github.target(STAGE, { createEnvironment: true });
    await target.prepare();
    github.answer(ENVIRONMENT, [{ status: 500 }, ok({ id: 1 })]);
    github.answer(GET, secretAt('2026-11-01T12:00:00Z'));
    expect(await target.metadata()).toMatchObject({ ok: false, failure: { code: 'github-server-error' } });
    expect(await target.metadata()).toMatchObject({ value: { updatedAt: Date.UTC(2026, 10, 1, 12) } });
  });

  it.each([
    [
      'refused',
      refusal(403, 'Resource not accessible by personal access token'),
      'refused',
      'github-missing-permission',
    ],
    ['unclear', { status: 502 }, 'not-sent', 'github-server-error'],
  ] as const)('leaves the secret unwritten where its creation is %s', async (_, answer, kind, code) => {
    await using github = await startGithubDouble();
    missing(github);
    const target = github.target(STAGE, { createEnvironment: true });
    await target.prepare();
    github.answer(CREATE, answer);
    const reply = await target.write(github.secrets.admit('mutx_live_1'), always);
    expect(reply).toMatchObject({ ok: false, failure: { kind, code } });
    expect(github.lines).not.toContain(PUT);
  });

  it('names the permission that creating takes', async () => {
    await using github = await startGithubDouble();
    missing(github);
    const target = github.target(STAGE, { createEnvironment: true });
    await target.prepare();
    github.answer(CREATE, refusal(403, 'Resource not accessible by personal access token'));
    const reply = await target.write(github.secrets.admit('mutx_live_1'), always);
    expect(reply.ok ? '' : reply.failure.message).toBe(
      'the github-token lacks "Administration: Read and write"',
    );
  });

  it('is not created once the time for writing is over', async () => {
    await using github = await startGithubDouble();
    missing(github);
    const target = github.target(STAGE, { createEnvironment: true });
    await target.prepare();
    expect(await target.write(github.secrets.admit('mutx_live_1'), () => false)).toMatchObject({
      failure: { kind: 'not-sent', code: 'github-write-deadline' },
    });
    expect(github.lines).not.toContain(CREATE);
  });
});
