import type { CommandContext } from '../commands/context.ts';
import { shellVariableOf } from '../config/environment-names.ts';
import { inputsOf, type Verb } from '../config/table.ts';
import type { Complete } from './commands.ts';
import { optionOf, quietOption, withCommonOptions } from './options.ts';
import { runFleet } from './rotate-fleet.ts';
import { runCommand } from './run-command.ts';
import { type Flags, isCredential } from './variables.ts';

/** The commands that are actions, too. Late: none needs what the others do. */
const RUNS = {
  rotate: async (context: CommandContext) => (await import('../commands/rotate.ts')).rotateCommand(context),
  revoke: async (context: CommandContext) => (await import('../commands/revoke.ts')).revokeCommand(context),
  audit: async (context: CommandContext) => (await import('../commands/audit.ts')).auditCommand(context),
  plan: async (context: CommandContext) => (await import('../commands/plan.ts')).planCommand(context),
};

/** A command with the inputs of an action as its flags. */
export function completeVerb(verb: keyof typeof RUNS): Complete {
  return (command, machine) => {
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
          : runCommand({ verb, run: RUNS[verb] }, flags, machine);
      });
  };
}

const MEANT_FLAG: Readonly<Record<keyof typeof RUNS, string>> = {
  rotate: 'A target is given with --targets OWNER/REPO',
  revoke: 'A key is given with --key-ids ID or --key-name NAME',
  audit: 'A target is given with --targets OWNER/REPO, a key with --key-name NAME',
  plan: 'The file is given with --fleet-file PATH',
};

function credentialsOf(verb: Verb): string {
  return inputsOf(verb).filter(isCredential).map(shellVariableOf).join(' ');
}
