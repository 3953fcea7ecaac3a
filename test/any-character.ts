import { fc } from './property.ts';

/**
 * Any code point, halves of a pair too, and often one that does not belong into a line of text. Not fast-check's own
 * `binary`: making that takes two seconds in every file that uses it.
 */
export const anyCharacter = fc
  .oneof(
    fc.integer({ min: 0, max: 0x10_ff_ff }),
    fc.integer({ min: 0, max: 0xff }),
    fc.integer({ min: 0x20_00, max: 0x20_6f }),
  )
  .map((point) => String.fromCodePoint(point));
