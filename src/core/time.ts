/** ISO 8601 in UTC, whole seconds: `2026-11-23T21:14:05Z`. */
export function instantText(instant: Instant): string {
  return `${new Date(instant).toISOString().slice(0, -'.000Z'.length)}Z`;
}

/**
 * What the rotation engine needs of the world. Each method is ONE attempt: waiting, retrying and deadlines
 * are the engine's decisions (retry.ts), so that the simulator sees and owns every step. Methods do not
 * throw for what a server or the network did; they return a {@link Reply}. An exception is a bug.
 *
 * Instants are milliseconds since the Unix epoch, durations milliseconds.
 */

export type Instant = number;
export type Duration = number;

/** Time as this process sees it. */
export interface Clock {
  /** Wall clock, ms since the epoch. */
  now(): Instant;
  /** A clock that never goes back, ms from an arbitrary origin. */
  monotonic(): Duration;
  sleep(duration: Duration): Promise<void>;
}

/** The clocks of this machine. */
export const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (duration) => new Promise((resolve) => setTimeout(resolve, duration)),
};
