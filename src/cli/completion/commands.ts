import type { Command, Option } from 'commander';
import { INPUT_NAMES, type InputName, isList, specOf } from '../../config/table.ts';

/** A command as a shell completes it. */
export interface CompletedCommand {
  /** `keys list`; of the program itself: empty */
  readonly path: string;
  readonly description: string;
  readonly commands: readonly CompletedCommand[];
  readonly flags: readonly CompletedFlag[];
  /** What comes after its own flags is a command of the user's. */
  readonly runsCommand: boolean;
}

export interface CompletedFlag {
  /** `--key-name` */
  readonly name: string;
  readonly description: string;
  readonly value: FlagValue;
  readonly isRepeatable: boolean;
}

export type FlagValue =
  | { readonly kind: 'none' }
  /** `isOptional`: the flag can be given without one. */
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly isOptional: boolean }
  | { readonly kind: 'file'; readonly isOptional: boolean }
  | { readonly kind: 'other'; readonly isOptional: boolean };

/** What a command and those below it take, as the parser itself knows it; hidden flags are left out. */
export function completedCommand(command: Command, above: readonly string[] = []): CompletedCommand {
  const help = command.createHelp();
  const inner = command.commands.map((one) => completedCommand(one, [...above, one.name()]));
  const names = new Set(command.commands.map((one) => one.name()));
  // The parser adds `help` by itself, which takes the names of the others.
  const added = help.visibleCommands(command).filter((one) => !names.has(one.name()));
  return {
    path: above.join(' '),
    description: command.description(),
    commands: [
      ...inner,
      ...added.map((one) => word([...above, one.name()], one.description())),
      ...command.registeredArguments.flatMap(({ argChoices = [] }) =>
        argChoices.map((choice) => word([...above, choice], `for ${choice}`)),
      ),
    ],
    flags: help.visibleOptions(command).flatMap(completedFlag),
    runsCommand: command.registeredArguments.some(({ variadic }) => variadic),
  };
}

/** A word that nothing of ours follows. */
function word(path: readonly string[], description: string): CompletedCommand {
  return { path: path.join(' '), description, commands: [], flags: [], runsCommand: false };
}

function completedFlag(option: Option): readonly CompletedFlag[] {
  const { long, description, variadic } = option;
  if (long === undefined || long === null) return [];
  const input = inputOf(option);
  const isRepeatable = variadic || (input !== undefined && isList(input));
  return [{ name: long, description, value: flagValue(option), isRepeatable }];
}

/** The input that a flag is named after, if any. */
function inputOf({ long }: Option): InputName | undefined {
  return INPUT_NAMES.find((name) => `--${name}` === long);
}

function flagValue(option: Option): FlagValue {
  const { flags, argChoices, required, optional: isOptional } = option;
  if (!required && !isOptional) return { kind: 'none' };
  const input = inputOf(option);
  const kind = input && specOf(input).kind;
  if (argChoices !== undefined) return { kind: 'words', words: argChoices, isOptional };
  if (kind?.type === 'choice') return { kind: 'words', words: kind.of, isOptional };
  if (kind?.type === 'boolean') return { kind: 'words', words: ['true', 'false'], isOptional };
  return { kind: /[<[](?:path|file|ca-file)[>\]]/u.test(flags) ? 'file' : 'other', isOptional };
}

/** A command and all below it. */
export function withAllBelow(command: CompletedCommand): readonly CompletedCommand[] {
  return [command, ...command.commands.flatMap(withAllBelow)];
}

/** The last word of the path. */
export function nameOf({ path }: CompletedCommand): string {
  return path.slice(path.lastIndexOf(' ') + 1);
}
