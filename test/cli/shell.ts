import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  type EmulatedUser,
  type Emulator,
  type EmulatorOptions,
  startEmulator,
} from '../../packages/emulator/src/index.ts';
import { runProgram } from '../../src/cli/program.ts';
import { searchSaid } from '../canary/watch.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
export const HERE = 'acme/web';
/** A folder in no clone. */
const NOWHERE = tmpdir();

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as a process of its own, with these variables and nothing of our own environment. */
export async function cli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const started = startCli(args, env);
  started.stdin.end();
  return started.ran;
}

/** A command line that is running. */
export interface Started {
  readonly stdin: Writable;
  readonly ran: Promise<Ran>;
  kill(signal: NodeJS.Signals): void;
  /** When this was said on stdout or stderr, so many times. */
  says(text: string, times?: number): Promise<void>;
  /** All of it so far. */
  said(): string;
}

/** The same, for a test that does something meanwhile. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: NOWHERE,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It may end before it has read what it is told.
  child.stdin.on('error', () => {});
  const code = new Promise<number | null>((resolve) => {
    child.on('exit', resolve);
  });
  const ran = Promise.all([text(child.stdout), text(child.stderr)]).then(
    async ([stdout, stderr]): Promise<Ran> => {
      searchSaid(stderr);
      return { code: await code, stdout, stderr };
    },
  );
  let said = '';
  const streams = [child.stdout, child.stderr];
  const onMore = (look: (chunk: string) => void) => streams.map((stream) => stream.on('data', look));
  onMore((chunk) => {
    said += chunk;
  });
  const says = (words: string, times = 1) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (said.split(words).length > times) resolve();
      };
      look();
      onMore(look);
      void ran.then(() => reject(new Error(`not said ${times} times: ${words}\n${said}`)));
    });
  return { stdin: child.stdin, ran, kill: (signal) => child.kill(signal), says, said: () => said };
}

/** What somebody at a terminal types when they are asked this. */
export type Answers = readonly (readonly [question: string, answer: string])[];

/** In place of an answer: stdin ends, as that of a terminal that was closed. */
export const END_OF_INPUT = '(the end of stdin)';

/** The same in this process, which is quicker. @param answers undefined: nobody is at the terminal */
export async function here(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  answers?: Answers,
  folder = NOWHERE,
): Promise<Ran> {
  const isTTY = answers !== undefined;
  const stdin = Object.assign(new PassThrough(), { isTTY, setRawMode: () => {} });
  const stdout = new PassThrough();
  const asked = [...(answers ?? [])];
  let said = '';
  const stderr = Object.assign(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        said += chunk.toString();
        const [question, answer] = asked[0] ?? [];
        if (question !== undefined && said.includes(question)) {
          asked.shift();
          // Not before the question is out, and a key at a time, as a person does.
          if (answer === END_OF_INPUT) stdin.end();
          else void type(stdin, `${answer}\n`);
        }
        done();
      },
    }),
    { isTTY },
  );
  // As with the process's own: nobody who is done with it ends it.
  stderr.end = () => stderr;
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    const machine = { env, streams: { stdin, stdout, stderr }, folder };
    const code = await runProgram(args, machine, '1.2.3');
    searchSaid(said);
    return { code: code ?? process.exitCode, stdout: String(stdout.read() ?? ''), stderr: said };
  } finally {
    process.exitCode = before;
  }
}

async function type(stdin: PassThrough, keys: string): Promise<void> {
  for (const key of keys) {
    await setImmediate();
    stdin.write(key);
  }
}

/** Both services, an account, and the variables that a shell would have set. */
export class Shell implements AsyncDisposable {
  readonly emulator: Emulator;
  readonly user: EmulatedUser;
  readonly env: Readonly<Record<string, string>>;

  constructor(emulator: Emulator) {
    this.emulator = emulator;
    const { mutx, github } = emulator;
    this.user = mutx.addUser({ plan: 'PRO', email: 'ci@example.com' });
    github.addRepository(HERE, { environments: ['production'] });
    this.env = {
      MUTX_API_URL: mutx.url,
      GITHUB_API_URL: github.url,
      GITHUB_REPOSITORY: HERE,
      MUTX_EMAIL: this.user.email,
      MUTX_PASSWORD: this.user.password,
      MUTX_GITHUB_TOKEN: github.issueToken(),
    };
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return here(args, { ...this.env, ...env });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.emulator.close();
  }
}

export async function openShell(options: EmulatorOptions = {}): Promise<Shell> {
  return new Shell(await startEmulator(options));
}
