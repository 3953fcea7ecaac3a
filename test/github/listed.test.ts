import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/core/call.ts';
import { startWorld } from './against-emulator.ts';
import { type GithubDouble, notFound, ok, refusal, startGithubDouble } from './github-double.ts';
import { environment, everyone, PLACES, repository, SECRET } from './places.ts';

// Holds invariant 13 of docs/threat-model.md.

const always = () => true;

function codeOf(reply: Reply<unknown>): string {
  return reply.ok ? 'ok' : reply.failure.code;
}

describe('a second reading of one secret, out of the list of its place', () => {
  it.each(PLACES)('%s: agrees with the first one', async (_, target, place) => {
    await using here = await startWorld();
    const { emulator, clock } = here;
    emulator.github.addRepository('acme/web', { environments: ['production'] });
    emulator.github.addOrganisation('acme');
    const one = here.target(target, everyone);
    await one.prepare();
    expect(await one.listed()).toEqual({ ok: true, value: undefined, date: clock.time });
    await one.write(here.secrets.admit('mutx_live_1'), always);
    clock.time += 60_000;
    // Beside it, so many others that there are three pages of them.
    for (let other = 0; other < 201; other++) {
      emulator.github.setSecret(place, `A_${String(other).padStart(3, '0')}`, 'x');
    }
    const first = await one.metadata();
    const second = await one.listed();
    expect(second.ok && second.value?.updatedAt).toBe(clock.time - 60_000);
    expect(second.ok && second.value?.updatedAt).toBe(first.ok && first.value?.updatedAt);
    const lists = emulator.ledger.entries.filter(({ path }) => path.endsWith('/secrets'));
    expect(lists.length).toBe(1 + 3);
  });

  it('of an environment that does not exist agrees with the list of environments', async () => {
    await using here = await startWorld();
    const { emulator } = here;
    const names = Array.from({ length: 101 }, (_, index) => `env-${index}`);
    emulator.github.addRepository('acme/web', { environments: names });
    const prepared = here.target(environment('stage'), { createEnvironment: true });
    await prepared.prepare();
    expect(await prepared.listed()).toMatchObject({ ok: true, value: undefined });
    // A survey prepares nothing.
    expect(await here.target(environment('stage')).listed()).toMatchObject({ ok: true, value: undefined });
    const asked = emulator.ledger.entries.map(({ path }) => path).filter((path) => path.endsWith('ments'));
    expect(asked).toEqual(Array<string>(4).fill('/repos/acme/web/environments'));
  });
});

describe('a list is no evidence', () => {
  const BASE = '/repos/acme/web/actions/secrets';
  const page = (number: number) => `GET ${BASE}?per_page=100&page=${number}`;
  const row = (name: string, updatedAt: unknown = '2026-11-01T12:00:00Z') => ({
    name,
    updated_at: updatedAt,
  });
  const rows = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => row(`A_${from + index}`));
  const list = (total: unknown, secrets: unknown) => ok({ total_count: total, secrets });

  async function listed(prepare: (github: GithubDouble) => void) {
    await using github = await startGithubDouble();
    prepare(github);
    const reply = await github.target(repository()).listed();
    return { reply, lines: github.lines };
  }

  it.each([
    [
      'that is shorter than its own count',
      { [page(1)]: list(3, rows(2)), [page(2)]: list(3, []) },
      'github-list-incomplete',
    ],
    [
      'whose count changed between two pages',
      { [page(1)]: list(101, rows(100)), [page(2)]: list(102, rows(1, 100)) },
      'github-list-changed',
    ],
    [
      'that names a secret twice',
      { [page(1)]: list(2, [row('A'), row('a')]), [page(2)]: list(2, []) },
      'github-list-incomplete',
    ],
    ['without a count', { [page(1)]: ok({ secrets: [] }) }, 'github-bad-reply'],
    ['whose count is negative', { [page(1)]: list(-1, []) }, 'github-bad-reply'],
    ['without secrets', { [page(1)]: ok({ total_count: 0 }) }, 'github-bad-reply'],
    [
      'with a secret that has no name',
      { [page(1)]: list(1, [{ updated_at: '2026-11-01T12:00:00Z' }]) },
      'github-bad-reply',
    ],
    ['with a secret that has no date', { [page(1)]: list(1, [row(SECRET, null)]) }, 'github-bad-reply'],
    ['that is not there', { [page(1)]: notFound }, 'github-not-found'],
    ['that may not be read', { [page(1)]: refusal(403, 'Forbidden') }, 'github-forbidden'],
    ['that does not come', { [page(1)]: { status: 502 } }, 'github-server-error'],
    [
      'that says it is endless',
      { [page(1)]: list(Number.MAX_SAFE_INTEGER, rows(100)) },
      'github-list-too-long',
    ],
  ])('%s', async (_, answers, code) => {
    const { reply, lines } = await listed((github) => {
      for (const [line, answer] of Object.entries(answers)) github.answer(line, answer);
    });
    expect(codeOf(reply)).toBe(code);
    expect(lines.length).toBeLessThanOrEqual(2);
  });

  it('that gives one secret a page, for longer than a hundred pages', async () => {
    const { reply, lines } = await listed((github) => {
      for (let at = 1; at <= 101; at++) github.answer(page(at), list(9_999, rows(1, at)));
    });
    expect(codeOf(reply)).toBe('github-list-too-long');
    expect(lines).toHaveLength(100);
  });

  it('that names an environment whose own address says that it is not there', async () => {
    await using github = await startGithubDouble();
    const repo = '/repos/acme/web';
    const secrets = `${repo}/environments/stage/secrets`;
    github.answer(`GET ${secrets}/public-key`, notFound);
    github.answer(`GET ${repo}`, ok({ id: 7 }));
    github.answer(`GET ${repo}/environments/stage`, notFound);
    const environments = `GET ${repo}/environments?per_page=100&page=1`;
    github.answer(environments, ok({ total_count: 1, environments: [{ name: 'Stage' }] }));
    github.answer(`GET ${secrets}?per_page=100&page=1`, [notFound, list(1, [row(SECRET)])]);
    const target = github.target(environment('stage'), { createEnvironment: true });
    expect(await target.prepare()).toMatchObject({ ok: true });
    expect(await target.metadata()).toMatchObject({ ok: true, value: undefined });
    expect(target.puts).toBe(2);
    expect(codeOf(await target.listed())).toBe('github-not-found');
    // It is there, so it is not created.
    expect(target.puts).toBe(1);
    expect(await target.listed()).toMatchObject({
      ok: true,
      value: { updatedAt: Date.UTC(2026, 10, 1, 12) },
    });
    expect(codeOf(await github.target(environment('stage')).listed())).toBe('ok');
    github.answer(`GET ${secrets}?per_page=100&page=1`, notFound);
    github.answer(environments, ok({ total_count: 1, environments: [{}] }));
    expect(codeOf(await target.listed())).toBe('github-bad-reply');
    github.answer(environments, ok({ total_count: 2, environments: [{ name: 'other' }] }));
    expect(codeOf(await target.listed())).toBe('github-server-error');
  });
});
