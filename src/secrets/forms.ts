/** A signature shorter than this is none. */
const SHORTEST_PART = 16;

/**
 * The forms in which a credential could turn up in text: as it is; base64 and base64url, alone and at each of the
 * three offsets it can have inside something longer; URL-encoded in either case; as a JSON string; escaped for
 * XML; and a JWT's signature alone, which is what makes it one. The runner masks literally what it is told, so
 * each form is told.
 */
export function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  const base64 = bytes.toString('base64');
  const encoded = encodeURIComponent(text.toWellFormed());
  const forms = [
    text,
    base64,
    base64.replace(/=+$/, ''),
    bytes.toString('base64url'),
    ...[0, 1, 2].flatMap((offset) => [
      insideOf(bytes, offset, 'base64'),
      insideOf(bytes, offset, 'base64url'),
    ]),
    encoded,
    encoded.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()),
    JSON.stringify(text).slice(1, -1),
    text.replace(/[&<>"']/g, (character) => `&${XML[character]};`),
    ...signatureOf(text),
  ];
  return [...new Set(forms)].filter((form) => form.length > 0);
}

const XML: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/**
 * The characters that do not depend on what stands around the bytes; empty where hardly any would be left.
 * @param offset bytes before them, modulo 3
 */
function insideOf(bytes: Buffer, offset: number, encoding: 'base64' | 'base64url'): string {
  const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
  const whole = shifted.subarray(0, shifted.length - (shifted.length % 3));
  // A character is six bits: those that hold a bit of what comes before are left out.
  const inside = whole.toString(encoding).slice(Math.ceil((offset * 8) / 6));
  return inside.length < SHORTEST_PART ? '' : inside;
}

function signatureOf(text: string): readonly string[] {
  const signature = /^eyJ[\w-]+\.[\w-]+\.([\w-]+)$/.exec(text)?.[1] ?? '';
  return signature.length < SHORTEST_PART ? [] : [signature];
}
