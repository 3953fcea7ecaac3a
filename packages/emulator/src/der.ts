/** The part of ASN.1's DER (X.690) that a certificate is written in. */

const CONTEXT = 0x80;
const CONSTRUCTED = 0x20;

/** A SEQUENCE. */
export function list(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

/** A SET of one. */
export function set(part: Buffer): Buffer {
  return tagged(0x31, part);
}

/** An INTEGER that is not negative, from its bytes. */
export function integer(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const least = start === -1 ? Buffer.from([0]) : bytes.subarray(start);
  const isNegative = (least[0] ?? 0) >= 0x80;
  return tagged(0x02, isNegative ? Buffer.concat([Buffer.from([0]), least]) : least);
}

export function truth(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

/** A BIT STRING. @param unused bits at its end */
export function bits(bytes: Buffer, unused: number): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([unused]), bytes]));
}

export function octets(bytes: Buffer): Buffer {
  return tagged(0x04, bytes);
}

export function utf8(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text, 'utf8'));
}

/** An OBJECT IDENTIFIER. @param text `2.5.4.3` */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): readonly number[] {
  const groups = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
    groups.unshift((left % 128) + 128);
  return groups;
}

/** A time in whole seconds: in two digits of the year until 2049, as certificates have to have it, then in four. */
export function instant(ms: number): Buffer {
  const digits = new Date(ms).toISOString().slice(0, 19).replace(/\D/g, '');
  const isShort = digits < '2050';
  return tagged(isShort ? 0x17 : 0x18, Buffer.from(`${isShort ? digits.slice(2) : digits}Z`, 'ascii'));
}

/** Bytes under a tag of the context, in place of their own. */
export function context(tag: number, bytes: Buffer): Buffer {
  return tagged(CONTEXT + tag, bytes);
}

/** A whole value under a tag of the context, around its own. */
export function content(tag: number, part: Buffer): Buffer {
  return tagged(CONTEXT + CONSTRUCTED + tag, part);
}

function tagged(tag: number, bytes: Buffer): Buffer {
  const { length } = bytes;
  const size =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : [0x82, Math.floor(length / 0x100), length % 0x100];
  return Buffer.concat([Buffer.from([tag, ...size]), bytes]);
}
