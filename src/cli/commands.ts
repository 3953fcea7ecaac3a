import type { Complete } from './machine.ts';

/** A command as the list of commands shows it. */
export interface Listed {
  readonly name: string;
  /** What the list shows after the name. */
  readonly takes: string;
  readonly description: string;
  /**
   * Late: a run reads the code of its own command, and `--help` and `--version` that of none. With all of them the
   * command line takes four times as long to start, because `doctor` brings a parser of YAML along.
   */
  readonly load: () => Promise<Complete>;
}

/** All commands, in the order of the list. */
export const COMMANDS: readonly Listed[] = [
  {
    name: 'rotate',
    takes: '[options]',
    description: 'make a new key, store it as a secret everywhere, revoke the old one',
    load: async () => (await import('./verb-command.ts')).completeVerb('rotate'),
  },
  {
    name: 'revoke',
    takes: '[options]',
    description: 'revoke keys now, by id or by exact name',
    load: async () => (await import('./verb-command.ts')).completeVerb('revoke'),
  },
  {
    name: 'audit',
    takes: '[options]',
    description: 'report what is wrong with keys and secrets; changes nothing',
    load: async () => (await import('./verb-command.ts')).completeVerb('audit'),
  },
  {
    name: 'plan',
    takes: '[options]',
    description: 'say which keys of a fleet are due; changes nothing',
    load: async () => (await import('./verb-command.ts')).completeVerb('plan'),
  },
  {
    name: 'exec',
    takes: '[options] [command] [args...]',
    description: 'run a command with a key of its own, and revoke it afterwards',
    load: async () => (await import('./exec-command.ts')).completeExec,
  },
  {
    name: 'keys',
    takes: '',
    description: "MUTX's own operations on keys: list, create, rotate, revoke",
    load: async () => (await import('./keys-commands.ts')).completeKeys,
  },
  {
    name: 'init',
    takes: '[options]',
    description: 'set up a repository whose key is rotated on a schedule',
    load: async () => (await import('./init/init-command.ts')).completeInit,
  },
  {
    name: 'doctor',
    takes: '[options]',
    description: 'say whether a rotation would work, and what is wrong if it would not',
    load: async () => (await import('./doctor/doctor-command.ts')).completeDoctor,
  },
  {
    name: 'emulate',
    takes: '[options]',
    description: 'start MUTX and GitHub in memory, to try things out',
    load: async () => (await import('./emulate/emulate-command.ts')).completeEmulate,
  },
  {
    name: 'completion',
    takes: '<shell>',
    description: 'print a completion script for a shell',
    load: async () => (await import('./completion/completion-command.ts')).completeCompletion,
  },
];
