import type { Duration } from '../core/time.ts';
import type { HttpReply } from '../http/result.ts';
import { retryAfterOf } from '../http/retry-after.ts';
import { messageOf } from './call-failure.ts';

/** What GitHub asks for when it names no time: "wait for at least one minute before retrying". */
const UNNAMED_WAIT: Duration = 60_000;

const SECONDS = /^\d{1,12}$/;

/** What GitHub, or a gateway in front of it, says about a limit; a permission is never spoken of like this. */
const LIMIT =
  /\brate.?limit|\babuse detection|\btoo many requests\b|\bsubmitted too quickly\b|\blogin attempts\b/i;

/**
 * Whether a reply is about a rate limit, primary or secondary, and for how long it asks to wait. The status goes
 * first: a 429 is a limit whatever its body, a 403 may be one without any counter, and content that comes too
 * quickly is answered 422.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function rateLimitWait(reply: HttpReply): Duration | undefined {
  const asked = retryAfterOf(reply);
  const spent = reply.headers.get('x-ratelimit-remaining') === '0';
  if (!isLimit(reply, asked !== undefined || spent)) return undefined;
  const reset = spent ? untilReset(reply) : undefined;
  if (asked === undefined && reset === undefined) return UNNAMED_WAIT;
  return Math.max(asked ?? 0, reset ?? 0);
}

/** @param says its headers name a time, or that nothing is left */
function isLimit(reply: HttpReply, says: boolean): boolean {
  switch (reply.status) {
    case 429:
      return true;
    case 403:
      return says || reply.headers.has('retry-after') || LIMIT.test(wordsOf(reply));
    case 422:
      return LIMIT.test(wordsOf(reply));
    default:
      return false;
  }
}

function wordsOf(reply: HttpReply): string {
  return reply.body.kind === 'other' ? reply.body.text : (messageOf(reply) ?? '');
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
