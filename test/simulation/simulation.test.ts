import { describe, expect, it } from 'vitest';
import { explore } from './explore.ts';
import { shrink } from './replay.ts';
import { FIRST_EXHAUSTIVE, FIRST_RANDOM } from './scenarios.ts';
import { REAL } from './system.ts';
import { walk } from './walk.ts';

// Holds invariants 2, 7 and 8 of docs/threat-model.md.

// Short bounds; `npm run simulate` has the long ones. Fixed seeds, simulated time: nothing here can flake.
const STATES = 5_000;
const SCHEDULES = 400;

describe('the protocol holds in every schedule of the short bound', () => {
  it.for(FIRST_EXHAUSTIVE)('exhaustively: $name', { timeout: 300_000 }, async (scenario) => {
    const result = await explore(scenario, REAL, STATES);
    const shrunk = result.counterexample && (await shrink(scenario, REAL, result.counterexample));
    expect(shrunk).toBeUndefined();
    expect(result.complete || result.states >= STATES).toBe(true);
    expect(result.ended).toBeGreaterThan(0);
  });

  it.for(FIRST_RANDOM)('at random: $name', { timeout: 300_000 }, async (scenario) => {
    const result = await walk(scenario, REAL, 1, SCHEDULES);
    const shrunk = result.counterexample && (await shrink(scenario, REAL, result.counterexample));
    expect(shrunk).toBeUndefined();
    // A walk in which nothing was rotated and nothing ever went wrong would prove nothing.
    expect(result.outcomes.get('rotated')).toBeGreaterThan(SCHEDULES / 4);
    expect(result.outcomes.get('died') ?? 0).toBeGreaterThan(0);
  });
});
