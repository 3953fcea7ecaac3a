import { expect, it } from 'vitest';
import { instantText } from '../../src/core/time.ts';

it('gives an instant in UTC, whole seconds, wherever the machine is', () => {
  expect(instantText(Date.UTC(2026, 0, 2, 3, 4, 5, 678))).toBe('2026-01-02T03:04:05Z');
  expect(instantText(8.64e15)).toBe('+275760-09-13T00:00:00Z');
});
