import { type CompletedCommand, type CompletedFlag, nameOf, withAllBelow } from './commands.ts';

/** A completion script for bash. It needs nothing beside bash, and starts no process. */
export function bashScript(program: CompletedCommand): string {
  const all = withAllBelow(program);
  return `# Completion of mutx-api-key for bash, written by: mutx-api-key completion bash
_mutx_api_key() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' word i
  COMPREPLY=()
  # Bash takes \`--flag=value\` for three words.
  if [[ $current == '=' ]]; then
    current=''
  elif [[ $previous == '=' ]]; then
    previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case "\${path:+$path }$word" in
${patterns(all)}
        path="\${path:+$path }$word" ;;
      *)
        case $path in
${all
  .filter(({ runsCommand }) => runsCommand)
  .map(passing)
  .join('\n')}
        esac ;;
    esac
  done
  local words='' values='' flag="$path $previous"
  case $flag in
${all.flatMap((command) => command.flags.flatMap((flag) => valueCase(command, flag))).join('\n')}
  esac
  if [[ $current != -* ]]; then
    case $values in
      '') ;;
      file)
        compopt -o default
        return ;;
      other) return ;;
      *)
        COMPREPLY=($(compgen -W "$values" -- "$current"))
        return ;;
    esac
  fi
  case $path in
${all.map(wordsCase).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _mutx_api_key mutx-api-key
`;
}

function patterns(all: readonly CompletedCommand[]): string {
  const paths = all.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  return `      ${paths.join(' | ')})`;
}

/** Ends the completion of flags where the command of the user's begins. */
function passing({ path, flags }: CompletedCommand): string {
  const valued = flags.filter(({ value }) => value.kind !== 'none' && !value.isOptional);
  return `          '${path}')
            case \${COMP_WORDS[i-1]} in
              ${valued.map(({ name }) => name).join(' | ')} | =) ;;
              *)
                if [[ $word != -* ]]; then
                  compopt -o default
                  return
                elif [[ $word == -- ]]; then
                  if ((i + 1 == COMP_CWORD)); then
                    COMPREPLY=($(compgen -c -- "$current"))
                  else
                    compopt -o default
                  fi
                  return
                fi ;;
            esac ;;`;
}

function valueCase({ path }: CompletedCommand, { name, value }: CompletedFlag): readonly string[] {
  if (value.kind === 'none') return [];
  // What a flag takes only if it is there does not keep the next flag or command from being completed.
  if (value.isOptional && value.kind !== 'words') return [];
  return [
    `    '${path} ${name}') values='${value.kind === 'words' ? value.words.join(' ') : value.kind}' ;;`,
  ];
}

function wordsCase({ path, commands, flags }: CompletedCommand): string {
  const words = [...commands.map(nameOf), ...flags.map(({ name }) => name)];
  return `    '${path}') words='${words.join(' ')}' ;;`;
}
