import { Argument, type Command } from 'commander';
import type { Machine } from '../machine.ts';
import type { CompletedCommand } from './commands.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

const AFTER = `
bash: add to ~/.bashrc:   source <(mutx-api-key completion bash)
zsh:  add to ~/.zshrc, after compinit:   source <(mutx-api-key completion zsh)
fish: mutx-api-key completion fish \\
        > ~/.config/fish/completions/mutx-api-key.fish`;

/** `completion`: a script for the shell, made from the commands and flags of the program itself. Calls nothing. */
export function completeCompletion(command: Command, { streams }: Machine): void {
  command
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .addHelpText('after', AFTER)
    .action(async (shell: Shell) => {
      // Imported lazily: no other command needs it.
      const { completedCommand } = await import('./commands.ts');
      streams.stdout.write(await scriptFor(shell, completedCommand(command.parent ?? command)));
    });
}

async function scriptFor(shell: Shell, program: CompletedCommand): Promise<string> {
  switch (shell) {
    case 'bash':
      return (await import('./bash.ts')).bashScript(program);
    case 'zsh':
      return (await import('./zsh.ts')).zshScript(program);
    case 'fish':
      return (await import('./fish.ts')).fishScript(program);
  }
}
