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
