import type { Emulator, LedgerEntry } from '../../packages/emulator/src/index.ts';

/** Before the server applies the request; after that, and before its reply leaves. */
export type Point = 'before' | 'after';

/** A request that is held at a server. */
export interface Halt {
  readonly request: string;
  /** The request is there and held. */
  readonly reached: Promise<void>;
  /** The server has done what was asked. */
  readonly applied: Promise<void>;
  release(): void;
  /** Cuts the connection: before it was applied nothing is done, after that the reply is lost. */
  drop(): void;
}

const ID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gu;

/** What a request is called here: `DELETE /v1/api-keys/{id}`, `GET /v1/auth/me (2)` for the second of its kind. */
export class RequestNames {
  readonly #seen = new Map<string, number>();
  readonly #names = new Map<number, string>();

  of({ seq, method, path }: Pick<LedgerEntry, 'seq' | 'method' | 'path'>): string {
    const known = this.#names.get(seq);
    if (known !== undefined) return known;
    const kind = `${method} ${path.replace(ID, '{id}')}`;
    const count = (this.#seen.get(kind) ?? 0) + 1;
    this.#seen.set(kind, count);
    const name = count === 1 ? kind : `${kind} (${count})`;
    this.#names.set(seq, name);
    return name;
  }
}

/** Holds the first request of this name, counted from now on. */
export function haltAt(emulator: Emulator, request: string, point: Point): Halt {
  const names = new RequestNames();
  const reached = Promise.withResolvers<void>();
  const applied = Promise.withResolvers<void>();
  const fate = Promise.withResolvers<'drop' | undefined>();
  emulator.onRequest(({ entry, point: now }) => {
    if (names.of(entry) !== request) return undefined;
    if (now === 'after') applied.resolve();
    if (now !== point) return undefined;
    reached.resolve();
    return fate.promise;
  });
  return {
    request,
    reached: reached.promise,
    applied: applied.promise,
    release: () => fate.resolve(undefined),
    drop: () => fate.resolve('drop'),
  };
}
