import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import type { Identity } from '../http/certificate.ts';

const NAMES = new URL('./names.mjs', import.meta.url).href;

/** A server that is cut off and gone at the end of its block. */
class Listening implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Connections accepted so far. */
  connections = 0;

  constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('error', () => {});
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((done) => this.#server.close(done));
  }
}

async function listen(server: Server): Promise<Listening> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new Listening(server);
}

/** The service at `url`, over TLS. */
export async function startFront(url: string, identity: Identity): Promise<Listening> {
  const server = createTlsServer(identity, (outside) => {
    const inside = connect(Number(new URL(url).port), '127.0.0.1');
    pipeline(outside, inside, outside, () => {});
  });
  server.on('tlsClientError', () => {});
  return listen(server);
}

export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  /** Where it was asked to connect to, in order: `api.mutx.test:4443`. */
  readonly asked: readonly string[];
  /** Who came, as `proxy-authorization` says, in order. */
  readonly callers: readonly (string | undefined)[];
}

/** A proxy that connects everyone, or, with a status, nobody. Every name under `.test` is this machine. */
export async function startProxy(refusal?: number): Promise<TestProxy> {
  const asked: string[] = [];
  const callers: (string | undefined)[] = [];
  const server = createHttpServer((_request, response) => void response.writeHead(405).end());
  server.on('connect', ({ url = '', headers }: IncomingMessage, socket: Socket) => {
    asked.push(url);
    callers.push(headers['proxy-authorization']);
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const onward = connect(Number(url.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      pipeline(socket, onward, socket, () => {});
    });
    onward.on('error', () => socket.destroy());
  });
  const listening = await listen(server);
  return {
    port: listening.port,
    asked,
    callers,
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
}

/** Variables for a process that trusts this certificate and finds the names under `.test`. */
export async function trusting({ cert }: Identity) {
  const folder = await mkdtemp(join(tmpdir(), 'trust-'));
  const file = join(folder, 'cert.pem');
  await writeFile(file, cert);
  return {
    env: { NODE_EXTRA_CA_CERTS: file, NODE_OPTIONS: `--import ${NAMES}` },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
