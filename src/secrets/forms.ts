import { jwtOf } from './shapes.ts';

/** A signature shorter than this is none. */
const SHORTEST_SIGNATURE = 16;

/** What the shortest credential (eight characters) leaves of itself in base64, wherever it stands. */
const SHORTEST_PART = 8;

/**
 * The forms in which a credential could turn up in text: as it is; base64 and base64url, alone and at each of the
 * three offsets it can have inside something longer; hex; URL-encoded in either case; as a JSON string, and
 * as one within another; escaped for XML; and a JWT's signature alone, which is what makes it one, with the JWT that a GitHub token holds. The runner masks literally what it is told,
 * so each form is told.
 */
export function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  const base64 = bytes.toString('base64');
  const encoded = encodeURIComponent(text.toWellFormed());
  const json = JSON.stringify(text).slice(1, -1);
  const forms = [
    text,
    base64,
    base64.replace(/=+$/, ''),
    bytes.toString('base64url'),
    ...[0, 1, 2].flatMap((offset) => [
      withinBase64(bytes, offset, 'base64'),
      withinBase64(bytes, offset, 'base64url'),
    ]),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    encoded,
    encoded.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()),
    json,
    JSON.stringify(json).slice(1, -1),
    text.replace(/[&<>"']/g, (character) => `&${XML[character]};`),
    ...partsOf(text),
  ];
  return [...new Set(forms)].filter((form) => form.length > 0);
}

const XML: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/** The characters that do not depend on what stands around the bytes; empty where hardly any would be left. */
function withinBase64(bytes: Buffer, offset: number, alphabet: 'base64' | 'base64url'): string {
  const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
  const whole = shifted.subarray(0, shifted.length - (shifted.length % 3));
  const middle = whole.toString(alphabet).slice(offset === 0 ? 0 : offset + 1);
  return middle.length < SHORTEST_PART ? '' : middle;
}

/** A JWT's signature; and the JWT in a GitHub token: what is around it (the id of an App) is no secret. */
function partsOf(text: string): readonly string[] {
  const { jwt = '', signature = '' } = jwtOf(text) ?? {};
  return signature.length < SHORTEST_SIGNATURE ? [] : [signature, jwt];
}
