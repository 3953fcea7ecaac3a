import { looksLikeCredential } from '../secrets/shapes.ts';

/** UUIDs today; opaque to us, but they go into paths and messages, where no credential belongs. */
export function isKeyId(text: string): boolean {
  return /^[\w-]{1,100}$/.test(text) && !looksLikeCredential(text);
}
