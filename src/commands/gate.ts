import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../core/time.ts';
import type { HttpClient } from '../http/client.ts';
import type { HttpRequest } from '../http/result.ts';

type Requests = Pick<HttpClient, 'send' | 'basePath'>;

/**
 * Between a run and the wire. Closed when the run has to end: from then on nothing leaves any more but what
 * cleans up, and whoever waits for anything else waits until the process ends. So the run stands still where
 * it is, and what is told of its state stays true.
 */
export class Gate {
  #closed = false;
  readonly #onTheWay = new Set<Promise<unknown>>();

  close(): void {
    this.#closed = true;
  }

  /** What was asked for before the gate was closed; what comes later never comes. */
  async pass<T>(coming: Promise<T>): Promise<T> {
    const value = await coming;
    return this.#closed ? never() : value;
  }

  /** @param cleansUp which requests may still leave when the gate is closed */
  requests(http: Requests, cleansUp: (request: HttpRequest) => boolean = () => false): Requests {
    return {
      basePath: http.basePath,
      send: async (request) => {
        if (cleansUp(request)) return this.#track(http.send(request));
        if (this.#closed) return never();
        // Asked right before the bytes are written: connecting may take longer than the gate is open.
        const mayStart = () => !this.#closed && (request.mayStart?.() ?? true);
        const result = await this.#track(http.send({ ...request, mayStart }));
        return this.#closed && result.kind === 'not-sent' ? never() : result;
      },
    };
  }

  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: (duration) => this.pass(clock.sleep(duration)),
    };
  }

  /** When every request on its way has come to something, and the run has taken note of it. */
  async settled(): Promise<void> {
    while (this.#onTheWay.size > 0) await Promise.allSettled(this.#onTheWay);
    await setImmediate();
  }

  #track<T>(sending: Promise<T>): Promise<T> {
    const tracked = sending.finally(() => this.#onTheWay.delete(tracked));
    this.#onTheWay.add(tracked);
    return tracked;
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
