import type { ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Exchange } from './exchange.ts';
import type { LedgerEntry } from './ledger.ts';
import { header, type ReceivedRequest, type Reply } from './message.ts';
import type { LoopbackServer } from './server.ts';

/** Sends one reply, or does not, and tells whoever listens. */
export class Sender {
  readonly #server: LoopbackServer;
  readonly #request: ReceivedRequest;
  readonly #entry: LedgerEntry;
  readonly #response: ServerResponse;
  #time: number | undefined;

  constructor(
    server: LoopbackServer,
    request: ReceivedRequest,
    entry: LedgerEntry,
    response: ServerResponse,
  ) {
    this.#server = server;
    this.#request = request;
    this.#entry = entry;
    this.#response = response;
    response.sendDate = false;
  }

  get seq(): number {
    return this.#entry.seq;
  }

  /** The reply's `Date` is of now, however long it is held from here on: real servers stamp it before they send. */
  stamp(): void {
    this.#time ??= this.#server.service.clock.now();
  }

  /** Sends what the service says, with the headers that all its replies carry. */
  reply(reply: Reply, { faulted }: { readonly faulted: boolean }): void {
    const [body, type] = content(reply);
    const headers = { ...type, ...this.#headers(), ...reply.headers };
    this.#tell({ status: reply.status, headers, body: reply.json ?? reply.text }, faulted);
    this.#send(reply.status, headers, body);
    if (this.#server.service.closesAfter(reply.status)) {
      const { socket } = this.#response;
      this.#response.once('finish', () => socket?.destroySoon());
    }
  }

  /** Sends these bytes, as something between client and service would. */
  raw(status: number, headers: Readonly<Record<string, string>>, body: string | Uint8Array): void {
    this.#tell({ status, headers, body }, true);
    this.#send(status, headers, body);
  }

  /** Cuts the connection without a reply. */
  cut(): void {
    this.#tell(undefined, true);
    const { socket } = this.#response;
    // A connection with TLS can be closed, not reset.
    if (socket instanceof TLSSocket) socket.destroy();
    else socket?.resetAndDestroy();
  }

  /** Sends nothing and leaves the connection open. */
  silence(): void {
    this.#tell(undefined, true);
  }

  /** Cuts the connection in the middle of the body, or of the status line where there is no body. */
  cutOff(reply: Reply): void {
    this.#tell(undefined, true);
    const [body, type] = content(reply);
    const { socket } = this.#response;
    if (body.length === 0) {
      socket?.end(`HTTP/1.1 ${reply.status} `);
      return;
    }
    const headers = { ...type, ...this.#headers(), ...reply.headers };
    this.#response.writeHead(reply.status, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
    this.#response.write(body.slice(0, body.length >> 1), () => socket?.end());
  }

  #send(status: number, headers: Readonly<Record<string, string>>, body: string | Uint8Array): void {
    if (this.#response.destroyed) return;
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    const empty = status === 204 || status === 304;
    this.#response.writeHead(status, { ...headers, ...(empty ? {} : { 'content-length': String(length) }) });
    this.#response.end(empty ? undefined : body);
    this.#server.shared.ledger.note(this.#entry, { status });
  }

  #headers(): Readonly<Record<string, string>> {
    const { service, sendsDate, dateLag } = this.#server;
    const date = sendsDate
      ? { date: new Date((this.#time ?? service.clock.now()) - dateLag).toUTCString() }
      : {};
    return { ...date, ...service.headers(this.#request, service.requestId(this.seq)) };
  }

  #tell(reply: Exchange['reply'], faulted: boolean): void {
    const { shared } = this.#server;
    if (shared.onExchange === undefined) return;
    const { method, path, fullPath, query, headers, body } = this.#request;
    shared.onExchange({
      server: this.#entry.server,
      request: {
        method,
        path: path ?? fullPath,
        query: Object.fromEntries(query),
        headers: Object.fromEntries(Object.keys(headers).map((name) => [name, header(this.#request, name)])),
        body: decoded(body),
      },
      reply,
      faulted,
    });
  }
}

function content(reply: Reply): readonly [string, Readonly<Record<string, string>>] {
  if (reply.text !== undefined) return [reply.text, { 'content-type': 'text/plain; charset=utf-8' }];
  if (reply.json === undefined) return ['', {}];
  return [JSON.stringify(reply.json), { 'content-type': 'application/json; charset=utf-8' }];
}

function decoded(body: string): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
