import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { originOf, placeVariables } from '../../src/cli/place.ts';
import { givenOf } from '../../src/cli/variables.ts';
import { HERE, here, openShell } from './shell.ts';

// Holds invariant 4 of docs/threat-model.md.

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clone-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

interface Clone {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A clone from an address, with a configuration of its user's and an ssh that knows an alias. */
function cloneOf(address: string | undefined, user = ''): Clone {
  const folder = folderOf();
  const home = folderOf();
  const bin = folderOf();
  writeFileSync(join(home, '.gitconfig'), user);
  writeFileSync(
    join(bin, 'ssh'),
    '#!/bin/sh\n[ "$3" = work ] && set -- -G -- github.com\n[ -n "$MUTX_PASSWORD$MUTX_GITHUB_TOKEN" ] && exit 1\necho "hostname $3"\n',
  );
  chmodSync(join(bin, 'ssh'), 0o755);
  const env = { HOME: home, PATH: `${bin}:${process.env['PATH'] ?? ''}`, GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('git', ['init', '--quiet', folder], { env });
  if (address !== undefined) execFileSync('git', ['-C', folder, 'remote', 'add', 'origin', address], { env });
  return { folder, env };
}

describe('where a clone came from', () => {
  it.each([
    ['https://github.com/acme/web', 'github.com', 'acme/web'],
    ['https://user@GitHub.com/acme/web.js.git/', 'github.com', 'acme/web.js'],
    ['git@github.com:acme/web.git', 'github.com', 'acme/web'],
    ['github.com:acme/web', 'github.com', 'acme/web'],
    ['git@work:acme/web.git', 'github.com', 'acme/web'],
    ['ssh://git@work/acme/web.git', 'github.com', 'acme/web'],
    ['ssh://git@ssh.github.com:443/acme/web.git', 'github.com', 'acme/web'],
    ['git@ghe.example:acme/web.git', 'ghe.example', 'acme/web'],
    ['https://ghe.example:8443/acme/web', 'ghe.example:8443', 'acme/web'],
    ['https://gitlab.com/acme/group/web.git', 'gitlab.com', undefined],
    ['/srv/git/acme/web.git', undefined, undefined],
    ['../acme/web', undefined, undefined],
    ['file:///srv/acme/web', undefined, undefined],
  ])('%s', async (address, host, repository) => {
    const { folder, env } = cloneOf(address);
    const origin = await originOf(folder, env);
    expect(origin?.host).toBe(host);
    if (host !== undefined) expect(origin?.repository).toBe(repository);
  });

  it('is where its user’s `insteadOf` leads to', async () => {
    const user = '[url "git@ghe.example:"]\n\tinsteadOf = work:\n';
    const { folder, env } = cloneOf('work:acme/web', user);
    expect(await originOf(folder, env)).toEqual({ host: 'ghe.example', repository: 'acme/web' });
  });

  it('is read in a folder below it, in a work tree, and however the configuration is written', async () => {
    const { folder, env } = cloneOf(undefined);
    writeFileSync(
      join(folder, '.git', 'config'),
      '[REMOTE "origin"]\n\tURL = "https://github.com/acme/web" ; x\n',
    );
    const below = join(folder, 'a', 'b');
    mkdirSync(below, { recursive: true });
    const tree = join(folderOf(), 'tree');
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-C', folder, ...args], { env, stdio: 'pipe' });
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--allow-empty', '-m', 'x');
    git('worktree', 'add', '--quiet', tree);
    for (const place of [folder, below, tree]) {
      expect(await originOf(place, env)).toEqual({ host: 'github.com', repository: 'acme/web' });
    }
  });

  it('is not known without a clone, without an origin, and without git', async () => {
    const { folder, env } = cloneOf(undefined);
    expect(await originOf(folder, env)).toBeUndefined();
    expect(await originOf(folderOf(), env)).toBeUndefined();
    expect(await originOf(folder, { PATH: '/nonexistent' })).toBeUndefined();
  });

  it('is asked for without any credential of ours', async () => {
    const { folder, env } = cloneOf('git@work:acme/web.git');
    const secret = { ...env, MUTX_PASSWORD: 'x'.repeat(8), MUTX_GITHUB_TOKEN: 'x'.repeat(8) };
    expect((await originOf(folder, secret))?.host).toBe('github.com');
  });
});

describe('the server and the repository of a command', () => {
  const placeIn = async (address: string, env: NodeJS.ProcessEnv = {}, repository?: string) => {
    const clone = cloneOf(address);
    return placeVariables(repository, { ...clone.env, ...env }, clone.folder);
  };
  const GHE = { GITHUB_SERVER_URL: 'https://ghe.example', GITHUB_API_URL: 'https://ghe.example/api/v3' };
  const RESIDENT = { GITHUB_SERVER_URL: 'https://acme.ghe.com', GITHUB_API_URL: 'https://api.acme.ghe.com' };

  it.each([
    ['https://github.com/acme/web', {}, { GITHUB_REPOSITORY: 'acme/web' }],
    ['https://acme.ghe.com/acme/web', {}, { ...RESIDENT, GITHUB_REPOSITORY: 'acme/web' }],
    ['https://ghe.example/acme/web', { GH_HOST: 'GHE.example' }, { ...GHE, GITHUB_REPOSITORY: 'acme/web' }],
    [
      'https://acme.ghe.com/acme/web',
      { GH_HOST: 'acme.ghe.com' },
      { ...RESIDENT, GITHUB_REPOSITORY: 'acme/web' },
    ],
    [
      'https://ghe.example/acme/web',
      { GITHUB_API_URL: GHE.GITHUB_API_URL },
      { GITHUB_REPOSITORY: 'acme/web' },
    ],
    [
      'https://ghe.example/acme/web',
      { GITHUB_SERVER_URL: GHE.GITHUB_SERVER_URL },
      { GITHUB_API_URL: GHE.GITHUB_API_URL, GITHUB_REPOSITORY: 'acme/web' },
    ],
    [
      'https://github.com/acme/web',
      { GITHUB_API_URL: 'http://127.0.0.1:3000' },
      { GITHUB_REPOSITORY: 'acme/web' },
    ],
    ['https://github.com/acme/web', { GH_HOST: 'github.com' }, { GITHUB_REPOSITORY: 'acme/web' }],
  ])('in a clone from %s with %j', async (address, env, expected) => {
    expect(await placeIn(address, env)).toEqual(expected);
  });

  it('are those that were named, whatever the clone', async () => {
    expect(await placeIn('https://gitlab.com/acme/web', {}, 'a/b')).toEqual({ GITHUB_REPOSITORY: 'a/b' });
    expect(await placeIn('https://gitlab.com/acme/web', { GITHUB_REPOSITORY: 'c/d' })).toEqual({
      GITHUB_REPOSITORY: 'c/d',
    });
    expect(await placeIn('https://gitlab.com/acme/web', { GH_HOST: 'ghe.example' }, 'a/b')).toEqual({
      ...GHE,
      GITHUB_REPOSITORY: 'a/b',
    });
  });
});

describe('the token of GitHub’s command line', () => {
  const TOKENS = { GH_TOKEN: 'of-github', GH_ENTERPRISE_TOKEN: 'of-the-server' };

  it.each([
    [{}, 'of-github'],
    [{ GH_HOST: 'github.com' }, 'of-github'],
    [{ GH_HOST: 'acme.ghe.com' }, 'of-github'],
    [{ GH_HOST: 'ghe.example' }, 'of-the-server'],
    [{ GITHUB_API_URL: 'https://api.github.com', GH_HOST: 'ghe.example' }, 'of-github'],
    [{ GITHUB_API_URL: 'https://ghe.example/api/v3' }, 'of-the-server'],
    [{ GITHUB_API_URL: 'http://127.0.0.1:3000' }, 'of-github'],
    [{ GITHUB_API_URL: 'https://ghe.example/api/v3', GITHUB_ACTIONS: 'true' }, 'of-github'],
  ])('goes to no server of the other kind: %j', (env, token) => {
    expect(givenOf('github-token', {}, { ...TOKENS, ...env })).toBe(token);
  });

  it('has two names for an Enterprise Server', () => {
    const env = { GH_HOST: 'ghe.example', GITHUB_ENTERPRISE_TOKEN: 'other-name' };
    expect(givenOf('github-token', {}, { ...env, GH_TOKEN: 'of-github' })).toBe('other-name');
    expect(givenOf('github-token', {}, { GH_HOST: 'ghe.example', GH_TOKEN: 'of-github' })).toBeUndefined();
  });
});

describe('a clone from elsewhere', () => {
  const COMMANDS = [
    ['rotate'],
    ['doctor'],
    ['init', '--yes'],
    ['audit', '--targets', '@production'],
  ] as const;
  const ELSEWHERE = [
    ['https://gitlab.com/acme/web', {}, 'gitlab.com'],
    ['git@ghe.example:acme/web.git', {}, 'GH_HOST=ghe.example'],
    ['/srv/acme/web.git', {}, 'is a path'],
    ['https://github.com/acme/web', { GH_HOST: 'ghe.example' }, 'GH_HOST names ghe.example'],
    [
      'https://ghe.example/acme/web',
      { GITHUB_API_URL: 'https://api.github.com' },
      'GITHUB_API_URL names github.com',
    ],
  ] as const;

  it.each(
    ELSEWHERE.flatMap(([address, env, why]) => COMMANDS.map((args) => [address, env, why, args] as const)),
  )('%s with %j: %s; %s asks no server and stores nothing', async (address, extra, why, args) => {
    await using shell = await openShell();
    const clone = cloneOf(address);
    const { GITHUB_REPOSITORY: _, GITHUB_API_URL: __, ...rest } = shell.env;
    const { code, stdout, stderr } = await here(
      args,
      { ...rest, ...clone.env, ...extra },
      undefined,
      clone.folder,
    );
    expect(code, stdout + stderr).toBeGreaterThan(0);
    if (args[0] !== 'audit') expect(stdout + stderr).toContain(why);
    expect(shell.emulator.ledger.entries).toEqual([]);
  });

  it('is no matter to what needs no repository', async () => {
    await using shell = await openShell();
    const clone = cloneOf('https://gitlab.com/acme/web');
    const { GITHUB_REPOSITORY: _, ...rest } = shell.env;
    const { code } = await here(['keys', 'list'], { ...rest, ...clone.env }, undefined, clone.folder);
    expect(code).toBe(0);
  });
});

describe('a clone from the server that is asked', () => {
  it.each(['rotate', 'doctor'])('names the repository to %s', async (command) => {
    await using shell = await openShell();
    const clone = cloneOf(`https://github.com/${HERE}`);
    const { GITHUB_REPOSITORY: _, ...rest } = shell.env;
    const ran = await here([command], { ...rest, ...clone.env }, undefined, clone.folder);
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    if (command === 'rotate')
      expect(shell.emulator.github.openSecret(HERE, 'MUTX_API_KEY')).toMatch(/^mutx_live_/u);
  });

  it('is named by init before it is agreed to', async () => {
    await using shell = await openShell();
    const clone = cloneOf(`https://github.com/${HERE}`);
    const { GITHUB_REPOSITORY: _, ...rest } = shell.env;
    const ran = await here(['init', '--dry-run'], { ...rest, ...clone.env }, undefined, clone.folder);
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect(ran.stdout).toContain(`What this does, on ${new URL(shell.emulator.github.url).host}`);
  });
});
