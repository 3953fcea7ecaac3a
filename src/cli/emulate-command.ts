import { appendFileSync, writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Emulator, Generation } from '../emulator/index.ts';
import type { Machine } from './run-command.ts';

const DAY = 86_400_000;

interface EmulateOptions {
  readonly generation: Generation;
  readonly repository: string;
  readonly environment: string;
  readonly basePath: string;
  readonly writeEnv?: string;
  readonly report?: string;
}

const AFTER = `
Prints what to point tools at, a KEY=value a line, and \`ready\` last; runs until
SIGINT or SIGTERM. Everything in it is made up: no credential opens anything
else.`;

/** `emulate`: MUTX and GitHub's secrets API in memory, on loopback. */
export function addEmulate(program: Command, { env, streams }: Machine): void {
  program
    .command('emulate')
    .description('start MUTX and GitHub in memory, to try things out')
    .addOption(new Option('--generation <name>', "of MUTX's API").choices(['v1', 'documented']).default('v1'))
    .option('--repository <owner/repo>', 'that exists', env['GITHUB_REPOSITORY'] ?? 'acme/demo')
    .option('--environment <name>', 'that it has', 'production')
    .option('--base-path <path>', "of GitHub's API, like /api/v3", '')
    .option('--write-env <file>', 'append the same lines to it')
    .option('--report <file>', 'at the end: requests, keys, secrets, without plaintext')
    .addHelpText('after', AFTER)
    .action(async (options: EmulateOptions) => {
      const { generation, basePath, repository, environment, writeEnv, report } = options;
      // Late: it brings its own crypto along.
      const { startEmulator } = await import('../emulator/index.ts');
      const emulator = await startEmulator({ mutx: { generation }, github: { basePath } });
      emulator.github.addRepository(repository, { environments: [environment] });
      const text = Object.entries(seeded(emulator, options))
        .map(([name, value]) => `${name}=${value}\n`)
        .join('');
      streams.stdout.write(text);
      if (writeEnv !== undefined) appendFileSync(writeEnv, text);
      streams.stdout.write('ready\n');
      await interrupted();
      if (report !== undefined) {
        writeFileSync(report, `${JSON.stringify(stateOf(emulator, options), null, 2)}\n`);
      }
      await emulator.close();
    });
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

/** Enough to look at every secret there is, and to write none. */
const READING = { metadata: 'read', actions: 'read', environments: 'read', secrets: 'read' } as const;

/** An account of each plan, and tokens. */
function seeded({ mutx, github }: Emulator, { repository, environment }: EmulateOptions) {
  const writer = github.issueToken({ expiresAt: Date.now() + 90 * DAY });
  const lines: Record<string, string> = {
    MUTX_API_URL: mutx.url,
    // A runner gives every step its own GITHUB_API_URL; hence the second name.
    GITHUB_API_URL: github.url,
    EMULATED_GITHUB_API_URL: github.url,
    EMULATED_REPOSITORY: repository,
    EMULATED_ENVIRONMENT: environment,
    EMULATED_WRITER_TOKEN: writer,
    EMULATED_READER_TOKEN: github.issueToken({ permissions: READING }),
    EMULATED_WORKFLOW_TOKEN: github.issueToken({ kind: 'github-token' }),
  };
  for (const plan of ['FREE', 'STARTER', 'PRO', 'ENTERPRISE']) {
    const user = mutx.addUser({ plan, email: `${plan.toLowerCase()}@example.com` });
    lines[`MUTX_EMAIL_${plan}`] = user.email;
    lines[`MUTX_PASSWORD_${plan}`] = user.password;
    lines[`MUTX_JWT_${plan}`] = mutx.issueAccessJwt(user);
    lines[`MUTX_REFRESH_TOKEN_${plan}`] = mutx.issueRefreshToken(user);
    if (plan !== 'PRO') continue;
    // What the other commands read.
    Object.assign(lines, {
      MUTX_EMAIL: user.email,
      MUTX_PASSWORD: user.password,
      MUTX_GITHUB_TOKEN: writer,
      GITHUB_REPOSITORY: repository,
    });
  }
  return lines;
}

function stateOf({ mutx, github, ledger }: Emulator, { repository, environment }: EmulateOptions) {
  const places = {
    [repository]: { repository },
    [`${repository}@${environment}`]: { repository, environment },
  };
  return {
    requests: ledger.entries,
    unexpected: ledger.unexpected(),
    notes: ledger.notes(),
    keys: mutx.keys.map((key) => ({
      id: key.id,
      name: key.name,
      works: mutx.accepts(key.plaintext),
      createdAt: new Date(key.createdAt).toISOString(),
    })),
    secrets: Object.entries(places).flatMap(([place, where]) =>
      github.secrets(where).map(({ name, updatedAt }) => {
        const value = github.openSecret(where, name) ?? '';
        return {
          place,
          name,
          updatedAt: new Date(updatedAt).toISOString(),
          holdsKey: mutx.keyOf(value)?.id,
          works: mutx.accepts(value),
        };
      }),
    ),
  };
}
