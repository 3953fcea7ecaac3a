import type { FleetKey } from './load-fleet.ts';

/**
 * Jobs that GitHub makes of one matrix at the most.
 * https://docs.github.com/actions/reference/limits#existing-system-limits
 */
const MOST_JOBS = 256;

/** One job's settings. What is not given is not there, so that the action's own default counts. */
type MatrixEntry = Readonly<Record<string, string>>;

/** What `strategy.matrix` takes. */
interface Matrix {
  readonly include: readonly MatrixEntry[];
}

/** A job for each key, in matrices of at most {@link MOST_JOBS}; none where there is no key. */
export function matricesOf(keys: readonly FleetKey[]): readonly Matrix[] {
  const entries = keys.map((key, index) => matrixEntryOf(key, index % MOST_JOBS));
  const shards = Math.ceil(entries.length / MOST_JOBS);
  return Array.from({ length: shards }, (_, shard) => ({
    include: entries.slice(shard * MOST_JOBS, (shard + 1) * MOST_JOBS),
  }));
}

/** @param index in its matrix: the outputs of its jobs are told apart by it; default: the longest */
export function matrixEntryOf({ id, given, settings }: FleetKey, index = MOST_JOBS - 1): MatrixEntry {
  return { id, index: String(index), ...Object.fromEntries(given), 'key-name': settings.keyName };
}

/** `{"include":[]}` and a comma. */
const FRAME = 15;

/**
 * The jobs whose matrices take at most so many characters together, as JSON: in the order in which they are given, each
 * that still fits. The others are for a later run.
 */
export function jobsWithin<T extends { readonly key: FleetKey }>(
  jobs: readonly T[],
  characters: number,
): { readonly now: readonly T[]; readonly later: readonly T[] } {
  const now: T[] = [];
  const later: T[] = [];
  let left = characters - '[]'.length;
  for (const job of jobs) {
    const frame = now.length % MOST_JOBS === 0 ? FRAME : 0;
    const needed = JSON.stringify(matrixEntryOf(job.key, now.length % MOST_JOBS)).length + ','.length + frame;
    if (needed <= left) {
      left -= needed;
      now.push(job);
    } else later.push(job);
  }
  return { now, later };
}
