import type { HttpReply } from '../http/result.ts';
import { decoded, Fields } from './fields.ts';

/** What MUTX says in an error of its own. Untrusted text: through `secrets.quote()` before it is shown. */
export interface OwnError {
  readonly message: string;
  /** MUTX's own identifier of the error, where it gives one: `INTERNAL_ERROR`. */
  readonly errorCode: string | undefined;
  readonly requestId: string | undefined;
  /** Seconds. */
  readonly retryAfter: number | undefined;
}

const ERROR_CODE = /^[A-Z][A-Z\d_]{0,63}$/;

/** Findings of a 422 that are told; a handful is all there can be. */
const FINDINGS = 3;

/**
 * Whether a reply is MUTX's own error (mutx-api, "Errors"): `{detail: "…"}`, FastAPI's `{detail: [findings]}`,
 * or `{status: "error", error_code, message, details?}`. Only such a one proves that MUTX itself said no; JSON
 * of another form may come from anything in between.
 */
export function ownError(reply: HttpReply): OwnError | undefined {
  if (reply.body.kind !== 'json') return undefined;
  const { value } = reply.body;
  const error = decoded(() => {
    const fields = new Fields(value, 'the reply');
    const requestId = fields.raw('request_id');
    const retryAfter = fields.raw('retry_after');
    const errorCode = fields.raw('error_code');
    return {
      message: messageOf(fields),
      errorCode: typeof errorCode === 'string' && ERROR_CODE.test(errorCode) ? errorCode : undefined,
      requestId: typeof requestId === 'string' ? requestId : undefined,
      retryAfter: typeof retryAfter === 'number' ? retryAfter : undefined,
    };
  });
  return error.ok ? error.value : undefined;
}

function messageOf(fields: Fields): string {
  if (Array.isArray(fields.raw('detail'))) return findingsOf(fields.list('detail')).join('; ');
  if (fields.has('detail')) return fields.text('detail');
  fields.same('status', 'error');
  fields.text('error_code');
  const details = fields.raw('details');
  return [fields.text('message'), ...findingsOf(Array.isArray(details) ? details : [])].join('; ');
}

/** `body.name: String should have at most 255 characters`; what was sent (`input`) is left out. */
function findingsOf(details: readonly unknown[]): readonly string[] {
  return details.slice(0, FINDINGS).flatMap((detail) => {
    const finding = decoded(() => {
      const fields = new Fields(detail, 'a finding');
      const place = fields.list('loc').filter((part) => typeof part === 'string' || typeof part === 'number');
      return `${place.join('.')}: ${fields.text('msg')}`;
    });
    return finding.ok ? [finding.value] : [];
  });
}
