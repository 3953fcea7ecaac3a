import type { Instant } from '../core/time.ts';

/**
 * The claims of a MUTX JWT that matter here (mutx-api, "Sessions"). Read from the payload without checking the
 * signature: good enough to tell the user in time, never to trust anybody.
 */
export interface JwtClaims {
  /** `access` or `refresh` on MUTX */
  readonly type?: string;
  readonly exp?: Instant;
  readonly iat?: Instant;
  /** A refresh JWT's own id, and that of the family that ends when a spent one is used again. */
  readonly jti?: string;
  readonly familyId?: string;
}

const JWT = /^([\w-]+)\.([\w-]+)\.[\w-]*$/u;

/** The last instant that a `Date` can hold. */
const END_OF_TIME: Instant = 8.64e15;

/**
 * The claims of a text that has the form of a JWT (RFC 7519, compact): three parts, the first two JSON objects
 * in base64url. (A GitHub token of the form `ghs_…_<JWT>` has three parts as well.) A claim of another type than it should have is left out.
 * @returns undefined for anything else; never throws
 */
export function decodeJwt(text: string): JwtClaims | undefined {
  const [, header, payload] = JWT.exec(text) ?? [];
  const claims = parseObject(payload);
  if (claims === undefined || parseObject(header) === undefined) return undefined;
  return {
    ...string('type', claims.get('type')),
    ...instant('exp', claims.get('exp')),
    ...instant('iat', claims.get('iat')),
    ...string('jti', claims.get('jti')),
    ...string('familyId', claims.get('family_id')),
  };
}

function parseObject(part: string | undefined): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return new Map(Object.entries(value));
  } catch {
    return undefined;
  }
}

function string<K extends string>(name: K, value: unknown): { [P in K]?: string } {
  return typeof value === 'string' ? ({ [name]: value } as { [P in K]: string }) : {};
}

/** NumericDate (RFC 7519, section 2): seconds since the epoch, fractions allowed. */
function instant<K extends string>(name: K, value: unknown): { [P in K]?: Instant } {
  if (typeof value !== 'number') return {};
  const ms = value * 1_000;
  return Math.abs(ms) <= END_OF_TIME ? ({ [name]: ms } as { [P in K]: Instant }) : {};
}
