import { nodeAlone } from './node-alone.ts';
import { rounded, type Section } from './report.ts';
import { median, slope } from './statistics.ts';
import { type BenchWorld, type Inputs, startWorld } from './world.ts';

const LATENCIES = [0, 20, 50, 100, 200] as const;

/** The slope is a measurement, the chain a whole number. */
const TOLERANCE = 0.3;

/**
 * At this latency the wall time of each run is held against its own chain and start-up, and what a process adds that
 * does nothing but send as many requests: with that alone, Node 24 is at 1.1 times its chain and start-up.
 */
const USUAL = 50;
const MOST = 1.15;

interface Variant {
  readonly name: string;
  readonly inputs: (world: BenchWorld) => Inputs;
  /** Requests that wait for one another. */
  readonly chain: number;
  /** Whether a rotation leaves the superseded key to the next one. */
  readonly leavesKey?: boolean;
}

const VARIANTS: readonly Variant[] = [
  { name: 'as it comes', inputs: () => ({}), chain: 5 },
  { name: 'verify: false', inputs: () => ({ verify: 'false' }), chain: 4 },
  { name: 'renew-before', inputs: () => ({ 'renew-before': '20d' }), chain: 6 },
  // What the rotation before has left is revoked before the create, and nothing after the store.
  { name: 'grace-period', inputs: () => ({ 'grace-period': '6h' }), chain: 6, leavesKey: true },
  { name: 'e-mail and password', inputs: (world) => world.password, chain: 6 },
];

/** How many requests wait for one another: the slope of the wall time over the time that each request takes. */
export async function depthOfOne(turns: number): Promise<Section> {
  const worlds = await Promise.all(VARIANTS.map(() => startWorld(1)));
  const times = VARIANTS.map(() => LATENCIES.map((): number[] => []));
  const ratios: number[] = [];
  const strict: number[] = [];
  const alone: number[] = [];
  await using node = await nodeAlone();
  // This process has to be warm, not the one that is measured.
  for (const world of [...worlds, ...worlds, ...worlds]) await world.run();
  for (let turn = 0; turn < turns; turn++) {
    for (const [column, latency] of LATENCIES.entries()) {
      for (const [row, variant] of VARIANTS.entries()) {
        const world = worlds[row] as BenchWorld;
        const { since, request } = await world.run({ inputs: variant.inputs(world), latency });
        times[row]?.[column]?.push(since.exit);
        if (row > 0 || latency !== USUAL) continue;
        const known = variant.chain * request + (since.firstLine ?? Number.NaN);
        const adds = await node.adds(variant.chain, latency);
        strict.push(since.exit / known);
        alone.push(adds);
        ratios.push(since.exit / (known + adds));
      }
    }
  }
  for (const world of worlds) await world[Symbol.asyncDispose]();
  const measured = VARIANTS.map((variant, row) => ({ variant, times: (times[row] ?? []).map(median) }));
  return section(
    'Depth, one target',
    `Wall time of a rotation while each request takes so many ms, in turns: medians of ${turns}. The slope is the length of the chain of requests that wait for one another.`,
    measured,
    [
      {
        what: `as it comes, ${USUAL} ms a request: at most ${MOST} × (5 requests + the time until the first line + ${Math.round(median(alone))} ms that Node alone adds to them) (${rounded(median(ratios), 2)}; without these ${rounded(median(strict), 2)})`,
        holds: median(ratios) <= MOST,
      },
    ],
  );
}

/** The same for twenty: GitHub's pace takes most of the time, so all runs go side by side, half a second apart. */
export async function depthOfTwenty(turns: number): Promise<Section> {
  let started = 0;
  const measure = async (variant: Variant, latency: number) => {
    await new Promise((resolve) => setTimeout(resolve, started++ * 500));
    await using world = await startWorld(20);
    // As for one target, where the turn before has left it.
    if (variant.leavesKey === true) world.supersede();
    const { since } = await world.run({ inputs: variant.inputs(world), latency });
    return since.exit;
  };
  const all = Array.from({ length: turns }, () =>
    VARIANTS.map((variant) => LATENCIES.map((latency) => measure(variant, latency))),
  );
  const times = await Promise.all(all.map((turn) => Promise.all(turn.map((row) => Promise.all(row)))));
  const measured = VARIANTS.map((variant, row) => ({
    variant,
    times: LATENCIES.map((_, column) => median(times.map((turn) => turn[row]?.[column] ?? Number.NaN))),
  }));
  return section(
    'Depth, twenty targets',
    `The same with twenty targets, side by side: medians of ${turns}. Fifteen of the writes wait 0.85 s each for GitHub's pace, whatever a request takes.`,
    measured,
    [],
  );
}

interface Measured {
  readonly variant: Variant;
  /** For each latency. */
  readonly times: readonly number[];
}

function section(name: string, how: string, measured: readonly Measured[], more: Section['bounds']): Section {
  const slopes = measured.map(({ times }) =>
    slope(LATENCIES.map((latency, at) => [latency, times[at] ?? 0])),
  );
  return {
    name,
    how,
    rows: measured.map(({ variant, times }, index) => ({
      rotation: variant.name,
      ...Object.fromEntries(LATENCIES.map((latency, at) => [`${latency} ms`, Math.round(times[at] ?? 0)])),
      slope: rounded(slopes[index] ?? 0, 2),
      chain: variant.chain,
    })),
    bounds: [
      ...measured.map(({ variant }, index) => ({
        what: `${variant.name}: a chain of ${variant.chain} (${rounded(slopes[index] ?? 0, 2)})`,
        holds: Math.abs((slopes[index] ?? 0) - variant.chain) <= TOLERANCE,
      })),
      ...more,
    ],
  };
}
