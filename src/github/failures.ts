import type { CallFailure } from '../core/call.ts';
import type { Duration } from '../core/time.ts';
import { type HttpLost, type HttpNotSent, type HttpReply, isServerError } from '../http/result.ts';
import { retryAfterOf } from '../http/retry-after.ts';
import {
  archivedCause,
  type CallContext,
  type Cause,
  failure,
  lacking,
  messageOf,
  refused,
  unclear,
} from './call-failure.ts';
import type { GithubResult } from './client.ts';
import { rateLimitWait } from './rate-limit.ts';
import { describeMissing, isForAgents } from './targets/permissions.ts';
import { needsOf, newTokenHint } from './token-hint.ts';

/**
 * Why a call to GitHub did not give what was asked for. `refused` only where the reply is GitHub's own error
 * (JSON with a `message`); what a proxy or a broken reply says proves nothing about what was done.
 */
export function failureOf(result: GithubResult, context: CallContext): CallFailure {
  switch (result.kind) {
    case 'not-sent':
      return failure(context, undefined, notSent(result));
    case 'lost':
      return failure(context, undefined, lost(result));
    case 'resting':
      return failure(context, undefined, resting(result.wait));
    case 'reply':
      return failure(context, result, causeOf(result, context));
  }
}

/** A reply with the right status whose content is not what the API gives. */
export function badReply(reply: HttpReply, context: CallContext): CallFailure {
  return failure(context, reply, unclear('github-bad-reply', 'its content is not what the API gives', false));
}

function notSent({ code, message, retryable }: HttpNotSent): Cause {
  const said = code === 'not-started' ? 'the time for writing was over, so nothing was sent' : message;
  return { kind: 'not-sent', code: NOT_SENT[code], message: said, retryable };
}

/** Not GitHub's answer to this request, but what it asked for before; throttled all the same, so that it is waited for. */
function resting(wait: Duration): Cause {
  const seconds = Math.ceil(wait / 1_000);
  const message = `no request was sent: GitHub has asked for a rest, of which ${seconds} s are left`;
  return { kind: 'throttled', code: 'github-rate-limited', message, retryAfter: wait, retryable: true };
}

const NOT_SENT: Readonly<Record<HttpNotSent['code'], string>> = {
  'not-started': 'github-write-deadline',
  'unknown-host': 'github-unknown-host',
  unreachable: 'github-unreachable',
  tls: 'github-tls-refused',
  'proxy-setting': 'github-proxy-setting',
  'proxy-unreachable': 'github-proxy-unreachable',
  'proxy-refused': 'github-proxy-refused',
  timeout: 'github-unreachable',
};

function lost({ code, message }: HttpLost): Cause {
  switch (code) {
    case 'timeout':
      return unclear('github-timeout', message, true);
    case 'reset':
      return unclear('github-lost-reply', message, true);
    case 'cut-off':
    case 'bad-http':
      return unclear('github-bad-reply', message, true);
    case 'too-large':
    case 'compressed':
      return unclear('github-bad-reply', message, false);
  }
}

function causeOf(reply: HttpReply, context: CallContext): Cause {
  const { status } = reply;
  const message = messageOf(reply);
  const wait = rateLimitWait(reply);
  if (wait !== undefined) {
    return {
      kind: 'throttled',
      code: 'github-rate-limited',
      message: message === undefined ? 'too many requests' : context.secrets.quote(message),
      retryAfter: wait,
      retryable: true,
    };
  }
  if (isServerError(status)) {
    const said = message === undefined ? 'an error of its own' : context.secrets.quote(message);
    const asked = retryAfterOf(reply);
    const retryAfter = asked === undefined ? {} : { retryAfter: asked };
    return { ...unclear('github-server-error', said, true), ...retryAfter };
  }
  if (message === undefined) return notGitHub(reply);
  if (isRedirect(status)) return refused('github-redirect', 'a redirect, which is not followed');
  if (status < 300) return unclear('github-bad-reply', 'a success of another kind than the API gives', false);
  return refusal(reply, message, context);
}

/** Not JSON, or not GitHub's: someone between GitHub and us, so what became of the request is not known. */
function notGitHub({ status, body }: HttpReply): Cause {
  if (isRedirect(status)) {
    return unclear('github-redirect', "a redirect that is not GitHub's, and is not followed", false);
  }
  if (body.kind === 'other') {
    return unclear('github-proxy-page', "a page that is not GitHub's", status < 300);
  }
  return unclear('github-bad-reply', 'without the content that GitHub sends', false);
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

function refusal(reply: HttpReply, message: string, context: CallContext): Cause {
  const said = context.secrets.quote(message);
  switch (reply.status) {
    case 400:
      return badRequest(message, context);
    case 401:
      return refused('github-bad-credentials', said, newTokenHint(context));
    case 403:
      return forbidden(reply, message, context);
    case 404:
      return refused(
        'github-not-found',
        `${context.target} does not exist, or the github-token cannot see it`,
      );
    case 422:
      return refused('github-validation', said);
    default:
      return refused('github-refused', said);
  }
}

/** A server that does not take the version of the API that agents' secrets came with. */
function badRequest(message: string, { permission, secrets }: CallContext): Cause {
  const said = secrets.quote(message);
  if (!isForAgents(permission) || !/\bversion\b/i.test(message)) return refused('github-refused', said);
  return refused('github-agents-unknown', `this server has no secrets for agents: ${said}`);
}

function forbidden(reply: HttpReply, message: string, context: CallContext): Cause {
  const { permission, reach, secrets } = context;
  if (reply.headers.has('x-github-sso')) {
    return refused(
      'github-saml',
      `the github-token is not authorised for the single sign-on of ${reach.owner}`,
      `Authorise it for ${reach.owner}: Settings, Developer settings, Personal access tokens, Configure SSO.`,
    );
  }
  if (/\barchived\b/i.test(message)) return archivedCause(context.target);
  const missing = describeMissing(reply.headers.get('x-accepted-github-permissions'), permission);
  const needs = needsOf(missing, permission, reach);
  if (/not accessible by integration/i.test(message)) {
    return lacking(
      'github-token-cannot-write',
      'the github-token is GITHUB_TOKEN, which can never write secrets whatever `permissions:` says, ' +
        `or the token of a GitHub App without ${missing}`,
      needs,
    );
  }
  if (/not accessible by personal access token|must have admin rights/i.test(message)) {
    return lacking('github-missing-permission', `the github-token lacks ${missing}`, needs);
  }
  return refused(
    'github-forbidden',
    secrets.quote(message),
    `The call needs ${missing}; a policy or an IP allow list of ${reach.owner} can forbid it too.`,
  );
}
