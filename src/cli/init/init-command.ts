import type { Command } from 'commander';
import { confirmed } from '../ask.ts';
import { isInteractive, type Machine } from '../machine.ts';
import { optionOf, withCommonOptions } from '../options.ts';
import { runCommand } from '../run-command.ts';
import type { Flags } from '../variables.ts';
import { CREDENTIALS_ENVIRONMENT } from './inputs.ts';
import { initCommand } from './run-init.ts';
import { majorTagOf } from './workflow.ts';

const AFTER = `
Shows all that it would do, then asks. Takes a GitHub token and credentials of
MUTX from variables (\`mutx-api-key --help\`), or asks. Overwrites no file.`;

const WORKFLOW = '.github/workflows/rotate-mutx-key.yml';

const INPUTS = [
  'email',
  'api-url',
  'secret-name',
  'targets',
  'environment',
  'visibility',
  'key-name',
  'expires-in-days',
  'grace-period',
  'on-quota',
] as const;

interface InitFlags extends Flags {
  readonly folder: string;
  readonly workflow: string;
  readonly ref: string;
  readonly secretsEnvironment: string | false;
  readonly yes?: boolean;
}

/** `init`: from nothing to a working schedule. */
export function completeInit(command: Command, machine: Machine, version: string): void {
  for (const name of INPUTS) {
    const option = optionOf(name, 'rotate');
    if (option !== undefined) command.addOption(option);
  }
  command
    .option('--secrets-environment <name>', 'that keeps the credentials', CREDENTIALS_ENVIRONMENT)
    .option('--no-secrets-environment', 'keep them in the repository')
    .option('--workflow <path>', 'the file to write', WORKFLOW)
    .option('--ref <ref>', 'of the action: a tag or a commit', majorTagOf(version))
    .option('--folder <path>', 'of the repository', '.')
    .option('--dry-run', 'say what would be done only')
    .option('--yes', 'do it without asking');
  withCommonOptions(command)
    .addHelpText('after', AFTER)
    .action((flags: InitFlags) => runInit(flags, machine, version));
}

function runInit(
  { folder, workflow, ref, secretsEnvironment, yes, ...flags }: InitFlags,
  machine: Machine,
  version: string,
): Promise<void> {
  const { streams } = machine;
  const run = initCommand({
    folder,
    workflow,
    ref,
    version,
    secretsEnvironment,
    canConfirm: yes === true || isInteractive(streams),
    confirm: () => (yes === true ? Promise.resolve(true) : confirmed('Do all of this?', streams)),
  });
  return runCommand(
    { run, verb: 'rotate', title: 'Not set up' },
    { ...flags, folder, secretsEnvironment },
    machine,
  );
}
