import type { HttpReply } from '../http/result.ts';
import type { Duration } from '../rotation/ports.ts';

/** What GitHub asks for when it names no time: "wait for at least one minute before retrying". */
const UNNAMED_WAIT: Duration = 60_000;

const SECONDS = /^\d{1,12}$/;

/**
 * Whether a reply is about a rate limit, primary or secondary, and for how long GitHub asks to wait.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function rateLimitWait(reply: HttpReply, message: string): Duration | undefined {
  if (reply.status !== 403 && reply.status !== 429) return undefined;
  const spent = reply.headers.get('x-ratelimit-remaining') === '0';
  const asked = secondsIn(reply.headers.get('retry-after'));
  const limited =
    reply.status === 429 || asked !== undefined || spent || /secondary rate limit|abuse/i.test(message);
  if (!limited) return undefined;
  const reset = spent ? untilReset(reply) : undefined;
  if (asked === undefined && reset === undefined) return UNNAMED_WAIT;
  return Math.max(asked ?? 0, reset ?? 0);
}

/** Relative to the reply's own `Date`: our clock may be wrong. */
function untilReset(reply: HttpReply): Duration | undefined {
  const reset = secondsIn(reply.headers.get('x-ratelimit-reset'));
  if (reset === undefined || reply.date === undefined) return undefined;
  return Math.max(0, reset - reply.date);
}

function secondsIn(text: string | undefined): number | undefined {
  return text !== undefined && SECONDS.test(text) ? Number(text) * 1_000 : undefined;
}
