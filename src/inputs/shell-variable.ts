import type { InputName } from './table.ts';

/** Where else the writer token may be: GitHub's own command line reads it from there. */
export const GITHUB_CLI_TOKEN = 'GH_TOKEN';

/** The environment variable that holds an input outside of GitHub Actions: `MUTX_KEY_NAME`. */
export function shellVariableOf(name: InputName): string {
  return `MUTX_${name.toUpperCase().replaceAll('-', '_')}`;
}
