import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import tls from 'node:tls';
import { HttpClient, type HttpClientOptions } from '../../src/http/client.ts';
import type { Identity } from './certificate.ts';

/** A server below HTTP: it sees bytes, and answers with whatever bytes a test likes, true to HTTP or not. */
export interface RawServer extends AsyncDisposable {
  readonly port: number;
  readonly url: URL;
  /** Everything that arrived, connection by connection. */
  readonly received: readonly string[];
  readonly connections: readonly Socket[];
  /** How each connection ended, as far as it has: `ECONNRESET`, or `end`. */
  readonly ends: readonly Promise<string>[];
  /** The next time that this many connections were accepted, in all. */
  accepted(count: number): Promise<void>;
  /** The next time that this text has arrived on the connection. */
  arrived(connection: number, text: string): Promise<void>;
}

/**
 * @param answer called with each chunk that arrives; `text` is all that came on this connection so far
 * @param wanted a port; 0: any
 */
export async function startRawServer(
  answer: (socket: Socket, text: string) => void = () => {},
  identity?: Identity,
  wanted = 0,
): Promise<RawServer> {
  const received: string[] = [];
  const connections: Socket[] = [];
  const ends: Promise<string>[] = [];
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const check of waiting) check();
  };
  const until = (isTrue: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!isTrue()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const accept = (socket: Socket) => {
    const number = connections.push(socket) - 1;
    received[number] = '';
    ends.push(
      new Promise((resolve) => {
        socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
        socket.once('end', () => resolve('end'));
        socket.once('close', () => resolve('closed here'));
      }),
    );
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received[number] += chunk.toString('latin1');
      answer(socket, received[number] ?? '');
      changed();
    });
    changed();
  };
  const server = identity === undefined ? createServer(accept) : tls.createServer(identity, accept);
  server.on('tlsClientError', () => {});
  const all = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    all.add(socket);
    socket.on('error', () => {});
  });
  server.listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: new URL(`${identity === undefined ? 'http' : 'https'}://localhost:${port}/`),
    received,
    connections,
    ends,
    accepted: (count) => until(() => connections.length >= count),
    arrived: (connection, text) => until(() => received[connection]?.includes(text) ?? false),
    async [Symbol.asyncDispose]() {
      for (const socket of all) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

/** A client that gives up its connections at the end of its block. */
export class TestClient extends HttpClient implements Disposable {
  constructor(baseUrl: URL, options: Partial<HttpClientOptions> = {}) {
    super({ baseUrl, service: 'mutx', userAgent: 'test/1', ...options });
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A timer that fires when the test says so, and never otherwise. */
export class ManualTimer {
  readonly asked: number[] = [];
  cancelled = 0;
  #fire: () => void = () => {};

  readonly after = (ms: number, fire: () => void): (() => void) => {
    this.asked.push(ms);
    this.#fire = fire;
    return () => {
      this.cancelled += 1;
    };
  };

  fire(): void {
    this.#fire();
  }
}

/** A whole reply with a body of known length. */
export function reply(status: string, body = '', ...headers: readonly string[]): string {
  return [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join(
    '\r\n',
  );
}

export const JSON_TYPE = 'Content-Type: application/json';
