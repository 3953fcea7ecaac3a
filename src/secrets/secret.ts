/** `util.inspect.custom`, by the name under which all of JavaScript finds it. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * A credential in memory. Every way of printing it gives `***`; only `expose()` gives the text, and the
 * places that call it are few enough to read: the mask, the sealed box, a request's own header or body.
 * Made by {@link SecretRegistry.admit}, which masks the text first.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  expose(): string {
    return this.#text;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  /** @internal */
  [INSPECT](): string {
    return '***';
  }
}
