import { describe, expect, it } from 'vitest';
import { GITHUB_TRIALS } from './github-replies.ts';
import { MUTX_TRIALS } from './mutx-replies.ts';
import { expectHarmless } from './trial.ts';

describe.each([
  ['MUTX', MUTX_TRIALS],
  ['GitHub', GITHUB_TRIALS],
])('%s: hostile replies that one route has', (_service, trials) => {
  it(`${trials.length} hostile replies tried, no two the same`, () => {
    const names = trials.map(({ route, reply }) => `${route.name} ${route.credential}: ${reply.name}`);
    expect(new Set(names).size).toBe(trials.length);
    expect(trials.length).toBeGreaterThanOrEqual(30);
  });

  it.each(trials)('$route.name: $reply.name', async (trial) => {
    await expectHarmless(trial);
  });
});
