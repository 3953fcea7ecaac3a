import type { Instant } from '../rotation/ports.ts';

const ISO_8601 =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/;

const MINUTE = 60_000;

/**
 * A timestamp as MUTX writes them: ISO 8601, usually with microseconds, often without a zone, and then it is
 * UTC (mutx-api, "A key record"); `new Date()` would take that for local time. What is finer than a millisecond
 * is cut off.
 * @returns undefined for anything else, days and hours that do not exist included
 */
export function parseTimestamp(text: string): Instant | undefined {
  const parts = ISO_8601.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const ms = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const instant = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  // Date.UTC carries over (the 30th of February becomes March) and takes years below 100 for the 1900s.
  const canonical = `${text.slice(0, 19)}.${String(ms).padStart(3, '0')}Z`;
  if (new Date(instant).toISOString() !== canonical) return undefined;
  return instant - offsetOf(parts[8] ?? 'Z');
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone.startsWith('-') ? -minutes : minutes) * MINUTE;
}
