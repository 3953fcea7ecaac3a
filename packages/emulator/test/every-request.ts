import { afterAll, afterEach, expect } from 'vitest';
import { takeNotes } from './noted.ts';

/**
 * Loaded before every test file (vitest.config.ts): the emulators take what the services take, so what is stricter
 * than they are is asserted here, of every request of every test. A test whose client is meant to be careless
 * calls `takeNotes` itself.
 */
const noneNoted = () => {
  expect(takeNotes(), 'requests that the services take, and our clients do not send').toEqual([]);
};

afterEach(noneNoted);
// For requests that a file sends outside of its tests.
afterAll(noneNoted);
