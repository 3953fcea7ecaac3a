import { describe, expect, it } from 'vitest';
import { guarded } from '../../src/messages/guard.ts';
import { plain } from '../../src/messages/markdown.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { leaksIn } from '../canary/search.ts';
import { RecordingSink } from '../messages/recording-sink.ts';
import { fc } from '../property.ts';

// Holds invariant 3 of docs/threat-model.md.

/** As credentials look, and as passwords may: with spaces, marks, letters beyond ASCII, line breaks. */
const credential = fc
  .oneof(
    fc.stringMatching(/^mutx_live_[\w-]{20,40}$/u),
    fc.stringMatching(/^eyJ[\w-]{12,30}\.eyJ[\w-]{12,30}\.[\w-]{20,43}$/u),
    fc.string({ unit: 'grapheme-ascii', minLength: 12, maxLength: 40 }),
    fc.string({ unit: 'grapheme', minLength: 12, maxLength: 30 }),
    fc
      .tuple(
        fc.stringMatching(/^\w{8,20}$/u),
        fc.constantFrom('\n', '\t', '  ', '::', '##['),
        fc.stringMatching(/^\w{8,20}$/u),
      )
      .map((parts) => parts.join('')),
  )
  .filter((text) => text.trim().length >= 8 && text.isWellFormed() && text === text.trim());

const encodings: readonly ((text: string, before: string) => string)[] = [
  (text, before) => before + text,
  (text, before) => before + JSON.stringify(text),
  (text, before) => before + encodeURIComponent(text),
  (text, before) => before + encodeURIComponent(text).replace(/%../gu, (octet) => octet.toLowerCase()),
  (text, before) => Buffer.from(`${before}${text}${before}`).toString('base64'),
  (text, before) => Buffer.from(`${before}${text}${before}`).toString('base64url'),
  (text) => Buffer.from(text).toString('hex'),
  (text) => Buffer.from(text).toString('hex').toUpperCase(),
];

const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 10 }).map((text) => text.toWellFormed()),
  fc.constantFrom('\n', '\r\n', '\r', '::', '##[', '|', '`', ' ', '\u2028', '\u200b', 'Bearer ', '%'),
);
const pieces = fc.array(piece, { maxLength: 5 }).map((parts) => parts.join(''));

/** White space of one kind in place of another: what printing makes of it. */
const disguises: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replaceAll(' ', '\t'),
  (text) => text.replaceAll(' ', '\u2028'),
  (text) => plain(text),
];

describe('a credential that was admitted', () => {
  it('leaves through no channel, whatever is around it, however it is encoded and wherever lines end', () => {
    fc.assert(
      fc.property(
        credential,
        fc.constantFrom(...encodings),
        fc.constantFrom(...disguises),
        pieces,
        pieces,
        (secret, encode, disguise, before, after) => {
          const secrets = new SecretRegistry(() => {});
          secrets.admit(secret);
          const sink = new RecordingSink();
          const out = guarded(sink, secrets);
          const text = disguise(encode(secret, before)) + after;
          out.line(text);
          out.debug(text);
          out.group(text);
          out.warning({ title: text, message: text });
          out.error({ title: text, message: text });
          try {
            out.output('targets', text);
          } catch (error) {
            // An output is never emptied in silence: the run fails instead.
            expect(error).toMatchObject({ code: 'output-withheld' });
          }
          out.summary(text);
          const written = [...sink.calls, ...sink.outputs.values(), ...sink.summaries];
          const channels = written.map((one, index): [string, string] => [`${index}`, one]);
          expect(leaksIn(channels, new Map([[secret, 'admitted']]))).toEqual([]);
          const quoted = secrets.quote(text, 500);
          expect(leaksIn([['quote', quoted]], new Map([[secret, 'admitted']]))).toEqual([]);
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it('is not put together by a summary that is written in pieces', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^mutx_live_[\w-]{30,40}$/u), fc.nat(), pieces, (secret, at, around) => {
        const secrets = new SecretRegistry(() => {});
        secrets.admit(secret);
        const sink = new RecordingSink();
        const out = guarded(sink, secrets);
        const cut = 1 + (at % (secret.length - 1));
        out.summary(around + secret.slice(0, cut));
        out.summary(secret.slice(cut) + around);
        expect(sink.summaries.join('')).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });
});
