import { spawn } from 'node:child_process';
import { constants, hostname } from 'node:os';
import type { Command } from 'commander';
import type { EndingSignal } from '../commands/context.ts';
import { type Child, type Ended, execCommand } from '../commands/ephemeral/exec.ts';
import { inputsOf } from '../config/table.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Machine, Streams } from './machine.ts';
import { optionOf } from './options.ts';
import { runCommand } from './run-command.ts';
import { type Flags, withoutCredentials } from './variables.ts';

const VERB = 'ephemeral';

const AFTER = `
The command gets no MUTX_PASSWORD, MUTX_BOOTSTRAP_JWT, MUTX_REFRESH_TOKEN or
MUTX_GITHUB_TOKEN; the first two (with MUTX_EMAIL) are what exec works with.
Exit code: the command's; 128+n after signal n; 126, 127: it did not start.
Signals are passed on. The log is on stderr. Killed by SIGKILL, exec leaves the
key behind: a later one sweeps it when it has expired.`;

/** `exec`: a key for one command, revoked when that has ended. */
export function completeExec(command: Command, machine: Machine): void {
  command
    .usage('[options] [--] <command> [args…]')
    // Asked for below, so that it can be said how.
    .argument('[command]')
    .argument('[args...]')
    // What comes after the command's name is the command's.
    .passThroughOptions();
  for (const name of inputsOf(VERB)) {
    const option = optionOf(name, VERB);
    if (option !== undefined) command.addOption(option);
  }
  command
    .option('--repository <owner/repo>', 'this repository (GITHUB_REPOSITORY)')
    .option('--debug', 'show each request')
    .addHelpText('after', AFTER)
    .action(async (file: string | undefined, args: readonly string[], flags: Flags) => {
      if (file === undefined) {
        return command.error('error: there is no command to run. Say which: mutx-api-key exec -- command');
      }
      const place = { hostname: hostname(), now: Date.now() };
      const start = (variable: string, key: Secret) =>
        startCommand(file, args, { ...withoutCredentials(machine.env), [variable]: key.expose() }, machine);
      let ended: Ended | undefined;
      const task = {
        verb: VERB,
        title: 'mutx-api-key exec: not done',
        leavesStdout: true,
        run: async (context) => {
          ended = await execCommand({ name: file, start }, place, context);
        },
      } satisfies Parameters<typeof runCommand>[0];
      await runCommand(task, flags, machine);
      if (ended !== undefined) process.exitCode = exitCodeOf(ended);
    });
}

/** As a shell gives it. */
function exitCodeOf(ended: Ended): number {
  switch (ended.kind) {
    case 'exited':
      return ended.code;
    case 'signalled':
      return 128 + constants.signals[ended.signal];
    case 'not-started':
      return ended.found ? 126 : 127;
  }
}

/**
 * In our own process group, so that it can read from the terminal; with our own stdin, stdout and stderr.
 * @param env all of the command's environment
 */
function startCommand(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { streams }: Machine,
): Child {
  const fromTerminal = isAtTerminal(streams);
  try {
    const child = spawn(file, args, { env, stdio: 'inherit' });
    const ended = new Promise<Ended>((resolve) => {
      child.on('exit', (code, signal) => {
        resolve(signal === null ? { kind: 'exited', code: code ?? 1 } : { kind: 'signalled', signal });
      });
      // Also emitted for a signal that could not be passed on, to a command of another user: it runs on.
      child.on('error', (error: NodeJS.ErrnoException) => {
        if (child.pid === undefined) resolve(refusedFor(error));
      });
    });
    return {
      ended,
      signal: (signal) => {
        if (!(fromTerminal && isKey(signal))) child.kill(signal);
      },
    };
  } catch (error) {
    return { ended: Promise.resolve(refusedFor(error as NodeJS.ErrnoException)), signal: () => {} };
  }
}

function refusedFor({ code = 'unknown' }: NodeJS.ErrnoException): Ended {
  return { kind: 'not-started', found: code !== 'ENOENT', code };
}

/** A terminal sends these to its whole foreground group at the stroke of a key: the command has had it. */
function isKey(signal: EndingSignal): boolean {
  return signal === 'SIGINT' || signal === 'SIGQUIT';
}

function isAtTerminal({ stdin, stdout, stderr }: Streams): boolean {
  return [stdin, stdout, stderr].some(({ isTTY }) => isTTY === true);
}
