import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DAY, MINUTE, makeStored } from '../cli/planted.ts';
import { HERE, openShell, type Shell } from '../cli/shell.ts';

const COMMAND = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const ACTION = fileURLToPath(new URL('../../dist/rotate.js', import.meta.url));

type Stream = 'stdout' | 'stderr';

interface Left {
  readonly code: number | null;
  /** Of the stream that was read to its end, if one was. */
  readonly rest: string;
}

function start(file: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** Runs it to its end; nobody reads what it says after its first line, as with `| head -1`. */
async function unread(child: ChildProcess, closed: readonly Stream[]): Promise<Left> {
  const code = new Promise<number | null>((resolve) => {
    child.on('exit', resolve);
  });
  for (const name of closed) {
    const stream = child[name];
    stream?.once('data', () => stream.destroy());
  }
  const read = (['stdout', 'stderr'] as const).find((name) => !closed.includes(name));
  const rest = read === undefined || child[read] === null ? '' : await text(child[read]);
  return { code: await code, rest };
}

/** As the runner hands inputs over. */
function stepEnv({ emulator, user, env }: Shell): Readonly<Record<string, string>> {
  return {
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: HERE,
    GITHUB_API_URL: emulator.github.url,
    'INPUT_GITHUB-TOKEN': env['MUTX_GITHUB_TOKEN'] ?? '',
    'INPUT_BOOTSTRAP-JWT': emulator.mutx.issueAccessJwt(user),
    'INPUT_API-URL': emulator.mutx.url,
  };
}

/** The secret holds a new key that works, the old one does not, and nothing is left open. */
function expectRotated({ emulator: { mutx, github } }: Shell, old: { readonly plaintext: string }): void {
  const stored = github.openSecret(HERE, 'MUTX_API_KEY') ?? '';
  expect(stored).not.toBe(old.plaintext);
  expect(mutx.accepts(stored)).toBe(true);
  expect(mutx.accepts(old.plaintext)).toBe(false);
  expect(mutx.keys.filter(({ isActive }) => isActive)).toHaveLength(1);
  expect(mutx.sessions.filter(({ ended }) => ended === undefined)).toEqual([]);
}

function withOldKey(shell: Shell) {
  return makeStored(shell.emulator, shell.user, shell.emulator.mutx.clock.now() - 7 * DAY);
}

describe('a rotation whose words nobody reads any more', () => {
  it.each<readonly [string, readonly string[], readonly Stream[]]>([
    ['stdout', [], ['stdout']],
    ['stderr', ['--json', '--debug'], ['stderr']],
    ['both', ['--debug'], ['stdout', 'stderr']],
  ])('at the command line goes on to its end: %s', async (_, args, closed) => {
    await using shell = await openShell();
    const old = withOldKey(shell);
    const { code, rest } = await unread(start(COMMAND, ['rotate', ...args], shell.env), closed);
    expect(code, rest).toBe(0);
    expectRotated(shell, old);
    if (closed.length === 1) expect(rest).not.toMatch(/EPIPE|\bat .*:\d+:\d+/u);
    if (args.includes('--json')) expect(JSON.parse(rest)).toMatchObject({ outputs: { rotated: true } });
  });

  it.each<readonly [string, readonly Stream[]]>([
    ['stdout', ['stdout']],
    ['both', ['stdout', 'stderr']],
  ])('on a runner goes on to its end: %s', async (_, closed) => {
    await using shell = await openShell();
    const old = withOldKey(shell);
    const { code, rest } = await unread(start(ACTION, [], stepEnv(shell)), closed);
    expect(code, rest).toBe(0);
    expect(rest).toBe('');
    expectRotated(shell, old);
  });

  it('still fails where it failed', async () => {
    await using shell = await openShell();
    const old = withOldKey(shell);
    shell.emulator.fault({ server: 'github', method: 'PUT', what: 'refuse', status: 403 });
    const { code } = await unread(start(COMMAND, ['rotate'], shell.env), ['stdout']);
    expect(code).toBe(1);
    expect(shell.emulator.mutx.accepts(old.plaintext)).toBe(true);
    expect(shell.emulator.mutx.keys.filter(({ isActive }) => isActive)).toHaveLength(1);
  });

  it('goes on where the disk that its log is written to is full', async () => {
    await using shell = await openShell();
    const old = withOldKey(shell);
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [COMMAND, 'rotate', '--debug'], {
      env: { PATH: process.env['PATH'] ?? '', ...shell.env },
      stdio: ['ignore', full, full],
    });
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(0);
    closeSync(full);
    expectRotated(shell, old);
  });
});

describe('a command that only prints, to nobody', () => {
  it.each(['doctor', 'audit', 'keys list', '--help'])('ends quietly: %s', async (command) => {
    await using shell = await openShell();
    makeStored(shell.emulator, shell.user, shell.emulator.mutx.clock.now() - 20 * MINUTE);
    const child = start(COMMAND, command.split(' '), shell.env);
    child.stdout?.destroy();
    const { code, rest } = await unread(child, ['stdout']);
    expect(code, rest).toBe(0);
    expect(rest).toBe('');
  });
});

describe('a key that was to be printed, to nobody', () => {
  it.each([[[]], [['--json']]])('is not done, and it is said which key that is: %j', async (args) => {
    await using shell = await openShell();
    const child = start(COMMAND, ['keys', 'create', 'mine', ...args], shell.env);
    child.stdout?.destroy();
    const { code, rest } = await unread(child, ['stdout']);
    const [key] = shell.emulator.mutx.keys;
    expect(code).toBe(1);
    expect(rest).toContain(`\`mutx-api-key keys revoke ${key?.id}\``);
    expect(rest).not.toContain(key?.plaintext ?? '');
  });
});
