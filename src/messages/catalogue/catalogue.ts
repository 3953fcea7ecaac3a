import { GITHUB_HINTS } from './github.ts';
import type { Hint } from './hint.ts';
import { KEY_HINTS } from './keys.ts';
import { MUTX_HINTS } from './mutx.ts';
import { RUN_HINTS } from './run.ts';

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
