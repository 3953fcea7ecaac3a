import { afterAll, afterEach, expect } from 'vitest';
import { takeLeaks } from './watch.ts';

// Holds invariants 2 and 3 of docs/threat-model.md.

/**
 * Loaded before every test file (vitest.config.ts): whatever step any of them runs as the runner does is
 * searched, the moment it has ended, for every credential that emulators of this process gave out and that the
 * step was given. No test has to ask for it, and none can forget it.
 */
const noneLeaked = () => {
  expect(takeLeaks().leaks, 'credentials that a step of this test left behind').toEqual([]);
};

afterEach(noneLeaked);
// For steps that a file runs outside of its tests.
afterAll(noneLeaked);
