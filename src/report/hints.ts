import { GITHUB_HINTS } from './hints-github.ts';
import { KEY_HINTS } from './hints-keys.ts';
import { MUTX_HINTS } from './hints-mutx.ts';
import { RUN_HINTS } from './hints-run.ts';

/** What a stable failure code means and what to do about it. Codes are part of the interface: never renamed. */
export interface Hint {
  readonly cause: string;
  /** The adapter's own hint (CallFailure.hint), where there is one, goes before this. */
  readonly fix: string;
}

/** Every failure code there is; docs/troubleshooting.md is made from it. */
export const HINTS: Readonly<Record<string, Hint>> = {
  ...RUN_HINTS,
  ...KEY_HINTS,
  ...MUTX_HINTS,
  ...GITHUB_HINTS,
};

/** The hint of a code; undefined for one that this table does not know. */
export function hintOf(code: string): Hint | undefined {
  return Object.hasOwn(HINTS, code) ? HINTS[code] : undefined;
}
