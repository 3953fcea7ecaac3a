import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newOpener, opened, sealed } from '../../src/secrets/envelope.ts';

// Holds invariant 28 of docs/threat-model.md.

test('an envelope gives its text to its opener, and only to that', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const opener = newOpener();
      const envelope = sealed(text, opener);
      expect(envelope).toMatch(/^[\w-]+$/u);
      expect(opened(envelope, opener)).toBe(text.toWellFormed());
      expect(opened(envelope, newOpener())).toBeUndefined();
    }),
  );
});

test('an envelope is another one each time', () => {
  const opener = newOpener();
  expect(sealed('a', opener)).not.toBe(sealed('a', opener));
});

test('an envelope that somebody has changed anywhere stays shut', () => {
  const opener = newOpener();
  const bytes = Buffer.from(sealed('text', opener), 'base64url');
  for (const index of bytes.keys()) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(opened(changed.toString('base64url'), opener)).toBeUndefined();
  }
});

test('an envelope that was cut stays shut, though what is left of its tag would fit', () => {
  const opener = newOpener();
  for (const text of ['', 'text']) {
    const bytes = Buffer.from(sealed(text, opener), 'base64url');
    for (const length of bytes.keys()) {
      expect(opened(bytes.subarray(0, length).toString('base64url'), opener)).toBeUndefined();
    }
  }
});

test.each(['', 'x', 'no envelope at all, but long enough to be one'])(
  'what is no envelope stays shut: %j',
  (text) => {
    expect(opened(text, newOpener())).toBeUndefined();
    expect(opened(sealed('text', newOpener()), text)).toBeUndefined();
  },
);
