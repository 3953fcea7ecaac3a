import { expect, it } from 'vitest';
import { codeBlocks } from '../project/files.ts';
import { type Example, HERE, SECRET, startExample, WITH_WORKFLOWS } from './examples.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WEB = `gha/${HERE}/${SECRET}`;

/** A run, a week, another run: the secrets hold a key that works, and the one before it is dead. */
async function twice(
  example: Example,
  run: () => Promise<unknown>,
  place?: Parameters<Example['working']>[0],
) {
  await run();
  const first = example.working(place);
  example.aWeekPasses();
  await run();
  expect(example.working(place)).not.toBe(first);
  expect(example.dead(first)).toBe(true);
}

/** Each document that shows workflows, and what running them has to come to. */
const EXAMPLES: Readonly<Record<string, (example: Example) => Promise<void>>> = {
  'README.md': async (example) => {
    const { mutx } = example.emulator;
    await twice(example, () => example.run(0));
    await example.run(2);
    const key = example.working();
    await example.run(4);
    expect(mutx.accepts(key)).toBe(true);
    await example.run(3);
    expect(mutx.accepts(key)).toBe(false);
    expect(mutx.activeKeys(example.user)).toEqual([]);
    await example.run(1, { secrets: 'write', dependabot_secrets: 'write' });
    expect(example.working({ repository: HERE, store: 'dependabot' })).toBe(example.working());
  },
  'docs/credentials.md': async (example) => {
    const { mutx, github } = example.emulator;
    await twice(example, () => example.run(0));
    const place = { repository: HERE, environment: 'mutx-rotation' };
    github.setSecret(place, 'MUTX_REFRESH_TOKEN', mutx.issueRefreshToken(example.user));
    const permissions = { secrets: 'write', environments: 'write' } as const;
    const token = () => github.openSecret(place, 'MUTX_REFRESH_TOKEN') ?? '';
    const first = token();
    for (let run = 0; run < 2; run += 1)
      await example.run(1, permissions, { secrets: { MUTX_REFRESH_TOKEN: token() } });
    expect(token()).not.toBe(first);
    await example.run(2, undefined, { secrets: { MUTX_BOOTSTRAP_JWT: mutx.issueAccessJwt(example.user) } });
    await example.run(3, undefined, { secrets: { MUTX_API_KEY: example.working() } });
    example.working();
  },
  'docs/ephemeral.md': async (example) => {
    await example.run(0);
    expect(example.emulator.mutx.keys).toHaveLength(1);
    expect(example.emulator.mutx.activeKeys(example.user)).toEqual([]);
  },
  'docs/fleet.md': async (example) => {
    const { mutx, github } = example.emulator;
    const [file] = codeBlocks('docs/fleet.md').filter(({ text }) => /^keys:/mu.test(text));
    example.write('mutx-keys.yml', file?.text ?? '');
    for (const name of ['acme/billing', 'acme/invoices']) github.addRepository(name);
    const write = 'write';
    const permissions = { secrets: write, environments: write, dependabot_secrets: write } as const;
    const everywhere = [
      [{ repository: HERE }, SECRET],
      [{ repository: HERE, environment: 'production' }, 'API_KEY'],
      [{ repository: HERE, store: 'dependabot' }, SECRET],
    ] as const;
    await example.run(0, permissions);
    const first = everywhere.map(([place, name]) => example.working(place, name));
    expect(new Set(first).size).toBe(1);
    await example.run(1);
    for (let week = 0; week < 4; week += 1) example.aWeekPasses();
    // The wait timer of the environment, by two minutes longer than the grace period.
    example.waits = 6 * HOUR + 2 * MINUTE;
    await example.run(0, permissions);
    expect(example.environments).toEqual(['mutx-grace-period']);
    const second = everywhere.map(([place, name]) => example.working(place, name));
    expect(second[0]).not.toBe(first[0]);
    expect(example.dead(first[0] ?? '')).toBe(true);
    for (const name of ['web', 'billing']) expect(mutx.activeKeys(example.user, name)).toHaveLength(1);
    await example.run(1);
  },
  'docs/recipes/weekly.md': async (example) => {
    await twice(example, () => example.run(0));
    expect(example.environments).toContain('mutx-rotation');
  },
  'docs/recipes/grace-period.md': async (example) => {
    const { mutx, ledger } = example.emulator;
    await twice(example, () => example.run(0));
    const order = ledger.effects().filter(({ method }) => method === 'PUT' || method === 'DELETE');
    expect(order.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'DELETE']);
    expect(mutx.activeKeys(example.user, WEB)).toHaveLength(1);
  },
  'docs/recipes/environments.md': async (example) => {
    const stage = (environment: string) => ({ repository: HERE, environment });
    await twice(example, () => example.run(0, { environments: 'write' }), stage('staging'));
    expect(example.working(stage('production'))).not.toBe(example.working(stage('staging')));
    expect(example.emulator.mutx.activeKeys(example.user).map(({ name }) => name)).toEqual(
      expect.arrayContaining([`gha/${HERE}@staging/${SECRET}`, `gha/${HERE}@production/${SECRET}`]),
    );
  },
  'docs/recipes/organisation.md': async (example) => {
    const acme = { organisation: 'acme' };
    const { github } = example.emulator;
    await example.run(0, { organization_secrets: 'write' });
    const first = example.working(acme);
    const web = github.repository(HERE).id;
    github.setAudience(acme, SECRET, { visibility: 'selected', repositoryIds: [web] });
    example.aWeekPasses();
    await example.run(0, { organization_secrets: 'write' });
    expect(example.working(acme)).not.toBe(first);
    // Kept as somebody set it meanwhile.
    expect(github.secret(acme, SECRET)?.audience).toEqual({ visibility: 'selected', repositoryIds: [web] });
    expect(example.dead(first)).toBe(true);
  },
  'docs/recipes/dependabot.md': async (example) => {
    const run = () => example.run(0, { secrets: 'write', dependabot_secrets: 'write' });
    await twice(example, run, { repository: HERE, store: 'dependabot' });
    expect(example.working()).toBe(example.working({ repository: HERE, store: 'dependabot' }));
  },
  'docs/recipes/matrix.md': async (example) => {
    await example.run(0);
    expect(example.emulator.mutx.keys).toHaveLength(3);
    expect(example.emulator.mutx.activeKeys(example.user)).toEqual([]);
  },
  'docs/recipes/after-a-rotation.md': async (example) => {
    const { mutx, github } = example.emulator;
    const { plaintext } = mutx.addKey(example.user, { name: WEB });
    github.setSecret(HERE, SECRET, plaintext);
    const secrets = { MUTX_API_KEY: plaintext };
    await example.run(0, undefined, { secrets, event: { workflow_run: { conclusion: 'success' } } });
    await example.run(2, undefined, { secrets });
    const used = example.emulator.ledger.entries.filter(({ path }) => path === '/v1/agents');
    expect(used.map(({ status }) => status)).toEqual([200, 200]);
  },
  'docs/recipes/panic-button.md': async (example) => {
    const name = '$(touch /tmp/x) `id` "; echo ::stop-commands::x #';
    const { mutx } = example.emulator;
    const keys = (count: number) => Array.from({ length: count }, () => mutx.addKey(example.user, { name }));
    const [first] = keys(1);
    await example.run(0, undefined, { inputs: { 'key-name': name } });
    expect(example.dead(first?.plaintext ?? '')).toBe(true);
    // Of more than the usual number none is revoked, until somebody has said that all of them may go.
    const many = keys(6);
    const failed = await example.run(0, undefined, { inputs: { 'key-name': name }, result: 'failure' });
    for (const { id } of many) expect(failed.get('revoke')?.log).toContain(id);
    expect(mutx.activeKeys(example.user)).toHaveLength(6);
    await example.run(0, undefined, { inputs: { 'key-name': name, 'max-revocations': 6 } });
    expect(mutx.activeKeys(example.user)).toEqual([]);
  },
  'docs/recipes/terraform.md': async (example) => {
    example.emulator.github.setSecret(HERE, SECRET, 'not-rotated-yet');
    await twice(example, () => example.run(0));
  },
  'docs/recipes/github-app.md': (example) => twice(example, () => example.run(0)),
  'docs/recipes/enterprise-server.md': (example) => twice(example, () => example.run(0)),
};

/** Where a job compares a time of the services with the clock of its machine. */
const BEHIND: Readonly<Record<string, number>> = { 'docs/fleet.md': 60 * 24 * HOUR };
/** Those that run as a part of the one that calls them. */
const CALLED_BY_ANOTHER: Readonly<Record<string, readonly number[]>> = {
  'docs/recipes/after-a-rotation.md': [1],
};

it('there is a run for each document that shows workflows', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual(WITH_WORKFLOWS);
});

it.each(Object.entries(EXAMPLES))('what %s shows works', async (document, run) => {
  await using example = await startExample(document, BEHIND[document]);
  await run(example);
  expect(example.notRun).toEqual(CALLED_BY_ANOTHER[document] ?? []);
});
