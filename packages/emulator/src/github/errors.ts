import { Refusal, type Reply } from '../message.ts';

const DOCS = 'https://docs.github.com/rest';

/** An error as GitHub puts it. */
export function problem(
  status: number,
  message: string,
  more: { readonly headers?: Readonly<Record<string, string>>; readonly unexpected?: string } = {},
): Reply {
  return { status, json: { message, documentation_url: DOCS, status: String(status) }, ...more };
}

export function notFound(unexpected?: string): Refusal {
  return new Refusal(problem(404, 'Not Found', unexpected === undefined ? {} : { unexpected }));
}

/** What cannot be read as a request of this kind at all: 422, and nothing that a well-made client sends. */
export function malformed(message: string): Refusal {
  return new Refusal(problem(422, message, { unexpected: message.replaceAll('\n', ' ') }));
}

export function missingField(name: string): Refusal {
  return malformed(`Invalid request.\n\n"${name}" wasn't supplied.`);
}

export function badEncryption(unexpected?: string): Refusal {
  const message = 'Bad request - validation failed due to an improperly encrypted secret';
  return new Refusal(problem(422, message, unexpected === undefined ? {} : { unexpected }));
}

/** @param seconds until there is room */
export function secondaryLimit(seconds: number): Reply {
  const message =
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID.';
  return {
    status: 403,
    headers: { 'retry-after': String(seconds) },
    json: {
      message,
      documentation_url: `${DOCS}/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits`,
    },
  };
}

export function primaryLimit(user: number): Reply {
  return {
    status: 403,
    json: {
      message: `API rate limit exceeded for user ID ${user}.`,
      documentation_url: `${DOCS}/using-the-rest-api/rate-limits-for-the-rest-api`,
      status: '403',
    },
  };
}

const WORDS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Bad credentials',
  403: 'Resource not accessible by personal access token',
  404: 'Not Found',
  409: 'Conflict',
  422: 'Validation Failed',
  500: 'Server Error',
  503: 'Service unavailable',
};

/** The shape that GitHub gives to a status of which nothing more is known. */
export function plainProblem(status: number): Reply {
  return problem(status, WORDS[status] ?? `Error ${status}`);
}
