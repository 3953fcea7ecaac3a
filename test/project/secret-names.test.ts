import { expect, test } from 'vitest';
import { SECRETS } from '../../src/cli/init/workflow.ts';
import { codeBlocks, DOCUMENTS } from './files.ts';

/** `email: ${{ … }}` of a step, or of the secrets that a reusable workflow is given. */
const CREDENTIAL = /^\s*(email|password|refresh-token): (.+)$/gmu;

test('what the documents show reads the credentials from the secrets that `init` stores', () => {
  const read = DOCUMENTS.flatMap(codeBlocks).flatMap(({ language, text, at }) =>
    language === 'yaml'
      ? [...text.matchAll(CREDENTIAL)].map(([, input, value]) => ({ at, input, value }))
      : [],
  );
  expect(new Set(read.map(({ input }) => input))).toEqual(new Set(['email', 'password', 'refresh-token']));
  const other = read.filter(
    ({ input, value }) => value !== `\${{ secrets.${SECRETS[input as keyof typeof SECRETS]} }}`,
  );
  expect(other).toEqual([]);
});
