import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What opens an envelope; says nothing by itself. Base64url. */
export function newOpener(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Text that says nothing without its opener, base64url. For what has to be handed on by two channels of which
 * neither is a place for a credential.
 */
export function sealed(text: string, opener: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, Buffer.from(opener, 'base64url'), iv);
  const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), content]).toString('base64url');
}

/** @returns undefined where this is not the envelope, not its opener, or somebody has changed either */
export function opened(envelope: string, opener: string): string | undefined {
  const bytes = Buffer.from(envelope, 'base64url');
  try {
    const iv = bytes.subarray(0, IV_BYTES);
    const options = { authTagLength: TAG_BYTES };
    const decipher = createDecipheriv(CIPHER, Buffer.from(opener, 'base64url'), iv, options);
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const content = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
    return Buffer.concat([content, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
