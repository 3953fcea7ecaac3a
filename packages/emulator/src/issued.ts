import { channel } from 'node:diagnostics_channel';

/** A credential that the emulator gave out, or was given by hand to keep. */
export interface IssuedCredential {
  readonly kind: 'api-key' | 'access-jwt' | 'refresh-token' | 'password' | 'github-token' | 'secret-value';
  readonly text: string;
}

/** Where every credential is told the moment it exists, so that whoever searches for leaks misses none. */
export const ISSUED = 'mutx-emulator:credential';

const issued = channel(ISSUED);

/** Tells of a credential; @returns its text. */
export function tellIssued(kind: IssuedCredential['kind'], text: string): string {
  if (issued.hasSubscribers) issued.publish({ kind, text } satisfies IssuedCredential);
  return text;
}
