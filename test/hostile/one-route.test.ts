import { describe, expect, it } from 'vitest';
import { GITHUB_TRIALS } from './github-replies.ts';
import { MUTX_TRIALS } from './mutx-replies.ts';
import { expectHarmless, named } from './trial.ts';

// Holds invariants 3, 6 and 26 of docs/threat-model.md.

describe.each([
  ['MUTX', MUTX_TRIALS],
  ['GitHub', GITHUB_TRIALS],
])('%s: hostile replies that one route has', (_service, trials) => {
  it(`${trials.length} hostile replies tried, no two the same`, () => {
    const names = named(trials).map(([name]) => name);
    expect(new Set(names).size).toBe(trials.length);
    expect(trials.length).toBeGreaterThanOrEqual(30);
  });

  it.each(named(trials))('%s', async (_name, trial) => {
    await expectHarmless(trial);
  });
});
