import type { Credential } from '../mutx/session/credential.ts';

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
  /** Where it stands, if it is in a file of the repository. */
  readonly at?: { readonly file: string; readonly line: number };
}

/** The inputs of one action, all of them usable, or every problem there is. */
export type Loaded<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly string[] }
  | {
      readonly ok: false;
      readonly problems: readonly InputProblem[];
      readonly warnings: readonly string[];
      /** Where that one could be read: whether it has expired is a problem to be told with the others. */
      readonly credential: Credential | undefined;
    };
