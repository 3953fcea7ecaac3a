import { describe, expect, it } from 'vitest';
import { explore } from './explore.ts';
import { kill, MUTANTS } from './mutants.ts';
import { replay, shrink } from './replay.ts';
import { EXHAUSTIVE, FIRST_EXHAUSTIVE, FIRST_RANDOM, RANDOM } from './scenarios.ts';
import { REAL } from './system.ts';
import { walk } from './walk.ts';

// Holds invariants 2, 7 and 8 of docs/threat-model.md.

// Short bounds; `npm run simulate` has the long ones. Fixed seeds, simulated time: nothing here can flake.
const STATES = 25_000;
const SCHEDULES = 1_000;

describe('the protocol holds in every schedule of the short bound', () => {
  it.for(FIRST_EXHAUSTIVE)('exhaustively: $name', { timeout: 120_000 }, async (scenario) => {
    const result = await explore(scenario, REAL, STATES);
    const shrunk = result.counterexample && (await shrink(scenario, REAL, result.counterexample));
    expect(shrunk).toBeUndefined();
    expect(result.complete || result.states >= STATES).toBe(true);
    expect(result.ended).toBeGreaterThan(0);
  });

  it.for(FIRST_RANDOM)('at random: $name', { timeout: 120_000 }, async (scenario) => {
    const result = await walk(scenario, REAL, 1, SCHEDULES);
    const shrunk = result.counterexample && (await shrink(scenario, REAL, result.counterexample));
    expect(shrunk).toBeUndefined();
    // A walk in which nothing was rotated and nothing ever went wrong would prove nothing.
    expect(result.outcomes.get('rotated')).toBeGreaterThan(SCHEDULES / 4);
    expect(result.outcomes.get('died') ?? 0).toBeGreaterThan(0);
  });
});

describe('the simulator finds what is wrong', () => {
  it.for(MUTANTS)('$name', { timeout: 120_000 }, async (mutant) => {
    const found = await kill(mutant);
    expect(found, 'the mutant survived').toBeDefined();
    const scenario = [...EXHAUSTIVE, ...RANDOM].find(({ name }) => name === mutant.shownBy);
    if (found === undefined || scenario === undefined) return;
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
