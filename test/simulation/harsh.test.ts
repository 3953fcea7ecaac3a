import { describe, expect, it } from 'vitest';
import { explore } from './explore.ts';
import { HARSH_EXHAUSTIVE, HARSH_RANDOM, SEEN } from './harsh.ts';
import { shrink } from './replay.ts';
import { REAL } from './system.ts';
import { walk } from './walk.ts';

// Holds invariants 2, 7 and 8 of docs/threat-model.md.

const STATES = 3_000;
const SCHEDULES = 200;

describe('the protocol holds in a world as harsh as the world', () => {
  it.for(SEEN)('$name', { timeout: 300_000 }, async (scenario) => {
    const result = await walk(scenario, REAL, 1, SCHEDULES);
    const shrunk = result.counterexample && (await shrink(scenario, REAL, result.counterexample));
    expect(shrunk).toBeUndefined();
    expect(result.steps).toBeGreaterThan(SCHEDULES);
  });

  it.for(HARSH_RANDOM)('at random: $name', { timeout: 300_000 }, async (scenario) => {
    const result = await walk(scenario, REAL, 1, SCHEDULES);
    const shrunk = result.counterexample && (await shrink(scenario, REAL, result.counterexample));
    expect(shrunk).toBeUndefined();
    expect(result.outcomes.get('rotated')).toBeGreaterThan(SCHEDULES / 10);
  });

  it.for(HARSH_EXHAUSTIVE)('exhaustively: $name', { timeout: 300_000 }, async (scenario) => {
    const result = await explore(scenario, REAL, STATES);
    const shrunk = result.counterexample && (await shrink(scenario, REAL, result.counterexample));
    expect(shrunk).toBeUndefined();
    expect(result.complete || result.states >= STATES).toBe(true);
    expect(result.ended).toBeGreaterThan(0);
  });
});
