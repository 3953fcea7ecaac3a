import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EmulatedKey, SecretPlace } from '../../packages/emulator/src/index.ts';
import { DAY, makeStored } from './planted.ts';
import { cli, HERE, openShell, type Shell } from './shell.ts';

// What people report about tools that do this job (docs/field-reports.md): each as it would happen here.

afterEach(() => vi.unstubAllEnvs());

const active = ({ emulator }: Shell): readonly EmulatedKey[] =>
  emulator.mutx.keys.filter(({ isActive }) => isActive);

describe('a secret that cannot be written (kneemaa/github-action-rotate-aws-secrets#2)', () => {
  it.each([403, 422])('keeps the old key, in the secret and alive (%i)', async (status) => {
    await using shell = await openShell();
    const old = makeStored(shell.emulator, shell.user, shell.emulator.mutx.clock.now() - 7 * DAY);
    shell.emulator.fault({
      server: 'github',
      method: 'PUT',
      what: 'refuse',
      status,
      times: Number.POSITIVE_INFINITY,
    });
    const { code, stdout } = await shell.run(['rotate']);
    expect(code, stdout).toBe(1);
    expect(shell.emulator.github.openSecret(HERE, 'MUTX_API_KEY')).toBe(old.plaintext);
    expect(active(shell).map(({ id }) => id)).toEqual([old.id]);
  });
});

describe("an environment's secret (cli/cli#3831)", () => {
  it("is sealed with the environment's own public key, which is not the repository's", async () => {
    await using shell = await openShell();
    const place: SecretPlace = { repository: HERE, environment: 'production' };
    expect(shell.emulator.github.keyPair(place)).not.toEqual(shell.emulator.github.keyPair(HERE));
    const { code, stdout } = await shell.run(['rotate', '--environment', 'production']);
    expect(code, stdout).toBe(0);
    const key = shell.emulator.github.openSecret(place, 'MUTX_API_KEY') ?? '';
    expect(shell.emulator.mutx.accepts(key)).toBe(true);
  });
});

describe('an environment whose name has slashes', () => {
  const NAME = 'deploy/prod/service';

  it.each([
    ['is created (PyGithub/PyGithub#3262)', []],
    ['is written to where it exists (integrations/terraform-provider-github#1960)', [NAME]],
  ])('%s', async (_, environments) => {
    await using shell = await openShell();
    shell.emulator.github.addRepository('acme/slashes', { environments });
    const target = `acme/slashes@${NAME}`;
    const { code, stdout } = await shell.run(['rotate', '--targets', target, '--create-environment']);
    expect(code, stdout).toBe(0);
    const place = { repository: 'acme/slashes', environment: NAME };
    expect(shell.emulator.mutx.accepts(shell.emulator.github.openSecret(place, 'MUTX_API_KEY') ?? '')).toBe(
      true,
    );
    expect(shell.emulator.ledger.unexpected()).toEqual([]);
  });
});

describe("who may read an organisation's secret", () => {
  it.each([
    ['many repositories (external-secrets/external-secrets#6519)', 131],
    ['none yet (cli/cli#9808)', 0],
  ])('stays as it is: %s', async (_, count) => {
    await using shell = await openShell();
    const { github } = shell.emulator;
    github.addOrganisation('acme-org');
    const names = Array.from({ length: count }, (__, at) => `acme-org/repo-${at}`);
    for (const name of names) github.addRepository(name);
    const repositories = names.map((name) => github.repository(name).id);
    const place: SecretPlace = { organisation: 'acme-org' };
    github.setSecret(place, 'MUTX_API_KEY', 'by hand', {
      visibility: 'selected',
      repositoryIds: repositories,
    });
    const before = github.secret(place, 'MUTX_API_KEY');
    const { code, stdout } = await shell.run(['rotate', '--targets', 'org:acme-org']);
    expect(code, stdout).toBe(0);
    const after = github.secret(place, 'MUTX_API_KEY');
    expect(after?.audience).toEqual(before?.audience);
    expect(github.openSecret(place, 'MUTX_API_KEY')).toMatch(/^mutx_live_/u);
  });
});

describe('a password of several lines', () => {
  const FIRST = 'correct horse battery';
  const SECOND = 'staple of the second line';

  it.each([
    ['as a whole', `${FIRST}\n${SECOND}`],
    ['with the line breaks of Windows', `${FIRST}\r\n${SECOND}`],
  ])('has each line hidden (hashicorp/vault-action#208): %s', async (_, password) => {
    await using shell = await openShell();
    shell.emulator.fault({
      server: 'mutx',
      path: /login$/u,
      what: 'refuse',
      status: 401,
      body: { detail: `not this: ${SECOND}` },
    });
    const { code, stdout, stderr } = await shell.run(['keys', 'list'], { MUTX_PASSWORD: password });
    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain(SECOND);
    expect(stdout + stderr).not.toContain(FIRST);
  });

  it('is told to the runner on one line (airvzxf/ftp-deployment-action#314)', async () => {
    await using shell = await openShell();
    const { stdout, stderr } = await shell.run(['keys', 'list'], {
      MUTX_PASSWORD: `${FIRST}\n${SECOND}`,
      GITHUB_ACTIONS: 'true',
    });
    const bare = (stdout + stderr).split('\n').filter((line) => !line.startsWith('::add-mask::'));
    expect(bare.join('\n')).not.toContain(SECOND);
    expect(stderr).toContain(`::add-mask::${FIRST}%0A${SECOND}\n`);
  });
});

describe('a secret that is blank (jenkinsci/hashicorp-vault-plugin#107)', () => {
  it.each(['', ' ', '\n', 'a', '  ab  '])(
    'is masked in no way, which would garble the log: %j',
    async (password) => {
      await using shell = await openShell();
      const env = { MUTX_PASSWORD: password, MUTX_BOOTSTRAP_JWT: password, GITHUB_ACTIONS: 'true' };
      const { code, stderr } = await shell.run(['keys', 'list'], env);
      expect(code).not.toBe(0);
      expect(stderr.split('\n').filter((line) => /^::add-mask::(?:.{0,3})$/u.test(line))).toEqual([]);
    },
  );
});

describe('a key that is revoked already when its turn to be revoked comes', () => {
  it.each([
    ['by someone else (github/gh-aw#36548)', 'v1'],
    ['where it is gone then (actions/create-github-app-token#140)', 'documented'],
  ] as const)('%s: counts as done, without a warning', async (_, generation) => {
    await using shell = await openShell({ mutx: { generation } });
    const { mutx } = shell.emulator;
    shell.emulator.onRequest(({ point, entry }) => {
      if (point === 'before' && entry.method === 'DELETE') {
        for (const key of mutx.keys) key.isActive = false;
      }
      return undefined;
    });
    const { code, stderr } = await shell.run(['exec', '--verify', 'false', '--', 'true']);
    expect(code, stderr).toBe(0);
    expect(stderr).not.toMatch(/warning|could not|still/iu);
    expect(active(shell)).toEqual([]);
  });
});

describe('a 404 for the public key (grll/claude-code-login#2)', () => {
  it('is told as the permission that is missing, with its name', async () => {
    await using shell = await openShell();
    shell.emulator.fault({
      server: 'github',
      path: /public-key$/u,
      what: 'refuse',
      status: 404,
      times: Number.POSITIVE_INFINITY,
    });
    const { code, stdout } = await shell.run(['rotate']);
    expect(code).toBe(1);
    expect(stdout).toContain('[github-missing-permission]');
    expect(stdout).toContain('"Secrets: Read and write"');
    expect(shell.emulator.mutx.keys).toEqual([]);
  });
});

describe('a proxy of the environment (aws-actions/configure-aws-credentials#1165)', () => {
  it.each(['HTTPS_PROXY', 'https_proxy'])('is used whichever way it is spelled: %s', async (name) => {
    await using shell = await openShell();
    const env = { ...shell.env, MUTX_API_URL: 'https://mutx.invalid', [name]: 'http://127.0.0.1:9' };
    const { code, stdout } = await cli(['keys', 'list'], env);
    expect(code).toBe(1);
    expect(stdout).toContain('no connection to the proxy 127.0.0.1:9');
    expect(stdout).toContain('[mutx-proxy-unreachable]');
  });
});
