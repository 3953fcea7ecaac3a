import { expect, it } from 'vitest';
import { startCheckedWorld, targetsOf } from './checked-world.ts';

// Holds invariant 4 of docs/threat-model.md.

const GITHUB = { basePath: '/api/v3', enterprise: true } as const;
const env = { GITHUB_SERVER_URL: 'https://github.acme.test' };

it('everything of GitHub Enterprise Server is asked under its base path, in the version that it knows', async () => {
  await using world = await startCheckedWorld({ github: GITHUB });
  const { github, ledger } = world.emulator;
  github.addRepository('acme/api', { environments: ['eu/west 1'] });
  github.addOrganisation('acme');
  const repositoryIds = Array.from({ length: 101 }, (_, index) => github.addRepository(`acme/r${index}`).id);
  const place = { organisation: 'acme' };
  github.setSecret(place, 'MUTX_API_KEY', 'old', { visibility: 'selected', repositoryIds });
  const targets = ['acme/web', 'acme/api@eu/west 1', 'acme/api@new', 'dependabot:acme/web', 'org:acme'];
  const run = await world.fanOut(targets, { inputs: { 'create-environment': 'true' }, env });
  expect(run.exitCode, run.log.join('\n')).toBe(0);
  expect(targetsOf(run).map(({ status }) => status)).toEqual([
    'created',
    'created',
    'created',
    'created',
    'updated',
  ]);
  const asked = ledger.entries.filter(({ server }) => server === 'github');
  expect(asked.filter(({ path }) => !path.startsWith('/api/v3/'))).toEqual([]);
  expect(asked.filter(({ path }) => path.startsWith('/api/v3/api/v3'))).toEqual([]);
  expect(github.secret(place, 'MUTX_API_KEY')?.audience?.repositoryIds).toEqual(repositoryIds);
  expect(world.stored()).toBe(world.key);
});

it('the host is part of the key’s default name, a slash at the end of the address no matter', async () => {
  await using world = await startCheckedWorld({ github: GITHUB });
  const run = await world.rotate({ env: { ...env, GITHUB_API_URL: `${world.emulator.github.url}/` } });
  expect(run.exitCode, run.log.join('\n')).toBe(0);
  expect(run.outputs['key-name']).toBe('github.acme.test/gha/acme/web/MUTX_API_KEY');
});

it('a renamed repository is told by its new name, without following the redirect', async () => {
  await using world = await startCheckedWorld({ github: GITHUB });
  const { github, ledger } = world.emulator;
  github.renameRepository('acme/web', 'acme/site');
  const run = await world.fanOut(['acme/web'], { env });
  expect(run.exitCode).toBe(1);
  expect(run.log.join('\n')).toContain('the repository of acme/web is now called acme/site');
  expect(ledger.entries.filter(({ path }) => /\/repositories\/\d+\//u.test(path))).toEqual([]);
  expect(ledger.effects()).toEqual([]);
});

it('a server that has never heard of the secrets of agents: nothing is made', async () => {
  await using world = await startCheckedWorld({ github: GITHUB });
  const run = await world.fanOut(['acme/web', 'agents:acme/web'], { env });
  expect(run.exitCode).toBe(1);
  expect(run.log.join('\n')).toContain('not every target can be written, so no key was made');
  expect(world.emulator.ledger.effects()).toEqual([]);
  // In the emulator's eyes no client of an Enterprise Server asks in that version.
  world.emulator.ledger.clear();
});

it('a server that has never heard of the secrets of agents is told as such', async () => {
  await using world = await startCheckedWorld({ github: GITHUB });
  world.emulator.github.addOrganisation('acme');
  const run = await world.fanOut(['agents:acme/web', 'agents:org:acme'], { env });
  world.emulator.ledger.clear();
  const log = run.log.join('\n');
  // One cause, told once, with both places that have it.
  expect(run.log.filter((line) => line.endsWith('[github-agents-unknown]'))).toHaveLength(1);
  expect(log).toMatch(/also: {2}agents:(?:org:acme|acme\/web) /u);
  expect(log).toMatch(/fix: {3}.*`agents:`/u);
});
