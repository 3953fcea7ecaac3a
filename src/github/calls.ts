import type { Reply } from '../core/call.ts';
import type { HttpReply } from '../http/result.ts';
import type { SecretRegistry } from '../secrets/registry.ts';
import { type CallContext, messageOf } from './call-failure.ts';
import type { GithubClient, GithubRequest } from './client.ts';
import { badReply, failureOf } from './failures.ts';
import { jsonOf } from './json.ts';
import { renamed } from './renamed.ts';
import type { Permission } from './targets/permissions.ts';
import type { Reach } from './token-hint.ts';

/** On whose behalf calls are made: what their failures have to name. */
interface Subject {
  readonly target: string;
  readonly reach: Reach;
}

/**
 * Reads what was asked for out of a reply's JSON (undefined where there is none).
 * @returns undefined if it is not there: the reply cannot be used
 */
export type Decode<T> = (json: unknown) => { readonly value: T } | undefined;

/** The statuses that answer a question, each with its way of reading it. Every other one is a failure. */
export type Answers<T> = Readonly<Partial<Record<number, Decode<T>>>>;

/** Calls made for one target: each is one attempt, and its failure tells all there is to know about it. */
export class Calls {
  readonly #client: GithubClient;
  readonly #secrets: SecretRegistry;
  readonly subject: Subject;

  constructor(client: GithubClient, secrets: SecretRegistry, subject: Subject) {
    this.#client = client;
    this.#secrets = secrets;
    this.subject = subject;
  }

  async ask<T>(request: GithubRequest, permission: Permission, answers: Answers<T>): Promise<Reply<T>> {
    const result = await this.#client.send(request);
    const context = this.context(`${request.method} ${request.path}`, permission);
    if (result.kind !== 'reply') return { ok: false, failure: failureOf(result, context) };
    const decode = isGitHubs(result) ? answers[result.status] : undefined;
    if (decode === undefined) return { ok: false, failure: await this.#failure(result, context) };
    const decoded = decode(jsonOf(result.body));
    if (decoded === undefined) return { ok: false, failure: badReply(result, context) };
    return { ok: true, value: decoded.value, date: result.date };
  }

  /** The same client, on behalf of something else. */
  for(subject: Subject): Calls {
    return new Calls(this.#client, this.#secrets, subject);
  }

  context(call: string, permission: Permission): CallContext {
    return { call, permission, secrets: this.#secrets, ...this.subject };
  }

  async #failure(reply: HttpReply, context: CallContext) {
    const failure = failureOf(reply, context);
    if (failure.code !== 'github-redirect' || failure.kind !== 'refused') return failure;
    const send = (request: GithubRequest) => this.#client.send(request);
    return (await renamed(reply, failure, context, send)) ?? failure;
  }
}

/** A success with a page, or an error without GitHub's `message`, is not GitHub's answer. */
function isGitHubs(reply: HttpReply): boolean {
  return reply.status < 300 ? reply.body.kind !== 'other' : messageOf(reply) !== undefined;
}
