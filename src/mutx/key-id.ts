import { looksLikeCredential } from '../secrets/shapes.ts';

/** Of a reply. UUIDs today; opaque to us, but they go into paths and messages, where no credential belongs. */
export function isKeyId(text: string): boolean {
  return /^[\w-]{1,100}$/.test(text) && !looksLikeCredential(text);
}

/**
 * Of somebody who wrote it. MUTX describes the id of a key as a UUID (the path parameter `key_id` of its OpenAPI
 * document), so anything else is a slip, to be told before anything is called.
 */
export function isWrittenKeyId(text: string): boolean {
  return /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/iu.test(text);
}
