import { describe, expect, it } from 'vitest';
import type { PermissionName } from '../../packages/emulator/src/index.ts';
import { KEY_NAME, startCheckedWorld } from './checked-world.ts';

describe('many problems at once', () => {
  it('are all told by one run, each with what mends it, and nothing is made', async () => {
    await using world = await startCheckedWorld();
    const { github, ledger } = world.emulator;
    github.addRepository('acme/site', { environments: ['production'] });
    github.addRepository('acme/frozen').archived = true;
    github.addRepository('acme/before');
    github.renameRepository('acme/before', 'acme/after');
    github.addRepository('acme/hidden');
    github.addRepository('acme/public', { private: false });
    github.addOrganisation('acme');
    const token = github.issueToken({
      permissions: {
        secrets: 'write',
        environments: 'write',
        actions: 'read',
        organization_secrets: 'write',
      },
      repositories: ['acme/web', 'acme/site', 'acme/frozen', 'acme/after'],
    });
    const run = await world.fanOut(
      [
        'acme/web',
        'acme/site@production',
        'acme/gone',
        'acme/hidden',
        'acme/frozen',
        'acme/before',
        'acme/site@staging',
        'acme/public',
        'dependabot:acme/web',
        'org:acme',
        'org:nobody',
      ],
      { inputs: { 'github-token': token } },
    );
    expect(run.exitCode).toBe(1);
    expect(ledger.effects()).toEqual([]);
    expect(world.emulator.mutx.keys).toEqual([]);
    const log = run.log.join('\n');
    expect(log).toContain('not every target can be written, so no key was made [preflight-failed]');
    const why = run.log.flatMap((line) => /^ {2}why: {3}(.*)$/u.exec(line)?.[1] ?? []);
    expect(why).toEqual([
      'acme/gone does not exist, or the github-token cannot see it',
      'the repository of acme/frozen is archived, and so read-only',
      'the repository of acme/before is now called acme/after',
      'the environment of acme/site@staging does not exist',
      'the github-token lacks "Secrets: Read and write"',
      'the github-token lacks "Dependabot secrets: Read and write"',
      'org:acme does not have the secret yet, and to create it it has to be said who may read it',
      'the organisation nobody does not exist, or the github-token cannot see it',
    ]);
    expect(log).toContain('  also:  acme/hidden (GitHub: GET /repos/acme/hidden/actions/secrets/public-key');
    const { length: fixes } = run.log.filter((line) => line.startsWith('  fix:   '));
    expect(fixes).toBe(why.length);
    // For what the token of now can do as well, and not limited to repositories: an organisation is among it.
    expect(log).toContain('permission-dependabot-secrets: write');
    expect(log).toContain('permission-environments: write');
    expect(log).toContain('permission-organization-secrets: write');
    expect(log).not.toContain('repositories: ');
    expect(log).toContain('Write acme/after instead of acme/before in the targets.');
    expect(run.annotations.filter(({ level }) => level === 'error')).toHaveLength(1);
    for (const line of why)
      expect(run.summary.replaceAll('\\', ''), line).toContain(line.split('"')[0] ?? '');
  });
});

describe('a missing permission', () => {
  const TARGETS: readonly (readonly [string, PermissionName, string])[] = [
    ['acme/web', 'secrets', 'Secrets: Read and write'],
    ['dependabot:acme/web', 'dependabot_secrets', 'Dependabot secrets: Read and write'],
    ['codespaces:acme/web', 'codespaces_secrets', 'Codespaces secrets: Read and write'],
    ['agents:acme/web', 'agent_secrets', 'Agent secrets: Read and write'],
    ['acme/web@production', 'environments', 'Environments: Read and write'],
    ['org:acme', 'organization_secrets', 'Organization secrets: Read and write'],
    [
      'dependabot:org:acme',
      'organization_dependabot_secrets',
      'Organization dependabot secrets: Read and write',
    ],
    [
      'codespaces:org:acme',
      'organization_codespaces_secrets',
      'Organization codespaces secrets: Read and write',
    ],
    ['agents:org:acme', 'organization_agent_secrets', 'Organization agent secrets: Read and write'],
  ];

  it('is named as the settings page calls it, for every kind of target at once', async () => {
    await using world = await startCheckedWorld();
    const { github, ledger } = world.emulator;
    github.addOrganisation('acme');
    const token = github.issueToken({ permissions: {} });
    const run = await world.fanOut(
      TARGETS.map(([target]) => target),
      { inputs: { 'github-token': token, visibility: 'all' } },
    );
    expect(run.exitCode).toBe(1);
    const why = run.log.flatMap((line) => /^ {2}why: {3}(.*)$/u.exec(line)?.[1] ?? []);
    expect(why).toEqual(TARGETS.map(([, , label]) => `the github-token lacks "${label}"`));
    expect(ledger.effects()).toEqual([]);
  });

  it('is what `x-accepted-github-permissions` says, where GitHub asks for more than we know of', async () => {
    await using world = await startCheckedWorld();
    world.emulator.fault({
      server: 'github',
      path: /public-key$/u,
      what: 'refuse',
      status: 403,
      headers: { 'x-accepted-github-permissions': 'secrets=read,actions=read; administration=write' },
    });
    const run = await world.fanOut(['acme/web']);
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain(
      'the github-token lacks "Secrets: Read and write" and "Actions: Read-only" or "Administration: Read and write"',
    );
    expect(world.emulator.mutx.keys).toEqual([]);
  });

  it('to write, where reading is allowed, is found at the first write, and the new key does not stay', async () => {
    await using world = await startCheckedWorld();
    world.emulator.github.addRepository('acme/api');
    const token = world.emulator.github.issueToken({ permissions: { secrets: 'read' } });
    const run = await world.fanOut(['acme/web', 'acme/api'], { inputs: { 'github-token': token } });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('the github-token lacks "Secrets: Read and write"');
    expect(world.active(KEY_NAME)).toEqual([]);
  });
});
