import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.ts';
import { inputsOf } from '../config/table.ts';
import type { Machine } from './machine.ts';
import { runCommand } from './run-command.ts';
import { type Flags, isCredential, propertyOf } from './variables.ts';

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
