import { Command, CommanderError } from 'commander';
import { auditVerb } from '../commands/audit.ts';
import type { VerbContext } from '../commands/context.ts';
import { revokeVerb } from '../commands/revoke.ts';
import { rotateVerb } from '../commands/rotate.ts';
import { shellVariableOf } from '../config/environment-names.ts';
import { inputsOf, type Verb } from '../config/table.ts';
import { Cancelled } from '../process/run-command.ts';
import { addCompletion } from './completion/completion-command.ts';
import { addDoctor } from './doctor/doctor-command.ts';
import { addEmulate } from './emulate/emulate-command.ts';
import { addExec } from './exec-command.ts';
import { addInit } from './init/init-command.ts';
import { addKeys } from './keys-commands.ts';
import { optionOf, quietOption, withCommonOptions } from './options.ts';
import { refuseRepeatedFlags } from './repeated-flags.ts';
import { runFleet } from './rotate-fleet.ts';
import { INTERRUPTED, type Machine, runCommand, type Task, UNUSABLE } from './run-command.ts';
import { type Flags, isCredential } from './variables.ts';

interface VerbCommand extends Task {
  readonly description: string;
}

/** Late: it brings a parser of YAML along. */
async function plan(context: VerbContext): Promise<void> {
  const { planVerb } = await import('../commands/plan.ts');
  await planVerb(context);
}

/** The commands that are actions, too. */
const VERB_COMMANDS: readonly VerbCommand[] = [
  {
    verb: 'rotate',
    run: rotateVerb,
    description: 'make a new key, store it as a secret everywhere, revoke the old one',
  },
  { verb: 'revoke', run: revokeVerb, description: 'revoke keys now, by id or by exact name' },
  {
    verb: 'audit',
    run: auditVerb,
    description: 'report what is wrong with keys and secrets; changes nothing',
  },
  { verb: 'plan', run: plan, description: 'say which keys of a fleet are due; changes nothing' },
];

/** The command line, `mutx-api-key`. @param version of the package */
export function createProgram(machine: Machine, version: string): Command {
  const { stdout, stderr } = machine.streams;
  const program = new Command('mutx-api-key')
    .description('API keys for MUTX that are named, expire, and are rotated without a gap')
    .version(version)
    .helpCommand(true)
    // `exec` passes on what comes after the name of its command.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .configureHelp({ helpWidth: 80 })
    .addHelpText('after', AFTER);
  for (const command of VERB_COMMANDS) addVerb(program, command, machine);
  addExec(program, machine);
  addKeys(program, machine);
  addInit(program, machine, version);
  addDoctor(program, machine);
  addEmulate(program, machine);
  addCompletion(program, machine);
  refuseRepeatedFlags(program);
  return program;
}

/**
 * Runs the command line to its end.
 * @returns the exit code of a command that did not run; undefined: that of the process is the command's
 */
export async function runProgram(
  program: Command,
  args: readonly string[],
  machine: Machine,
): Promise<number | undefined> {
  try {
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

function addVerb(program: Command, task: VerbCommand, machine: Machine): void {
  const { verb, description } = task;
  const command = program.command(verb).description(description);
  for (const name of inputsOf(verb)) {
    const option = optionOf(name, verb);
    if (option !== undefined) command.addOption(option);
  }
  if (verb === 'rotate')
    command.option('--fleet-file <path>', 'every key of a fleet that is due, one by one');
  if (verb !== 'plan') command.addOption(quietOption());
  withCommonOptions(command)
    .addHelpText('after', `\n${credentialsOf(verb)}`)
    // Refused below, with the flag that was probably meant. What was given may be a key, so it is not printed.
    .allowExcessArguments()
    .action((flags: Flags) => {
      if (command.args.length > 0) {
        return command.error(`error: ${verb} takes no argument without a flag. ${MEANT_FLAG[verb]}`);
      }
      return verb === 'rotate' && flags['fleetFile'] !== undefined
        ? runFleet(command, flags, machine)
        : runCommand(task, flags, machine);
    });
}

const MEANT_FLAG: Readonly<Record<Verb, string>> = {
  rotate: 'A target is given with --targets OWNER/REPO',
  revoke: 'A key is given with --key-ids ID or --key-name NAME',
  audit: 'A target is given with --targets OWNER/REPO, a key with --key-name NAME',
  plan: 'The file is given with --fleet-file PATH',
  ephemeral: 'A name is given with --key-name NAME',
};

function credentialsOf(verb: Verb): string {
  return inputsOf(verb).filter(isCredential).map(shellVariableOf).join(' ');
}
