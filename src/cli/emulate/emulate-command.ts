import { appendFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Generation } from '../../../packages/emulator/src/index.ts';
import { parseDuration } from '../../config/kinds.ts';
import type { Machine } from '../machine.ts';
import { listenForAdvance } from './advance.ts';
import { commandsToTry, programName } from './commands.ts';
import { seed } from './seed.ts';
import { stateOf } from './state.ts';

interface EmulateOptions {
  readonly generation: Generation;
  readonly repository?: readonly string[];
  readonly environment: readonly string[];
  readonly basePath?: string;
  readonly tls?: true | string;
  readonly advance: string;
  readonly writeEnv?: string;
  readonly report?: string;
}

const AFTER = `
Prints what to point tools at, a KEY=value a line, then commands to try, and
\`ready\` last; runs until SIGINT or SIGTERM. Type \`advance 31d\` to move the
clocks of both services, or send SIGUSR2. Everything in it is made up: no
credential opens anything else.`;

/** Where a CA is written unless the flag says otherwise. */
const CA_FILE = 'emulator-ca.pem';

/** `emulate`: MUTX and GitHub's secrets API in memory, on loopback. */
export function completeEmulate(command: Command, machine: Machine): void {
  command
    .addOption(new Option('--generation <name>', "of MUTX's API").choices(['v1', 'documented']).default('v1'))
    .option(
      '--repository <owner/repo...>',
      'that exists; may be given several times (default: GITHUB_REPOSITORY, or acme/demo)',
      collected,
    )
    .option('--environment <name...>', 'that each repository has; several, too', ['production'])
    .option('--base-path <prefix>', "of GitHub's API (default: none; with --tls: /api/v3)")
    .option('--tls [ca-file]', `speak https, and write the CA to trust to a file (default: ${CA_FILE})`)
    .option('--advance <duration>', 'how far SIGUSR2 moves the clocks', checkedDuration, '31d')
    .option('--write-env <file>', 'append the variables to it')
    .option('--report <file>', 'at the end: requests, keys, secrets, without plaintext')
    .addHelpText('after', AFTER)
    .action((options: EmulateOptions) => emulate(options, machine));
}

async function emulate(options: EmulateOptions, { env, streams }: Machine): Promise<void> {
  const { generation, environment: environments, tls, writeEnv, report } = options;
  const repositories = options.repository ?? [env['GITHUB_REPOSITORY'] ?? 'acme/demo'];
  const caFile = tls === undefined ? undefined : resolve(tls === true ? CA_FILE : tls);
  // gh takes every host but github.com for an Enterprise Server, whose API is below this path.
  const basePath = options.basePath ?? (tls === undefined ? '' : '/api/v3');
  // Imported lazily: only this command needs the emulator, which brings its own crypto.
  const { startEmulator } = await import('../../../packages/emulator/src/index.ts');
  const emulator = await startEmulator({
    mutx: { generation },
    github: { basePath },
    tls: tls !== undefined,
  });
  if (caFile !== undefined) writeFileSync(caFile, emulator.ca ?? '');
  const variables = seed(emulator, { repositories, environments, caFile });
  const text = Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
  streams.stdout.write(text);
  if (writeEnv !== undefined) appendFileSync(writeEnv, text);
  streams.stdout.write(
    commandsToTry(variables, writeEnv && resolve(writeEnv), programName(fileURLToPath(import.meta.url))),
  );
  const stopListening = listenForAdvance(emulator, streams, options.advance);
  streams.stdout.write('ready\n');
  await interrupted();
  stopListening();
  if (report !== undefined) {
    writeFileSync(report, `${JSON.stringify(stateOf(emulator, { repositories, environments }), null, 2)}\n`);
  }
  await emulator.close();
}

function interrupted(): Promise<void> {
  return new Promise((resolved) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolved());
  });
}

function collected(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^[^/\s]+\/[^/\s]+$/u.test(text)) throw new InvalidArgumentError('Write it as owner/repo.');
  return [...before, text];
}

function checkedDuration(text: string): string {
  if (parseDuration(text) !== undefined) return text;
  const meant = /^\d+$/u.test(text) ? `Did you mean ${text}d?` : 'Write it as 31d, 6h or 15m.';
  throw new InvalidArgumentError(`It is not a duration. ${meant}`);
}
