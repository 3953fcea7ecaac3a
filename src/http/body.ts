import type { HttpBody } from './result.ts';

/** Enough of a page to recognise it by. */
const EXCERPT_BYTES = 2_048;

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** A reply's bytes as what they are said to be. JSON that does not parse is `other`: somebody cut it off. */
export function decodeBody(bytes: Buffer, contentType: string | undefined): HttpBody {
  if (bytes.length === 0) return { kind: 'empty' };
  if (JSON_TYPE.test(contentType ?? '')) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      return { kind: 'json', value: JSON.parse(text) as unknown };
    } catch {
      // Neither error is kept: what V8 says of broken JSON quotes it, and it may hold a key.
    }
  }
  return { kind: 'other', text: bytes.toString('utf8', 0, EXCERPT_BYTES) };
}
