import type { Reply } from '../message.ts';

/** One finding of a 422. */
export interface Finding {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

export function detail(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, json: { detail: text }, headers };
}

export function unauthorized(text: string): Reply {
  return detail(401, text, { 'www-authenticate': 'Bearer' });
}

export function invalid(findings: readonly Finding[], requestId: string, unexpected?: string): Reply {
  return {
    status: 422,
    json: {
      status: 'error',
      error_code: 'VALIDATION_ERROR',
      message: 'Request validation failed',
      details: findings,
      request_id: requestId,
    },
    ...(unexpected === undefined ? {} : { unexpected }),
  };
}

function internal(requestId: string): Reply {
  return {
    status: 500,
    json: {
      status: 'error',
      error_code: 'INTERNAL_ERROR',
      message: 'An unexpected error occurred',
      request_id: requestId,
    },
  };
}

/** @param retryAfter seconds */
export function tooMany(retryAfter: number): Reply {
  return {
    status: 429,
    headers: { 'retry-after': String(retryAfter) },
    json: {
      status: 'error',
      error_code: 'RATE_LIMIT_EXCEEDED',
      message: 'Too many requests. Please try again later.',
      retry_after: retryAfter,
    },
  };
}

/** The shape that the API gives to a status of which nothing more is known. */
export function plainError(status: number, requestId: string): Reply {
  switch (status) {
    case 401:
      return unauthorized('Could not validate credentials');
    case 402:
      return detail(402, 'Your plan does not include this', { 'upgrade-url': 'https://mutx.dev/pricing' });
    case 403:
      return detail(403, 'Forbidden');
    case 404:
      return detail(404, 'API key not found');
    case 409:
      return detail(409, 'Active API key limit reached for your plan');
    case 422:
      return invalid([{ loc: ['body'], msg: 'Invalid request', type: 'value_error' }], requestId);
    case 429:
      return tooMany(60);
    case 500:
      return internal(requestId);
  }
  return detail(status, `Error ${status}`);
}
