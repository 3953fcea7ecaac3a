import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { printable } from '../../src/core/text.ts';
import { formsOf } from '../../src/secrets/forms.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { Secret } from '../../src/secrets/secret.ts';
import { anyCharacter } from '../any-character.ts';
import { fc } from '../property.ts';

// Holds invariant 1 of docs/threat-model.md.

const WITHHELD = '(withheld: the text holds a credential)';
const KEY = 'mutx_live_0123456789ab_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
const XML = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
] as const;
const credentials = fc.string({ unit: 'grapheme-ascii', minLength: 16, maxLength: 200 });

describe('a secret', () => {
  it('prints as asterisks, whoever prints it', () => {
    const secret = new Secret(KEY);
    const prints = [String(secret), JSON.stringify({ secret }), inspect({ secret }), secret.toString()];
    for (const print of prints) {
      expect(print).toContain('***');
      expect(print).not.toContain(KEY);
    }
    expect(secret.expose()).toBe(KEY);
  });
});

describe('a copy of a secret', () => {
  it('has nothing in it: the text is in no property that a copy would take', () => {
    const secret = new Secret(KEY);
    expect(Object.getOwnPropertyNames(secret)).toEqual([]);
    expect(Object.getOwnPropertySymbols(secret)).toEqual([]);
    const copies = [
      { ...secret },
      structuredClone(secret),
      Object.assign({}, secret),
      Object.entries(secret),
    ];
    for (const copy of copies) {
      expect(inspect(copy, { showHidden: true, depth: null, customInspect: false })).not.toContain(KEY);
    }
    expect(inspect(secret, { showHidden: true, customInspect: false })).not.toContain(KEY);
  });
});

describe('the forms of a credential', () => {
  it.each(['base64', 'base64url'] as const)('are found in %s of anything that holds it', (encoding) => {
    const around = fc.uint8Array({ maxLength: 5 });
    fc.assert(
      fc.property(credentials, around, around, (text, before, after) => {
        const registry = new SecretRegistry(() => {});
        registry.admit(text);
        expect(registry.holds(Buffer.concat([before, Buffer.from(text), after]).toString(encoding))).toBe(
          true,
        );
      }),
    );
  });

  it.each([61, 62, 63])(
    'are found in the header of whoever took a key of %d characters for a user name',
    (length) => {
      const key = KEY.padEnd(length, 'Z').slice(0, length);
      const registry = new SecretRegistry(() => {});
      registry.admit(key);
      for (const password of ['', 'x', '\uffff']) {
        const header = `Basic ${Buffer.from(`${key}:${password}`).toString('base64')}`;
        expect(registry.holds(header)).toBe(true);
      }
    },
  );

  it('are all of base64 but its padding, so that no end of it stays readable', () => {
    const text = '??>>??>>??>>??>>';
    expect(formsOf(text)).toContain('Pz8+Pj8/Pj4/Pz4+Pz8+Pg');
    expect(formsOf(text)).toContain('Pz8-Pj8_Pj4_Pz4-Pz8-Pg');
  });

  it.each<[string, (text: string) => string]>([
    ['raw', (text) => text],
    ['base64', (text) => Buffer.from(text).toString('base64')],
    ['base64url', (text) => Buffer.from(text).toString('base64url')],
    ['base64 after one byte', (text) => Buffer.from(`:${text}`).toString('base64')],
    ['base64 after two bytes', (text) => Buffer.from(`ab${text}`).toString('base64')],
    ['base64 before something', (text) => Buffer.from(`${text}:`).toString('base64')],
    ['base64url in something', (text) => Buffer.from(`a${text}:`).toString('base64url')],
    ['hex', (text) => Buffer.from(text).toString('hex')],
    ['hex in upper case', (text) => Buffer.from(text).toString('hex').toUpperCase()],
    ['JSON in JSON', (text) => JSON.stringify(JSON.stringify({ text }))],
    ['URL-encoded', (text) => encodeURIComponent(text)],
    ['URL-encoded in lower case', (text) => encodeURIComponent(text).replace(/%../g, (o) => o.toLowerCase())],
    ['JSON', (text) => JSON.stringify({ text: `it is ${text}, they say` })],
    ['XML', (text) => XML.reduce((rest, [character, entity]) => rest.replaceAll(character, entity), text)],
  ])('%s is recognised', (_, encode) => {
    const text = `pass<word> & "quotes" + 'slashes'\\/ 0123456789`;
    const registry = new SecretRegistry(() => {});
    const elsewhere = new SecretRegistry(() => {});
    registry.admit(text);
    expect(registry.holds(`before ${encode(text)} after`)).toBe(true);
    expect(elsewhere.holds(encode(text))).toBe(false);
  });

  it('hold a JWT’s signature, which alone makes it one', () => {
    expect(formsOf(JWT)).toContain('dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U');
    expect(formsOf('eyJh.b.c')).not.toContain('c');
    expect(formsOf(`eyJh.b.${'c'.repeat(16)}`)).toContain('c'.repeat(16));
  });

  it.each(['eyJh.b.0123456789abcdef.more', 'beyJh.b.0123456789abcdef', 'a.b.0123456789abcdef'])(
    'hold no part of what is no JWT as a whole: %s',
    (text) => {
      expect(formsOf(text)).not.toContain('0123456789abcdef');
    },
  );

  it('hold nothing so short that it would be masked everywhere', () => {
    expect(formsOf('abc')).toEqual(['abc', 'YWJj', '616263']);
    expect(formsOf('abcdef')).toEqual(['abcdef', 'YWJjZGVm', '616263646566']);
    // The shortest that is taken for a credential.
    expect(formsOf('abcdefgh')).toEqual([
      'abcdefgh',
      'YWJjZGVmZ2g=',
      'YWJjZGVmZ2g',
      'YWJjZGVm',
      'FiY2RlZmdo',
      'hYmNkZWZn',
      '6162636465666768',
    ]);
  });

  it('are never empty, which would be in every text', () => {
    for (const text of ['', ' ', 'a', KEY]) expect(formsOf(text).every((form) => form.length > 0)).toBe(true);
  });
});

describe('the registry', () => {
  it('masks every form before it hands the secret out, and each only once', () => {
    const masked: string[] = [];
    const registry = new SecretRegistry((form) => masked.push(form));
    const secret = registry.admit(KEY);
    expect(masked).toEqual(formsOf(KEY));
    registry.admit(secret.expose());
    expect(masked).toEqual(formsOf(KEY));
  });

  it('quotes a server’s words on one line, without what steers a terminal or the runner', () => {
    const registry = new SecretRegistry(() => {});
    expect(registry.quote('no\r\n::add-mask::x\u001b[31m \u202e\u2028end\0')).toBe(
      'no ::add-mask::x [31m end',
    );
    expect([...registry.quote('x'.repeat(500), 100)]).toHaveLength(100);
  });

  it.each([
    ['an admitted credential', (): string => KEY],
    ['one split by what printing takes away', (): string => `${KEY.slice(0, 20)}\u200b${KEY.slice(20)}`],
    ['a key that nobody admitted', (): string => 'mutx_live_zzzzzzzzzzzzzzzzzzzzzz'],
    ['most of a JWT', (): string => `token ${JWT.slice(0, 50)}`],
    ['a JWT without its signature', (): string => JWT.slice(0, JWT.lastIndexOf('.'))],
    ['a token of GitHub’s', (): string => 'github_pat_11AAAAAAAAAAAAAAAAAAAA_bbb'],
  ])('withholds words that hold %s', (_, words) => {
    const registry = new SecretRegistry(() => {});
    registry.admit(KEY);
    registry.admit(KEY.replace(/^(.{20})/, '$1 '));
    expect(registry.quote(words())).toBe(WITHHELD);
  });
});

describe('printable text', () => {
  it('is one line of visible characters within its length, whatever came in', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: anyCharacter, maxLength: 400 }),
        fc.integer({ min: 1, max: 100 }),
        (text, max) => {
          const line = printable(text, max);
          expect([...line].length).toBeLessThanOrEqual(max);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect(line.isWellFormed()).toBe(true);
        },
      ),
    );
  });

  it('is whole up to its length, and cut with a sign beyond it', () => {
    expect(printable('abcd', 4)).toBe('abcd');
    expect(printable('abcde', 4)).toBe('abc…');
    expect(printable('\u{1F511}\u{1F511}', 2)).toBe('\u{1F511}\u{1F511}');
  });

  it('is looked for at the beginning only, so that a megabyte of nothing costs nothing', () => {
    expect(printable(`${' '.repeat(40)}x`, 10)).toBe('');
    expect(printable(`${' '.repeat(39)}x`, 10)).toBe('x');
  });
});
