import type { LedgerEntry } from '../../packages/emulator/src/index.ts';
import type { StepResult } from '../../scripts/runner.ts';
import type { World } from './world.ts';

/** The same text for the same run: ids, times, ports and secrets under names of their own. */
export function normal(text: string, world: World): string {
  const { mutx, github } = world.emulator;
  const names: [string, string][] = mutx.keys.map((key, index) => [key.id, `<key ${index + 1}>`]);
  names.push([mutx.url, '<mutx>'], [github.url, '<github>']);
  let normalised = text;
  for (const [value, name] of names) normalised = normalised.replaceAll(value, name);
  return normalised
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/gu, '<time>')
    .replace(/\((?:\d+ ms|\d+\.\d s)\)/gu, '(<duration>)')
    .replace(/in (?:\d+ ms|\d+\.\d s)$/gmu, 'in <duration>')
    .replace(/request id: .*/gu, 'request id: <request id>');
}

/** What the process wrote, mask commands with a name of what they mask. */
export function stdoutOf(run: StepResult, world: World): string {
  const lines = run.rawStdout.split('\n');
  const shown = lines.map((line) => (line.startsWith('::add-mask::') ? '::add-mask::<credential>' : line));
  const merged = shown.filter(
    (line, index) => line !== '::add-mask::<credential>' || line !== shown[index - 1],
  );
  return normal(sideBySide(merged, (line) => line.startsWith('✓ ')).join('\n'), world);
}

/** What reached the servers, in order. Reads that go out side by side are sorted: their order is chance. */
export function ledgerOf(world: World): readonly string[] {
  const lines = world.emulator.ledger.entries.map((entry) => lineOf(entry, world));
  return sideBySide(lines, (line) => / GET /u.test(line));
}

function lineOf({ server, method, path, query, status, effect }: LedgerEntry, world: World): string {
  const asked = query === '' ? path : `${path}?${query}`;
  const done = effect === undefined ? '' : `: ${effect}`;
  return normal(`${server} ${method} ${asked} → ${status ?? 'no reply'}${done}`, world);
}

/** Sorts each run of neighbours that belong together. */
function sideBySide(lines: readonly string[], belongs: (line: string) => boolean): readonly string[] {
  const sorted: string[] = [];
  let together: string[] = [];
  for (const line of lines) {
    if (belongs(line)) together.push(line);
    else {
      sorted.push(...together.sort(), line);
      together = [];
    }
  }
  return [...sorted, ...together.sort()];
}
