import { describe, expect, it } from 'vitest';
import { formsOf } from '../../src/secrets/forms.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { viewsOf } from '../../src/secrets/views.ts';
import { fc } from '../property.ts';

// Holds invariants 1 and 3 of docs/threat-model.md.

const WITHHELD = '(withheld: the text holds a credential)';

/** As people make them: all that some encoder escapes. */
const PASSWORD = `Grün & <b>"it's"</b>/50% + {1}!`;

type Encode = (text: string) => string;

const unit = (character: string, digits = 4) => character.charCodeAt(0).toString(16).padStart(digits, '0');
const json: Encode = (text) => JSON.stringify(text).slice(1, -1);
const escaped = (text: string, some: RegExp) =>
  json(text).replace(some, (one) => one.replace(/[\s\S]/g, (half) => `\\u${unit(half)}`));
const html =
  (apostrophe: string, quote = '&quot;'): Encode =>
  (text) =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', quote)
      .replaceAll("'", apostrophe);
const form: Encode = (text) => new URLSearchParams({ '': text }).toString().slice(1);

const ENCODERS: readonly (readonly [string, Encode])[] = [
  ['JSON of Go', (text) => escaped(text, /[<>&\u2028\u2029]/gu)],
  ['JSON of Rails', (text) => escaped(text, /[<>&]/gu)],
  ['JSON of Python', (text) => escaped(text, /[^ -~]/gu)],
  ['JSON of PHP', (text) => escaped(text, /[^ -~]/gu).replaceAll('/', '\\/')],
  [
    'JSON of PHP with every flag',
    (text) => escaped(text.replaceAll('"', '\u0001'), /[<>&']|[^ -~]/gu).replaceAll('\\u0001', '\\u0022'),
  ],
  [
    'JSON with capitals',
    (text) => escaped(text, /[^ -~]/gu).replace(/\\u..../gu, (one) => `\\u${one.slice(2).toUpperCase()}`),
  ],
  ['JSON of Go in a JSON string', (text) => json(escaped(text, /[<>&]/gu))],
  ['the source of Python', (text) => text.replace(/[^ -~]/gu, (one) => `\\x${unit(one, 2)}`)],
  [
    'the bytes of Python',
    (text) =>
      text.replace(/[^ -~]/gu, (one) =>
        [...Buffer.from(one)].map((byte) => `\\x${byte.toString(16)}`).join(''),
      ),
  ],
  [
    'the source of Rust',
    (text) => text.replace(/[^ -~]/gu, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`),
  ],
  ['HTML of Python', html('&#x27;')],
  ['HTML of PHP', html('&#039;')],
  ['HTML of Go', html('&#39;', '&#34;')],
  ['XML', html('&apos;')],
  ['HTML with decimal numbers', (text) => text.replace(/\W/gu, (one) => `&#${one.codePointAt(0)};`)],
  [
    'HTML with hexadecimal numbers',
    (text) => text.replace(/\W/gu, (one) => `&#X${one.codePointAt(0)?.toString(16).toUpperCase()};`),
  ],
  [
    'HTML with names',
    (text) =>
      html('&apos;')(text)
        .replaceAll('ü', '&uuml;')
        .replaceAll('/', '&sol;')
        .replaceAll('+', '&plus;')
        .replaceAll('!', '&excl;'),
  ],
  ['HTML escaped twice', (text) => html('&#39;')(html('&#39;')(text))],
  ['HTML in JSON of Go', (text) => escaped(html('&#39;')(text), /[<>&]/gu)],
  ['a form', form],
  [
    'a form, strictly',
    (text) =>
      encodeURIComponent(text)
        .replaceAll('%20', '+')
        .replace(/[!'()*]/gu, (one) => `%${unit(one, 2)}`),
  ],
  ['a URL, every octet', (text) => Buffer.from(text).toString('hex').replace(/../gu, '%$&')],
  ['a URL in Latin-1', (text) => Buffer.from(text, 'latin1').toString('hex').replace(/../gu, '%$&')],
  ['a URL, twice', (text) => encodeURIComponent(encodeURIComponent(text))],
  ['a form in JSON of Go', (text) => escaped(form(text), /[<>&]/gu)],
  ['base64 in lines of 8', (text) => Buffer.from(text).toString('base64').replace(/.{8}/gu, '$&\r\n')],
  ['base64 in a URL', (text) => encodeURIComponent(Buffer.from(text).toString('base64'))],
  ['composed letters', (text) => text.normalize('NFD')],
  ['white space between', (text) => text.replace(/./gu, '$& \t')],
  ['no-break spaces', (text) => text.replaceAll(' ', '\u00a0')],
  ...[
    '\u200b',
    '\u00ad',
    '\ufeff',
    '\u2060',
    '\u202e',
    '\u{e0061}',
    '\ufe0f',
    '\u3164',
    '\u034f',
    '\u0001',
    '\ue000',
  ].map((invisible): readonly [string, Encode] => [
    `U+${unit(invisible)} between`,
    (text) => [...text].join(invisible),
  ]),
  ['invisible characters, escaped', (text) => escaped([...text].join('\u200b'), /\u200b/gu)],
  ['Markdown', (text) => text.replace(/[!-/:-@[-`{-~]/gu, '\\$&')],
];

function registryOf(...credentials: string[]) {
  const masked: string[] = [];
  const registry = new SecretRegistry((one) => masked.push(one));
  for (const one of credentials) registry.admit(one);
  return { registry, masked };
}

describe.each([
  ['a password', PASSWORD],
  ['a key', 'mutx_live_0123456789ab_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ'],
  ['a password that looks like escapes', String.raw`%41\u0026&amp;+\\n&#39;\/%2541-and-more`],
  ['a password of other letters', 'пароль-Ünïcødé-密码-🔑'],
])('%s that a server sends back', (_, credential) => {
  const encoders = ENCODERS.filter(
    ([name]) => /^[\0-\u00ff]*$/u.test(credential) || !/Latin-1|source of Python/u.test(name),
  );

  it.each(encoders)('as %s is withheld', (_name, encode) => {
    const { registry } = registryOf(credential);
    const words = `wrong: «${encode(credential)}»`;
    expect(registry.holds(words)).toBe(true);
    expect(registry.quote(words)).toBe(WITHHELD);
    expect(registryOf('another-Credential-0').registry.holds(words)).toBe(false);
  });
});

it.each([
  'JSON of Go',
  'JSON of Rails',
  'JSON of Python',
  'JSON of PHP',
  'JSON with capitals',
  'HTML of Python',
  'HTML of PHP',
  'HTML of Go',
  'XML',
  'a form',
  'a URL, twice',
])('the runner is told to mask a password as %s', (name) => {
  const [, encode] = ENCODERS.find(([one]) => one === name) ?? [];
  expect(registryOf(PASSWORD).masked).toContain(encode?.(PASSWORD));
});

it('a token of letters, digits and dashes has no more forms than before: its masks are what they were', () => {
  expect(formsOf('mutx_live_0123456789ab_abcdefghijklmnopqrstuvwxyz').length).toBeLessThanOrEqual(12);
});

it('a credential that nobody knows is recognised under the same disguises', () => {
  const { registry } = registryOf();
  for (const words of [
    'mutx&#95;live&#x5f;zzzzzzzzzzzzzzzzzzzz',
    'mutx_live_\u200bzzzzzzzzzzzzzzzzzzzz',
    '%67hp_zzzzzzzzzzzzzzzzzzzz',
  ]) {
    expect(registry.quote(words)).toBe(WITHHELD);
  }
});

it('what is withheld is not masked, and masked if it is admitted later', () => {
  const { registry, masked } = registryOf();
  registry.withhold('internal server error');
  expect(masked).toEqual([]);
  expect(registry.quote('an internal server error')).toBe(WITHHELD);
  registry.admit('internal server error');
  expect(masked).toContain('internal server error');
});

it('what is short is looked for as it is, and not in what could be made of texts', () => {
  const { registry } = registryOf('&amp; a', 'x y z');
  expect(registry.quote('so & a b')).toBe('so & a b');
  expect(registry.quote('the xyz')).toBe('the xyz');
  expect(registry.quote('the x y z')).toBe(WITHHELD);
});

describe('views', () => {
  it('are the same of a text and of any text that hides it', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 12, maxLength: 40 });
    const encode = fc.constantFrom(
      ...ENCODERS.filter(([name]) => !/Latin-1|source of Python|base64/u.test(name)).map(([, one]) => one),
    );
    fc.assert(
      fc.property(text, encode, fc.string(), (credential, hide, before) => {
        fc.pre(credential.isWellFormed() && (viewsOf(credential)[0]?.length ?? 0) >= 12);
        expect(registryOf(credential).registry.holds(`${before} ${hide(credential)}`)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('never end up longer, and never throw', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('%', '\\u', '\\x', '&#', '&#x', '&', '\\'),
        (text, mark) => {
          for (const one of [text, mark + text, [...text].join(mark)]) {
            expect(viewsOf(one).every((view) => view.length <= one.normalize('NFC').length)).toBe(true);
          }
        },
      ),
    );
  });

  it.each([
    '%',
    '%25',
    '%e4',
    '\\',
    '\\u',
    '\\u005c',
    '\\x5c',
    '&',
    '&#',
    '&#38;',
    '&amp;',
    '&amp',
    '&#x',
    '\u200b',
    ' ',
    'a\u0301',
    'mutx_live_',
    'eyJ',
    '&aaaaaaaaaaaaaaaaaaaaaaaa',
    '\\u{0000000',
  ])('of a mebibyte of %j are there before anyone waits', (piece) => {
    const { registry } = registryOf(PASSWORD, 'mutx_live_0123456789ab_abcdefghijklmnopqrstuvwxyz');
    expect(registry.holds(piece.repeat(1_048_576 / piece.length))).toBe(false);
    expect(registry.quote(piece.repeat(1_048_576 / piece.length) + PASSWORD)).toBe(WITHHELD);
  });
});
