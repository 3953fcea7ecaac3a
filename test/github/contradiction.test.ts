import { describe, expect, it } from 'vitest';
import {
  created,
  type GithubDouble,
  keyPair,
  notFound,
  ok,
  secretAt,
  startGithubDouble,
  updated,
} from './github-double.ts';
import { environment, everyone, organisation, repository } from './places.ts';

// Holds invariant 26 of docs/threat-model.md.

const always = () => true;

/** One of each kind of place: its path, and its target. */
const KINDS = [
  ['a repository', '/repos/acme/web/actions/secrets', repository()],
  ['an environment', '/repos/acme/web/environments/production/secrets', environment('production')],
  ['an organisation', '/orgs/acme/actions/secrets', organisation()],
] as const;

const THERE = secretAt('2026-11-01T12:00:00Z', { visibility: 'all' });

async function ready(github: GithubDouble, path: string) {
  github.answer(`GET ${path}/public-key`, (await keyPair('key-1')).answer);
  github.answer('GET /repos/acme/web', ok({ id: 7 }));
  return { get: `GET ${path}/MUTX_API_KEY`, put: `PUT ${path}/MUTX_API_KEY` };
}

describe.each(KINDS)('a secret of %s', (_, path, place) => {
  it.each([
    ['that is replaced, and was taken for new', notFound, updated, /was not there .* replaced one/u],
    ['that is made, and was there', THERE, created, /was there .* made it:/u],
    ['that is replaced, and was there', THERE, updated, undefined],
    ['that is made, and was not there', notFound, created, undefined],
  ])('%s', async (_case, read, written, told) => {
    await using github = await startGithubDouble();
    const { get, put } = await ready(github, path);
    const target = github.target(place, everyone);
    github.answer(get, read);
    github.answer(put, written);
    expect(await target.prepare()).toMatchObject({ ok: true });
    expect(await target.metadata()).toMatchObject({ ok: true });
    expect(target.contradiction).toBeUndefined();
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({ ok: true });
    if (told === undefined) expect(target.contradiction).toBeUndefined();
    else expect(target.contradiction).toMatch(told);
    // What it is now is known from the write itself.
    github.answer(get, THERE);
    github.answer(put, updated);
    await target.write(github.secrets.admit('mutx_live_2'), always);
    expect(target.contradiction).toBeUndefined();
  });

  it('that our own write made, whose answer was lost, is no contradiction', async () => {
    await using github = await startGithubDouble();
    const { get, put } = await ready(github, path);
    const target = github.target(place, everyone);
    github.answer(get, notFound);
    await target.prepare();
    await target.metadata();
    github.answer(put, [{ status: 502 }, updated]);
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({
      failure: { kind: 'unclear' },
    });
    github.answer(get, THERE);
    expect(await target.write(github.secrets.admit('mutx_live_1'), always)).toMatchObject({ ok: true });
    expect(target.contradiction).toBeUndefined();
  });

  it('of which nothing was read', async () => {
    await using github = await startGithubDouble();
    const { get, put } = await ready(github, path);
    const target = github.target(place, everyone);
    github.answer(get, THERE);
    github.answer(put, updated);
    await target.write(github.secrets.admit('mutx_live_1'), always);
    expect(target.contradiction).toBeUndefined();
  });
});
