import type { Command } from 'commander';
import { inputsOf } from '../../config/table.ts';
import type { Machine } from '../machine.ts';
import { optionOf, quietOption, withCommonOptions } from '../options.ts';
import { runCommand } from '../run-command.ts';
import type { Flags } from '../variables.ts';
import { doctorCommand } from './run-doctor.ts';

const AFTER = `
Changes nothing: an account is logged in and out again; a refresh token is not
used, so only its claims are known. Exit code 1 if a rotation would not work.`;

/** Inputs of a rotation without which it can be said just as well whether it would work. */
const LEFT_OUT = ['verify', 'dry-run'];

/** `doctor`: whether `rotate` with these flags and variables would work. */
export function completeDoctor(command: Command, machine: Machine): void {
  for (const name of inputsOf('rotate')) {
    const option = LEFT_OUT.includes(name) ? undefined : optionOf(name, 'rotate');
    if (option !== undefined) command.addOption(option);
  }
  command
    .option('--folder <path>', 'of the repository, for its workflows', '.')
    .option('--strict', 'exit code 1 for warnings, too: for monitoring')
    .addOption(quietOption());
  withCommonOptions(command)
    .addHelpText('after', AFTER)
    .action(({ folder, strict, ...flags }: Flags & { readonly folder: string; readonly strict?: boolean }) =>
      runCommand(
        {
          run: doctorCommand(folder, strict === true),
          verb: 'rotate',
          title: strict === true ? 'Not everything is in order' : 'A rotation would not work',
        },
        { ...flags, folder },
        machine,
      ),
    );
}
