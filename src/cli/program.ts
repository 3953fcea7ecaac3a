import { Command, CommanderError, Help } from 'commander';
import { Cancelled } from '../process/cancelled.ts';
import { COMMANDS, type Listed } from './commands.ts';
import { INTERRUPTED, type Machine, UNUSABLE } from './machine.ts';

/**
 * The command line, `mutx-api-key`.
 * @param version of the package
 * @param args what it will run: of a command that they do not name it knows only what the list of commands shows.
 *   Default: it knows all of every command
 */
export async function createProgram(
  machine: Machine,
  version: string,
  args?: readonly string[],
): Promise<Command> {
  const { stdout, stderr } = machine.streams;
  const listed = new Map<Command, string>();
  const program = new Command('mutx-api-key')
    .description('API keys for MUTX that are named, expire, and are rotated without a gap')
    .version(version)
    .helpCommand(true)
    // `exec` passes on what comes after the name of its command.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .configureHelp({
      helpWidth: 80,
      subcommandTerm: (command) => listed.get(command) ?? new Help().subcommandTerm(command),
    })
    .addHelpText('after', AFTER);
  for (const one of COMMANDS) {
    const command = program.command(one.name).description(one.description);
    listed.set(command, `${one.name} ${one.takes}`.trim());
    if (isNeeded(one, args)) await complete(one, command, machine, version);
  }
  return program;
}

/** Whether a command is the one that the arguments name; `completion` is about all of them. */
function isNeeded({ name }: Listed, args: readonly string[] | undefined): boolean {
  if (args === undefined) return true;
  const named = args.find((word) => !word.startsWith('-') && word !== 'help');
  return named === name || named === 'completion';
}

async function complete(listed: Listed, command: Command, machine: Machine, version: string): Promise<void> {
  const [add, { refuseRepeatedFlags }] = await Promise.all([listed.load(), import('./repeated-flags.ts')]);
  add(command, machine, version);
  refuseRepeatedFlags(command);
}

/**
 * Runs the command line to its end.
 * @param version of the package
 * @returns the exit code of a command that did not run; undefined: that of the process is the command's
 */
export async function runProgram(
  args: readonly string[],
  machine: Machine,
  version: string,
): Promise<number | undefined> {
  try {
    const program = await createProgram(machine, version, args);
    await program.parseAsync(args, { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : UNUSABLE;
    if (!(error instanceof Cancelled)) throw error;
    machine.streams.stderr.write(`${error.message}\n`);
    return INTERRUPTED;
  }
}

const AFTER = `
Every flag is a variable, too: --key-name is MUTX_KEY_NAME. Credentials come
from variables only, or are asked for: MUTX_EMAIL and MUTX_PASSWORD; or
MUTX_REFRESH_TOKEN or MUTX_BOOTSTRAP_JWT; MUTX_GITHUB_TOKEN or GH_TOKEN.`;
