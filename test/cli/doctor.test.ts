import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../src/emulator/index.ts';
import { cli, HERE, openShell, Shell } from './shell.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const NAME = 'gha/acme/web/MUTX_API_KEY';

const SOUND = `name: Rotate
on: { schedule: [{ cron: '17 4 * * 1' }], workflow_dispatch: {} }
permissions: {}
concurrency: { group: mutx-api-key, cancel-in-progress: false }
jobs:
  rotate:
    runs-on: ubuntu-latest
    steps:
      - uses: mutx/api-key-action@v1
        with:
          email: \${{ secrets.MUTX_EMAIL }}
          password: \${{ secrets.MUTX_PASSWORD }}
          github-token: \${{ secrets.SECRETS_WRITER_TOKEN }}
`;

const REFRESHING = SOUND.replace(
  /email:.*\n\s*password: .*/u,
  `refresh-token: \${{ secrets.MUTX_REFRESH_TOKEN }}`,
)
  .replace('* * 1', '* * 1,4')
  .replace('runs-on:', 'environment: production\n    runs-on:');

const CALLING = `name: Rotate
on: { schedule: [{ cron: '17 4 * * 1' }] }
permissions: {}
jobs:
  rotate:
    uses: mutx/api-key-action/.github/workflows/rotate.yml@v1
`;

interface Planted {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** undefined: none */
  readonly workflow?: string | undefined;
}

/** Runs it on a folder with one workflow. */
async function doctor(shell: Shell, { env, args = [], ...rest }: Planted = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const workflow = 'workflow' in rest ? rest.workflow : SOUND;
  if (workflow !== undefined) {
    mkdirSync(join(folder, '.github', 'workflows'), { recursive: true });
    writeFileSync(join(folder, '.github', 'workflows', 'rotate.yml'), workflow);
  }
  const { code, stdout, stderr } = await shell.run(['doctor', '--folder', folder, ...args], env);
  const complaints = stdout.split('\n').filter((line) => /^[!✗]/u.test(line));
  return { code, stdout, stderr, complaints };
}

/** Nothing was asked to change but a session, and that is over. */
function expectUntouched({ emulator }: Shell): void {
  const changing = emulator.ledger.entries
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path.replace(/^\/v1/u, '')}`);
  expect(changing.filter((call) => !/^POST \/auth\/log(?:in|out)$/u.test(call))).toEqual([]);
  const times = (what: string) => changing.filter((call) => call === `POST /auth/${what}`).length;
  expect(emulator.mutx.sessions.filter(({ ended }) => ended === 'logged-out').length).toBe(times('logout'));
  expect(times('logout')).toBe(
    emulator.ledger.entries.filter(({ path, status }) => path.endsWith('/auth/login') && status === 200)
      .length,
  );
  const ofSessions = /session|logged/iu;
  expect(emulator.ledger.effects().filter(({ effect }) => !ofSessions.test(effect ?? ''))).toEqual([]);
  const unexpected = emulator.ledger.unexpected().map((entry) => entry.unexpected);
  // At an address that is not that of MUTX there is nothing.
  expect(unexpected.filter((why) => why?.startsWith('no route GET /elsewhere/') !== true)).toEqual([]);
}

async function open(options: EmulatorOptions): Promise<Shell> {
  return new Shell(await startEmulator(options));
}

/** A variable that is there and empty counts as not given. */
const NO_PASSWORD = { MUTX_EMAIL: '', MUTX_PASSWORD: '' };

/** A refresh token as it should be kept. */
function refreshing(shell: Shell): Planted & { readonly env: Readonly<Record<string, string>> } {
  return {
    env: {
      ...NO_PASSWORD,
      MUTX_REFRESH_TOKEN: shell.emulator.mutx.issueRefreshToken(shell.user),
      MUTX_REFRESH_TOKEN_SECRET: `${HERE}@production as MUTX_REFRESH_TOKEN`,
    },
    workflow: REFRESHING,
  };
}

describe('mutx-api-key doctor, where everything is as it should be', () => {
  const SOUND_ONES: readonly (readonly [string, (shell: Shell) => Planted])[] = [
    ['e-mail and password', () => ({})],
    [
      'an access JWT, started by hand',
      ({ emulator, user }) => ({
        env: { ...NO_PASSWORD, MUTX_BOOTSTRAP_JWT: emulator.mutx.issueAccessJwt(user) },
        workflow: SOUND.replace(/schedule: \S+ \S.*?\]/u, '')
          .replace('{ ,', '{')
          .replace(/email:.*\n\s*password:/u, 'bootstrap-jwt:'),
      }),
    ],
    [
      'an API key, where the server takes it',
      ({ emulator, user }) => ({
        env: {
          ...NO_PASSWORD,
          MUTX_BOOTSTRAP_JWT: emulator.mutx.addKey(user, { name: 'bootstrap' }).plaintext,
        },
        workflow: SOUND.replace(/email:.*\n\s*password:/u, 'bootstrap-jwt:'),
      }),
    ],
    ['a refresh token, which is not used', refreshing],
    [
      'a stored key',
      ({ emulator, user }) => {
        const at = emulator.mutx.clock.now() - 7 * DAY;
        makeStored(emulator, user, at);
        return {};
      },
    ],
    [
      'a full plan, in which `on-quota: replace` makes room',
      ({ emulator, user }) => {
        user.plan = 'FREE';
        emulator.mutx.addKey(user, { name: 'other' });
        makeStored(emulator, user, emulator.mutx.clock.now() - 7 * DAY);
        return { args: ['--on-quota', 'replace'] };
      },
    ],
    [
      'a young key, whose time `on-quota: wait` waits for',
      ({ emulator, user }) => {
        user.plan = 'FREE';
        makeStored(emulator, user, emulator.mutx.clock.now() - MINUTE);
        return { args: ['--on-quota', 'wait'] };
      },
    ],
    [
      'a rotation that is not due, whatever the plan',
      ({ emulator, user }) => {
        user.plan = 'FREE';
        emulator.mutx.addKey(user, { name: 'other' });
        makeStored(emulator, user, emulator.mutx.clock.now() - 7 * DAY);
        return { args: ['--renew-before', '7d'] };
      },
    ],
    [
      'a key that has expired and was never stored, which goes',
      ({ emulator, user }) => {
        const now = emulator.mutx.clock.now();
        user.plan = 'FREE';
        emulator.mutx.addKey(user, { name: NAME, createdAt: now - 3 * DAY, expiresAt: now - DAY });
        makeStored(emulator, user, now - 2 * DAY);
        return {};
      },
    ],
    [
      'an account that MUTX does not tell of',
      ({ emulator }) => {
        emulator.fault({ server: 'mutx', path: /auth\/me$/u, what: 'refuse', status: 403 });
        return {};
      },
    ],
    ['the reusable workflow', () => ({ workflow: CALLING })],
    [
      'a plan with the last place free',
      ({ user }) => {
        user.plan = 'FREE';
        return {};
      },
    ],
  ];

  it.each(SOUND_ONES)('%s: has no complaint, and changes nothing', async (_, plant) => {
    await using shell = await openShell();
    const { code, stdout, stderr, complaints } = await doctor(shell, plant(shell));
    expect(complaints, stdout).toEqual([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('A rotation would work. Nothing was changed.');
    expectUntouched(shell);
  });

  it('says so of the older API, too', async () => {
    await using shell = await open({ mutx: { generation: 'documented' } });
    const { code, complaints, stdout } = await doctor(shell);
    expect(complaints).toEqual([]);
    expect(code).toBe(0);
    expect(stdout).toContain('(API as documented, without /v1)');
    expectUntouched(shell);
  });
});

/** A key as a run makes and stores it. */
function makeStored(
  { mutx, github }: Shell['emulator'],
  user: Shell['user'],
  createdAt: number,
  life = 30 * DAY,
) {
  const key = mutx.addKey(user, { name: NAME, createdAt, expiresAt: createdAt + life });
  const now = github.clock.now();
  github.clock.set(createdAt + 2_000);
  github.setSecret(HERE, 'MUTX_API_KEY', key.plaintext);
  github.clock.set(now);
  return key;
}

interface Wrong {
  readonly what: string;
  readonly plant: (shell: Shell) => Planted | Promise<Planted>;
  readonly emulator?: EmulatorOptions;
  readonly line: RegExp;
}

const workflow = (text: string): Planted => ({ workflow: text });

/** What makes a rotation fail. */
const PROBLEMS: readonly Wrong[] = [
  {
    what: 'a wrong password',
    plant: () => ({ env: { MUTX_PASSWORD: 'wrong password' } }),
    line: /^✗ MUTX does not let the account in: .*\. Fix: check `email` and `password`/u,
  },
  {
    what: 'an account whose address was never verified',
    plant: ({ user }) => {
      user.isEmailVerified = false;
      return {};
    },
    line: /^✗ MUTX does not let the account in: .*verif.*\. Fix: /iu,
  },
  {
    what: 'an access JWT that has ended',
    plant: ({ emulator, user }) => ({
      env: {
        ...NO_PASSWORD,
        MUTX_BOOTSTRAP_JWT: emulator.mutx.issueAccessJwt(user, { expiresIn: -5 * MINUTE }),
      },
    }),
    line: /^✗ `bootstrap-jwt` holds an access JWT that expired at .*\. Fix: an access JWT lives for 30 minutes/u,
  },
  {
    what: 'an access JWT of another MUTX',
    plant: async () => {
      await using other = await startEmulator();
      return { env: { ...NO_PASSWORD, MUTX_BOOTSTRAP_JWT: other.mutx.issueAccessJwt(other.mutx.addUser()) } };
    },
    line: /^✗ MUTX does not take the credential: .*\. Fix: get a new access JWT/u,
  },
  {
    what: 'an API key where the server does not let one manage keys',
    emulator: { mutx: { generation: 'documented' } },
    plant: ({ emulator, user }) => ({
      env: { ...NO_PASSWORD, MUTX_BOOTSTRAP_JWT: emulator.mutx.addKey(user, { name: 'other' }).plaintext },
      workflow: SOUND.replace(/email:.*\n\s*password:/u, 'bootstrap-jwt:'),
    }),
    line: /^✗ MUTX does not take the API key here: .*\. Fix: give `email` and `password`/u,
  },
  {
    what: 'no credential',
    plant: () => ({ env: NO_PASSWORD }),
    line: /^✗ no MUTX credential was given: .*\. Fix: give `email` and `password`/u,
  },
  {
    what: 'nobody at the address of MUTX',
    plant: () => ({ env: { MUTX_API_URL: 'http://127.0.0.1:9' } }),
    line: /^✗ MUTX is not to be reached at http:\/\/127\.0\.0\.1:9\/: .*\. Fix: check `api-url`/u,
  },
  {
    what: 'an address that is not that of MUTX',
    plant: ({ emulator }) => ({ env: { MUTX_API_URL: `${emulator.mutx.url}/elsewhere` } }),
    line: /^✗ MUTX is not to be reached at .*\/elsewhere: .*\. Fix: check `api-url`/u,
  },
  {
    what: 'nobody at the address of GitHub',
    plant: () => ({ env: { GITHUB_API_URL: 'http://127.0.0.1:9' } }),
    line: /^✗ GitHub: .*\. Fix: check the network/u,
  },
  {
    what: 'a full plan',
    plant: ({ emulator, user }) => {
      user.plan = 'FREE';
      for (const name of ['one', 'two']) emulator.mutx.addKey(user, { name });
      return {};
    },
    line: /^✗ plan FREE: 2 of 2 places are taken; there is no place for one more: key .* and key .*\. Fix: revoke a key/u,
  },
  {
    what: 'a key that is too young for the last place',
    plant: ({ emulator, user }) => {
      user.plan = 'FREE';
      makeStored(emulator, user, emulator.mutx.clock.now() - MINUTE);
      return {};
    },
    line: /^✗ plan FREE: 1 of 2 places are taken; no key can take the last place before .*\. Fix: run again at/u,
  },
  {
    what: 'GITHUB_TOKEN as the github-token, for several targets',
    plant: ({ emulator }) => ({
      env: { MUTX_GITHUB_TOKEN: emulator.github.issueToken({ kind: 'github-token' }) },
      args: ['--key-name', NAME, '--targets', `${HERE}\n${HERE}@production`],
    }),
    line: /^✗ acme\/web and acme\/web@production: the github-token is GITHUB_TOKEN, which can never .*\. Fix: give `github-token` a fine-grained/u,
  },
  {
    what: 'a github-token that has ended',
    plant: ({ emulator }) => ({
      env: {
        MUTX_GITHUB_TOKEN: emulator.github.issueToken({ expiresAt: emulator.github.clock.now() - DAY }),
      },
    }),
    line: /^✗ GitHub: Bad credentials\. Fix: make a new token/u,
  },
  {
    what: 'a github-token without the permission',
    plant: ({ emulator }) => ({
      env: { MUTX_GITHUB_TOKEN: emulator.github.issueToken({ permissions: { metadata: 'read' } }) },
    }),
    line: /^✗ acme\/web: the github-token lacks "Secrets: write"\. Fix: give the token the permission/u,
  },
  {
    what: 'an environment that does not exist',
    plant: () => ({ args: ['--environment', 'staging'] }),
    line: /^✗ acme\/web@staging: the environment .* does not exist\. Fix: Create it .*`create-environment: true`$/u,
  },
  {
    what: 'a new organisation secret for nobody',
    plant: ({ emulator }) => {
      emulator.github.addOrganisation('acme-org');
      return { args: ['--targets', 'org:acme-org'] };
    },
    line: /^✗ org:acme-org: .* does not have the secret yet, .*\. Fix: Set `visibility` to/u,
  },
  {
    what: 'a repository that was renamed',
    plant: ({ emulator }) => {
      emulator.github.renameRepository(HERE, 'acme/site');
      return {};
    },
    line: /^✗ acme\/web: the repository of acme\/web is now called acme\/site\. Fix: Write acme\/site instead/u,
  },
  {
    what: 'an archived repository',
    plant: ({ emulator }) => {
      emulator.github.repository(HERE).archived = true;
      return {};
    },
    line: /^✗ acme\/web: .*archived.*\. Fix: /u,
  },
  {
    what: 'a repository that is not there',
    plant: () => ({ args: ['--targets', 'acme/wbe'] }),
    line: /^✗ acme\/wbe: acme\/wbe does not exist, or .*\. Fix: check the spelling/u,
  },
  {
    what: "no environment for a refresh token's successor",
    plant: (shell) => {
      const { env, ...rest } = refreshing(shell);
      return { ...rest, env: { ...env, MUTX_REFRESH_TOKEN_SECRET: `${HERE}@nowhere as MUTX_REFRESH_TOKEN` } };
    },
    line: /^✗ acme\/web@nowhere \(for the refresh token's successor\): the environment .* does not exist\. Fix: /u,
  },
  {
    what: 'GITHUB_TOKEN in the workflow',
    plant: () => workflow(SOUND.replace('SECRETS_WRITER_TOKEN', 'GITHUB_TOKEN')),
    line: /^✗ rotate\.yml: `github-token` is `GITHUB_TOKEN`, which can never write secrets\. Fix: /u,
  },
];

/** What does not. */
const WARNINGS: readonly Wrong[] = [
  {
    what: 'a github-token that ends soon',
    plant: ({ emulator }) => ({
      env: {
        MUTX_GITHUB_TOKEN: emulator.github.issueToken({ expiresAt: emulator.github.clock.now() + 3.5 * DAY }),
      },
    }),
    line: /^! the github-token ends at .*, in 3 d; .*\. Fix: make a new token/u,
  },
  {
    what: 'an access JWT that ends in a moment',
    plant: ({ emulator, user }) => ({
      env: {
        ...NO_PASSWORD,
        MUTX_BOOTSTRAP_JWT: emulator.mutx.issueAccessJwt(user, { expiresIn: 2 * MINUTE }),
      },
    }),
    line: /^! the access JWT ends in .*\. Fix: get a new one/u,
  },
  {
    what: 'a refresh token that ends soon',
    plant: (shell) => {
      const { clock } = shell.emulator.mutx;
      clock.advance(-6.5 * DAY);
      const wrong = refreshing(shell);
      clock.advance(6.5 * DAY);
      return wrong;
    },
    line: /^! the refresh token ends in .*\. Fix: run a rotation before that/u,
  },
  {
    what: "a refresh token among the repository's secrets",
    plant: (shell) => {
      const { env, ...rest } = refreshing(shell);
      return { ...rest, env: { ...env, MUTX_REFRESH_TOKEN_SECRET: 'MUTX_REFRESH_TOKEN' } };
    },
    line: /^! the refresh token is kept as a secret of a repository.*\. Fix: keep it as a secret of an environment/u,
  },
  {
    what: 'a stored key that has expired',
    plant: ({ emulator, user }) => {
      makeStored(emulator, user, emulator.mutx.clock.now() - 40 * DAY);
      return {};
    },
    line: /^! MUTX_API_KEY in acme\/web holds key \S+, which expired at .*\. Fix: rotate now/u,
  },
  {
    what: 'a stored key that was revoked',
    plant: ({ emulator, user }) => {
      makeStored(emulator, user, emulator.mutx.clock.now() - 4 * DAY).isActive = false;
      return {};
    },
    line: /^! MUTX_API_KEY in acme\/web holds key \S+, which is revoked\. Fix: rotate now/u,
  },
  {
    what: 'a secret that somebody set by hand',
    plant: ({ emulator }) => {
      emulator.github.setSecret(HERE, 'MUTX_API_KEY', 'by hand');
      return {};
    },
    line: /^! MUTX_API_KEY in acme\/web: written at .*, when no key of this name was made: .*\. Fix: check `key-name`/u,
  },
  {
    what: 'targets of which one does not have the key',
    plant: ({ emulator, user }) => {
      makeStored(emulator, user, emulator.mutx.clock.now() - 4 * DAY);
      return { args: ['--key-name', NAME, '--targets', `${HERE}\n${HERE}@production`] };
    },
    line: /^! the targets do not all hold the same key.*\. Fix: rotate now/u,
  },
  {
    what: 'a name that something else uses',
    plant: ({ emulator, user }) => {
      const now = emulator.mutx.clock.now();
      emulator.mutx.addKey(user, { name: NAME, createdAt: now - DAY, lastUsed: now - MINUTE });
      return {};
    },
    line: /^! key \S+ is in no target, and someone uses it: .*\. Fix: give this rotation a `key-name` of its own/u,
  },
  {
    what: 'more keys than may be revoked',
    plant: ({ emulator, user }) => {
      const now = emulator.mutx.clock.now();
      for (const days of [4, 5, 6]) makeStored(emulator, user, now - days * DAY);
      makeStored(emulator, user, now - 3 * DAY);
      return { args: ['--max-revocations', '2'] };
    },
    line: /^! [34] keys would be revoked, more than max-revocations \(2\).*\. Fix: look at them/u,
  },
  {
    what: 'services whose clocks differ',
    plant: ({ emulator }) => {
      emulator.github.clock.advance(3 * MINUTE);
      return {};
    },
    line: /^! GitHub's clock is ahead of MUTX's by 3 min.*\. Fix: tell whoever runs/u,
  },
  {
    what: "MUTX's clock, that is ahead",
    plant: ({ emulator }) => {
      emulator.mutx.clock.advance(3 * MINUTE);
      return {};
    },
    line: /^! MUTX's clock is ahead of GitHub's by .*\. Fix: tell whoever runs/u,
  },
  {
    what: 'the reusable workflow without a schedule',
    plant: () => workflow(CALLING.replace(/^on: .*$/mu, 'on: [push]')),
    line: /^! rotate\.yml: it has no `schedule`.*\. Fix: add one/u,
  },
  {
    what: 'a machine whose clock is wrong',
    plant: ({ emulator: { github, mutx } }) => {
      for (const { clock } of [github, mutx]) clock.advance(10 * MINUTE);
      return {};
    },
    line: /^! this machine's clock is (?:9 min 5\d s|10 min.*) behind the services'\. Fix: set the clock/u,
  },
  {
    what: 'no workflow',
    plant: () => ({ workflow: undefined }),
    line: /^! no workflow in this folder rotates the key\. Fix: let `mutx-api-key init` write one/u,
  },
  {
    what: 'a workflow that is no YAML',
    plant: () => workflow(SOUND.replace('jobs:', 'jobs: [')),
    line: /^! rotate\.yml is not a YAML file .*\. Fix: correct its syntax$/u,
  },
  {
    what: 'a workflow without concurrency',
    plant: () => workflow(SOUND.replace(/^concurrency.*\n/mu, '')),
    line: /^! rotate\.yml: it has no `concurrency:`.*\. Fix: add `concurrency/u,
  },
  {
    what: 'a workflow that cancels what is running',
    plant: () => workflow(SOUND.replace('progress: false', 'progress: true')),
    line: /^! rotate\.yml: `cancel-in-progress` ends a rotation in the middle.*\. Fix: write `concurrency/u,
  },
  {
    what: 'a workflow without a schedule',
    plant: () => workflow(SOUND.replace(/^on: .*$/mu, 'on: workflow_dispatch')),
    line: /^! rotate\.yml: it has no `schedule`.*\. Fix: add one/u,
  },
  {
    what: 'a schedule that cannot be read',
    plant: () => workflow(SOUND.replace('17 4 * * 1', '17 4 * * monday')),
    line: /^! rotate\.yml: its schedule cannot be read: `17 4 \* \* monday`\. Fix: write five fields/u,
  },
  {
    what: 'a schedule that is slower than the key lives',
    plant: () => workflow(SOUND.replace('17 4 * * 1', '17 4 1 * *')),
    line: /^! rotate\.yml: it runs every 31 days, and the key lives for 30 days.*\. Fix: let it run more often/u,
  },
  {
    what: 'an access JWT on a schedule',
    plant: () => workflow(SOUND.replace(/email:.*\n\s*password:/u, 'bootstrap-jwt:')),
    line: /^! rotate\.yml: it runs on a schedule with `bootstrap-jwt`.*\. Fix: give `email` and `password`/u,
  },
  {
    what: 'a refresh token that is used once a week',
    plant: (shell) => ({ ...refreshing(shell), workflow: REFRESHING.replace('1,4', '1') }),
    line: /^! rotate\.yml: it runs every 7 days with a refresh token.*\. Fix: let it run at least twice a week/u,
  },
  {
    what: 'a refresh token outside of an environment',
    plant: (shell) => ({ ...refreshing(shell), workflow: REFRESHING.replace(/ {4}environment: .*\n/u, '') }),
    line: /^! rotate\.yml: its refresh token is not in an environment.*\. Fix: give the job an `environment:`/u,
  },
  {
    what: 'a workflow that anybody can start',
    plant: () => workflow(SOUND.replace('workflow_dispatch', 'pull_request_target')),
    line: /^! rotate\.yml: `pull_request_target` lets anybody .*\. Fix: start it by/u,
  },
  {
    what: 'a password in the file',
    plant: () => workflow(SOUND.replace(/password: .*/u, 'password: correct horse battery')),
    line: /^! rotate\.yml: `password` stands in the file itself.*\. Fix: make it invalid/u,
  },
];

describe.each([
  ['what makes a rotation fail', PROBLEMS, 1],
  ['what does not, and should be mended', WARNINGS, 0],
] as const)('mutx-api-key doctor, of %s', (_, wrongs, exitCode) => {
  it.each(wrongs)(
    '$what: tells it in one line, with its fix, and nothing else',
    async ({ plant, line, emulator }) => {
      await using shell = await open(emulator ?? {});
      const { code, stdout, stderr, complaints } = await doctor(shell, await plant(shell));
      expect(complaints, stdout + stderr).toEqual([expect.stringMatching(line)]);
      expect(code).toBe(exitCode);
      expect(stderr).toBe('');
      expectUntouched(shell);
    },
  );
});

describe('mutx-api-key doctor', () => {
  it('tells every input that cannot be used, at once, and calls nobody', async () => {
    await using shell = await openShell();
    const args = [
      '--on-quota',
      'panic',
      '--expires-in-days',
      '0',
      '--environment',
      'x',
      '--targets',
      'nowhere',
    ];
    const { code, complaints } = await doctor(shell, { args, env: { MUTX_GITHUB_TOKEN: '' } });
    expect(complaints.length).toBe(5);
    expect(complaints.every((line) => /^✗ `[a-z-]+` .*\. Fix: ./u.test(line))).toBe(true);
    expect(code).toBe(1);
    expect(shell.emulator.ledger.entries).toEqual([]);
  });

  it('prints JSON for machines', async () => {
    await using shell = await openShell();
    const { code, stdout } = await doctor(shell, { args: ['--json', '--environment', 'staging'] });
    expect(code).toBe(1);
    const { ok, outputs, failure } = JSON.parse(stdout) as {
      ok: boolean;
      outputs: { checks: { about: string; verdict: string; fix?: string }[] };
      failure: { code: string };
    };
    expect({ ok, code: failure.code }).toEqual({ ok: false, code: 'doctor-problem' });
    expect(outputs.checks.filter(({ verdict }) => verdict !== 'fine')).toEqual([
      { about: 'target', verdict: 'problem', text: expect.any(String), fix: expect.any(String) },
    ]);
  });

  it('says which proxy is in use, without what it is opened with, and which one cannot be used', async () => {
    await using shell = await openShell();
    const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const run = (proxy: string, more = {}) =>
      cli(['doctor', '--folder', folder], { ...shell.env, HTTPS_PROXY: proxy, ...more });
    const used = await run('http://me:pass-word@127.0.0.1:9', { MUTX_API_URL: 'https://mutx.example' });
    expect(used.stdout).toContain(
      '✓ proxy: MUTX through 127.0.0.1:9, GitHub directly (`NO_PROXY`, or loopback)\n',
    );
    expect(used.stdout).toMatch(/^✗ MUTX is not to be reached at https:\/\/mutx\.example\/: .*\. Fix: /mu);
    expect(used.stdout + used.stderr).not.toContain('pass-word');
    const not = await run('ftp://me:pass-word@proxy', { MUTX_API_URL: 'https://mutx.example' });
    expect(not.code).toBe(1);
    expect(not.stdout.split('\n').filter((line) => line.startsWith('✗'))).toEqual([
      expect.stringMatching(/^✗ the proxy of this machine cannot be used: .*\. Fix: write `HTTPS_PROXY`/u),
    ]);
    expect(shell.emulator.ledger.entries.filter(({ server }) => server === 'mutx')).toEqual([]);
  });

  it('names the session that it could not end', async () => {
    await using shell = await openShell();
    shell.emulator.fault({ server: 'mutx', path: /logout$/u, what: 'refuse', status: 400 });
    const { code, complaints } = await doctor(shell);
    expect(complaints).toEqual([
      expect.stringMatching(/^! the session of this run could not be logged out/u),
    ]);
    expect(code).toBe(0);
  });

  it('tells of many targets what is wrong, and of the others no more than a handful', async () => {
    await using shell = await openShell();
    const names = Array.from({ length: 30 }, (_, at) => `acme/repo-${at}`);
    for (const name of names) shell.emulator.github.addRepository(name);
    const args = ['--key-name', NAME, '--targets', [...names, 'acme/gone'].join('\n')];
    const { complaints, stdout } = await doctor(shell, { args });
    expect(complaints).toEqual([expect.stringMatching(/^✗ acme\/gone: /u)]);
    expect(stdout.split('\n').length).toBeLessThan(45);
    expect(stdout).toContain('✓ and 20 more like these');
  });
});
