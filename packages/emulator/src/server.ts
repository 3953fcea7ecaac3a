import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Identity } from './certificate.ts';
import type { Exchange } from './exchange.ts';
import type { FaultBook } from './faults.ts';
import type { Hooks } from './hooks.ts';
import type { Latency } from './latency.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import { type ReceivedRequest, type Reply, receive } from './message.ts';
import { tellNotes } from './noted.ts';
import { Sender } from './sender.ts';
import { serve } from './serve.ts';
import type { Service } from './service.ts';

/** What both servers share. */
export interface Shared {
  readonly ledger: Ledger;
  readonly faults: FaultBook;
  readonly hooks: Hooks;
  readonly onExchange: ((exchange: Exchange) => void) | undefined;
  /** undefined: without TLS */
  readonly identity: Identity | undefined;
}

/** One service on a port of its own on the loopback interface. */
export class LoopbackServer {
  readonly service: Service;
  readonly basePath: string;
  readonly shared: Shared;
  latency: Latency = 0;
  /** Whether replies carry a `Date` header, from the service's own clock. */
  sendsDate = true;
  /** How old that is, in milliseconds. */
  dateLag = 0;
  readonly #server: Server;
  #connections = 0;

  constructor(service: Service, basePath: string, shared: Shared) {
    this.service = service;
    this.basePath = basePath;
    this.shared = shared;
    // Idle connections are left open: a server that closes them races with a client's next request.
    const { identity } = shared;
    this.#server =
      identity === undefined
        ? createServer({ keepAliveTimeout: 0 })
        : createTlsServer({ keepAliveTimeout: 0, ...identity });
    this.#server.on('connection', () => {
      this.#connections += 1;
    });
    this.#server.on('request', (incoming, response) => void this.#receive(incoming, response));
    service.clock.onMove(() => shared.faults.applyDue());
  }

  /** Connections opened so far. */
  get connections(): number {
    return this.#connections;
  }

  /** `http://127.0.0.1:…` or `https://127.0.0.1:…`, with the base path, without a slash at the end. */
  get url(): string {
    return `${this.origin}${this.basePath}`;
  }

  get origin(): string {
    const scheme = this.shared.identity === undefined ? 'http' : 'https';
    return `${scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => resolve());
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  /** Applies a request now, and writes down what came of it. */
  apply(request: ReceivedRequest, entry: LedgerEntry): Reply {
    const reply = this.service.apply(request, this.service.requestId(entry.seq));
    if (reply.effect !== undefined) this.shared.ledger.effect(entry, reply.effect);
    if (reply.unexpected !== undefined) this.shared.ledger.note(entry, { unexpected: reply.unexpected });
    const { notes = [] } = reply;
    if (notes.length > 0) {
      this.shared.ledger.note(entry, { notes });
      tellNotes(`${this.service.name} ${request.method} ${request.fullPath}`, notes);
    }
    return reply;
  }

  async #receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const socket: Socket = incoming.socket;
    const request = await receive(incoming, this.basePath);
    if (request === undefined) {
      socket.destroy();
      return;
    }
    this.shared.faults.applyDue();
    const entry = this.shared.ledger.arrive({
      server: this.service.name,
      method: request.method,
      path: request.fullPath,
      query: request.query.toString(),
      at: this.service.clock.now(),
    });
    const sender = new Sender(this, request, entry, response);
    try {
      await serve(this, request, entry, sender);
    } catch (error) {
      // A bug of ours, or of a test's hook: told, and not taken for a reply of the service.
      const problem = error instanceof Error ? error.message : String(error);
      this.shared.ledger.note(entry, { unexpected: `the emulator failed: ${problem}` });
      sender.reply({ status: 599, text: `the emulator failed: ${problem}` }, { faulted: true });
    }
  }
}
