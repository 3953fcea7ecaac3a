import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { proxyFor } from './proxy.ts';
import type { HttpNotSent } from './result.ts';

/** No connection, so nothing was sent. The message is in our words: certificates and proxies are strangers. */
export class ConnectError extends Error {
  readonly reason: HttpNotSent['code'];

  constructor(reason: HttpNotSent['code'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The TCP socket at the bottom of each connection made here. */
const bottoms = new WeakMap<object, net.Socket>();

/**
 * A connection to the origin of `url` on which a request can be written at once: through the proxy, if the
 * environment sets one, and with TLS done.
 * @param abandoned stops connecting
 * @throws ConnectError
 */
export async function connect(url: URL, abandoned: AbortSignal): Promise<net.Socket> {
  const proxy = usableProxy(url);
  const bottom = await openTcp(proxy ?? url, proxy === undefined ? 'unreachable' : 'proxy', abandoned);
  const stop = () => bottom.destroy();
  abandoned.addEventListener('abort', stop);
  try {
    let socket = bottom;
    if (proxy?.protocol === 'https:') socket = await secure(socket, proxy, 'proxy', abandoned);
    if (proxy !== undefined) socket = await tunnel(socket, url, proxy);
    if (url.protocol === 'https:') socket = await secure(socket, url, 'unreachable', abandoned);
    bottoms.set(socket, bottom);
    return socket;
  } catch (error) {
    bottom.destroy();
    throw error;
  } finally {
    abandoned.removeEventListener('abort', stop);
  }
}

/** What the proxy is stays out of the message: it may hold credentials. */
function usableProxy(url: URL): URL | undefined {
  try {
    return proxyFor(url);
  } catch {
    throw new ConnectError('proxy', 'the proxy that the environment names is not an http or https URL');
  }
}

/**
 * Ends a connection with a TCP reset, so that bytes which still wait in the kernel are thrown away rather than
 * delivered late. (On a TLS socket `resetAndDestroy` throws; the TCP socket below it takes it.)
 */
export function reset(socket: net.Socket): void {
  bottoms.get(socket)?.resetAndDestroy();
  socket.destroy();
}

async function openTcp(url: URL, reason: HttpNotSent['code'], abandoned: AbortSignal): Promise<net.Socket> {
  const socket = net.connect({ host: hostOf(url), port: portOf(url), noDelay: true });
  try {
    await ready(socket, 'connect', abandoned);
    return socket;
  } catch (error) {
    socket.destroy();
    const what = reason === 'proxy' ? 'the proxy ' : '';
    throw new ConnectError(reason, `no connection to ${what}${placeOf(url)} (${errorCode(error)})`);
  }
}

async function secure(
  socket: net.Socket,
  url: URL,
  reason: HttpNotSent['code'],
  abandoned: AbortSignal,
): Promise<net.Socket> {
  const host = hostOf(url);
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
    throw new ConnectError(reason, `no TLS connection to ${placeOf(url)} (${errorCode(error)})`);
  }
}

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
  const refusal = (why: string) =>
    new ConnectError('proxy', `the proxy ${placeOf(proxy)} did not connect to ${placeOf(url)} (${why})`);
  const [response, tunnelled, head] = await answerOf(request).catch((error: unknown) => {
    throw refusal(errorCode(error));
  });
  if (response.statusCode !== 200) throw refusal(`status ${response.statusCode}`);
  // The client speaks first, in HTTP as in TLS: whatever came already is not from the origin.
  if (head.length > 0) throw refusal('it sent something of its own');
  return tunnelled;
}

async function answerOf(request: http.ClientRequest): Promise<[http.IncomingMessage, net.Socket, Buffer]> {
  return (await once(request, 'connect')) as [http.IncomingMessage, net.Socket, Buffer];
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

function placeOf(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

/** An error's code (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), and nothing of its text. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^\w+$/.test(code) ? code : 'no code';
}
