import dns from 'node:dns';
import net from 'node:net';
import type { Duration } from '../core/time.ts';

/** Calls `fire` after that time, unless what it returned is called before. */
export type After = (ms: Duration, fire: () => void) => () => void;

export const timer: After = (ms, fire) => {
  const handle = setTimeout(fire, ms);
  return () => clearTimeout(handle);
};

/** What connecting depends on. */
export interface Dialing {
  /** The addresses of a name, in the order in which to try them. */
  readonly lookup: (host: string) => Promise<readonly { readonly address: string }[]>;
  readonly after: After;
}

export const DIALING: Dialing = {
  lookup: (host) =>
    new Promise((found, failed) => {
      dns.lookup(host, { all: true }, (error, addresses) =>
        error === null ? found(addresses) : failed(error),
      );
    }),
  after: timer,
};

/** "Connection Attempt Delay" (RFC 8305, section 5). */
const HEAD_START_MS = 250;

/** The name was not resolved. */
export class LookupError extends Error {}

/**
 * A TCP connection to the first address of `host` that answers. Each address is tried a moment after the one before,
 * and none is given up before another answers (RFC 8305). Node's own way (`autoSelectFamily`) gives up every address
 * but the last after 250 ms, so that a slow address with a dead one after it is never reached.
 * @param host a name or an address
 * @param abandoned gives all of them up
 * @throws LookupError with the resolver's error as its cause; otherwise the error of the address tried first
 */
export async function dial(
  host: string,
  port: number,
  abandoned: AbortSignal,
  dialing: Dialing,
): Promise<net.Socket> {
  const waiting = net.isIP(host) === 0 ? await resolve(host, dialing) : [host];
  abandoned.throwIfAborted();
  return new Promise((connected, failed) => {
    const sockets: net.Socket[] = [];
    const errors: Error[] = [];
    let over = false;
    let cancelNext = () => {};
    const end = (winner?: net.Socket) => {
      over = true;
      cancelNext();
      abandoned.removeEventListener('abort', giveUp);
      for (const socket of sockets) if (socket !== winner) socket.destroy();
    };
    const giveUp = () => {
      end();
      failed(abandoned.reason as Error);
    };
    const next = () => {
      cancelNext();
      const address = waiting.shift();
      if (address === undefined) {
        if (errors.length < sockets.length) return;
        end();
        failed(errors[0] ?? new Error('the name has no address'));
        return;
      }
      // By its name, so that whoever watches or intercepts sockets sees it.
      const socket = net.connect({
        host,
        port,
        noDelay: true,
        autoSelectFamily: false,
        lookup: (_name, _options, found) => found(null, address, net.isIP(address)),
      });
      sockets.push(socket);
      socket.once('connect', () => {
        end(socket);
        connected(socket);
      });
      // A socket may fail at any moment until the request has taken it over; this listener stays.
      socket.on('error', (error) => {
        if (over) return;
        errors.push(error);
        next();
      });
      cancelNext = dialing.after(HEAD_START_MS, next);
    };
    abandoned.addEventListener('abort', giveUp);
    next();
  });
}

async function resolve(host: string, dialing: Dialing): Promise<string[]> {
  try {
    return (await dialing.lookup(host)).map(({ address }) => address);
  } catch (cause) {
    throw new LookupError('not resolved', { cause });
  }
}
