import { type CompletedCommand, type CompletedFlag, nameOf, withAllBelow } from './commands.ts';

/** A completion script for fish. */
export function fishScript(program: CompletedCommand): string {
  const all = withAllBelow(program);
  const paths = all.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  return `# Completion of mutx-api-key for fish, written by: mutx-api-key completion fish
function __mutx_api_key_at
    set -l path
    for word in (commandline -opc)[2..-1]
        switch (string join ' ' -- $path $word)
            case ${paths.join(' ')}
                set -a path $word
        end
    end
    test "$path" = "$argv[1]"
end
complete -c mutx-api-key -f
${all.flatMap(linesOf).join('\n')}
`;
}

function linesOf(command: CompletedCommand): readonly string[] {
  const { path, commands, flags, runsCommand } = command;
  const at = `complete -c mutx-api-key -n ${quoted(`__mutx_api_key_at ${quoted(path)}`)}`;
  return [
    ...commands.map((one) => `${at} -a ${nameOf(one)} -d ${quoted(one.description)}`),
    ...flags.map((flag) => `${at} -l ${flag.name.slice(2)}${valueText(flag)} -d ${quoted(flag.description)}`),
    ...(runsCommand ? [`${at} -a '(__fish_complete_subcommand --commandline)'`] : []),
  ];
}

function valueText({ value }: CompletedFlag): string {
  if (value.kind === 'none') return '';
  const what = value.kind === 'words' ? ` -a ${quoted(value.words.join(' '))}` : '';
  if (value.kind === 'file') return value.isOptional ? ' -F' : ' -r -F';
  return value.isOptional ? what : ` -x${what}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
