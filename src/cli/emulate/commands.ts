/** The variables that the two commands and `gh` need, where there is no file to read all of them from. */
const NEEDED = [
  'MUTX_API_URL',
  'MUTX_EMAIL',
  'MUTX_PASSWORD',
  'MUTX_GITHUB_TOKEN',
  'GITHUB_API_URL',
  'GITHUB_REPOSITORY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'GH_HOST',
  'GH_ENTERPRISE_TOKEN',
];

/**
 * Three commands to paste into another shell: one for the variables, one that rotates, one that looks at the result.
 * @param writeEnv the file that holds the variables; undefined: none does
 * @param program how another shell starts this command line
 */
export function commandsToTry(
  variables: Readonly<Record<string, string>>,
  writeEnv: string | undefined,
  program: string,
): string {
  const load =
    writeEnv === undefined
      ? `export ${NEEDED.flatMap((name) => assignment(name, variables[name])).join(' ')}`
      : `set -a; . ${quoted(writeEnv)}; set +a`;
  const look =
    variables['GH_HOST'] === undefined
      ? 'curl -H "Authorization: Bearer $MUTX_GITHUB_TOKEN" "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/actions/secrets"'
      : 'gh secret list --repo "$GITHUB_REPOSITORY"';
  return ['', 'To try it, paste into another shell:', `  ${load}`, `  ${program} rotate`, `  ${look}`, '']
    .map((line) => `${line}\n`)
    .join('');
}

function assignment(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`${name}=${quoted(value)}`];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * How another shell, in any folder, starts this command line. The package has put its command into the `PATH`; from
 * the sources, in a clone, there is none of that name.
 * @param file of this module, or of one beside it
 */
export function programName(file: string): string {
  const inClone = /^(.*)[/\\]src[/\\]cli[/\\]emulate[/\\][^/\\]+\.ts$/u.exec(file)?.[1];
  return inClone === undefined ? 'mutx-api-key' : `node ${quoted(`${inClone}/scripts/mutx-api-key.mjs`)}`;
}
