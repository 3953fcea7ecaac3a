import { expect, it } from 'vitest';
import { startEmulator } from '../../packages/emulator/src/index.ts';
import { eachOf } from '../../src/rotation/run.ts';
import { MINUTE, runBeside, SECRET } from './fleet.ts';
import { VirtualTime } from './virtual-time.ts';

// Holds invariant 13 of docs/threat-model.md.

const DAY = 24 * 60 * MINUTE;
const JOBS = 24;
const MAX_PARALLEL = 8;
const HISTORY = 2_000;

/** Numbers that look like chance, the same in every test run (a linear congruential generator; Numerical Recipes). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** A fleet whose jobs share one API key, and with it MUTX's limit of a hundred requests a minute. */
it.each([1, 2, 3])(
  'of 24 jobs with one API key and 2,000 keys of history all succeed, eight at a time (%i)',
  async (seed) => {
    const time = new VirtualTime();
    await using emulator = await startEmulator({
      mutx: { machineClock: time.now, rateLimits: true },
      github: { machineClock: time.now, limits: true },
    });
    const { mutx, github } = emulator;
    const user = mutx.addUser();
    for (let n = 0; n < HISTORY; n++) {
      mutx.addKey(user, { name: `old ${n}`, createdAt: time.now() - DAY - n * MINUTE, isActive: false });
    }
    const names = Array.from({ length: JOBS }, (_, n) => `key ${n}`);
    for (const [n, name] of names.entries()) {
      github.addRepository(`acme/r${n}`);
      const { plaintext } = mutx.addKey(user, { name, createdAt: time.now() - DAY - n * MINUTE });
      github.setSecret(`acme/r${n}`, SECRET, plaintext);
    }
    const jwt = mutx.addKey(user, { name: 'the fleet' }).plaintext;
    const token = github.issueToken();
    const random = chance(seed);
    const began = time.now();
    const results = await time.until(
      eachOf(names, MAX_PARALLEL, (name, n) =>
        runBeside(time, { mutx: mutx.url, github: github.url, jwt, token }, [`acme/r${n}`], {
          inputs: { 'key-name': name },
          onTheWay: () => 20 + Math.floor(random() * 80),
          random,
        }),
      ),
    );
    expect(results.map(({ outcome }) => outcome.kind)).toEqual(names.map(() => 'rotated'));
    for (const [n, name] of names.entries()) {
      const held = mutx.keyOf(github.openSecret(`acme/r${n}`, SECRET) ?? '');
      expect(mutx.activeKeys(user, name).map(({ id }) => id)).toEqual([held?.id]);
    }
    // What has to be asked: 21 pages, the account, a create, a try and two revocations at most for each job; and some
    // pages once more, because other jobs have made keys. Refusals come on top.
    const asked = emulator.ledger.entries.filter(({ server }) => server === 'mutx');
    const refused = asked.filter(({ status }) => status === 429).length;
    const minutes = (time.now() - began) / MINUTE;
    const figures = `${asked.length} requests, ${refused} refused, ${minutes.toFixed(1)} min`;
    expect(asked.length - refused, figures).toBeLessThan(JOBS * 30);
    expect(refused, figures).toBeLessThan(asked.length / 4);
    expect(minutes, figures).toBeLessThan(12);
  },
  120_000,
);
