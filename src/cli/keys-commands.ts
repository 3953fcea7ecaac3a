import { type Command, InvalidArgumentError, Option } from 'commander';
import { type KeysOperation, keysCommand } from '../commands/keys.ts';
import { parseInteger } from '../config/kinds.ts';
import { INPUTS } from '../config/table.ts';
import { confirmed } from './ask.ts';
import { isInteractive, type Machine } from './machine.ts';
import { optionOf, withCommonOptions } from './options.ts';
import { runCommand } from './run-command.ts';
import type { Flags } from './variables.ts';

const IN_PLACE = `
The old key is dead the moment MUTX answers: whatever still uses it answers 401
until it has the new one, and if the answer is lost, so are both keys. The new
key ends when the old one would have. \`mutx-api-key rotate\` does none of that.
Asks first; without a terminal it needs --yes. A key that this tool has made
(gha/…) needs --force, because a secret or a job holds it.`;

const FOR_GOOD = `
What uses the key answers 401 from then on. Asks first; without a terminal it
needs --yes. By name, \`mutx-api-key revoke --key-name NAME\` revokes keys.`;

type ListFlags = Flags & {
  readonly keyName?: string;
  readonly name?: string;
  readonly all?: boolean;
  readonly active?: boolean;
};
type RotateFlags = Flags & { readonly yes?: boolean; readonly force?: boolean };
type RevokeFlags = Flags & { readonly yes?: boolean };
type CreateFlags = Flags & { readonly expiresInDays: number };

/** `keys list|create|rotate|revoke`: the four operations as MUTX documents them. */
export function completeKeys(keys: Command, machine: Machine): void {
  const consentOf = (yes: boolean | undefined) => {
    if (yes === true) return 'given';
    const { streams } = machine;
    return isInteractive(streams) ? (question: string) => confirmed(question, streams) : 'none';
  };
  const add = (name: string, description: string) => withSession(keys.command(name).description(description));
  const run = (operation: KeysOperation, flags: Flags) => {
    const title = `mutx-api-key keys ${operation.kind}: not done`;
    const printsSecret = operation.kind === 'create' || operation.kind === 'rotate';
    return runCommand({ run: keysCommand(operation), verb: 'revoke', title, printsSecret }, flags, machine);
  };

  add('list', 'list the keys of the account')
    .option('--key-name <name>', 'only those of exactly this name')
    .addOption(new Option('--name <name>').hideHelp().conflicts('keyName'))
    .addOption(new Option('--active', 'only those that work: no expired ones').conflicts('all'))
    .option('--all', 'revoked ones too, where MUTX still lists them')
    .action(({ keyName, name, all, active, ...flags }: ListFlags) =>
      run({ kind: 'list', name: keyName ?? name, all: all === true, active: active === true }, flags),
    );
  add('create <name>', 'make a key and print it, which is the only time it can be seen')
    .option('--expires-in-days <n>', 'days until it expires (30)', days, DEFAULT_DAYS)
    .action((name: string, { expiresInDays, ...flags }: CreateFlags) =>
      run({ kind: 'create', name, expiresInDays }, flags),
    );
  add('rotate <id>', 'replace a key in place, with a gap')
    .option('--yes', 'do it without asking')
    .option('--force', 'even a key that this tool has made for a secret or a job')
    .addHelpText('after', IN_PLACE)
    .action((id: string, { yes, force, ...flags }: RotateFlags) => {
      return run({ kind: 'rotate', id, consent: consentOf(yes), force: force === true }, flags);
    });
  add('revoke <id>', 'revoke a key for good')
    .option('--yes', 'do it without asking')
    .addHelpText('after', FOR_GOOD)
    .action((id: string, { yes, ...flags }: RevokeFlags) =>
      run({ kind: 'revoke', id, consent: consentOf(yes) }, flags),
    );
}

const DEFAULT_DAYS = Number(INPUTS['expires-in-days'].verbs.rotate.default);

function days(text: string): number {
  const { kind } = INPUTS['expires-in-days'];
  const value = parseInteger(text, kind);
  if (value === undefined) {
    throw new InvalidArgumentError(`It takes a whole number from ${kind.min} to ${kind.max}.`);
  }
  return value;
}

function withSession(command: Command): Command {
  for (const name of ['api-url', 'email', 'refresh-token-secret'] as const) {
    const option = optionOf(name, 'revoke');
    if (option !== undefined) command.addOption(option);
  }
  return withCommonOptions(command);
}
