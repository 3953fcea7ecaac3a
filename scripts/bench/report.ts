/** What must hold, and whether it does. */
export interface Bound {
  readonly what: string;
  readonly holds: boolean;
}

type Cell = string | number;

/** One part of the measurements, as it is printed and written. */
export interface Section {
  readonly name: string;
  /** How it was measured, one line. */
  readonly how: string;
  /** Each row the same columns, in the same order. */
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  readonly bounds: readonly Bound[];
}

/** As Markdown, for a person and for docs/performance.md alike. */
export function textOf({ name, how, rows, bounds }: Section): string {
  const [first = {}] = rows;
  const names = Object.keys(first);
  const lines = [names, names.map(() => '---'), ...rows.map((row) => Object.values(row).map(String))];
  const widths = names.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const table = lines.map(
    (line) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`,
  );
  const held = bounds.map(({ what, holds }) => `- ${holds ? '✓' : '✗'} ${what}`);
  return [`## ${name}`, '', how, '', ...table, ...(held.length > 0 ? ['', ...held] : []), ''].join('\n');
}

/** `12.3`: as many digits as such a measurement bears. */
export function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
