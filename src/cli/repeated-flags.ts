import type { Command } from 'commander';
import { INPUT_NAMES, isList } from '../config/table.ts';

const LISTS: ReadonlySet<string> = new Set(INPUT_NAMES.filter(isList));

/**
 * Refuses a flag that is given twice and takes one value. The parser would keep the last one silently: a rotation
 * whose second `--key-name` won would revoke the keys of a name that nobody meant.
 */
export function refuseRepeatedFlags(program: Command): void {
  for (const command of commandsIn(program)) {
    const counts = new Map<string, number>();
    for (const option of command.options) {
      if (option.variadic) continue;
      const flag = option.long ?? option.flags;
      command.on(`option:${option.name()}`, () => counts.set(flag, (counts.get(flag) ?? 0) + 1));
    }
    command.hook('preAction', () => {
      const repeated = [...counts].filter(([flag, times]) => times > 1 && !LISTS.has(flag.slice(2)));
      if (repeated.length > 0) command.error(`error: ${repeated.map(complaint).join('\n       ')}`);
    });
  }
}

function complaint([flag, times]: readonly [string, number]): string {
  const lists = [...LISTS].map((name) => `--${name}`).join(', ');
  return `${flag} is given ${times === 2 ? 'twice' : `${times} times`} and takes one value. Keep one of them; only ${lists} can be repeated`;
}

function commandsIn(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(commandsIn)];
}
