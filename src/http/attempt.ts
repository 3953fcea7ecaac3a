import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { dropIdle } from './agent.ts';
import { reset } from './connect.ts';
import type { After } from './dial.ts';
import { type Limits, lost, notSent } from './failed.ts';
import { http, https } from './node.ts';
import { type HttpLost, type HttpNotSent, type HttpRequest, isServerError } from './result.ts';

interface AttemptOptions {
  readonly origin: URL;
  readonly agent: Agent;
  readonly method: HttpRequest['method'];
  /** With query, encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Buffer | undefined;
  readonly mayStart: () => boolean;
  readonly limits: Limits;
  readonly after: After;
}

interface RawReply {
  readonly kind: 'raw';
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
}

/** Node's own default, said here so that a flag in NODE_OPTIONS does not change it. */
const MAX_HEADER_BYTES = 16_384;

/** One request on one connection, within the limits. Never rejects for what the network or the server did. */
export function attempt(options: AttemptOptions): Promise<RawReply | HttpNotSent | HttpLost> {
  return new Promise((resolve) => new Attempt(options, resolve));
}

class Attempt {
  readonly #options: AttemptOptions;
  readonly #resolve: (result: RawReply | HttpNotSent | HttpLost) => void;
  readonly #request: ClientRequest;
  readonly #abandoned = new AbortController();
  readonly #cancelTimer: () => void;
  #phase: 'connecting' | 'sent' | 'replying' | 'over' = 'connecting';
  #socket: Socket | undefined;

  constructor(options: AttemptOptions, resolve: (result: RawReply | HttpNotSent | HttpLost) => void) {
    this.#options = options;
    this.#resolve = resolve;
    const { origin, agent, method, path, headers, limits, after } = options;
    this.#cancelTimer = after(limits.timeoutMs, () => this.#giveUp('timeout', undefined));
    // A server may close an idle connection at the moment a request is written to it. What cannot be repeated
    // (RFC 9110, section 9.2.2) is not exposed to that: nobody could say whether it was applied.
    if (method === 'POST') dropIdle(agent);
    const { request } = origin.protocol === 'https:' ? https : http;
    this.#request = request({
      host: origin.hostname,
      port: origin.port,
      agent,
      method,
      path,
      headers,
      maxHeaderSize: MAX_HEADER_BYTES,
      abandoned: this.#abandoned.signal,
    })
      .once('socket', (socket) => this.#start(socket))
      .once('response', (response) => this.#read(response))
      .on('error', (error) => this.#giveUp(undefined, error))
      // After an answer that is no reply (101) there is neither a response nor an error.
      .once('close', () => this.#giveUp(undefined, undefined));
  }

  /**
   * The agent's connections are ready (agent.ts), and `end` of a request that has its socket writes to it at
   * once: between the question and the bytes being with the kernel, nothing else runs.
   */
  #start(socket: Socket): void {
    this.#socket = socket;
    if (this.#options.mayStart()) {
      this.#phase = 'sent';
      this.#request.end(this.#options.body);
    } else {
      const message = 'the time for sending it was over';
      this.#settle({ kind: 'not-sent', code: 'not-started', message, retryable: false });
      this.#request.destroy();
    }
  }

  #read(response: IncomingMessage): void {
    this.#phase = 'replying';
    const headers = headersOf(response);
    if ((headers.get('content-encoding') ?? 'identity') !== 'identity') {
      this.#giveUp('compressed', undefined);
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    response
      .on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > this.#options.limits.maxBytes) this.#giveUp('too-large', undefined);
        else chunks.push(chunk);
      })
      .on('error', (error) => this.#giveUp(undefined, error))
      .once('end', () => {
        const status = response.statusCode as number;
        // Such a server may close the connection without saying so (MUTX does after a 500), and then the next
        // request on it is lost.
        if (isServerError(status)) (this.#socket as Socket).destroy();
        this.#settle({ kind: 'raw', status, headers, bytes: Buffer.concat(chunks) });
      });
  }

  #giveUp(code: HttpLost['code'] | undefined, error: Error | undefined): void {
    const { limits } = this.#options;
    switch (this.#phase) {
      case 'over':
        return;
      case 'connecting':
        this.#settle(notSent(error, limits));
        break;
      case 'sent':
        this.#settle(lost(code ?? 'reset', error, limits));
        break;
      case 'replying':
        this.#settle(lost(code ?? 'cut-off', error, limits));
        break;
    }
    this.#abandoned.abort();
    if (this.#socket !== undefined) reset(this.#socket);
    this.#request.destroy();
  }

  #settle(result: RawReply | HttpNotSent | HttpLost): void {
    this.#phase = 'over';
    this.#cancelTimer();
    this.#resolve(result);
  }
}

/** Set-Cookie, the only one that node gives as a list, is left out: nobody here has a use for it. */
function headersOf(response: IncomingMessage): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(response.headers).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}
