import { describe, expect, it } from 'vitest';
import { kill, MUTANTS } from './mutants.ts';
import { replay } from './replay.ts';
import { EXHAUSTIVE, RANDOM } from './scenarios.ts';
import { REAL } from './system.ts';

// Holds invariants 2, 7 and 8 of docs/threat-model.md.

describe('the simulator finds what is wrong', () => {
  it.for(MUTANTS)('$name', { timeout: 300_000 }, async (mutant) => {
    const found = await kill(mutant);
    expect(found, 'the mutant survived').toBeDefined();
    const scenario = [...EXHAUSTIVE, ...RANDOM].find(({ name }) => name === mutant.shownBy);
    if (found === undefined || scenario === undefined) return;
    // A promise is broken; a mutant that only throws shows nothing.
    expect(found.violations[0]).toMatch(/^(?:P[1-6]|AUDIENCE): /);
    // The schedule that kills the mutant does no harm to the real engine.
    const { violations } = await replay(scenario, REAL, found.schedule);
    expect(violations).toEqual([]);
  });

  it('a seed gives the same schedule each time', async () => {
    const [mutant] = MUTANTS;
    if (mutant === undefined) throw new Error('no mutants');
    expect(await kill(mutant)).toEqual(await kill(mutant));
  });
});
