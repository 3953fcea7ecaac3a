import { type EmulatorOptions, startEmulator } from '../../packages/emulator/src/index.ts';
import {
  CALLING,
  DAY,
  MINUTE,
  makeStored,
  NAME,
  NO_PASSWORD,
  type Planted,
  REFRESHING,
  refreshing,
  SOUND,
} from './planted.ts';
import { HERE, type Shell } from './shell.ts';

export interface Wrong {
  readonly what: string;
  readonly plant: (shell: Shell) => Planted | Promise<Planted>;
  readonly emulator?: EmulatorOptions;
  readonly line: RegExp;
}

const workflow = (text: string): Planted => ({ workflow: text });

/** What makes a rotation fail. */
export const PROBLEMS: readonly Wrong[] = [
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
    line: /^✗ GitHub: .*\. Fix: check `GITHUB_API_URL`, the network/u,
  },
  {
    what: 'a full plan',
    plant: ({ emulator, user }) => {
      user.plan = 'FREE';
      for (const name of ['one', 'two']) emulator.mutx.addKey(user, { name });
      return {};
    },
    line: /^✗ plan FREE: 2 of 2 places are taken; there is no place for one more: in the way: (?:one|two) .*; in the way: (?:one|two) .*\. Fix: revoke a key/u,
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
    line: /^✗ acme\/web and acme\/web@production: the github-token is GITHUB_TOKEN, which can never .*\. Fix: give `github-token` a fine-grained .* with "Secrets: Read and write" and "Environments: Read and write" among its permissions$/u,
  },
  {
    what: "a GitHub App's token without the permission, for an organisation",
    plant: ({ emulator }) => {
      emulator.github.addOrganisation('acme-org');
      const permissions = { metadata: 'read', secrets: 'write' } as const;
      return {
        env: { MUTX_GITHUB_TOKEN: emulator.github.issueToken({ kind: 'app', permissions }) },
        args: ['--key-name', 'shared', '--targets', 'org:acme-org'],
      };
    },
    line: /^✗ org:acme-org: .*or the token of a GitHub App without "Organization secrets: Read and write"\. Fix: give .* with "Organization secrets: Read and write" among its permissions$/u,
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
    line: /^✗ acme\/web: the github-token lacks "Secrets: Read and write"\. Fix: give the token "Secrets: Read and write" in its settings/u,
  },
  {
    what: 'an environment that does not exist',
    plant: () => ({ args: ['--environment', 'staging'] }),
    line: /^✗ acme\/web@staging: the environment .* does not exist\. Fix: Create it .*`--create-environment`$/u,
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
    line: /^✗ rotate\.yml: `github-token` is `GITHUB_TOKEN`, which can never write secrets\. Fix: give `github-token` a .* with "Secrets: Read and write" among its permissions$/u,
  },
  {
    what: 'GITHUB_TOKEN in the workflow, for an environment',
    plant: () => ({
      ...workflow(SOUND.replace('SECRETS_WRITER_TOKEN', 'GITHUB_TOKEN')),
      args: ['--environment', 'production'],
    }),
    line: /^✗ rotate\.yml: .* with "Environments: Read and write" among its permissions$/u,
  },
  {
    what: "GITHUB_TOKEN in the workflow, which has to write a refresh token's successor too",
    plant: (shell) => {
      const { env, workflow: text = '' } = refreshing(shell);
      return { env, workflow: text.replace('SECRETS_WRITER_TOKEN', 'GITHUB_TOKEN') };
    },
    line: /^✗ rotate\.yml: .* with "Secrets: Read and write" and "Environments: Read and write" among its permissions$/u,
  },
];

/** What does not. */
export const WARNINGS: readonly Wrong[] = [
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
    what: 'a stored key that was revoked, where MUTX does not list it any more',
    emulator: { mutx: { generation: 'documented' } },
    plant: ({ emulator, user }) => {
      makeStored(emulator, user, emulator.mutx.clock.now() - 4 * DAY).isActive = false;
      return {};
    },
    line: /^! MUTX_API_KEY in acme\/web: .* could be in it: .*\. Fix: check `key-name`; if it is right, rotate now/u,
  },
  {
    what: 'a stored key, one of three made within minutes, all of which were revoked',
    plant: ({ emulator, user }) => {
      for (const ago of [40, 39, 38]) {
        makeStored(emulator, user, emulator.mutx.clock.now() - ago * MINUTE).isActive = false;
      }
      return {};
    },
    line: /^! MUTX_API_KEY in acme\/web: .*; it holds one of 3 keys, and none of them works any more: what uses it gets 401\. Fix: rotate now/u,
  },
  {
    what: 'a stored key, one of two made within minutes, of which the newer was revoked',
    plant: ({ emulator, user }) => {
      makeStored(emulator, user, emulator.mutx.clock.now() - 39 * MINUTE);
      makeStored(emulator, user, emulator.mutx.clock.now() - 38 * MINUTE).isActive = false;
      return {};
    },
    line: /^! MUTX_API_KEY in acme\/web: .*; it holds one of 2 keys, of which 1 does not work any more \(\S+\), the newest among them: what uses it may get 401\. Fix: rotate now/u,
  },
  {
    what: 'a secret that was written long after the key that works was made',
    plant: ({ emulator, user }) => {
      const key = makeStored(emulator, user, emulator.mutx.clock.now() - 4 * DAY);
      emulator.github.setSecret(HERE, 'MUTX_API_KEY', key.plaintext);
      return {};
    },
    line: /^! MUTX_API_KEY in acme\/web: .* was made for it then: .* saved again, it may hold an older one, which works\. .*\. Fix: check `key-name`/u,
  },
  {
    what: 'a secret that somebody set by hand',
    plant: ({ emulator }) => {
      emulator.github.setSecret(HERE, 'MUTX_API_KEY', 'by hand');
      return {};
    },
    line: /^! MUTX_API_KEY in acme\/web: written at .*, and no active key named `\S+` could be in it: if a rotation wrote it, its key is revoked and what uses it gets 401\. Or someone set it by hand.*\. Fix: check `key-name`; if it is right, rotate now/u,
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
    line: /^! this machine's clock is (?:9 min 5\d s|10 min.*) behind the services'\. Fix: nothing, if the clocks of `mutx-api-key emulate` were advanced; otherwise set/u,
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
    what: 'a schedule that GitHub does not take: 17 4 * * monday',
    plant: () => workflow(SOUND.replace('17 4 * * 1', '17 4 * * monday')),
    line: /^! rotate\.yml: its schedule `17 4 \* \* monday` has `monday` as its day of the week.*\. Fix: write it like `cron/u,
  },
  {
    what: 'a schedule that GitHub does not take: 17 24 * * 1',
    plant: () => workflow(SOUND.replace('17 4 * * 1', '17 24 * * 1')),
    line: /^! rotate\.yml: its schedule `17 24 \* \* 1` has `24` as its hour.*\. Fix: write it like `cron/u,
  },
  {
    what: 'a schedule that GitHub does not take: 61 4 * * 1',
    plant: () => workflow(SOUND.replace('17 4 * * 1', '61 4 * * 1')),
    line: /^! rotate\.yml: its schedule `61 4 \* \* 1` has `61` as its minute.*\. Fix: write it like `cron/u,
  },
  {
    what: 'a schedule that GitHub does not take: H H * * 1',
    plant: () => workflow(SOUND.replace('17 4 * * 1', 'H H * * 1')),
    line: /^! rotate\.yml: its schedule `H H \* \* 1` has `H` as its minute.*\. Fix: write it like `cron/u,
  },
  {
    what: 'a schedule that GitHub does not take: 17 4 * * 7',
    plant: () => workflow(SOUND.replace('17 4 * * 1', '17 4 * * 7')),
    line: /^! rotate\.yml: its schedule `17 4 \* \* 7` has `7` as its day of the week.*\. Fix: write it like `cron/u,
  },
  {
    what: 'a schedule that GitHub does not take: 0 17 4 * * 1',
    plant: () => workflow(SOUND.replace('17 4 * * 1', '0 17 4 * * 1')),
    line: /^! rotate\.yml: its schedule `0 17 4 \* \* 1` has 6 fields.*\. Fix: write it like `cron/u,
  },
  {
    what: 'a schedule that GitHub does not take: @daily',
    plant: () => workflow(SOUND.replace('17 4 * * 1', '@daily')),
    line: /^! rotate\.yml: its schedule `@daily` has one field.*\. Fix: write it like `cron/u,
  },
  {
    what: 'a schedule that never comes',
    plant: () => workflow(SOUND.replace('17 4 * * 1', '17 4 30 2 *')),
    line: /^! rotate\.yml: its schedule `17 4 30 2 \*` comes less than once in two years\. Fix: write one like/u,
  },
  {
    what: 'a group of the workflow, and a job that cancels what is running',
    plant: () =>
      workflow(
        SOUND.replace('runs-on:', 'concurrency: { group: other, cancel-in-progress: true }\n    runs-on:'),
      ),
    line: /^! rotate\.yml: `cancel-in-progress` ends a rotation in the middle.*\. Fix: write `concurrency/u,
  },
  {
    what: 'a workflow that cancels what is running, as a text',
    plant: () => workflow(SOUND.replace('progress: false', "progress: 'true'")),
    line: /^! rotate\.yml: `cancel-in-progress` ends a rotation in the middle.*\. Fix: write `concurrency/u,
  },
  {
    what: 'a workflow that may cancel what is running',
    plant: () => workflow(SOUND.replace('progress: false', `progress: '\${{ github.ref != inputs.ref }}'`)),
    line: /^! rotate\.yml: `cancel-in-progress` is an expression: .*\. Fix: write `concurrency/u,
  },
  {
    what: 'a group of each run',
    plant: () =>
      workflow(
        SOUND.replace('group: mutx-api-key', `group: '\${{ github.workflow }}-\${{ github.run_id }}'`),
      ),
    line: /^! rotate\.yml: its `concurrency` group is another one in each run.*\. Fix: write `concurrency/u,
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
    what: 'an address of MUTX that GitHub cannot reach, in the file',
    plant: () => workflow(SOUND.replace('with:', 'with:\n          api-url: http://localhost:4000')),
    line: /^! rotate\.yml: its `api-url` is http:\/\/localhost:4000, which a runner that GitHub hosts cannot reach\. Fix: give the public address/u,
  },
  {
    what: 'a password in the file',
    plant: () => workflow(SOUND.replace(/password: .*/u, 'password: correct horse battery')),
    line: /^! rotate\.yml: `password` stands in the file itself.*\. Fix: make it invalid/u,
  },
];
