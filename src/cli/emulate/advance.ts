import { execFileSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Emulator } from '../../../packages/emulator/src/index.ts';
import { parseDuration } from '../../config/kinds.ts';
import type { Streams } from '../machine.ts';

/**
 * Moves the clocks of both services when a line `advance 31d` is typed, and when SIGUSR2 comes.
 * @param bySignal the duration that the signal stands for, as it was given
 * @returns stops listening
 */
export function listenForAdvance(
  { mutx, github }: Emulator,
  { stdin, stdout }: Streams,
  bySignal: string,
): () => void {
  const advance = (duration: string): void => {
    const ms = parseDuration(duration);
    if (ms === undefined) {
      stdout.write(`"${duration}" is not a duration; nothing was moved. Type it as \`advance 31d\`.\n`);
      return;
    }
    mutx.clock.advance(ms);
    github.clock.advance(ms);
    stdout.write(`advanced ${duration}: it is now ${new Date(mutx.clock.now()).toISOString()} there\n`);
  };
  const onSignal = (): void => advance(bySignal);
  process.on('SIGUSR2', onSignal);
  const signal = `\`kill -USR2 ${process.pid}\` moves the clocks by ${bySignal}.`;
  if (stdin.isTTY === true && !isInForeground()) {
    stdout.write(`${signal}\n`);
    return () => process.off('SIGUSR2', onSignal);
  }
  stdout.write(`Typed here, \`advance 31d\` moves the clocks by 31 days; ${signal}\n`);
  const lines = createInterface({ input: stdin, terminal: false });
  lines.on('line', (line) => {
    const words = line.trim().split(/\s+/u);
    if (words[0] === 'advance') advance(words.slice(1).join(' '));
    else if (line.trim() !== '') stdout.write('The only command is `advance`, as in `advance 31d`.\n');
  });
  return () => {
    process.off('SIGUSR2', onSignal);
    lines.close();
    stdin.destroy();
  };
}

/** Whether this process may read from its terminal: one in the background that tries is stopped (SIGTTIN). */
function isInForeground(): boolean {
  try {
    const args = ['-o', 'pgid=,tpgid=', '-p', String(process.pid)];
    const [group, foreground] = execFileSync('ps', args, { encoding: 'utf8' }).trim().split(/\s+/u);
    return group !== undefined && group === foreground;
  } catch {
    return false;
  }
}
