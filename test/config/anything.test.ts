import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { inputsOf } from '../../src/config/table.ts';
import { anyCharacter } from '../any-character.ts';
import { fc } from '../property.ts';
import { ACCESS_JWT, API_KEY, GITHUB_TOKEN, loadOnly, PASSWORD, REFRESH_JWT } from './given.ts';

// Holds invariant 27 of docs/threat-model.md.

/** Whatever is given: thousands of values that nobody thought of. */

describe('credentials', () => {
  it('are in no problem, warning or value that can be printed, whatever was given', () => {
    const secret = fc
      .oneof(
        fc.string({ unit: 'grapheme-ascii', minLength: 10, maxLength: 60 }),
        fc.base64String({ minLength: 12, maxLength: 80 }),
        fc.constantFrom(ACCESS_JWT, REFRESH_JWT, API_KEY, GITHUB_TOKEN, PASSWORD),
      )
      .filter((text) => text.trim().length >= 10 && !/^\*+$/.test(text.trim()));
    const wrapped = fc
      .tuple(
        secret,
        fc.constantFrom('', '"', 'Bearer ', ' ', '\n', '${{ ', '{"token":"'),
        fc.constantFrom('', '"', '\n', ' }}', '"}'),
      )
      .map(([text, before, after]) => before + text + after);
    const inputs = fc.record(
      {
        'bootstrap-jwt': wrapped,
        'refresh-token': wrapped,
        password: wrapped,
        'github-token': wrapped,
        email: fc.constantFrom('bot@example.com', 'nobody', ''),
        targets: fc.string({ unit: anyCharacter }),
        'secret-name': fc.string(),
        'expires-in-days': fc.string(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(inputs, (given) => {
        const { loaded } = loadOnly(given);
        const printed = `${inspect(loaded, { depth: 9 })}\n${JSON.stringify(loaded)}`;
        const credentials = ['bootstrap-jwt', 'refresh-token', 'password', 'github-token'] as const;
        const texts = credentials.map((name) => given[name]?.trim() ?? '').filter((text) => text !== '');
        expect(texts.filter((text) => printed.includes(text))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('loading', () => {
  it('never throws, and tells each problem on one printable line, whatever the runner hands over', () => {
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.string({ unit: fc.constantFrom(...'a1/@:. #\n=-_{$"') }),
    );
    const anyEnv = fc.dictionary(
      fc.oneof(
        fc.constantFrom(...inputsOf('rotate')).map((name) => `INPUT_${name.toUpperCase()}`),
        fc.string().map((name) => `INPUT_${name}`),
        fc.constantFrom(
          'GITHUB_REPOSITORY',
          'GITHUB_API_URL',
          'GITHUB_SERVER_URL',
          'GITHUB_EVENT_NAME',
          'GITHUB_ACTOR',
        ),
      ),
      text,
    );
    fc.assert(
      fc.property(anyEnv, (env) => {
        const { loaded } = loadOnly({}, env);
        const problems = loaded.ok ? [] : loaded.problems;
        const lines = problems.flatMap(({ input, message, given, allowed, fix }) => [
          `${input} ${message}`,
          given ?? '',
          allowed,
          fix,
        ]);
        lines.push(...loaded.warnings);
        for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        for (const line of lines) expect(line.length).toBeLessThan(600);
      }),
      { numRuns: 500 },
    );
  });
});
