import type { Secret } from '../../secrets/secret.ts';

/** A scope's public key: repository, environment and organisation each have their own, and per store. */
export interface PublicKey {
  readonly keyId: string;
  /** base64 of 32 bytes */
  readonly key: string;
}

/** GitHub: "Secrets are limited to 48 KB in size". */
const MAX_BYTES = 48 * 1_024;

const BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/** Whether this can be a public key at all: known before a key is minted, which the seal itself is not. */
export function isPublicKey(key: string): boolean {
  return BASE64.test(key);
}

type Sealed =
  | { readonly ok: true; readonly box: string }
  | { readonly ok: false; readonly code: 'github-bad-public-key' | 'github-value-too-large' };

export type Seal = (value: Secret, publicKey: PublicKey) => Sealed;

/**
 * Loads libsodium (10 to 25 ms, so not before a key is being made); the seal itself is synchronous. A sealed box is
 * libsodium's `crypto_box_seal`, in standard base64: GitHub refuses the URL-safe kind, libsodium.js's default.
 */
export async function loadSeal(): Promise<Seal> {
  const sodium = await loadSodium();
  return (value, publicKey) => {
    const bytes = Buffer.from(value.expose(), 'utf8');
    if (bytes.length > MAX_BYTES) return { ok: false, code: 'github-value-too-large' };
    try {
      const key = sodium.from_base64(publicKey.key, sodium.base64_variants.ORIGINAL);
      const box = sodium.crypto_box_seal(bytes, key, 'uint8array');
      return { ok: true, box: sodium.to_base64(box, sodium.base64_variants.ORIGINAL) };
    } catch {
      return { ok: false, code: 'github-bad-public-key' };
    }
  };
}

/** Does beside something else what would keep the first seal waiting: the load, and V8's compilation of what it runs. */
export async function warmUpSeal(): Promise<void> {
  const sodium = await loadSodium();
  sodium.crypto_box_seal(new Uint8Array(1), sodium.crypto_box_keypair().publicKey);
}

async function loadSodium() {
  const { default: sodium } = await import(/* webpackChunkName: "libsodium" */ 'libsodium-wrappers');
  await sodium.ready;
  return sodium;
}
