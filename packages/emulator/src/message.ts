import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** A request as it came off the wire, whole. */
export interface ReceivedRequest {
  readonly method: string;
  /** Encoded, without the query, as it arrived. */
  readonly fullPath: string;
  /** The same without the server's base path; undefined if it is outside of it. */
  readonly path: string | undefined;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a server answers, and what that changed. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; undefined: no body */
  readonly json?: unknown;
  /** A body that is not JSON, instead. */
  readonly text?: string;
  readonly effect?: string;
  readonly unexpected?: string;
  /** What was taken, and a client of this project does not send. */
  readonly notes?: readonly string[];
}

/** Thrown by a handler that says no; nothing has been changed. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(`refused with ${reply.status}`);
    this.reply = reply;
  }
}

const MAX_BODY = 1_048_576;

/** Reads a request to its end; undefined: the client went away before. */
export async function receive(
  incoming: IncomingMessage,
  basePath: string,
): Promise<ReceivedRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BODY) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  const fullPath = mark === -1 ? target : target.slice(0, mark);
  return {
    method: incoming.method ?? '',
    fullPath,
    path: within(fullPath, basePath),
    query: new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)),
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function within(path: string, basePath: string): string | undefined {
  if (basePath === '') return path;
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : undefined;
}

/** A header that is there once; '' if it is not. */
export function header(request: ReceivedRequest, name: string): string {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}
