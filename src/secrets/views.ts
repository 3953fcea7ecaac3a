/**
 * What a reader can make of a text: white space and characters that cannot be seen taken out, and the escapes of
 * JSON, HTML, URLs and forms put back into what they stand for, once, twice and a little further. A credential and a
 * text that are compared go through the same, so it does not matter what in them only looks like an escape. Each step
 * is linear in the text.
 */
export function viewsOf(text: string): readonly string[] {
  const views = [bare(text)];
  for (let last = views[0] ?? ''; views.length <= ROUNDS; ) {
    const next = bare(decoded(last));
    if (next === last) break;
    views.push(next);
    last = next;
  }
  return views;
}

/** What is escaped twice, of a credential that itself looks as if it were. */
const ROUNDS = 4;

/**
 * Without white space (a form's `+` is some), control, format, unassigned and private characters, and those that no
 * font shows.
 */
export function bare(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\s+\p{C}\p{Default_Ignorable_Code_Point}]/gu, '')
    .normalize('NFC');
}

/**
 * `\u0026`, `\u{26}`, `\x26`, `\/` (as Markdown escapes marks, too), `%26`, `&#38;`, `&#x26;`, `&amp;`. What stands for
 * bytes is read as UTF-8, and where it is none, as Latin-1.
 */
const ESCAPES =
  /((?:%[\da-f]{2})+)|((?:\\x[\da-f]{2})+)|\\u(?:\{([\da-f]{1,6})\}|([\da-f]{4}))|\\([!-/:-@[-`{-~bfnrt])|&#(?:x([\da-f]{1,6})|(\d{1,7}));?|&([a-z]\w{1,15});/giu;

function decoded(text: string): string {
  if (!/[\\%&]/u.test(text)) return text;
  return text.replace(ESCAPES, (all, ...parts: (string | undefined)[]) => {
    const [percent, octets, braced, unit, simple, hexadecimal, decimal, name] = parts;
    if (percent !== undefined) return ofBytes(percent.replaceAll('%', ''));
    if (octets !== undefined) return ofBytes(octets.replaceAll(/\\x/giu, ''));
    if (unit !== undefined) return String.fromCharCode(Number.parseInt(unit, 16));
    if (simple !== undefined) return INVISIBLE.test(simple) ? '' : simple;
    const code = decimal === undefined ? Number.parseInt(braced ?? hexadecimal ?? '', 16) : Number(decimal);
    if (code <= LAST_CODE_POINT) return String.fromCodePoint(code);
    return ENTITIES.get(name ?? '') ?? all;
  });
}

const LAST_CODE_POINT = 0x10_ff_ff;

/** Letters after a backslash that stand for what is not visible; a mark stands for itself. */
const INVISIBLE = /^[bfnrt]$/u;

function ofBytes(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

/** U+00A0 to U+00FF in HTML, in their order. */
const LATIN_1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';

/** Marks of ASCII, and what keyboards have beyond it. */
const MARKS =
  'amp & AMP & lt < LT < gt > GT > quot " QUOT " apos \' excl ! num # dollar $ percnt % lpar ( rpar ) ast * midast * plus + comma , period . sol / colon : semi ; equals = quest ? commat @ lsqb [ lbrack [ bsol \\ rsqb ] rbrack ] Hat ^ lowbar _ UnderBar _ grave ` lcub { lbrace { verbar | vert | VerticalLine | rcub } rbrace } hyphen ‐ dash ‐ ndash – mdash — lsquo ‘ rsquo ’ sbquo ‚ ldquo “ rdquo ” bdquo „ hellip … bull • dagger † Dagger ‡ permil ‰ lsaquo ‹ rsaquo › euro € trade ™ fnof ƒ circ ˆ tilde ˜ OElig Œ oelig œ Scaron Š scaron š Yuml Ÿ minus −';

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ...LATIN_1.split(' ').map((name, index) => [name, String.fromCharCode(0xa0 + index)] as const),
  ...pairs(MARKS.split(' ')),
]);

function pairs(words: readonly string[]): readonly (readonly [string, string])[] {
  return words.flatMap((name, at) => (at % 2 === 0 ? [[name, words[at + 1] ?? ''] as const] : []));
}
