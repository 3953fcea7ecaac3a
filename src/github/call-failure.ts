import type { CallFailure, FailureKind, TokenNeeds } from '../core/call.ts';
import type { HttpReply } from '../http/result.ts';
import type { SecretRegistry } from '../secrets/registry.ts';
import { fieldsOf, jsonOf } from './json.ts';
import type { Permission } from './targets/permissions.ts';
import { type Reach, tokenHint } from './token-hint.ts';

/** What a failure needs to say about the call that failed. */
export interface CallContext {
  /** `PUT /repos/acme/web/actions/secrets/MUTX_API_KEY` */
  readonly call: string;
  /** The target, as the user wrote it. */
  readonly target: string;
  readonly reach: Reach;
  /** What the token needs for this call. */
  readonly permission: Permission;
  readonly secrets: SecretRegistry;
}

/** The part of a failure that does not come from its call. */
export type Cause = Pick<CallFailure, 'kind' | 'code' | 'message' | 'retryable'> &
  Partial<Pick<CallFailure, 'hint' | 'needs' | 'retryAfter'>>;

/** What the call was answered. */
interface Seen {
  readonly status: number;
  readonly headers?: HttpReply['headers'];
}

/** @param seen undefined: the call was not answered, or never made */
export function failure(context: CallContext, seen: Seen | undefined, cause: Cause): CallFailure {
  const requestId = seen?.headers?.get('x-github-request-id');
  return {
    service: 'github',
    call: context.call,
    target: context.target,
    status: seen?.status,
    ...cause,
    ...(requestId === undefined ? {} : { requestId: context.secrets.quote(requestId, 64) }),
  };
}

/** The service itself said no, or what it said makes the request pointless: nothing was changed. */
export function refused(code: string, message: string, hint?: string): Cause {
  return { kind: 'refused', code, message, retryable: false, ...(hint === undefined ? {} : { hint }) };
}

/** Refused for what the token may not do. */
export function lacking(code: string, message: string, needs: TokenNeeds): Cause {
  return { ...refused(code, message, tokenHint([needs])), needs };
}

export function unclear(code: string, message: string, retryable: boolean): Cause {
  return { kind: 'unclear', code, message, retryable };
}

export function archivedCause(target: string): Cause {
  return refused(
    'github-archived',
    `the repository of ${target} is archived, and so read-only`,
    'Unarchive it, or take it out of the targets.',
  );
}

/** GitHub's own words in an error reply: `{message}`; undefined if this is not one. */
export function messageOf(reply: HttpReply): string | undefined {
  const { message } = fieldsOf(jsonOf(reply.body));
  return typeof message === 'string' ? message : undefined;
}

/**
 * The failure of a call that had to come before a write, as the write's own: nothing of the write has left
 * this process, whatever became of that call.
 */
export function beforeWrite(cause: CallFailure): CallFailure {
  const kind: FailureKind = cause.kind === 'refused' ? 'refused' : 'not-sent';
  return { ...cause, kind };
}
