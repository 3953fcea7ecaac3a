import type { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';

/** Adds to a command what only its own help and its run need: flags, arguments, texts, the action. */
export type Complete = (command: Command, machine: Machine, version: string) => void;

/** The process's own, or what stands in for them. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

/** Whether somebody is there to answer a question: asked on stderr, since stdout may go into a file. */
export function isInteractive({ stdin, stderr }: Streams): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** The process as a command sees it. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  readonly streams: Streams;
  /** Where it was started. */
  readonly folder: string;
}

/** What the exit code of every command says. `exec` passes on that of its command instead, once it has begun. */
export const EXIT_CODES = {
  0: 'done as asked',
  1: 'not done; the last lines say why, and in which state things are',
  2: 'a flag, a variable or an argument cannot be used; nothing was changed',
  126: '`exec`: the command could not be started',
  127: '`exec`: there is no such command',
  129: 'its terminal is gone (SIGHUP)',
  130: 'interrupted (SIGINT), or a question was not answered (Ctrl-C, Ctrl-D)',
  131: 'told to quit (SIGQUIT)',
  143: 'ended by SIGTERM',
} as const satisfies Readonly<Record<number, string>>;

export const FAILED = 1;
export const UNUSABLE = 2;
export const INTERRUPTED = 130;
