import type { Reply } from '../core/call.ts';
import type { Clock, Instant } from '../core/time.ts';
import { HttpClient } from '../http/client.ts';
import { type Generation, MutxApi } from '../mutx/api.ts';
import { quietCalls, twice } from './calls.ts';
import { USER_AGENT } from './connect.ts';
import type { CommandContext } from './context.ts';

/** Asks for the keys without any credential: only MUTX itself, of whichever generation, says 401 in its own way. */
export async function probe(api: MutxApi, clock: Clock): Promise<Reply<Generation>> {
  let asked: Generation = 'v1';
  return quietCalls(clock)(
    () =>
      api.ask<Generation>(
        (generation) => {
          asked = generation;
          return { method: 'GET', path: '/api-keys' };
        },
        ({ status }) =>
          status < 300 || status === 401 || status === 403 ? { ok: true, value: asked } : undefined,
      ),
    twice,
  );
}

/** MUTX's time, asked for without any credential; undefined where MUTX does not give it. */
export async function mutxTime(
  apiUrl: URL,
  { gate, clock, secrets }: Pick<CommandContext, 'gate' | 'clock' | 'secrets'>,
): Promise<Instant | undefined> {
  const http = new HttpClient({ service: 'mutx', baseUrl: apiUrl, userAgent: USER_AGENT });
  try {
    const reached = await gate.pass(probe(new MutxApi(gate.requests(http), secrets), gate.clock(clock)));
    return reached.ok ? reached.date : undefined;
  } finally {
    http.close();
  }
}
