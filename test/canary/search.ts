/** Where a text was found that nobody should find. Names the form, never the credential. */
export interface Leak {
  readonly channel: string;
  readonly what: string;
  readonly form: string;
}

/** What is shorter is in texts by chance, and taken for a credential by nobody (src/config/credential/pasted.ts). */
const SHORTEST = 8;

/** Less of a base64 text than this says nothing. */
const SHORTEST_PART = 10;

const encodings = new Map<string, readonly (readonly [form: string, text: string])[]>();

/**
 * The forms in which a credential is searched for. Written apart from the code that masks them, so that a form
 * forgotten there is found here.
 */
export function formsOf(credential: string): readonly (readonly [form: string, text: string])[] {
  const known = encodings.get(credential);
  if (known !== undefined) return known;
  const bytes = Buffer.from(credential);
  const url = encodeURIComponent(credential.toWellFormed());
  const json = JSON.stringify(credential).slice(1, -1);
  const forms: [string, string][] = [
    ['raw', credential],
    ['JSON', json],
    ['JSON in JSON', JSON.stringify(json).slice(1, -1)],
    ['URL', url],
    ['URL, lower case', url.replace(/%../gu, (octet) => octet.toLowerCase())],
    ['hex', bytes.toString('hex')],
    ['hex, upper case', bytes.toString('hex').toUpperCase()],
    ['URL, every octet', bytes.toString('hex').replace(/../gu, '%$&')],
  ];
  // What makes a JWT one; the rest of it is no secret. One form of GitHub's tokens ends with one.
  const signature = /^(?:ghs_\d+_)?eyJ[\w-]+\.[\w-]+\.([\w-]+)$/u.exec(credential)?.[1];
  if (signature !== undefined && signature.length >= SHORTEST)
    forms.push(['the signature of a JWT', signature]);
  for (const encoding of ['base64', 'base64url'] as const) {
    for (const offset of [0, 1, 2]) {
      const part = withinEncoded(bytes, offset, encoding);
      if (part.length >= SHORTEST_PART) forms.push([`${encoding} after ${offset}`, part]);
    }
  }
  encodings.set(credential, forms);
  return forms;
}

/** What the bytes are in base64 wherever they stand: the characters that neighbours have no part in. */
function withinEncoded(bytes: Buffer, offset: number, encoding: 'base64' | 'base64url'): string {
  const filled = Buffer.concat([Buffer.alloc(offset), bytes]);
  const first = Math.ceil((offset * 8) / 6);
  const end = Math.floor((filled.length * 8) / 6);
  return filled.toString(encoding).slice(first, end);
}

/** Every credential in every channel, in every form. @param credentials what each is, by its text */
export function leaksIn(
  channels: Iterable<readonly [channel: string, text: string]>,
  credentials: ReadonlyMap<string, string>,
): readonly Leak[] {
  const leaks: Leak[] = [];
  for (const [channel, text] of channels) {
    if (text === '') continue;
    for (const [credential, what] of credentials) {
      if (credential.length < SHORTEST) continue;
      const form = formsOf(credential).find(([, encoded]) => text.includes(encoded))?.[0];
      if (form !== undefined) leaks.push({ channel, what, form });
    }
  }
  return leaks;
}
