import type { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from './connect.ts';
import { DIALING, type Dialing } from './dial.ts';
import { http, https, util } from './node.ts';

/**
 * How long a connection may rest before it is given up. Short: many servers end one after five seconds, and a
 * request that meets such an end is lost without anyone knowing whether it was applied. Within a run calls
 * follow one another much faster.
 */
const REST_MS = 2_000;

const connectThen = util.callbackify((origin: URL, abandoned: AbortSignal, dialing: Dialing) =>
  connect(origin, abandoned, dialing),
);

declare module 'node:http' {
  interface ClientRequestArgs {
    /** Of ours, for the agent: stops connecting. */
    abandoned?: AbortSignal;
  }
}

/** Keeps connections to one origin; hands over only such as a request can be written to at once. */
export function createAgent(origin: URL, dialing: Dialing = DIALING): Agent {
  const options = { keepAlive: true, timeout: REST_MS };
  const agent = origin.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
  agent.createConnection = (request, handOver) => {
    // Both are always there; the agent takes an error without a socket, which its types do not know.
    const { abandoned } = request as { abandoned: AbortSignal };
    connectThen(origin, abandoned, dialing, handOver as (error: unknown, socket?: Socket) => void);
    return undefined;
  };
  return agent;
}

/** Gives up the connections that wait for a request, so that the next request opens its own. */
export function dropIdle(agent: Agent): void {
  const idle = agent.freeSockets as Readonly<Record<string, readonly Socket[]>>;
  for (const socket of Object.values(idle).flat()) socket.destroy();
}
