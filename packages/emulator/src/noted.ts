import { channel } from 'node:diagnostics_channel';

/** Where every note in any ledger is published when it is made, so that the tests can assert that there is none. */
export const NOTED = 'mutx-emulator:note';

const noted = channel(NOTED);

/** @param request `github GET /user` */
export function tellNotes(request: string, notes: readonly string[]): void {
  for (const note of notes) noted.publish(`${request}: ${note}`);
}
