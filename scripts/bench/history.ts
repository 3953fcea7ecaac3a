import { rounded, type Section } from './report.ts';
import { sample } from './sample.ts';
import { startWorld, type Turn } from './world.ts';

const KEYS = 40_000;
/** So many are of the repository's own jobs, and left behind. */
const LEFT_BEHIND = 30;
const APART = 12 * 60_000;

/** Time passes so many times as fast: a list of 400 pages takes five minutes at MUTX's pace. */
const SPEED = 20;

const MIB = 1_048_576;
const MOST_MEMORY = 120;

const TURNS: Readonly<Record<string, Turn>> = {
  rotate: {},
  audit: { action: 'audit/action.yml', inputs: { 'fail-on': 'none' } },
  'revoke, by name': { action: 'revoke/action.yml', inputs: { 'key-name': 'laptop' } },
  ephemeral: { action: 'ephemeral/action.yml' },
};

/** What an account costs that has had 40,000 keys: MUTX never forgets one, and lists them a hundred at a time. */
export async function history(): Promise<Section> {
  const rows = [];
  let limited = 0;
  for (const [action, turn] of Object.entries(TURNS)) {
    const origin = Date.now();
    const machineClock = () => origin + (Date.now() - origin) * SPEED;
    await using world = await startWorld(1, {
      mutx: { machineClock, rateLimits: true },
      github: { machineClock },
    });
    const { mutx, ledger } = world.emulator;
    const now = mutx.clock.now();
    for (let n = 0; n < KEYS; n++) {
      const createdAt = now - (n + 1) * APART;
      const name = `gha/acme/fleet/run/${n + 1}.1/test/0123456789ab`;
      const isActive = n < LEFT_BEHIND;
      mutx.addKey(world.user, { name, createdAt, expiresAt: createdAt + 86_400_000, isActive });
    }
    mutx.addKey(world.user, { name: 'laptop' });
    const env = { BENCH_SPEED: String(SPEED), BENCH_ORIGIN: String(origin) };
    const { wall, peak } = await sample(world, 'fast-clock.mjs', env, turn);
    const asked = ledger.entries.filter(({ server }) => server === 'mutx');
    limited += asked.filter(({ status }) => status === 429).length;
    rows.push({
      action,
      'requests to MUTX': asked.length,
      'whole step, s': rounded((wall * SPEED) / 1_000),
      'peak memory, MiB': rounded(peak / MIB),
    });
  }
  const most = Math.max(...rows.map((row) => row['peak memory, MiB']));
  return {
    name: `History: ${KEYS} keys`,
    how: `The emulator refuses what MUTX would: more than a hundred requests a minute. Time passes ${SPEED} times as fast for everyone, so what is computed counts ${SPEED} times. One run each.`,
    rows,
    bounds: [
      { what: `at most ${MOST_MEMORY} MiB (${most})`, holds: most <= MOST_MEMORY },
      { what: `no request is refused for a limit (${limited})`, holds: limited === 0 },
    ],
  };
}
