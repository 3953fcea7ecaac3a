import { randomInt } from 'node:crypto';
import sodium from 'libsodium-wrappers';

/** The key pair of one scope, in standard base64. */
export interface KeyPair {
  readonly keyId: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

/** GitHub: "Secrets are limited to 48 KB in size". */
export const MAX_SECRET_BYTES = 48 * 1_024;

/** Standard base64 with padding, as the API's own description has it. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;

/** Makes a key pair (X25519). */
export function makeKeyPair(): KeyPair {
  const { publicKey, privateKey } = sodium.crypto_box_keypair();
  return {
    // GitHub's ids are numbers too big for a JavaScript number, as text.
    keyId: `${randomInt(10 ** 8, 10 ** 9)}${randomInt(10 ** 8, 10 ** 9)}`,
    publicKey: Buffer.from(publicKey).toString('base64'),
    privateKey: Buffer.from(privateKey).toString('base64'),
  };
}

export function isBase64(text: string): boolean {
  return BASE64.test(text);
}

/** Opens a sealed box (crypto_box_seal); undefined: it was not made for this key pair, or is none. */
export function openBox(box: string, { publicKey, privateKey }: KeyPair): Uint8Array | undefined {
  try {
    return sodium.crypto_box_seal_open(bytes(box), bytes(publicKey), bytes(privateKey));
  } catch {
    return undefined;
  }
}

/** Seals a text as somebody at GitHub's own settings page would. */
export function seal(text: string, { publicKey }: KeyPair): string {
  return Buffer.from(sodium.crypto_box_seal(text, bytes(publicKey))).toString('base64');
}

function bytes(base64: string): Uint8Array {
  return Buffer.from(base64, 'base64');
}
