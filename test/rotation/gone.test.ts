import { expect, test } from 'vitest';
import { isGone } from '../../src/rotation/rules.ts';
import { key } from './records.ts';

// Holds invariant 26 of docs/threat-model.md.

test.each([
  ['nobody has looked', [], false],
  ['no list could be read', [undefined, undefined], false],
  ['the list before did not have it', [[key('b')]], true],
  ['the list before had it as revoked', [[key('a', { active: false })]], true],
  ['the list before had it as active', [[key('a')]], false],
  ['its id was given in another case', [[key('A')]], false],
  ['it was active before, and is not after', [[key('a')], [key('a', { active: false })]], true],
  ['it was active before, and is not listed after', [[key('a')], []], true],
  ['it was active before and after', [[key('a')], [key('a')]], false],
  ['there was no list before, and it is active after', [undefined, [key('a')]], false],
  ['there was no list before, and it is not listed after', [undefined, []], true],
])('a 404 for a DELETE, where %s', (_, lists, gone) => {
  expect(isGone('a', ...lists)).toBe(gone);
});
