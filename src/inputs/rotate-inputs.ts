import type { RotationSettings } from '../rotation/settings.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Access } from './access.ts';
import type { Target } from './targets.ts';

/** Who may read an organisation secret. */
export type Visibility = 'all' | 'private' | 'selected';

/** Whom a new organisation secret is for; one that exists keeps its own audience. */
export interface Audience {
  readonly visibility: Visibility | undefined;
  /**
   * `repo`, `org/repo` or an id, each of every organisation among the targets. Not empty if, and only if,
   * `visibility` is `selected`.
   */
  readonly selectedRepositories: readonly string[];
}

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
