import type { RotationSettings } from '../rotation/settings.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Credential } from '../session/credential.ts';
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

/** All that a rotation was asked for, parsed and checked; nothing has been called. */
export interface RotateInputs {
  readonly credential: Credential;
  /** Base of the MUTX API; no trailing slash on its path (`https://api.mutx.dev/`, `https://host/base`). */
  readonly apiUrl: URL;
  readonly githubToken: Secret;
  /** Base of GitHub's REST API; has a path on GitHub Enterprise Server (`https://host/api/v3`). */
  readonly githubApiUrl: URL;
  /** At least one, no two the same. */
  readonly targets: readonly Target[];
  readonly settings: RotationSettings;
  readonly audience: Audience;
  /** Create a target's environment if it does not exist. */
  readonly createEnvironment: boolean;
  /** Where a refresh token's successor goes; undefined for the other kinds of credential. */
  readonly refreshTokenSecret: Target | undefined;
}

/** An input that cannot be used. All texts are one printable line each and never hold a credential. */
export interface InputProblem {
  /**
   * The input's name as users write it; a variable's name (`GITHUB_REPOSITORY`) where it is the runner's;
   * undefined where it is no single one.
   */
  readonly input: string | undefined;
  /** What is wrong with it: `is not a whole number from 1 to 365`. Reads on from the input's name, if there is one. */
  readonly message: string;
  /** What was given, bounded and cleaned; absent for credentials, and where nothing was given. */
  readonly given?: string;
  /** The values it takes. */
  readonly allowed: string;
  /** What to do. */
  readonly fix: string;
}

export type LoadedInputs =
  | { readonly ok: true; readonly value: RotateInputs; readonly warnings: readonly string[] }
  | {
      readonly ok: false;
      readonly problems: readonly InputProblem[];
      readonly warnings: readonly string[];
      /** Where that one could be read: whether it has expired is a problem to be told with the others. */
      readonly credential: Credential | undefined;
    };
