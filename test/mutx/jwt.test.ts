import { describe, expect, it } from 'vitest';
import { decodeJwt } from '../../src/mutx/jwt.ts';
import { anyCharacter } from '../any-character.ts';
import { fc } from '../property.ts';

function encoded(payload: string): string {
  return `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(payload).toString('base64url')}.c2ln`;
}

describe('the claims of a JWT', () => {
  it('are read, instants in milliseconds', () => {
    const payload = {
      sub: 'u',
      type: 'refresh',
      exp: 1_780_000_000,
      iat: 1_779_000_000.5,
      jti: 'j',
      family_id: 'f',
    };
    expect(decodeJwt(encoded(JSON.stringify(payload)))).toEqual({
      type: 'refresh',
      exp: 1_780_000_000_000,
      iat: 1_779_000_000_500,
      jti: 'j',
      familyId: 'f',
    });
  });

  it('are read from letters beyond ASCII, and without a signature', () => {
    expect(decodeJwt(encoded('{"type":"süß"}'))?.type).toBe('süß');
    expect(decodeJwt('e30.eyJ0eXBlIjoiYWNjZXNzIn0.')).toEqual({ type: 'access' });
  });

  it.each([
    '{"type":1,"exp":"1780000000","iat":null,"jti":{},"family_id":["f"]}',
    '{"exp":1e300,"iat":-1e300}',
    '{"__proto__":{"type":"access"},"constructor":1}',
    '{}',
  ])('of other types than they should be are left out: %s', (payload) => {
    expect(decodeJwt(encoded(payload))).toEqual({});
  });

  it.each([
    '',
    'x',
    'a.b',
    'a.b.c',
    'a.b.c.d',
    '..',
    encoded('[]'),
    encoded('null'),
    encoded('"access"'),
    encoded('1'),
    encoded('{"type":'),
    `Bearer ${encoded('{}')}`,
    `${encoded('{}')}\n`,
    'e30.e3\u0000.x',
    'mutx_live_x',
    `ghs_15368_${encoded('{"type":"access"}')}`,
    `e10.${encoded('{"type":"access"}').split('.')[1]}.x`,
  ])('are not found in %j', (text) => {
    expect(decodeJwt(text)).toBeUndefined();
  });

  it('are all within a date, whatever the payload, and nothing throws', () => {
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.json().map(encoded),
      fc
        .dictionary(fc.constantFrom('exp', 'iat', 'type', 'jti', 'family_id'), fc.jsonValue())
        .map((claims) => encoded(JSON.stringify(claims))),
    );
    fc.assert(
      fc.property(text, (given) => {
        const claims = decodeJwt(given);
        for (const instant of [claims?.exp, claims?.iat]) {
          expect(Number.isNaN(new Date(instant ?? 0).getTime())).toBe(false);
        }
      }),
    );
  });
});
