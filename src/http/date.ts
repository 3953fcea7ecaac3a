import type { Instant } from '../rotation/ports.ts';

/**
 * An HTTP date in the one form that servers may send (IMF-fixdate, RFC 9110, section 5.6.7), always GMT:
 * `Sun, 06 Nov 1994 08:49:37 GMT`. `toUTCString` writes just that form, so what does not come back unchanged
 * was another form, or no such day.
 */
export function parseHttpDate(text: string | undefined): Instant | undefined {
  if (text === undefined) return undefined;
  const instant = Date.parse(text);
  return Number.isFinite(instant) && new Date(instant).toUTCString() === text ? instant : undefined;
}
