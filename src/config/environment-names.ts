import type { InputReader } from './reader.ts';
import type { InputName } from './table.ts';

/** Where else the writer token may be: GitHub's own command line reads it from there. */
export const GITHUB_CLI_TOKEN = 'GH_TOKEN';

/** The environment variable that holds an input outside of GitHub Actions: `MUTX_KEY_NAME`. */
export function shellVariableOf(name: InputName): string {
  return `MUTX_${name.toUpperCase().replaceAll('-', '_')}`;
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The runner's own, which it does not let an action set, and what would change every later step. */
const RESERVED =
  /^(?:(?:GITHUB|RUNNER|ACTIONS|INPUT|STATE)_.*|CI|PATH|HOME|SHELL|BASH_ENV|ENV|NODE_OPTIONS|LD_PRELOAD|LD_LIBRARY_PATH)$/i;

/** The variable that later steps find the key in; undefined: it was left empty on purpose. */
export function readEnvName(reader: InputReader): string | undefined {
  if (reader.isEmpty('env-name')) return undefined;
  const name = reader.text('env-name');
  if (name === '') return undefined;
  if (!VARIABLE.test(name)) {
    const fix = 'use letters, digits and `_` only, or leave it empty so that the key is not exported';
    reader.problem('env-name', { message: 'is not the name of an environment variable', fix }, name);
  } else if (RESERVED.test(name)) {
    const message = 'is a variable that the runner or the system uses itself';
    reader.problem('env-name', { message, fix: 'take another name, like `MUTX_API_KEY`' }, name);
  }
  return name;
}
