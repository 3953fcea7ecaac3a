import { loadExecInputs, type Machine } from '../../config/load/exec.ts';
import { notStarted } from '../../messages/ephemeral/exec-result.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { CommandContext, EndingSignal } from '../context.ts';
import { usableInputs } from '../usable-inputs.ts';
import { KeyLease } from './key-lease.ts';

/** How a command ended, or that it never began. */
export type Ended =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals }
  /** `code`: the system's, like `ENOENT`. */
  | { readonly kind: 'not-started'; readonly found: boolean; readonly code: string };

/** The user's command while it runs. */
export interface Child {
  /** Never rejects. */
  readonly ended: Promise<Ended>;
  /** Passes a signal on, unless the command has had it already. */
  signal(signal: EndingSignal): void;
}

interface Command {
  /** For people. */
  readonly name: string;
  /** Starts it at once. @param variable in which it finds the key */
  readonly start: (variable: string, key: Secret) => Child;
}

/**
 * Makes a key, runs a command with it, and revokes it when the command has ended.
 * @returns how the command ended; undefined: there was no key for it, which has been told
 */
export async function execCommand(
  command: Command,
  machine: Machine,
  context: CommandContext,
): Promise<Ended | undefined> {
  const { env, secrets, unfinished, fail } = context;
  const inputs = await usableInputs(loadExecInputs(env, secrets, machine), context);
  if (inputs === undefined) return undefined;

  const lent = new KeyLease(inputs, context);
  const key = await lent.make();
  if (key === undefined) return undefined;

  // From the start of the command on, in the same step: no signal is for us alone any more.
  const child = command.start(inputs.envName, key);
  unfinished.takesSignal = (signal) => {
    child.signal(signal);
    return true;
  };
  const ended = await child.ended;
  unfinished.takesSignal = onceMore(context);
  await lent.giveBack();
  if (ended.kind === 'not-started') {
    const name = secrets.quote(command.name, 100);
    fail(notStarted(name, ended.found, ended.code, lent.state()));
  }
  return ended;
}

/** Whoever wants the end while the key is being revoked has to ask twice: the first may have been for the command. */
function onceMore({ sink }: Pick<CommandContext, 'sink'>): (signal: EndingSignal) => boolean {
  let asked = false;
  return (signal) => {
    if (asked) return false;
    asked = true;
    sink.line(`${signal}: the key is being revoked first; once more ends this without waiting for it`);
    return true;
  };
}
