import type { EmulatorClock } from '../clock.ts';
import type { Generation, KeyStore } from './keys.ts';
import type { Sessions } from './sessions.ts';
import type { TimestampStyle } from './timestamps.ts';
import type { EmulatedUser } from './users.ts';

/** What the routes work on. */
export interface MutxWorld {
  readonly generation: Generation;
  readonly timestamps: TimestampStyle;
  readonly clock: EmulatorClock;
  readonly users: readonly EmulatedUser[];
  readonly keys: KeyStore;
  readonly sessions: Sessions;
  /** Keys with an end cannot be made, and none can be used ({@link MutxOptions.brokenTimes}). */
  readonly brokenTimes: boolean;
  /** {@link MutxOptions.asServed} */
  readonly asServed: boolean;
}
