import type { RotationSettings } from '../../rotation/ports.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { Audience, Target } from '../targets.ts';
import type { Access } from './access.ts';

/**
 * All that a rotation was asked for, parsed and checked; nothing has been called.
 * @internal
 */
export interface RotateInputs extends Access {
  readonly githubToken: Secret;
  /** At least one, no two the same. */
  readonly targets: readonly Target[];
  readonly settings: RotationSettings;
  readonly audience: Audience;
  /** Create a target's environment if it does not exist. */
  readonly createEnvironment: boolean;
}
