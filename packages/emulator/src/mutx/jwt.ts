import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Claims {
  readonly sub: string;
  readonly type: 'access' | 'refresh';
  /** Seconds since the epoch. */
  readonly iat: number;
  readonly exp: number;
  readonly jti?: string;
  readonly family_id?: string;
}

/** Makes a JWT, HS256 (RFC 7519, RFC 7515). */
export function signJwt(claims: Claims, key: Buffer): string {
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${content}.${mac(content, key).toString('base64url')}`;
}

/** The claims of a JWT of ours, whether or not it has ended; undefined: not one of ours, or tampered with. */
export function verifyJwt(token: string, key: Buffer): Claims | undefined {
  const match = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(token);
  if (match === null) return undefined;
  const [, head = '', body = '', signature = ''] = match;
  const expected = mac(`${head}.${body}`, key);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Claims;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}

function mac(content: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(content).digest();
}
