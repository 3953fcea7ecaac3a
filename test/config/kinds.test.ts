import { expect, it } from 'vitest';
import { allowedText } from '../../src/config/kinds.ts';
import { INPUT_NAMES, specOf } from '../../src/config/table.ts';

it.each(INPUT_NAMES)('what %s takes can be told', (name) => {
  expect(allowedText(specOf(name).kind)).toMatch(/^\S.*\S$/);
});

it('a name of a secret is told by its letters', () => {
  expect(allowedText({ type: 'secret-name' })).toBe(
    'letters, digits and `_`, not beginning with a digit or `GITHUB_`',
  );
});
