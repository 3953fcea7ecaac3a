import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.ts';
import { shellVariableOf } from '../config/environment-names.ts';
import { inputsOf, type Verb } from '../config/table.ts';
import type { Complete, Machine } from './machine.ts';
import { optionOf, quietOption, withCommonOptions } from './options.ts';
import { runCommand } from './run-command.ts';
import { type Flags, isCredential, propertyOf } from './variables.ts';

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

/** Late: only a fleet needs the parser of YAML. */
async function rotateFleet(context: CommandContext): Promise<void> {
  const { rotateFleetCommand: rotateFleetVerb } = await import('../commands/rotate-fleet.ts');
  await rotateFleetVerb(context);
}

async function planFleet(context: CommandContext): Promise<void> {
  const { planCommand: planVerb } = await import('../commands/plan.ts');
  await planVerb(context);
}

/** `rotate --fleet-file`: what the matrix of a workflow does, key by key. A dry run is `plan`. */
export function runFleet(command: Command, { dryRun, ...flags }: Flags, machine: Machine): Promise<void> {
  const taken = inputsOf('plan');
  const misplaced = inputsOf('rotate').filter(
    (name) => !taken.includes(name) && !isCredential(name) && flags[propertyOf(name)] !== undefined,
  );
  if (misplaced.length > 0) {
    const names = misplaced.map((name) => `--${name}`).join(', ');
    command.error(
      `error: ${names}: with --fleet-file the file says that. Write it there, under \`defaults\` or the key`,
    );
  }
  const isDry = dryRun === true || dryRun === 'true';
  // True of a file that cannot be used and of a fleet that was rotated in part: the message says which.
  const title = isDry ? 'Fleet of MUTX API keys not planned' : 'Fleet rotation failed';
  return runCommand({ verb: 'plan', run: isDry ? planFleet : rotateFleet, title }, flags, machine);
}
