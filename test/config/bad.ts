export type Given = Readonly<Record<string, string>>;

/** One bad input each: what is given, and the one problem told, `input message`. */
export const BAD: readonly (readonly [given: Given, told: string])[] = [
  ...['0', '366', '-1', '1.5', '030', 'thirty', '1e2', '30 days', '９'].map(
    (text) => [{ 'expires-in-days': text }, 'expires-in-days is not a whole number from 1 to 365'] as const,
  ),
  ...['-1', '1001', 'all', '5.0', '0x5'].map(
    (text) => [{ 'max-revocations': text }, 'max-revocations is not a whole number from 0 to 1000'] as const,
  ),
  ...['7', '7 d', '7D', '1w', '-1d', '1h30m', 'soon', 'P7D', '٧d'].map(
    (text) => [{ 'renew-before': text }, 'renew-before is not a duration'] as const,
  ),
  ...['6', '6 hours', '6.5h', '+6h', '06h', '1234567s'].map(
    (text) => [{ 'grace-period': text }, 'grace-period is not a duration'] as const,
  ),
  ...['verify', 'dry-run', 'create-environment'].flatMap((input) =>
    ['yes', 'no', 'on', '1', '0', 'tRUE', '"true"'].map(
      (text) => [{ [input]: text }, `${input} is not a boolean`] as const,
    ),
  ),
  ...['Fail', 'retry', 'fail,wait', 'constructor'].map(
    (text) => [{ 'on-quota': text }, 'on-quota is none of its values'] as const,
  ),
  ...['public', 'ALL', 'organization'].map(
    (text) => [{ targets: 'org:Acme', visibility: text }, 'visibility is none of its values'] as const,
  ),
  ...['1KEY', 'GITHUB_KEY', 'github_key', 'MY-KEY', 'MY KEY', 'KEY\n2', 'ÄKEY', 'a.b', '../x'].map(
    (text) => [{ 'secret-name': text }, 'secret-name is not a name that GitHub allows for a secret'] as const,
  ),
  [{ 'api-url': 'api.mutx.dev' }, 'api-url is not a URL'],
  [{ 'api-url': 'ftp://api.mutx.dev' }, 'api-url is not an https URL'],
  [{ 'api-url': 'http://api.mutx.dev' }, 'api-url is not https, and credentials are not sent without TLS'],
  [
    { 'api-url': 'http://localhost.evil.example' },
    'api-url is not https, and credentials are not sent without TLS',
  ],
  [{ 'api-url': 'https://me:pw@api.mutx.dev' }, 'api-url holds credentials'],
  [{ 'api-url': 'https://api.mutx.dev?x=1' }, 'api-url has a query or a fragment'],
  [{ 'api-url': 'https://api.mutx.dev#x' }, 'api-url has a query or a fragment'],
  [{ targets: 'Acme' }, 'targets does not name a repository as `owner/repo`'],
  [{ targets: 'Acme/..' }, 'targets does not name a repository as `owner/repo`'],
  [{ targets: 'Acme/web/../x' }, 'targets does not name a repository as `owner/repo`'],
  [{ targets: 'Acme/web, Acme/api' }, 'targets does not name a repository as `owner/repo`'],
  [
    { targets: 'https://github.com/Acme/web' },
    'targets begins with neither `org:` nor a store that GitHub has',
  ],
  [{ targets: 'variables:Acme/web' }, 'targets begins with neither `org:` nor a store that GitHub has'],
  [{ targets: 'org:Acme/web' }, 'targets does not name an organisation after `org:`'],
  [
    { targets: 'dependabot:Acme/web@prod' },
    'targets names an environment, and those have Actions secrets only',
  ],
  [{ targets: 'Acme/web@' }, 'targets does not name an environment that GitHub allows'],
  [{ targets: 'Acme/web as' }, 'targets ends in ` as`, without a name after it'],
  [{ targets: 'Acme/web@prod AS  # the key' }, 'targets ends in ` as`, without a name after it'],
  [{ targets: 'Acme/web as GITHUB_X' }, 'targets names a secret that GitHub does not allow'],
  [{ targets: '# nothing yet' }, 'targets holds comments only'],
  [{ environment: '..' }, 'environment does not name an environment that GitHub allows'],
  [{ environment: 'e'.repeat(256) }, 'environment does not name an environment that GitHub allows'],
  [
    { environment: 'prod', targets: 'Acme/web' },
    'environment was given together with `targets`, and is shorthand for it',
  ],
  [{ targets: 'Acme/web\nAcme/api' }, 'key-name is needed with more than one target (there are 2)'],
  [{ 'key-name': 'k'.repeat(256) }, 'key-name is longer than the 255 characters that MUTX takes'],
  [{ 'key-name': 'two\nlines' }, 'key-name holds a line break or a control character'],
  [
    { 'key-name': 'two\u2028lines' },
    'key-name holds a line break or a control character: it holds an invisible character, U+2028',
  ],
  [
    { targets: 'org:Acme', visibility: 'selected' },
    'selected-repositories is empty, but `visibility` is `selected`',
  ],
  [
    { targets: 'org:Acme', visibility: 'selected', 'selected-repositories': ' , \n,' },
    'selected-repositories is empty, but `visibility` is `selected`',
  ],
  [
    { targets: 'org:Acme', visibility: 'selected', 'selected-repositories': `\${{ x }}` },
    'selected-repositories holds a literal `${{`: the expression was not evaluated',
  ],
  [
    { targets: 'org:Acme', visibility: 'all', 'selected-repositories': 'web' },
    'selected-repositories was given, but `visibility` is not `selected`',
  ],
  [
    { targets: 'org:Acme', 'selected-repositories': 'web' },
    'selected-repositories was given, but `visibility` is not `selected`',
  ],
  ...['Other/web', 'web api', '..', 'Acme/web/x', 'Acme/', '/web', 'web;api'].map(
    (text) =>
      [
        { targets: 'org:Acme', visibility: 'selected', 'selected-repositories': text },
        "selected-repositories is not a list of the organisation's repositories",
      ] as const,
  ),
  [
    {
      targets: 'org:Acme\norg:Other',
      visibility: 'selected',
      'selected-repositories': 'Acme/web',
      'key-name': 'k',
    },
    "selected-repositories is not a list of the organisation's repositories",
  ],
  [{ 'refresh-token-secret': 'MY-TOKEN' }, 'refresh-token-secret does not name a repository as `owner/repo`'],
  [
    { 'refresh-token-secret': 'acme/ops as 1' },
    'refresh-token-secret names a secret that GitHub does not allow',
  ],
  ...['secret-name', 'targets', 'environment', 'key-name', 'api-url', 'verify', 'refresh-token-secret'].map(
    (input) =>
      [
        { [input]: `\${{ inputs.x }}` },
        `${input} holds a literal \`\${{\`: the expression was not evaluated`,
      ] as const,
  ),
];
