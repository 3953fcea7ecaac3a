/** A question was not answered: Ctrl-C, or the end of stdin. Nothing has been changed by then. */
export class Cancelled extends Error {
  constructor() {
    super('Cancelled; nothing was changed');
  }
}
