import type { Instant } from '../clock.ts';
import type { Reply } from '../message.ts';
import { timestamp } from './timestamps.ts';

/** One finding of a 422. */
export interface Finding {
  readonly loc: readonly string[];
  readonly msg: string;
  readonly type: string;
}

/** What an error of the server's own says of the request that it is about. */
export interface ErrorContext {
  readonly requestId: string;
  /** By the server's clock. */
  readonly at: Instant;
}

export function detail(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, json: { detail: text }, headers };
}

/** Who calls is not known. A refused login or exchange comes without the header. */
export function unauthorized(text: string): Reply {
  return detail(401, text, { 'www-authenticate': 'Bearer' });
}

/** What is sent for a key or a token that is missing or that `X-API-Key` does not let in. */
export const MISSING = 'Missing authorization header';

export function invalid(findings: readonly Finding[], { requestId, at }: ErrorContext): Reply {
  return {
    status: 422,
    json: {
      status: 'error',
      error_code: 'VALIDATION_ERROR',
      message: 'Request validation failed',
      details: findings,
      request_id: requestId,
      timestamp: timestamp(at * 1_000, 'utc'),
    },
  };
}

export function internal({ requestId, at }: ErrorContext): Reply {
  return {
    status: 500,
    json: {
      status: 'error',
      error_code: 'INTERNAL_ERROR',
      message: 'An internal error occurred',
      details: null,
      request_id: requestId,
      timestamp: timestamp(at * 1_000, 'utc'),
    },
  };
}

/** @param retryAfter seconds */
export function tooMany(retryAfter: number, at: Instant): Reply {
  return {
    status: 429,
    headers: { 'retry-after': String(retryAfter) },
    json: {
      status: 'error',
      error_code: 'RATE_LIMIT_EXCEEDED',
      message: 'Too many requests. Please try again later.',
      details: null,
      request_id: null,
      timestamp: timestamp(at * 1_000, 'utc'),
      retry_after: retryAfter,
    },
  };
}

/** The shape that the API gives to a status of which nothing more is known. */
export function plainError(status: number, context: ErrorContext): Reply {
  switch (status) {
    case 401:
      return unauthorized('Invalid or expired token');
    case 402:
      return detail(402, 'This feature requires the PRO plan or higher', { 'upgrade-url': '/pricing' });
    case 403:
      return detail(403, 'Forbidden');
    case 404:
      return detail(404, 'API key not found');
    case 409:
      return detail(409, quotaText('FREE', 2));
    case 422:
      return invalid([{ loc: ['body'], msg: 'Invalid request', type: 'value_error' }], context);
    case 429:
      return tooMany(60, context.at);
    case 500:
      return internal(context);
  }
  return detail(status, `Error ${status}`);
}

export function quotaText(plan: string, quota: number): string {
  return `Active API key limit reached for your plan (${plan}): ${quota} keys`;
}
