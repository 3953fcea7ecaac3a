import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../packages/emulator/src/index.ts';
import { HERE, Shell } from './shell.ts';

export const MINUTE = 60_000;
export const DAY = 86_400_000;
export const NAME = 'gha/acme/web/MUTX_API_KEY';

export const SOUND = `name: Rotate
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

export const REFRESHING = SOUND.replace(
  /email:.*\n\s*password: .*/u,
  `refresh-token: \${{ secrets.MUTX_REFRESH_TOKEN }}`,
)
  .replace('* * 1', '* * 1,4')
  .replace('runs-on:', 'environment: production\n    runs-on:');

export const CALLING = `name: Rotate
on: { schedule: [{ cron: '17 4 * * 1' }] }
permissions: {}
jobs:
  rotate:
    uses: mutx/api-key-action/.github/workflows/rotate.yml@v1
`;

export interface Planted {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** undefined: none */
  readonly workflow?: string | undefined;
}

/** Runs it on a folder with one workflow. */
export async function doctor(shell: Shell, { env, args = [], ...rest }: Planted = {}) {
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
export function expectUntouched({ emulator }: Shell): void {
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

export async function open(options: EmulatorOptions): Promise<Shell> {
  return new Shell(await startEmulator(options));
}

/** A variable that is there and empty counts as not given. */
export const NO_PASSWORD = { MUTX_EMAIL: '', MUTX_PASSWORD: '' };

/** A refresh token as it should be kept. */
export function refreshing(shell: Shell): Planted & { readonly env: Readonly<Record<string, string>> } {
  return {
    env: {
      ...NO_PASSWORD,
      MUTX_REFRESH_TOKEN: shell.emulator.mutx.issueRefreshToken(shell.user),
      MUTX_REFRESH_TOKEN_SECRET: `${HERE}@production as MUTX_REFRESH_TOKEN`,
    },
    workflow: REFRESHING,
  };
}

/** A key as a run makes and stores it. */
export function makeStored(
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
