import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import type { SecretPlace } from '../../packages/emulator/src/index.ts';
import { runStep } from '../../scripts/runner.ts';
import { type Answers, END_OF_INPUT, HERE, here, openShell, type Shell } from './shell.ts';

// Holds invariants 26 and 31 of docs/threat-model.md.

const ACTION = fileURLToPath(new URL('../../action.yml', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const PATH = '.github/workflows/rotate-mutx-key.yml';
const DAY = 86_400_000;
const ROTATION: SecretPlace = { repository: HERE, environment: 'mutx-rotation' };

/** An empty repository. */
function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'init-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function init(
  shell: Shell,
  folder: string,
  args: readonly string[] = ['--yes'],
  env = {},
  answers?: Answers,
) {
  return here(['init', '--folder', folder, ...args], { ...shell.env, ...env }, answers);
}

function refreshing({ emulator, user }: Shell): Record<string, string> {
  return { MUTX_EMAIL: '', MUTX_PASSWORD: '', MUTX_REFRESH_TOKEN: emulator.mutx.issueRefreshToken(user) };
}

interface Job {
  readonly environment?: string;
  readonly steps: readonly [{ readonly with: Readonly<Record<string, string | number>> }];
}

/** The one step of the workflow as the runner runs it: with its own inputs, and the secrets that its job gets. */
async function runWorkflow({ emulator }: Shell, folder: string) {
  const { jobs } = parse(readFileSync(join(folder, PATH), 'utf8')) as {
    readonly jobs: { readonly rotate: Job };
  };
  const { environment, steps } = jobs.rotate;
  const place = environment === undefined ? HERE : { repository: HERE, environment };
  const inputs = Object.entries(steps[0].with).map(([name, value]) => [
    name,
    String(value).replace(
      /\$\{\{ secrets\.(\w+) \}\}/gu,
      (_, secret: string) => emulator.github.openSecret(place, secret) ?? '',
    ),
  ]);
  return runStep({
    action: ACTION,
    inputs: Object.fromEntries(inputs) as Record<string, string>,
    env: { GITHUB_REPOSITORY: HERE, GITHUB_API_URL: emulator.github.url },
  });
}

function storedKey({ emulator }: Shell): string {
  const key = emulator.github.openSecret(HERE, 'MUTX_API_KEY') ?? '';
  expect(emulator.mutx.accepts(key)).toBe(true);
  return key;
}

/** What was changed, sessions apart. */
function effects({ emulator }: Shell): readonly string[] {
  return emulator.ledger
    .effects()
    .filter(({ path }) => !path.includes('/auth/log'))
    .map(({ method, path }) => `${method} ${path}`);
}

describe('mutx-api-key init', () => {
  it('takes an empty folder to a rotated key, and a workflow that rotates it again', async () => {
    await using shell = await openShell();
    const { mutx, github } = shell.emulator;
    const folder = emptyFolder();
    const { code, stdout, stderr } = await init(shell, folder);
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    expect(github.openSecret(ROTATION, 'MUTX_EMAIL')).toBe(shell.user.email);
    expect(github.openSecret(ROTATION, 'MUTX_PASSWORD')).toBe(shell.user.password);
    expect(github.openSecret(ROTATION, 'SECRETS_WRITER_TOKEN')).toBe(shell.env['MUTX_GITHUB_TOKEN']);
    expect(stdout).toContain(`Next: commit and push ${PATH}`);
    const first = storedKey(shell);
    const found = await shell.run(['doctor', '--folder', folder]);
    expect(found.stdout.split('\n').filter((line) => /^[!✗]/u.test(line))).toEqual([
      // That of the emulator.
      expect.stringMatching(/^! rotate-mutx-key\.yml: its `api-url` is http:\/\/127\.0\.0\.1:\d+, which/u),
    ]);

    mutx.clock.advance(7 * DAY);
    github.clock.advance(7 * DAY);
    await using run = await runWorkflow(shell, folder);
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(run.annotations).toEqual([]);
    expect(storedKey(shell)).not.toBe(first);
    expect(mutx.accepts(first)).toBe(false);
    expect(mutx.activeKeys(shell.user).length).toBe(1);
    expect(mutx.sessions.filter(({ ended }) => ended === 'no')).toEqual([]);

    const file = readFileSync(join(folder, PATH), 'utf8');
    for (const secret of [
      shell.user.password,
      shell.env['MUTX_GITHUB_TOKEN'] ?? '',
      first,
      storedKey(shell),
    ]) {
      expect(stdout + stderr + file).not.toContain(secret);
    }
    expect(file).not.toContain(shell.user.email);
  });

  it('keeps the credentials in the repository where it is asked to, and no refresh token', async () => {
    await using shell = await openShell();
    const folder = emptyFolder();
    const args = ['--yes', '--no-secrets-environment'];
    const { code, stdout } = await init(shell, folder, args);
    expect(code, stdout).toBe(0);
    expect(shell.emulator.github.openSecret(HERE, 'MUTX_PASSWORD')).toBe(shell.user.password);
    expect(readFileSync(join(folder, PATH), 'utf8')).not.toContain('environment:');
    const refused = await init(shell, emptyFolder(), args, refreshing(shell));
    expect(refused.code).toBe(2);
    expect(refused.stdout).toContain('`--no-secrets-environment` does not go with a refresh token');
  });

  it('says how to go on where the token may not make the environment, and goes on once it is there', async () => {
    await using shell = await openShell();
    const { github } = shell.emulator;
    const permissions = {
      metadata: 'read',
      secrets: 'write',
      environments: 'write',
      actions: 'read',
    } as const;
    const env = { MUTX_GITHUB_TOKEN: github.issueToken({ permissions }) };
    const folder = emptyFolder();
    const { code, stdout } = await init(shell, folder, ['--yes'], env);
    expect(code, stdout).toBe(1);
    expect(stdout).toContain('"Administration: Read and write"');
    expect(stdout).toContain(
      'create it at https://github.com/acme/web/settings/environments, limited to the',
    );
    expect(shell.emulator.mutx.keys).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    // By hand, as the owner of the repository.
    const made = await fetch(`${github.url}/repos/${HERE}/environments/mutx-rotation`, {
      method: 'PUT',
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${github.issueToken()}`,
        'content-type': 'application/json',
        'x-github-api-version': '2022-11-28',
      },
      body: '{}',
    });
    expect(made.status).toBe(200);
    const again = await init(shell, folder, ['--yes'], env);
    expect(again.code, again.stdout).toBe(0);
    expect(github.openSecret(ROTATION, 'MUTX_PASSWORD')).toBe(shell.user.password);
  });

  it('does the same with a refresh token, in an environment that it makes', async () => {
    await using shell = await openShell();
    const { mutx, github } = shell.emulator;
    const folder = emptyFolder();
    const env = refreshing(shell);
    const { code, stdout, stderr } = await init(shell, folder, ['--yes'], env);
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      `1. make the environment ${HERE}@mutx-rotation, and store the secret MUTX_REFRESH_TOKEN in`,
    );
    expect(github.openSecret(ROTATION, 'SECRETS_WRITER_TOKEN')).toBe(shell.env['MUTX_GITHUB_TOKEN']);
    const [given, successor] = github.secretValues(ROTATION, 'MUTX_REFRESH_TOKEN');
    expect(given).toBe(env['MUTX_REFRESH_TOKEN']);
    const first = storedKey(shell);

    for (const server of [mutx, github]) server.clock.advance(4 * DAY);
    await using run = await runWorkflow(shell, folder);
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(storedKey(shell)).not.toBe(first);
    const file = readFileSync(join(folder, PATH), 'utf8');
    expect(file).toContain("4 * * 1,4'");
    for (const secret of [given, successor, shell.env['MUTX_GITHUB_TOKEN'], first]) {
      expect(stdout + stderr + file).not.toContain(secret);
    }
    expect(shell.emulator.ledger.unexpected()).toEqual([]);
  });

  it('keeps what it was given for the key in the workflow', async () => {
    await using shell = await openShell();
    const folder = emptyFolder();
    const targets = `${HERE} # first\n${HERE}@production as OTHER`;
    const args = ['--yes', '--key-name', 'a: key #1', '--targets', targets, '--expires-in-days', '5'];
    const { code, stdout } = await init(shell, folder, args, { MUTX_GRACE_PERIOD: '6h' });
    expect(code, stdout).toBe(0);
    const file = parse(readFileSync(join(folder, PATH), 'utf8')) as {
      on: { schedule: { cron: string }[] };
      jobs: { rotate: Job };
    };
    expect(file.jobs.rotate.steps[0].with).toMatchObject({
      'key-name': 'a: key #1',
      'expires-in-days': 5,
      'grace-period': '6h',
      targets: expect.stringContaining('@production as OTHER'),
    });
    expect(file.on.schedule).toEqual([{ cron: expect.stringMatching(/^\d+ 4 \* \* \*$/u) }]);
    for (const server of [shell.emulator.mutx, shell.emulator.github]) server.clock.advance(DAY);
    await using run = await runWorkflow(shell, folder);
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(
      shell.emulator.github.secretValues({ repository: HERE, environment: 'production' }, 'OTHER').length,
    ).toBe(2);
  });

  it('asks at a terminal for what was not given, shows what it would do, and does it after a yes', async () => {
    await using shell = await openShell();
    const folder = emptyFolder();
    const { MUTX_EMAIL, MUTX_PASSWORD, MUTX_GITHUB_TOKEN, GITHUB_REPOSITORY, ...env } = shell.env;
    const git = (...args: readonly string[]) => execFileSync('git', ['-C', folder, ...args]);
    git('init', '--quiet');
    git('remote', 'add', 'origin', `https://github.com/${GITHUB_REPOSITORY}.git`);
    const { code, stdout, stderr } = await here(['init', '--folder', folder], env, [
      ['E-mail address of the MUTX service account', MUTX_EMAIL ?? ''],
      ['Its password:', MUTX_PASSWORD ?? ''],
      ['GitHub token that may write the secrets', MUTX_GITHUB_TOKEN ?? ''],
      ['Do all of this?', 'y'],
    ]);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout.indexOf('5. rotate: make the key')).toBeLessThan(stdout.indexOf('✓ the secret MUTX_EMAIL'));
    storedKey(shell);
    expect(stderr).not.toContain(MUTX_PASSWORD);
  });

  it.each([
    ['a no', [], [['Do all of this?', 'n']] as const, 1],
    ['Ctrl-C', [], [['Do all of this?', '\u0003']] as const, 130],
    ['Ctrl-D', [], [['Do all of this?', '\u0004']] as const, 130],
    ['the end of stdin', [], [['Do all of this?', END_OF_INPUT]] as const, 130],
    ['a dry run', ['--dry-run'], undefined, 0],
  ] as const)('changes nothing after %s', async (_, args, answers, exitCode) => {
    await using shell = await openShell();
    const folder = emptyFolder();
    const { code, stdout, stderr } = await init(shell, folder, args, {}, answers);
    expect(code, stdout).toBe(exitCode);
    expect(stdout).toContain(`4. write the workflow ${PATH}`);
    if (exitCode === 130) expect(stderr).toMatch(/Cancelled; nothing was changed\n$/u);
    else expect(stdout).toContain('nothing was changed'.slice(1));
    expect(effects(shell)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says in its list what the workflow names, that this has to exist, and whom its runner cannot reach', async () => {
    await using shell = await openShell();
    const told = async (...args: readonly string[]) => {
      const { stdout } = await init(shell, emptyFolder(), ['--dry-run', ...args]);
      return stdout.split('\n').filter((line) => /^ {2}(?:4\.|!)/u.test(line));
    };
    const url = expect.stringMatching(/^ {2}! `api-url` is http:\/\/127\S+ which means this machine/u);
    const cron = String.raw`cron: \d+ 4 \* \* 1`;
    // The shell of these tests is of version 1.2.3.
    expect(await told()).toEqual([
      expect.stringMatching(new RegExp(`^  4\\. write .* \\(${cron}; uses: mutx/api-key-action@v1\\)$`, 'u')),
      expect.stringMatching(/^ {2}! the workflow uses mutx\/api-key-action@v1, a tag that moves with every/u),
      url,
      expect.stringMatching(
        /! limit the environment mutx-rotation to the default branch .*\/settings\/environments$/u,
      ),
    ]);
    const commit = '0123456789abcdef0123456789abcdef01234567';
    expect(await told('--ref', commit, '--no-secrets-environment')).toEqual([
      expect.stringContaining(`api-key-action@${commit})`),
      url,
      expect.stringContaining('! a workflow on any branch can read these credentials: leave out `--no-'),
    ]);
    expect((await told('--ref', commit, '--secrets-environment', 'production')).at(-1)).toBe(
      '  ! limit the environment production to the default branch (Deployment branches and tags): https://github.com/acme/web/settings/environments',
    );
  });

  it('lists the environment that it makes for a target, and the write of the successor of a refresh token', async () => {
    await using shell = await openShell();
    const args = ['--yes', '--environment', 'staging'];
    const { code, stdout } = await init(shell, emptyFolder(), args, refreshing(shell));
    expect(code, stdout).toBe(0);
    const list = stdout.slice(0, stdout.indexOf('✓ the secret MUTX_REFRESH_TOKEN'));
    expect(list).toContain(
      'store its successor as MUTX_REFRESH_TOKEN in acme/web@mutx-rotation, make the environment acme/web@staging, make the key',
    );
    const repository = `/repos/${HERE}/environments`;
    expect(effects(shell).filter((effect) => !effect.includes('/auth/'))).toEqual([
      `PUT ${repository}/mutx-rotation`,
      `PUT ${repository}/mutx-rotation/secrets/MUTX_REFRESH_TOKEN`,
      `PUT ${repository}/mutx-rotation/secrets/SECRETS_WRITER_TOKEN`,
      `PUT ${repository}/mutx-rotation/secrets/MUTX_REFRESH_TOKEN`,
      'POST /v1/api-keys',
      `PUT ${repository}/staging`,
      `PUT ${repository}/staging/secrets/MUTX_API_KEY`,
    ]);
  });

  it('lists before the yes everything that it then creates, writes and revokes, and on which server', async () => {
    await using shell = await openShell();
    const { mutx, github } = shell.emulator;
    const createdAt = mutx.clock.now() - DAY;
    const old = mutx.addKey(shell.user, { name: `gha/${HERE}/MUTX_API_KEY`, createdAt });
    const now = github.clock.now();
    github.clock.set(createdAt + 2_000);
    github.setSecret(HERE, 'MUTX_API_KEY', old.plaintext);
    github.clock.set(now);
    const { code, stdout } = await init(shell, emptyFolder());
    expect(code, stdout).toBe(0);
    const list = stdout.slice(0, stdout.indexOf('✓ the secret MUTX_EMAIL'));
    expect(list).toContain(`What this does, on ${new URL(github.url).host}`);
    const listed = list.split('\n').flatMap((line) => {
      const made = /make the environment \S+@([\w-]+)/u.exec(line)?.[1];
      const [, secret, environment] = /store the secret (\w+) in \S+@([\w-]+)/u.exec(line) ?? [];
      const [, key, revoked] =
        /make the key .* as (\w+) in .*; then revoke the older ([\w-]+)/u.exec(line) ?? [];
      const repository = `/repos/${HERE}`;
      return [
        ...(made === undefined ? [] : [`PUT ${repository}/environments/${made}`]),
        ...(secret === undefined ? [] : [`PUT ${repository}/environments/${environment}/secrets/${secret}`]),
        ...(key === undefined
          ? []
          : [
              'POST /v1/api-keys',
              `PUT ${repository}/actions/secrets/${key}`,
              `DELETE /v1/api-keys/${revoked}`,
            ]),
      ];
    });
    expect(effects(shell)).toEqual(listed);
    expect(listed).toHaveLength(7);
    expect(mutx.accepts(old.plaintext)).toBe(false);
  });

  it('does not use a refresh token before it was told to', async () => {
    await using shell = await openShell();
    const env = refreshing(shell);
    const { code } = await init(shell, emptyFolder(), ['--dry-run'], env);
    expect(code).toBe(0);
    expect(effects(shell)).toEqual([]);
  });
});

describe('mutx-api-key init, before it changes anything', () => {
  it('never overwrites a file: it says so and calls nobody', async () => {
    await using shell = await openShell();
    const folder = emptyFolder();
    mkdirSync(join(folder, '.github', 'workflows'), { recursive: true });
    writeFileSync(join(folder, PATH), 'name: mine\n');
    const { code, stdout } = await init(shell, folder);
    expect(code).toBe(2);
    expect(stdout).toContain(`\`--workflow\` is there already, and no file is overwritten (${PATH})`);
    expect(readFileSync(join(folder, PATH), 'utf8')).toBe('name: mine\n');
    expect(shell.emulator.ledger.entries).toEqual([]);
    const other = await init(shell, folder, ['--yes', '--workflow', '.github/workflows/other.yml']);
    expect(other.code, other.stdout).toBe(0);
    expect(readdirSync(join(folder, '.github', 'workflows')).toSorted()).toEqual([
      'other.yml',
      'rotate-mutx-key.yml',
    ]);
    expect(readFileSync(join(folder, PATH), 'utf8')).toBe('name: mine\n');
  });

  it('tells everything that cannot be used at once', async () => {
    await using shell = await openShell();
    const { emulator, user } = shell;
    const args = ['--workflow', '../x.yml', '--ref', 'main', '--secrets-environment', '..'];
    args.push('--on-quota', 'panic');
    const env = {
      MUTX_EMAIL: '',
      MUTX_PASSWORD: '',
      MUTX_BOOTSTRAP_JWT: emulator.mutx.issueAccessJwt(user),
      MUTX_GITHUB_TOKEN: emulator.github.issueToken({ kind: 'app' }),
    };
    const { code, stdout } = await init(shell, emptyFolder(), args, env);
    expect(code).toBe(2);
    const told = stdout.split('\n').flatMap((line) => /^ {2}- `([\w-]+)`/u.exec(line)?.[1] ?? []);
    expect(told.toSorted()).toEqual([
      '--ref',
      '--secrets-environment',
      '--workflow',
      '--yes',
      'bootstrap-jwt',
      'github-token',
      'on-quota',
    ]);
    expect(emulator.ledger.entries).toEqual([]);
  });

  it('does not let the key and a credential share a secret', async () => {
    await using shell = await openShell();
    const { code, stdout } = await init(shell, emptyFolder(), [
      '--yes',
      '--no-secrets-environment',
      '--secret-name',
      'mutx_password',
    ]);
    expect(code).toBe(2);
    expect(stdout).toContain(
      '`secret-name` is a secret that the setup needs for something else (given: `MUTX_PASSWORD`)',
    );
    expect(shell.emulator.ledger.entries).toEqual([]);
  });

  it('stops where doctor says that a rotation would not work', async () => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    shell.user.plan = 'FREE';
    for (const name of ['one', 'two']) mutx.addKey(shell.user, { name });
    const folder = emptyFolder();
    const { code, stdout } = await init(shell, folder);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ plan FREE: 2 of 2 places are taken/mu);
    expect(effects(shell)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("stops where the credentials' own place cannot be written", async () => {
    await using shell = await openShell();
    const token = shell.emulator.github.issueToken({ permissions: { metadata: 'read', secrets: 'write' } });
    const args = ['--yes', '--secrets-environment', 'production'];
    const { code, stdout } = await init(shell, emptyFolder(), args, { MUTX_GITHUB_TOKEN: token });
    expect(code).toBe(1);
    expect(stdout.split('\n').filter((line) => line.startsWith('✗'))).toEqual([
      expect.stringMatching(/^✗ acme\/web@production: .*"Environments: Read and write"/u),
    ]);
    expect(effects(shell)).toEqual([]);
  });
});

describe('mutx-api-key init, stopped half-way', () => {
  const PLACES = `in ${HERE}@mutx-rotation`;
  const STOPS = [
    { at: 0, secret: 'MUTX_EMAIL', done: [] },
    { at: 1, secret: 'MUTX_PASSWORD', done: ['MUTX_EMAIL'] },
    { at: 2, secret: 'SECRETS_WRITER_TOKEN', done: ['MUTX_EMAIL', 'MUTX_PASSWORD'] },
  ];

  it.each(STOPS)(
    'by a refusal of $secret: says what was done, and goes on when it is run again',
    async ({ at, secret, done }) => {
      await using shell = await openShell();
      const folder = emptyFolder();
      const path = /\/secrets\//u;
      shell.emulator.fault({ server: 'github', method: 'PUT', path, skip: at, what: 'refuse', status: 403 });
      const { code, stdout } = await init(shell, folder);
      expect(code).toBe(1);
      expect(stdout).toContain(`Not set up: ${secret} ${PLACES} could not be stored`);
      for (const name of done) expect(stdout).toContain(`- the secret ${name} ${PLACES} was created`);
      expect(stdout).toMatch(new RegExp(`- not done: .*store the secret ${secret} ${PLACES}`, 'u'));
      if (at === 0) expect(stdout).toContain(`- the environment ${HERE}@mutx-rotation was created`);
      expect(stdout).not.toContain('create it at');
      expect(stdout).toContain(`- not done: write the workflow ${PATH}`);
      expect(stdout).toContain('- to go on, run the same command again');
      // The environment, too.
      expect(effects(shell).length).toBe(at + 1);
      expect(existsSync(join(folder, PATH))).toBe(false);

      const again = await init(shell, folder);
      expect(again.code, again.stdout).toBe(0);
      for (const name of done) {
        expect(again.stdout).toMatch(
          new RegExp(`store the secret ${name} ${PLACES}, OVERWRITING the one written at`, 'u'),
        );
      }
      storedKey(shell);
    },
  );

  it.each([
    ['.github', 'elsewhere/.github'],
    ['.github/workflows', 'elsewhere'],
    [PATH, 'elsewhere/file.yml'],
  ])('by a link at %s, whether or not anything is behind it', async (part, to) => {
    await using shell = await openShell();
    const outside = emptyFolder();
    mkdirSync(join(outside, 'elsewhere', '.github'), { recursive: true });
    for (const target of [join(outside, to), join(outside, 'nothing')]) {
      const folder = emptyFolder();
      mkdirSync(dirname(join(folder, part)), { recursive: true });
      symlinkSync(target, join(folder, part));
      const { code, stdout } = await init(shell, folder);
      expect(code).toBe(2);
      expect(stdout).toContain(`\`--workflow\` leads elsewhere: \`${part}\` is a symbolic link`);
      expect(shell.emulator.ledger.entries).toEqual([]);
    }
    expect(new Set(readdirSync(outside, { recursive: true, encoding: 'utf8' }))).toEqual(
      new Set(['elsewhere', join('elsewhere', '.github')]),
    );
  });

  it('by a link that comes between the question and the writing', async () => {
    await using shell = await openShell();
    const folder = emptyFolder();
    const outside = emptyFolder();
    const held = shell.emulator.fault({ server: 'github', method: 'PUT', path: /secrets/u, what: 'slow' });
    const running = init(shell, folder);
    await held.met();
    symlinkSync(outside, join(folder, '.github'));
    held.release();
    const { code, stdout } = await running;
    expect(code).toBe(1);
    expect(stdout).toContain('.github is a symbolic link');
    expect(readdirSync(outside)).toEqual([]);
  });

  it('by a folder that cannot be written', async () => {
    await using shell = await openShell();
    const folder = emptyFolder();
    writeFileSync(join(folder, '.github'), 'a file');
    const { code, stdout } = await init(shell, folder);
    expect(code).toBe(2);
    expect(stdout).toContain('`--workflow` is there already');
    expect(shell.emulator.ledger.entries).toEqual([]);
  });

  it('by a file that somebody else writes meanwhile: theirs is kept', async () => {
    await using shell = await openShell();
    const folder = emptyFolder();
    shell.emulator.onRequest(({ entry: { method, path } }) => {
      if (method !== 'PUT' || !path.endsWith('SECRETS_WRITER_TOKEN')) return;
      mkdirSync(join(folder, '.github', 'workflows'), { recursive: true });
      writeFileSync(join(folder, PATH), 'theirs');
    });
    const { code, stdout } = await init(shell, folder);
    expect(code).toBe(1);
    expect(stdout).toContain(`Not set up: ${PATH} could not be written (EEXIST)`);
    expect(stdout).toContain(`- the secret SECRETS_WRITER_TOKEN ${PLACES} was created`);
    expect(readFileSync(join(folder, PATH), 'utf8')).toBe('theirs');
    expect(shell.emulator.mutx.keys).toEqual([]);
  });

  it('by the rotation: the workflow is there, and the same command goes on', async () => {
    await using shell = await openShell();
    const folder = emptyFolder();
    const refused = {
      server: 'mutx',
      method: 'POST',
      path: /api-keys$/u,
      what: 'refuse',
      status: 403,
    } as const;
    shell.emulator.fault(refused);
    const { code, stdout } = await init(shell, folder);
    expect(code).toBe(1);
    expect(stdout).toContain(`- the workflow ${PATH} was written`);
    expect(stdout).toContain('- not done: rotate: make the key gha/acme/web/MUTX_API_KEY');
    const again = await init(shell, folder);
    expect(again.code, again.stdout).toBe(0);
    expect(again.stdout).toContain(`keep the workflow ${PATH}, which is there just as it would be written`);
    storedKey(shell);
  });

  it('by SIGINT: says what was done, what perhaps, and what not', async () => {
    await using shell = await openShell();
    const folder = emptyFolder();
    const path = /SECRETS_WRITER_TOKEN$/u;
    const held = shell.emulator.fault({ server: 'github', method: 'PUT', path, what: 'slow' });
    const child = spawn(process.execPath, [MAIN, 'init', '--folder', folder, '--yes'], {
      env: { PATH: process.env['PATH'] ?? '', ...shell.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = new Promise((resolve) => {
      child.on('exit', resolve);
    });
    await held.met();
    child.kill('SIGINT');
    let stdout = '';
    for await (const chunk of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
      stdout += chunk;
      if (stdout.includes('the run ends here')) held.release();
    }
    expect(await exited).toBe(130);
    expect(stdout).toContain(`- the secret MUTX_PASSWORD ${PLACES} was created`);
    expect(stdout).toContain(`- SECRETS_WRITER_TOKEN ${PLACES} may have been written all the same`);
    expect(stdout).toContain(`- not done: write the workflow ${PATH}`);
    expect(stdout).not.toContain('nothing was changed');
    expect(existsSync(join(folder, PATH))).toBe(false);
  });

  it('with a refresh token, which may be spent: says that, too', async () => {
    await using shell = await openShell();
    const folder = emptyFolder();
    shell.emulator.fault({ server: 'mutx', method: 'POST', path: /api-keys$/u, what: 'refuse', status: 403 });
    const { code, stdout } = await init(shell, folder, ['--yes'], refreshing(shell));
    expect(code).toBe(1);
    expect(stdout).toContain(
      '- the refresh token may be spent: for that, log in to MUTX again and give the new one',
    );
    const again = await init(shell, folder, ['--yes'], refreshing(shell));
    expect(again.code, again.stdout).toBe(0);
    expect(again.stdout).toContain(
      'store the secret MUTX_REFRESH_TOKEN in acme/web@mutx-rotation, OVERWRITING',
    );
    storedKey(shell);
  });
});
