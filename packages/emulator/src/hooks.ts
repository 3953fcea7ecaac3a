import type { LedgerEntry } from './ledger.ts';

/** A request at the moment before it is applied, or after that and before its reply is sent. */
export interface RequestMoment {
  readonly point: 'before' | 'after';
  readonly entry: LedgerEntry;
}

/**
 * Called, and awaited, at both moments of every request. `'drop'` cuts the connection there: at `before`
 * nothing is applied, at `after` only the reply is lost.
 */
export type RequestHook = (moment: RequestMoment) => undefined | 'drop' | Promise<undefined | 'drop'>;

/** @internal */
export class Hooks {
  readonly #hooks = new Set<RequestHook>();

  add(hook: RequestHook): () => void {
    this.#hooks.add(hook);
    return () => this.#hooks.delete(hook);
  }

  /** @returns whether to go on */
  async pass(moment: RequestMoment): Promise<boolean> {
    let goOn = true;
    for (const hook of this.#hooks) if ((await hook(moment)) === 'drop') goOn = false;
    return goOn;
  }
}
