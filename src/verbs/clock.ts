import type { Clock } from '../rotation/ports.ts';

/** The clocks of this machine. */
export const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (duration) => new Promise((resolve) => setTimeout(resolve, duration)),
};
