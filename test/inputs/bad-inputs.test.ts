import { describe, expect, it } from 'vitest';
import { problemsOf } from './given.ts';

type Given = Readonly<Record<string, string>>;

/** One bad input each: what is given, and the one problem told, `input message`. */
const BAD: readonly (readonly [given: Given, told: string])[] = [
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
  [{ 'key-name': 'two\u2028lines' }, 'key-name holds a line break or a control character'],
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

describe(`${BAD.length} bad inputs`, () => {
  it('are at least 100', () => expect(BAD.length).toBeGreaterThanOrEqual(100));

  it.each(BAD)('%j: %s', (given, told) => {
    const problems = problemsOf(given);
    expect(problems.map(({ input, message }) => `${input} ${message}`)).toEqual([told]);
    for (const problem of problems) {
      expect(problem.allowed).not.toBe('');
      expect(problem.fix).not.toBe('');
      expect(problem.given?.length ?? 0).toBeLessThanOrEqual(100);
    }
  });
});

describe('the runner’s own variables', () => {
  it.each(['', 'web', 'Acme/..', 'Acme/web/x'])('GITHUB_REPOSITORY as %j is told', (text) => {
    expect(problemsOf({}, { GITHUB_REPOSITORY: text })).toEqual([
      {
        input: 'GITHUB_REPOSITORY',
        message: 'does not name a repository; the runner sets it',
        allowed: '`owner/repo`',
        fix: 'outside of GitHub Actions, set it yourself',
      },
    ]);
    expect(problemsOf({}, { GITHUB_REPOSITORY: undefined })).toHaveLength(1);
  });

  it.each(['GITHUB_API_URL', 'GITHUB_SERVER_URL'])('%s is https or loopback', (variable) => {
    expect(problemsOf({}, { [variable]: 'http://ghe.example.com' })).toEqual([
      {
        input: variable,
        message: 'is not https, and credentials are not sent without TLS',
        given: 'http://ghe.example.com',
        allowed: 'an https URL without credentials, query or fragment (http for loopback hosts only)',
        fix: 'give the base URL of the API alone, like `https://api.example.com`',
      },
    ]);
  });
});

describe('a problem', () => {
  it('says what was given, what is allowed and what to do', () => {
    expect(
      problemsOf({ 'expires-in-days': '400', visibility: 'public', verify: 'yes', 'grace-period': '6' }),
    ).toEqual([
      {
        input: 'visibility',
        message: 'is none of its values',
        given: 'public',
        allowed: '`all`, `private`, `selected`',
        fix: 'set `visibility` to one of the values allowed, or leave it out',
      },
      {
        input: 'expires-in-days',
        message: 'is not a whole number from 1 to 365',
        given: '400',
        allowed: 'a whole number from 1 to 365',
        fix: 'set `expires-in-days` to one of the values allowed, or leave it out',
      },
      {
        input: 'grace-period',
        message: 'is not a duration',
        given: '6',
        allowed: 'a whole number and its unit, like `90s`, `15m`, `6h` or `7d`; or `0`',
        fix: 'set `grace-period` to one of the values allowed, or leave it out',
      },
      {
        input: 'verify',
        message: 'is not a boolean',
        given: 'yes',
        allowed: '`true` or `false`',
        fix: 'set `verify` to one of the values allowed, or leave it out',
      },
    ]);
  });

  it('is told for each bad line of targets, with the line', () => {
    const problems = problemsOf({ targets: 'Acme/web\nAcme\norg:\nAcme/web as 1\n', 'key-name': 'k' });
    expect(problems.map(({ given }) => given)).toEqual(['Acme', 'org:', 'Acme/web as 1']);
  });

  it('is told once for a bad secret-name, however many targets there are', () => {
    const problems = problemsOf({ targets: 'Acme/web\nAcme/api', 'secret-name': '1', 'key-name': 'k' });
    expect(problems.map(({ input }) => input)).toEqual(['secret-name']);
  });

  it('never shows a URL that may hold a password or a token', () => {
    for (const url of [
      'https://me:pw@h',
      'https//me:pw@h',
      'https://h?token=x',
      'https://h#x',
      'https://[@',
    ]) {
      const [problem] = problemsOf({ 'api-url': url });
      expect(problem).toMatchObject({ input: 'api-url' });
      expect(problem).not.toHaveProperty('given');
    }
  });

  it('is bounded and on one line, whatever was given', () => {
    const [problem] = problemsOf({ 'on-quota': `a\n::error::\u001b[31m${'x'.repeat(5_000)}` });
    expect(problem?.given).toMatch(/^a ::error:: \[31mx+…$/);
    expect(problem?.given).toHaveLength(100);
  });

  it('is the refresh token and the key going into one secret', () => {
    const given = { 'bootstrap-jwt': '', 'refresh-token': 'an-opaque-refresh-token' };
    expect(
      problemsOf({ ...given, 'refresh-token-secret': 'Mutx_Api_Key' }).map(({ message }) => message),
    ).toEqual(['is the very secret that the key is stored in']);
    expect(problemsOf({ ...given, targets: 'acme/web as MUTX_REFRESH_TOKEN' })).toHaveLength(1);
    const two = 'acme/api\nacme/web as MUTX_REFRESH_TOKEN';
    expect(problemsOf({ ...given, targets: two, 'key-name': 'k' })).toHaveLength(1);
    expect(problemsOf({ 'secret-name': 'MUTX_REFRESH_TOKEN' })).toEqual([]);
  });
});
