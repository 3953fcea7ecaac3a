import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as sendOn } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';

/** What the service itself answered, or would have. */
export interface Genuine {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers in place of the service, with whatever bytes. */
export type Answer = (socket: Socket, genuine: Genuine, asked: Asked) => void;

export interface Asked {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Which requests are met, and how. */
export interface Ambush {
  readonly matches: (asked: Asked) => boolean;
  /** The service gets the request before the answer is made of what it says. Otherwise it never hears of it. */
  readonly applied: boolean;
  readonly answer: Answer;
  /** Requests that are met; default: all */
  readonly times?: number;
}

/** Stands where a client expects a service, passes everything on, and lies in wait for some requests. */
export interface Front extends AsyncDisposable {
  readonly url: string;
  /** Everything that was sent here, headers and bodies. */
  readonly received: readonly string[];
  readonly hits: number;
  /** Bytes that left for clients, over all connections. */
  bytesOut(): number;
}

/** @param behind base URL of the service; undefined: nothing is behind, and everything is answered 404 */
export async function startFront(behind: string | undefined, ambush?: Ambush): Promise<Front> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  let hits = 0;
  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const asked = await askedIn(incoming);
    received.push(JSON.stringify(asked));
    if (
      ambush === undefined ||
      !ambush.matches(asked) ||
      hits >= (ambush.times ?? Number.POSITIVE_INFINITY)
    ) {
      const { status, headers, body } = await passOn(behind, asked);
      response.sendDate = false;
      response.writeHead(status, headers).end(body);
      return;
    }
    hits += 1;
    const genuine = ambush.applied ? await passOn(behind, asked) : NOTHING;
    ambush.answer(incoming.socket, genuine, asked);
  };
  const server = createServer({ keepAliveTimeout: 0 }, (incoming, response) => {
    // A client that gives up in the middle of its request is no failure of this server.
    serve(incoming, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const path = behind === undefined ? '' : new URL(behind).pathname.replace(/\/$/u, '');
  return {
    url: `http://127.0.0.1:${port}${path}`,
    received,
    get hits() {
      return hits;
    },
    bytesOut: () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

const NOTHING: Genuine = { status: 404, headers: {}, body: '' };

async function askedIn(incoming: IncomingMessage): Promise<Asked> {
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: textsOf(incoming),
    body: await readText(incoming),
  };
}

function textsOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

async function passOn(behind: string | undefined, asked: Asked): Promise<Genuine> {
  if (behind === undefined) return NOTHING;
  const { connection: _, ...headers } = asked.headers;
  const onward = sendOn(new URL(asked.path, behind), { method: asked.method, headers, agent: false });
  onward.end(asked.body);
  const [reply] = (await once(onward, 'response')) as [IncomingMessage];
  const body = await readText(reply);
  const { connection: __, 'transfer-encoding': ___, 'keep-alive': ____, ...kept } = textsOf(reply);
  return { status: reply.statusCode ?? 0, headers: kept, body };
}
