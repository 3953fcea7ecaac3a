import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import net from 'node:net';
import { DIALING, type Dialing, dial, LookupError } from './dial.ts';
import { http, tls } from './node.ts';
import { wayTo } from './proxy.ts';
import type { HttpNotSent } from './result.ts';

/** Why there is no connection, and whether that may pass by itself. */
type ConnectReason = Exclude<HttpNotSent['code'], 'not-started' | 'timeout'>;

/** No connection, so nothing was sent. The message is in our words: certificates and proxies are strangers. */
export class ConnectError extends Error {
  readonly reason: ConnectReason;
  /** false: it stays as it is until someone changes a setting */
  readonly retryable: boolean;

  constructor(reason: ConnectReason, message: string, retryable: boolean) {
    super(message);
    this.reason = reason;
    this.retryable = retryable;
  }
}

/** The TCP socket at the bottom of each connection made here. */
const bottoms = new WeakMap<object, net.Socket>();

/** A place to connect to: the service, or the proxy in front of it. */
interface Place {
  readonly url: URL;
  readonly isProxy: boolean;
}

/**
 * A connection to the origin of `url` on which a request can be written at once: through the proxy, if the
 * environment sets one, and with TLS done.
 * @param abandoned stops connecting
 * @throws ConnectError
 */
export async function connect(
  url: URL,
  abandoned: AbortSignal,
  dialing: Dialing = DIALING,
): Promise<net.Socket> {
  const proxy = proxyOf(url);
  const first: Place = { url: proxy ?? url, isProxy: proxy !== undefined };
  const bottom = await openTcp(first, abandoned, dialing);
  const stop = () => bottom.destroy();
  abandoned.addEventListener('abort', stop);
  try {
    let socket = bottom;
    if (proxy?.protocol === 'https:') socket = await secure(socket, first, abandoned);
    if (proxy !== undefined) socket = await tunnel(socket, url, proxy);
    if (url.protocol === 'https:') socket = await secure(socket, { url, isProxy: false }, abandoned);
    bottoms.set(socket, bottom);
    return socket;
  } catch (error) {
    bottom.destroy();
    throw error;
  } finally {
    abandoned.removeEventListener('abort', stop);
  }
}

/** undefined: none is used */
function proxyOf(url: URL): URL | undefined {
  const way = wayTo(url);
  if (way.kind === 'unusable') throw new ConnectError('proxy-setting', way.problem, false);
  return way.kind === 'proxy' ? way.url : undefined;
}

/**
 * Ends a connection with a TCP reset, so that bytes which still wait in the kernel are thrown away rather than
 * delivered late. (On a TLS socket `resetAndDestroy` throws; the TCP socket below it takes it.)
 */
export function reset(socket: net.Socket): void {
  bottoms.get(socket)?.resetAndDestroy();
  socket.destroy();
}

async function openTcp(place: Place, abandoned: AbortSignal, dialing: Dialing): Promise<net.Socket> {
  const { url, isProxy } = place;
  try {
    const socket = await dial(hostOf(url), portOf(url), abandoned, dialing);
    reached.add(url.hostname);
    return socket;
  } catch (error) {
    const cause = errorCode(error instanceof LookupError ? error.cause : error);
    const isUnknown = error instanceof LookupError && NO_SUCH_NAME.has(cause) && !reached.has(url.hostname);
    const reason = isProxy ? 'proxy-unreachable' : isUnknown ? 'unknown-host' : 'unreachable';
    const what = isUnknown ? 'there is no host' : 'no connection to';
    throw new ConnectError(reason, `${what} ${nameOf(place)} (${cause})`, !isUnknown);
  }
}

/** Hosts that this process has been connected to: what a resolver says of them now will pass. */
const reached = new Set<string>();

/** The resolver's word that a name does not exist, rather than that it could not ask. */
const NO_SUCH_NAME: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

async function secure(socket: net.Socket, place: Place, abandoned: AbortSignal): Promise<net.Socket> {
  const host = hostOf(place.url);
  // A name only: TLS has no server names for addresses (RFC 6066, section 3).
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  const secured = tls.connect({
    socket,
    host,
    ...servername,
    ALPNProtocols: ['http/1.1'],
    // Said here so that NODE_TLS_REJECT_UNAUTHORIZED=0 in a job's environment does not change it.
    rejectUnauthorized: true,
  });
  try {
    await ready(secured, 'secureConnect', abandoned);
    return secured;
  } catch (error) {
    const cause = errorCode(error);
    // What the network did is not the other side's word on TLS.
    const isNetwork = NETWORK.has(cause);
    const refused = isNetwork ? 'unreachable' : 'tls';
    const reason = place.isProxy ? 'proxy-unreachable' : refused;
    throw new ConnectError(reason, `no TLS connection to ${nameOf(place)} (${cause})`, isNetwork);
  }
}

const NETWORK: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ABORT_ERR',
]);

/** CONNECT (RFC 9110, section 9.3.6). */
async function tunnel(socket: net.Socket, url: URL, proxy: URL): Promise<net.Socket> {
  const authority = `${url.hostname}:${portOf(url)}`;
  const request = http.request({
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...authorization(proxy) },
    createConnection: () => socket,
  });
  request.end();
  const refusal = (why: string, retryable: boolean) => {
    const message = `the proxy ${placeOf(proxy)} did not connect to ${placeOf(url)} (${why})`;
    return new ConnectError('proxy-refused', message, retryable);
  };
  const [response, tunnelled, head] = await answerOf(request).catch((error: unknown) => {
    throw refusal(errorCode(error), NETWORK.has(errorCode(error)));
  });
  const status = Number(response.statusCode);
  // 407 and 403 are a setting; 5xx is what the proxy met on its way.
  if (status !== 200) throw refusal(`status ${status}`, status >= 500 || status === 429);
  // The client speaks first, in HTTP as in TLS: whatever came already is not from the origin.
  if (head.length > 0) throw refusal('it sent something of its own', false);
  return tunnelled;
}

async function answerOf(request: ClientRequest): Promise<[IncomingMessage, net.Socket, Buffer]> {
  return (await once(request, 'connect')) as [IncomingMessage, net.Socket, Buffer];
}

function authorization(proxy: URL): { 'proxy-authorization'?: string } {
  if (proxy.username === '' && proxy.password === '') return {};
  const text = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(text, 'utf8').toString('base64')}` };
}

async function ready(socket: net.Socket, event: string, abandoned: AbortSignal): Promise<void> {
  // A socket may fail at any moment until the request has taken it over; whoever waits then hears of it.
  socket.on('error', () => {});
  await once(socket, event, { signal: abandoned });
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** `api.mutx.dev:443`, `the proxy proxy.corp:3128` */
function nameOf({ url, isProxy }: Place): string {
  return isProxy ? `the proxy ${placeOf(url)}` : placeOf(url);
}

function placeOf(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

/** An error's code (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), and nothing of its text. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^\w+$/.test(code) ? code : 'no code';
}
