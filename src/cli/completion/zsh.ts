import {
  type CompletedCommand,
  type CompletedFlag,
  type FlagValue,
  nameOf,
  withAllBelow,
} from './commands.ts';

/** A completion script for zsh: to be loaded from `fpath`, or sourced. */
export function zshScript(program: CompletedCommand): string {
  const functions = withAllBelow(program).map(functionOf);
  return `#compdef mutx-api-key
# Completion of mutx-api-key for zsh, written by: mutx-api-key completion zsh
${functions.join('\n')}
if [ "$funcstack[1]" = "_mutx-api-key" ]; then
  _mutx-api-key "$@"
else
  compdef _mutx-api-key mutx-api-key
fi
`;
}

function functionName(path: string): string {
  return ['_mutx-api-key', ...path.split(' ')].filter((part) => part !== '').join('-');
}

function functionOf({ path, commands, flags, runsCommand }: CompletedCommand): string {
  const own = flags.map(flagSpec);
  if (runsCommand) own.push("'(-)1:command: _command_names -e'", "'*::arguments: _normal'");
  if (commands.length === 0) {
    const takes = own.length === 0 ? [':'] : [`_arguments -S${runsCommand ? " -A '-*'" : ''}`, ...own];
    return `${functionName(path)}() {
  ${takes.join(' \\\n    ')}
}`;
  }
  const described = commands.map((one) => quoted(`${nameOf(one)}:${one.description}`));
  const below = commands.map((one) => `        ${nameOf(one)}) ${functionName(one.path)} ;;`);
  return `${functionName(path)}() {
  local context state state_descr line
  typeset -A opt_args
  ${['_arguments -C', ...own, "'1: :->command'", "'*:: :->rest'"].join(' \\\n    ')}
  case $state in
    command)
      local -a commands=(
        ${described.join('\n        ')}
      )
      _describe -t commands command commands ;;
    rest)
      case $line[1] in
${below.join('\n')}
      esac ;;
  esac
}`;
}

function flagSpec({ name, description, value, isRepeatable }: CompletedFlag): string {
  const text = description.replaceAll(/[[\]\\:]/gu, '\\$&');
  const star = isRepeatable ? '*' : '';
  if (value.kind === 'none') return quoted(`${star}${name}[${text}]`);
  const colon = value.isOptional ? '::' : ':';
  return quoted(`${star}${name}=[${text}]${colon}${name.slice(2)}:${action(value)}`);
}

function action(value: Exclude<FlagValue, { kind: 'none' }>): string {
  switch (value.kind) {
    case 'words':
      return `(${value.words.join(' ')})`;
    case 'file':
      return '_files';
    case 'other':
      return '';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
