import type { Instant } from '../core/time.ts';
import type { KeyRecord } from '../rotation/ports.ts';
import { instantText } from './words.ts';

const HEAD = ['ID', 'CREATED', 'EXPIRES', 'LAST USED', 'NAME'];

/** Days are enough for people, and leave room for the name in 100 columns; `--json` has the whole times. */
function dayText(instant: Instant): string {
  return instantText(instant).slice(0, 10);
}

/** Keys as a table of plain text, a line each; names are printable already, and last, since they may be long. */
export function keyLines(keys: readonly KeyRecord[]): readonly string[] {
  if (keys.length === 0) return ['no keys'];
  const rows = [HEAD, ...keys.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cells({ id, name, createdAt, expiresAt, lastUsed, isActive }: KeyRecord): string[] {
  return [
    id,
    dayText(createdAt),
    isActive ? (expiresAt === undefined ? 'never' : dayText(expiresAt)) : 'revoked',
    lastUsed === undefined ? 'never' : dayText(lastUsed),
    name,
  ];
}
