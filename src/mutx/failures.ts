import type { CallFailure } from '../core/call.ts';
import { type HttpNotSent, type HttpReply, type HttpResult, isServerError } from '../http/result.ts';
import { retryAfterOf } from '../http/retry-after.ts';
import type { SecretRegistry } from '../secrets/registry.ts';
import { type OwnError, ownError } from './own-error.ts';

/** What a failure needs to say about the call that failed. */
interface CallContext {
  /** `POST /v1/api-keys` */
  readonly call: string;
  readonly secrets: SecretRegistry;
}

type Cause = Pick<CallFailure, 'kind' | 'code' | 'message' | 'retryable'> &
  Partial<Pick<CallFailure, 'hint' | 'retryAfter' | 'requestId' | 'errorCode'>>;

/**
 * Why a call to MUTX did not give what was asked for. `refused` only where the reply is MUTX's own error: what
 * a proxy's page or a broken reply says proves nothing about what was done.
 */
export function failureOf(result: HttpResult, context: CallContext): CallFailure {
  switch (result.kind) {
    case 'not-sent':
      return failure(context, undefined, notSent(result));
    case 'lost':
      return failure(context, undefined, lost(result));
    case 'reply':
      return failure(context, result, causeOf(result, context.secrets));
  }
}

/** A reply with the right status whose content cannot be used. @param problem of {@link Decoded} */
export function badReply(reply: HttpReply, problem: string, context: CallContext): CallFailure {
  return failure(context, reply, unclear('mutx-bad-reply', problem, false));
}

function failure(context: CallContext, reply: HttpReply | undefined, cause: Cause): CallFailure {
  const requestId = reply?.headers.get('x-request-id') ?? cause.requestId;
  return {
    service: 'mutx',
    call: context.call,
    status: reply?.status,
    ...cause,
    ...(requestId === undefined ? {} : { requestId: context.secrets.quote(requestId, 64) }),
  };
}

function unclear(code: string, message: string, retryable: boolean): Cause {
  return { kind: 'unclear', code, message, retryable };
}

function notSent({ code, message, retryable }: HttpNotSent): Cause {
  return { kind: 'not-sent', code: NOT_SENT[code], message, retryable };
}

const NOT_SENT: Readonly<Record<HttpNotSent['code'], string>> = {
  'not-started': 'deadline',
  'unknown-host': 'mutx-unknown-host',
  unreachable: 'mutx-unreachable',
  tls: 'mutx-tls-refused',
  'proxy-setting': 'mutx-proxy-setting',
  'proxy-unreachable': 'mutx-proxy-unreachable',
  'proxy-refused': 'mutx-proxy-refused',
  timeout: 'mutx-unreachable',
};

function lost({ code, message }: Extract<HttpResult, { kind: 'lost' }>): Cause {
  switch (code) {
    case 'timeout':
      return unclear('mutx-timeout', message, true);
    case 'reset':
    case 'cut-off':
      return unclear('mutx-lost-reply', message, true);
    case 'bad-http':
    case 'too-large':
    case 'compressed':
      return unclear('mutx-bad-reply', message, false);
  }
}

function causeOf(reply: HttpReply, secrets: SecretRegistry): Cause {
  const own = ownError(reply);
  if (own === undefined) return notOwn(reply, secrets);
  const { requestId, errorCode } = own;
  return {
    ...ownCause(reply, own, secrets),
    ...(requestId === undefined ? {} : { requestId }),
    ...(errorCode === undefined ? {} : { errorCode }),
  };
}

function ownCause(reply: HttpReply, own: OwnError, secrets: SecretRegistry): Cause {
  const { status } = reply;
  const message = secrets.quote(own.message);
  if (status === 429) return throttled(message, reply, own);
  if (isServerError(status)) return serverError('mutx-server-error', message, reply, own);
  if (status >= 400 && status < 500) {
    return {
      kind: 'refused',
      code: refusalCode(status),
      message,
      retryable: false,
      ...hintOf(reply, secrets),
      // No place in the plan: when it is worth asking again.
      ...(status === 409 ? waitOf(reply, own) : {}),
    };
  }
  return notOwn(reply, secrets);
}

/** Not an error of MUTX's own making. */
function notOwn(reply: HttpReply, secrets: SecretRegistry): Cause {
  const { status, body } = reply;
  // Whoever limits the rate has not passed the request on.
  if (status === 429) return throttled('too many requests', reply, undefined);
  if (status >= 300 && status < 400) {
    return unclear('mutx-redirect', `a redirect${whereTo(reply, secrets)}, which is not followed`, false);
  }
  if (body.kind === 'other' && /json/i.test(reply.headers.get('content-type') ?? '')) {
    return unclear('mutx-bad-reply', 'the JSON of the reply is broken', true);
  }
  if (body.kind === 'other') {
    const message = 'a page that is not of the MUTX API';
    return isServerError(status)
      ? serverError('mutx-proxy-page', message, reply, undefined)
      : unclear('mutx-proxy-page', message, false);
  }
  if (isServerError(status))
    return serverError('mutx-server-error', 'an error without words', reply, undefined);
  return unclear('mutx-bad-reply', 'the reply is not what the MUTX API gives', false);
}

function throttled(message: string, reply: HttpReply, own: OwnError | undefined): Cause {
  return { kind: 'throttled', code: 'mutx-rate-limited', message, retryable: true, ...waitOf(reply, own) };
}

function serverError(code: string, message: string, reply: HttpReply, own: OwnError | undefined): Cause {
  return { ...unclear(code, message, true), ...waitOf(reply, own) };
}

function waitOf(reply: HttpReply, own: OwnError | undefined): Pick<Cause, 'retryAfter'> {
  const retryAfter = retryAfterOf(reply, own?.retryAfter);
  return retryAfter === undefined ? {} : { retryAfter };
}

function refusalCode(status: number): string {
  switch (status) {
    case 401:
      return 'mutx-unauthorized';
    case 402:
      return 'mutx-payment-required';
    case 403:
      return 'mutx-forbidden';
    case 404:
      return 'mutx-not-found';
    case 409:
      return 'mutx-conflict';
    case 400:
    case 422:
      return 'mutx-validation';
    default:
      return 'mutx-refused';
  }
}

/** 402 may say where to pay (mutx-api, "Errors"). */
function hintOf(reply: HttpReply, secrets: SecretRegistry): Pick<Cause, 'hint'> {
  const upgrade = reply.status === 402 ? reply.headers.get('upgrade-url') : undefined;
  return upgrade === undefined ? {} : { hint: `see the plans at ${secrets.quote(upgrade)}` };
}

/** Origin and path: the rest of a Location may hold anything. */
function whereTo(reply: HttpReply, secrets: SecretRegistry): string {
  const location = reply.headers.get('location');
  if (location === undefined || !URL.canParse(location)) return '';
  const { origin, pathname } = new URL(location);
  return ` to ${secrets.quote(origin + pathname)}`;
}
