import { describe, expect, it } from 'vitest';
import { REPLIES, WIRE_REPLIES } from './replies.ts';
import { CREATE, LIST, PUBLIC_KEY, REFRESH, REVOKE, ROUTES, STORE } from './routes.ts';
import { expectHarmless, named } from './trial.ts';

// Holds invariants 2, 3, 4, 6, 7, 8, 13, 14 and 26 of docs/threat-model.md.

/** A read of each service, what must not be done twice, and what may. */
const KINDS = [LIST, PUBLIC_KEY, REFRESH, CREATE, STORE, REVOKE];

const TRIALS = [
  ...ROUTES.flatMap((route) => REPLIES.map((reply) => ({ route, reply }))),
  ...KINDS.flatMap((route) => WIRE_REPLIES.map((reply) => ({ route, reply }))),
];

describe(`${TRIALS.length} hostile replies tried, in ${ROUTES.length} routes`, () => {
  it('are at least 200, no two the same', () => {
    const names = new Set(named(TRIALS).map(([name]) => name));
    expect(names.size).toBe(TRIALS.length);
    expect(TRIALS.length).toBeGreaterThanOrEqual(200);
  });

  it.each(named(TRIALS))('%s', async (_name, trial) => {
    await expectHarmless(trial);
  });
});
