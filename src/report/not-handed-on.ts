/** Why something that later steps read could not be handed on. */
export type NotHandedOnCode = 'runner-file-unwritable' | 'output-withheld';

/** A sink does not take what was to be handed on to later steps. A reason outside of this code, so no bug of it. */
export class NotHandedOn extends Error {
  readonly code: NotHandedOnCode;

  /** @param message one line, without a credential */
  constructor({ code, message }: { readonly code: NotHandedOnCode; readonly message: string }) {
    super(message);
    this.code = code;
  }
}
