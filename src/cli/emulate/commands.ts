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
 */
export function commandsToTry(
  variables: Readonly<Record<string, string>>,
  writeEnv: string | undefined,
): string {
  const load =
    writeEnv === undefined
      ? `export ${NEEDED.flatMap((name) => assignment(name, variables[name])).join(' ')}`
      : `set -a; . ${quoted(writeEnv)}; set +a`;
  const look =
    variables['GH_HOST'] === undefined
      ? 'curl -H "Authorization: Bearer $MUTX_GITHUB_TOKEN" "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/actions/secrets"'
      : 'gh secret list --repo "$GITHUB_REPOSITORY"';
  return ['', 'To try it, paste into another shell:', `  ${load}`, '  mutx-api-key rotate', `  ${look}`, '']
    .map((line) => `${line}\n`)
    .join('');
}

function assignment(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`${name}=${quoted(value)}`];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
