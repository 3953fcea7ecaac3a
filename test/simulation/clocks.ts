/** How far a clock is from true time, and how much that grows in an hour. */
export interface Skew {
  readonly ahead?: number;
  readonly perHour?: number;
}

/** The clocks of docs/protocol.md, "Four clocks, not two"; ours are two again. */
export interface Clocks {
  /** M: MUTX's database or application, which writes `created_at`, `expires_at` and `last_used`. */
  readonly created?: Skew;
  /** H: what puts the `Date` header on MUTX's replies. */
  readonly header?: Skew;
  /** G: GitHub's `Date` and `updated_at`. */
  readonly github?: Skew;
  /** The runs' own wall clock. */
  readonly wall?: Skew;
  /** The runs' own monotonic clock. */
  readonly monotonic?: Skew;
}

export type ServerClock = 'created' | 'header' | 'github';

/** Where true time starts; any fixed moment will do. */
export const EPOCH = 1_800_000_000_000;

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** What a clock shows at a moment of true time. */
export function shown({ ahead = 0, perHour = 0 }: Skew = {}, time: number): number {
  return time + ahead + Math.round(((time - EPOCH) / HOUR) * perHour);
}

export function wholeSeconds(time: number): number {
  return Math.floor(time / SECOND) * SECOND;
}
