import sodium from 'libsodium-wrappers';
import { makeIdentity } from './certificate.ts';
import type { Exchange } from './exchange.ts';
import { FaultBook, type FaultHandle, type FaultRule } from './faults.ts';
import { GithubEmulator, type GithubOptions } from './github/github.ts';
import { Hooks, type RequestHook } from './hooks.ts';
import { Ledger } from './ledger.ts';
import { MutxEmulator, type MutxOptions } from './mutx/mutx.ts';
import type { Shared } from './server.ts';

export interface EmulatorOptions {
  readonly mutx?: MutxOptions;
  readonly github?: GithubOptions;
  /** default false; true: both speak https, with certificates of an authority made for this emulator ({@link Emulator.ca}) */
  readonly tls?: boolean;
  /** Called with every request and its reply, **credentials included**, right before the reply is sent. */
  readonly onExchange?: (exchange: Exchange) => void;
}

/**
 * MUTX and GitHub's secrets API in memory, each on a port of its own on 127.0.0.1, strict, with real crypto.
 *
 * @example
 * await using emulator = await startEmulator();
 * const user = emulator.mutx.addUser({ plan: 'FREE' });
 * emulator.github.addRepository('acme/web', { environments: ['production'] });
 * const jwt = emulator.mutx.issueAccessJwt(user);
 * const token = emulator.github.issueToken();
 */
export class Emulator implements AsyncDisposable {
  readonly mutx: MutxEmulator;
  readonly github: GithubEmulator;
  /** All requests to both, in order of arrival. */
  readonly ledger: Ledger;
  /** The certificate to trust, in PEM; undefined: without TLS. */
  readonly ca: string | undefined;
  readonly #shared: Shared;

  /** @internal Use {@link startEmulator}. */
  constructor(options: EmulatorOptions) {
    this.ledger = new Ledger();
    const identity = options.tls === true ? makeIdentity(['localhost', '127.0.0.1']) : undefined;
    this.ca = identity?.ca;
    this.#shared = {
      ledger: this.ledger,
      faults: new FaultBook(),
      hooks: new Hooks(),
      onExchange: options.onExchange,
      identity: identity && { cert: identity.cert, key: identity.key },
    };
    this.mutx = new MutxEmulator(options.mutx ?? {}, this.#shared);
    this.github = new GithubEmulator(options.github ?? {}, this.#shared);
  }

  /** Makes matching requests go wrong. The oldest fault that matches a request meets it; at most one does. */
  fault(rule: FaultRule): FaultHandle {
    return this.#shared.faults.add(rule);
  }

  /** Cancels all faults and releases what they hold. */
  clearFaults(): void {
    this.#shared.faults.clear();
  }

  /**
   * Calls back, and waits, before and after each request is applied.
   * @returns stops calling
   */
  onRequest(hook: RequestHook): () => void {
    return this.#shared.hooks.add(hook);
  }

  /** Cuts all connections and gives the ports back. */
  async close(): Promise<void> {
    this.clearFaults();
    await Promise.all([this.mutx.close(), this.github.close()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Starts both servers; they run until they are closed. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  await sodium.ready;
  const emulator = new Emulator(options);
  await emulator.mutx.listen(options.mutx?.port ?? 0);
  await emulator.github.listen(options.github?.port ?? 0);
  return emulator;
}
