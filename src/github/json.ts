import type { HttpBody } from '../http/result.ts';

/** Narrowing of replies, which can be anything. */

/** What a body says in JSON; undefined if it says nothing in JSON. */
export function jsonOf(body: HttpBody): unknown {
  return body.kind === 'json' ? body.value : undefined;
}

/** The fields of a JSON object; none if it is something else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** How long a list is. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** An id of GitHub's, which are integers. */
export function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
