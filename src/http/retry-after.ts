import type { Duration, Instant } from '../core/time.ts';
import type { HttpReply } from './result.ts';

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

/** Longer than any run; what a server asks for beyond it is as good as never. */
const LONGEST_SECONDS = 7 * 86_400;

/**
 * How long a server asks to wait: `Retry-After` in seconds or as an HTTP date (RFC 9110, section 10.2.3), which is
 * compared with the same reply's `Date` and so needs no clock of ours.
 * @param inBody seconds, where the body says it too and the header does not
 */
export function retryAfterOf(reply: HttpReply, inBody?: number): Duration | undefined {
  const header = reply.headers.get('retry-after');
  return (
    seconds(/^\d{1,9}$/.test(header ?? '') ? Number(header) : undefined) ??
    until(header, reply) ??
    seconds(inBody)
  );
}

function until(header: string | undefined, { date }: HttpReply): Duration | undefined {
  const at = parseHttpDate(header);
  return at === undefined || date === undefined ? undefined : seconds((at - date) / 1_000);
}

function seconds(value: number | undefined): Duration | undefined {
  return value === undefined || Number.isNaN(value)
    ? undefined
    : Math.round(Math.min(Math.max(value, 0), LONGEST_SECONDS) * 1_000);
}
