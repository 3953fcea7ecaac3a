import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('node-alone.mjs', import.meta.url));

/** Node itself: a process that only sends requests, to a server that only takes its time. */
export interface Alone {
  /** From the first line of a process that sends so many requests to its end, less the time of the requests. */
  adds(requests: number, latency: number): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function nodeAlone(): Promise<Alone> {
  let latency = 0;
  let took = 0;
  const server = createServer((_, response) => {
    const arrived = performance.now();
    setTimeout(() => {
      took += performance.now() - arrived;
      response.end('{}');
    }, latency);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    adds: async (requests, ms) => {
      latency = ms;
      took = 0;
      const child = spawn(process.execPath, [PROGRAM, String(requests), url], {
        env: {},
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit');
      await once(child.stdout, 'data');
      const firstLine = performance.now();
      await exited;
      if (child.exitCode !== 0) throw new Error('node alone failed');
      return performance.now() - firstLine - took;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
