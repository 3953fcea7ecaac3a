import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { programName } from '../../src/cli/emulate/commands.ts';
import { here, startCli } from './shell.ts';

/** `emulate`, started with these flags, and the variables that it prints for a shell. */
async function emulate(...flags: readonly string[]) {
  const started = startCli(['emulate', ...flags]);
  onTestFinished(async () => {
    started.kill('SIGTERM');
    await started.ran;
  });
  await started.says('ready\n');
  const [variables = '', words = ''] = started.said().split('\n\n');
  const pairs = variables.split('\n').map((line) => line.split(/=(.*)/su, 2) as [string, string]);
  const commands = words.split('\n').filter((line) => line.startsWith('  '));
  return { ...started, env: Object.fromEntries(pairs), commands: commands.map((line) => line.trim()) };
}

async function emulated(): Promise<Readonly<Record<string, string>>> {
  return (await emulate('--repository', 'acme/web')).env;
}

/** A folder that is gone after the test. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'emulate-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Commands as somebody pastes them into a shell of theirs, which knows no `mutx-api-key`. */
async function pasted(commands: readonly string[]): Promise<string> {
  const home = folder();
  const { stdout } = await promisify(execFile)('sh', ['-e', '-c', commands.join('\n')], {
    cwd: home,
    env: { PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`, HOME: home },
  });
  return stdout;
}

it.each([
  [
    '/srv/o\u2019s clone/src/cli/emulate/emulate-command.ts',
    "node '/srv/o\u2019s clone/scripts/mutx-api-key.mjs'",
  ],
  ['/src/cli/emulate/node_modules/@mutx/api-key-action/lib/cli/emulate/emulate-command.js', 'mutx-api-key'],
])('names the command as another shell knows it: %s', (file, name) => {
  expect(programName(file)).toBe(name);
});

const has = (program: string) => spawnSync(program, ['--version']).status === 0;
const noCurl = has('curl') ? '' : ' (skipped: there is no curl here)';
const noGh = has('gh') ? '' : ' (skipped: there is no gh here)';

it.skipIf(noCurl !== '')(`prints three commands that work as they are${noCurl}`, async () => {
  const { commands } = await emulate('--repository', 'acme/web');
  expect(commands).toHaveLength(3);
  expect(await pasted(commands)).toMatch(/"total_count":1,"secrets":\[\{"name":"MUTX_API_KEY"/u);
});

it.skipIf(noGh !== '')(`gh sets, lists and deletes secrets through --tls, as printed${noGh}`, async () => {
  const [ca, env] = ['ca.pem', 'emulator.env'].map((name) => join(folder(), name)) as [string, string];
  const { commands, env: variables } = await emulate('--tls', ca, '--write-env', env);
  expect(variables['GITHUB_API_URL']).toMatch(/^https:.*\/api\/v3$/u);
  const [load = '', ...others] = commands;
  expect(await pasted([load, ...others])).toMatch(/MUTX_API_KEY/u);
  const listed = await pasted([
    load,
    'gh secret set BY_GH --repo "$GITHUB_REPOSITORY" --body value',
    'gh secret set BY_GH --repo "$GITHUB_REPOSITORY" --env "$EMULATED_ENVIRONMENT" --body value',
    'gh secret set BY_GH --org "$EMULATED_ORGANISATION" --visibility all --body value',
    'gh secret delete MUTX_API_KEY --repo "$GITHUB_REPOSITORY" >/dev/null',
    'gh secret list --repo "$GITHUB_REPOSITORY"',
    'gh secret list --repo "$GITHUB_REPOSITORY" --env "$EMULATED_ENVIRONMENT"',
    'gh secret list --org "$EMULATED_ORGANISATION"',
  ]);
  expect(listed.match(/^\w+/gmu)).toEqual(['BY_GH', 'BY_GH', 'BY_GH']);
});

it('speaks https for both services with the CA that it writes, and a client that trusts another is refused', async () => {
  const ca = join(folder(), 'ca.pem');
  const { env } = await emulate('--tls', ca);
  const status = (url: string | undefined, trusted: string | undefined) =>
    new Promise((resolve, reject) => {
      get(`${url}/user`, { ca: trusted, agent: false }, ({ statusCode }) => resolve(statusCode)).on(
        'error',
        reject,
      );
    });
  for (const url of [env['MUTX_API_URL'], env['GITHUB_API_URL']]) {
    expect(url).toMatch(/^https:/u);
    expect(await status(url, readFileSync(ca, 'utf8'))).toBeGreaterThanOrEqual(400);
    await expect(status(url, undefined)).rejects.toThrow(/self-signed|unable to/u);
  }
});

it('has every repository that is asked for, with the environments, and organisations', async () => {
  const flags = '--repository acme/one --repository octo/two --environment staging --environment production';
  const { env } = await emulate(...flags.split(' '));
  const targets = ['acme/one', 'octo/two@production', 'octo/two@staging', 'org:acme', 'org:octo'];
  const ran = await here(
    ['rotate', '--key-name', 'all', '--targets', targets.join('\n'), '--visibility', 'private'],
    env,
  );
  expect(ran.code, ran.stdout).toBe(0);
  expect(env['EMULATED_REPOSITORY']).toBe('acme/one');
});

it('moves the clocks of both services when that is typed, and when a signal comes', async () => {
  const running = await emulate('--advance', '2d');
  const { env, stdin } = running;
  const dates = () =>
    Promise.all(
      [env['MUTX_API_URL'], env['GITHUB_API_URL']].map(async (url) =>
        Date.parse((await fetch(`${url}/`)).headers.get('date') ?? ''),
      ),
    );
  const before = await dates();
  const days = async () =>
    (await dates()).map((date, index) => Math.round((date - (before[index] ?? 0)) / 86_400_000));
  stdin.write('advance 31d\n');
  await running.says('advanced 31d: it is now ');
  expect(await days()).toEqual([31, 31]);
  running.kill('SIGUSR2');
  await running.says('advanced 2d: it is now ');
  expect(await days()).toEqual([33, 33]);
  stdin.write('advance 31\nback 31d\n');
  await running.says('"31" is not a duration; nothing was moved.');
  await running.says('The only command is `advance`');
  expect(await days()).toEqual([33, 33]);
});

it('runs on when nobody types any more', async () => {
  const { env, stdin } = await emulate();
  stdin.end();
  expect((await here(['doctor'], env)).code).toBe(0);
});

it.each([
  [['--repository', 'web'], 'Write it as owner/repo.'],
  [['--advance', '31'], 'Did you mean 31d?'],
  [['--advance', 'a month'], 'Write it as 31d, 6h or 15m.'],
])('refuses %j', async (flags, words) => {
  const { code, stderr } = await here(['emulate', ...flags], {});
  expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
});

it('prints tokens that may less, and what the commands say of each is what docs/cli.md says', async () => {
  const env = await emulated();
  const as = (name: string, ...args: readonly string[]) =>
    here(args, { ...env, MUTX_GITHUB_TOKEN: env[name] ?? '' });

  const looked = await as('EMULATED_READER_TOKEN', 'doctor');
  expect(looked.code, looked.stdout).toBe(0);
  expect(looked.stdout).toContain('whether it may write is known at the first write');
  const audited = await as('EMULATED_READER_TOKEN', 'audit', '--targets', 'acme/web');
  expect(audited.code, audited.stdout).toBe(0);
  const refused = await as('EMULATED_READER_TOKEN', 'rotate');
  expect(refused.code).toBe(1);
  expect(refused.stdout).toContain('the github-token lacks "Secrets: Read and write"');
  expect(refused.stdout).toMatch(/- new key \S+ \(expires \S+\): revoked/u);
  expect(refused.stdout).toMatch(
    /fix: {3}give the token "Secrets: Read and write" for \S+, or take another/u,
  );
  expect(refused.stdout).not.toContain('uses:');

  const never = await as('EMULATED_WORKFLOW_TOKEN', 'doctor');
  expect(never.code).toBe(1);
  expect(never.stdout).toMatch(
    /^✗ acme\/web: the github-token is GITHUB_TOKEN.* "Secrets: Read and write" among its permissions$/mu,
  );
  const unmade = await as('EMULATED_WORKFLOW_TOKEN', 'rotate');
  expect(unmade.stdout).toContain('[preflight-failed]');
  expect((await as('EMULATED_WRITER_TOKEN', 'rotate')).code).toBe(0);
});
