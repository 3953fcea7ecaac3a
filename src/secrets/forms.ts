import { jwtOf } from './shapes.ts';

/** A signature shorter than this is none. */
const SHORTEST_SIGNATURE = 16;

/** What the shortest credential (eight characters) leaves of itself in base64, wherever it stands. */
const SHORTEST_PART = 8;

/**
 * The forms in which a credential could turn up in text: as it is; base64 and base64url, alone and at each of the
 * three offsets it can have inside something longer; hex; URL-encoded in either case, as a form, and twice; as a JSON
 * string, as one within another, and as Go, Rails, Python and PHP write one; escaped for XML and HTML; and a JWT's
 * signature alone, which is what makes it one, with the JWT that a GitHub token holds. The runner masks literally what
 * it is told, so each form is told. (What is compared with texts of ours is more: views.ts.)
 */
export function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  const base64 = bytes.toString('base64');
  const encoded = encodeURIComponent(text.toWellFormed());
  // Of the marks that encodeURIComponent leaves, RFC 3986 reserves these.
  const strict = encoded.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
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
    lowerOctets(encoded),
    encodeURIComponent(encoded),
    ...[strict, strict.replaceAll('%20', '+')].flatMap((one) => [one, lowerOctets(one)]),
    new URLSearchParams([['', text.toWellFormed()]]).toString().slice(1),
    json,
    JSON.stringify(json).slice(1, -1),
    json.replaceAll('/', '\\/'),
    ...[HTML_IN_JSON, BEYOND_ASCII, BEYOND_EITHER].flatMap((some) => asJson(json, some)),
    ...ENTITIES.map((entity) => text.replace(/[&<>"']/g, (character) => entity[character] ?? character)),
    ...partsOf(text),
  ];
  return [...new Set(forms)].filter((form) => form.length > 0);
}

const ENTITY = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** As XML has it; HTML in PHP, Python and Go; and HTML in Go and in templates, which have numbers for quotes. */
const ENTITIES: readonly Readonly<Record<string, string>>[] = [
  { ...ENTITY, "'": '&apos;' },
  { ...ENTITY, "'": '&#039;' },
  { ...ENTITY, "'": '&#x27;' },
  { ...ENTITY, "'": '&#39;' },
  { ...ENTITY, '"': '&#34;', "'": '&#39;' },
  ENTITY,
];

/** Go and Rails escape these in a JSON string; Python and PHP what is not ASCII. */
const HTML_IN_JSON = /[<>&\u2028\u2029]/gu;
const BEYOND_ASCII = /[^\x20-\x7e]/gu;
const BEYOND_EITHER = /[<>&']|[^\x20-\x7e]/gu;

/** A JSON string with some characters as `\uXXXX`, in either case, and slashes escaped or not. */
function asJson(json: string, some: RegExp): readonly string[] {
  const escaped = json.replace(some, (character) =>
    // By unit: a character beyond U+FFFF takes two of them.
    character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
  const upper = escaped.replace(/\\u[0-9a-f]{4}/g, (unit) => `\\u${unit.slice(2).toUpperCase()}`);
  return [escaped, upper, escaped.replaceAll('/', '\\/')];
}

function lowerOctets(encoded: string): string {
  return encoded.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
}

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
