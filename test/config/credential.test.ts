import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formsOf } from '../../src/secrets/forms.ts';
import {
  ACCESS_JWT,
  API_KEY,
  GITHUB_TOKEN,
  jwt,
  load,
  loadedFrom,
  loadOnly,
  NOW,
  PASSWORD,
  problemsOf,
  REFRESH_JWT,
  toldInFull,
} from './given.ts';

// Holds invariants 1 and 4 of docs/threat-model.md.

const WRITER = { 'github-token': GITHUB_TOKEN };

function credentialOf(inputs: Readonly<Record<string, string>>) {
  const { loaded, masks } = loadOnly({ ...WRITER, ...inputs });
  if (!loaded.ok) throw new Error(inspect(loaded.problems));
  return { ...loaded.value, warnings: loaded.warnings, masks };
}

function problemsWith(inputs: Readonly<Record<string, string>>) {
  const { loaded, masks } = loadOnly({ ...WRITER, ...inputs });
  const problems = loaded.ok ? [] : toldInFull(loaded.problems);
  return { problems, told: problems.map(({ input, message }) => `${input} ${message}`), masks };
}

describe('the kind of credential', () => {
  it('is an access JWT by its type', () => {
    const { credential, refreshTokenSecret } = credentialOf({ 'bootstrap-jwt': ACCESS_JWT });
    expect(credential).toMatchObject({
      kind: 'access-jwt',
      input: 'bootstrap-jwt',
      expiresAt: NOW + 1_800_000,
    });
    expect(credential.kind === 'access-jwt' && credential.token.expose()).toBe(ACCESS_JWT);
    expect(refreshTokenSecret).toBeUndefined();
  });

  it('is an access JWT that does not say when it ends', () => {
    const { credential } = credentialOf({ 'bootstrap-jwt': jwt({ type: 'access' }) });
    expect(credential).toMatchObject({ kind: 'access-jwt', expiresAt: undefined });
  });

  it('is a refresh JWT by its type, wherever it was put, and the user is told where its successor goes', () => {
    const { credential, refreshTokenSecret, warnings } = credentialOf({ 'bootstrap-jwt': REFRESH_JWT });
    expect(credential).toMatchObject({
      kind: 'refresh-token',
      input: 'bootstrap-jwt',
      expiresAt: NOW + 7 * 86_400_000,
    });
    expect(refreshTokenSecret).toMatchObject({ label: 'Acme/Web', secretName: 'MUTX_REFRESH_TOKEN' });
    expect(warnings).toEqual([
      '`bootstrap-jwt` holds a refresh JWT, which is good for a single use: its successor will be stored as MUTX_REFRESH_TOKEN, and the next run must be given that one, as `refresh-token`',
    ]);
  });

  it.each([
    ['an API key', API_KEY],
    ['a JWT of another type', jwt({ type: 'service', exp: 1 })],
    ['a JWT without a type', jwt({ sub: 'u' })],
    ['a JWT cut off', ACCESS_JWT.slice(0, ACCESS_JWT.indexOf('.') + 9)],
    ['any other token', 'sk_live_0123456789'],
  ])('is opaque for %s', (_what, text) => {
    const { credential } = credentialOf({ 'bootstrap-jwt': text });
    expect(credential).toMatchObject({ kind: 'opaque', input: 'bootstrap-jwt' });
    expect(credential.kind === 'opaque' && credential.token.expose()).toBe(text);
  });

  it('is a refresh token', () => {
    const { credential, refreshTokenSecret, warnings } = credentialOf({ 'refresh-token': REFRESH_JWT });
    expect(credential).toMatchObject({
      kind: 'refresh-token',
      input: 'refresh-token',
      expiresAt: NOW + 7 * 86_400_000,
    });
    expect(refreshTokenSecret).toMatchObject({ kind: 'repository', secretName: 'MUTX_REFRESH_TOKEN' });
    expect(warnings).toEqual([]);
  });

  it('is a refresh token though it is no JWT', () => {
    expect(credentialOf({ 'refresh-token': 'opaque-refresh-token' }).credential).toMatchObject({
      kind: 'refresh-token',
      expiresAt: undefined,
    });
  });

  it('is a service account', () => {
    const { credential } = credentialOf({ email: 'bot@example.com', password: PASSWORD });
    expect(credential).toMatchObject({ kind: 'password', input: 'password', email: 'bot@example.com' });
    expect(credential.kind === 'password' && credential.password.expose()).toBe(PASSWORD);
  });

  it('keeps the white space of a password, but not the line breaks around it', () => {
    const { credential, masks } = credentialOf({ email: 'bot@example.com', password: '\n  two words \r\n' });
    expect(credential.kind === 'password' && credential.password.expose()).toBe('  two words ');
    expect(masks).toEqual(expect.arrayContaining(['\n  two words \r\n', 'two words', '  two words ']));
  });
});

describe('the line breaks of a password', () => {
  it('are taken off around it, however many, and kept within', () => {
    const { credential } = credentialOf({
      email: 'bot@example.com',
      password: '\r\n two\r\n\nwords \n\r\n',
    });
    expect(credential.kind === 'password' && credential.password.expose()).toBe(' two\r\n\nwords ');
  });
});

describe('more than one credential, or none', () => {
  it('names the kinds that were found, and no values', () => {
    const { problems, told } = problemsWith({
      'bootstrap-jwt': ACCESS_JWT,
      'refresh-token': REFRESH_JWT,
      email: 'bot@example.com',
    });
    expect(told).toEqual([
      'password is empty, but `email` was given: it is not set, or the secret or variable it is filled from does not exist or is not given to this job',
      'bootstrap-jwt is one of the inputs for a credential, and more than one kind was given: `bootstrap-jwt`, `refresh-token`, `email` and `password`',
    ]);
    expect(inspect(problems)).not.toContain(ACCESS_JWT);
  });

  it.each([
    [{ 'bootstrap-jwt': ACCESS_JWT, 'refresh-token': REFRESH_JWT }, '`bootstrap-jwt`, `refresh-token`'],
    [
      { 'refresh-token': REFRESH_JWT, email: 'bot@example.com', password: PASSWORD },
      '`refresh-token`, `email` and `password`',
    ],
  ])('%#: two are one too many', (inputs, names) => {
    expect(problemsWith(inputs).told).toEqual([
      `bootstrap-jwt is one of the inputs for a credential, and more than one kind was given: ${names}`,
    ]);
  });

  it('says that none was given, blanks included', () => {
    for (const inputs of [{}, { 'bootstrap-jwt': '', 'refresh-token': ' \n', email: '', password: '  ' }]) {
      expect(problemsWith(inputs).told).toEqual([
        'undefined no MUTX credential was given: it is not set, or the secret or variable it is filled from does not exist or is not given to this job',
      ]);
    }
  });

  it('offers the credentials that last first', () => {
    expect(problemsWith({}).problems[0]).toMatchObject({
      input: undefined,
      allowed: '`email` and `password`, `refresh-token`, or `bootstrap-jwt`',
      fix: expect.stringMatching(/^give `email` and `password` of a service account, `refresh-token`, or, /),
    });
  });

  it('says which half of a service account is missing', () => {
    for (const [given, told] of [
      [{ password: PASSWORD }, 'email is empty, but `password` was given'],
      [{ email: 'bot@example.com' }, 'password is empty, but `email` was given'],
    ] as const) {
      expect(problemsWith(given).told).toEqual([
        `${told}: it is not set, or the secret or variable it is filled from does not exist or is not given to this job`,
      ]);
    }
  });

  it('does not take anything for an e-mail address', () => {
    for (const email of ['bot', 'bot@', '@example.com', 'a b@example.com', 'a@b@c', 'a@b\u0000']) {
      expect(problemsWith({ email, password: PASSWORD }).told).toEqual(['email is not an e-mail address']);
    }
  });
});

describe('the masks of a pasted token', () => {
  const TOKEN = 'not-yet-known-0123456789';

  it.each([
    ['in quotes of two kinds', `"'${TOKEN}'"`],
    ['after the scheme, in quotes', `Bearer "'${TOKEN}'"`],
    ['in a list of texts', `["${TOKEN}"]`],
    ['among other words', `see ${TOKEN} there`],
  ])('are found %s', (_, text) => {
    expect(loadOnly({ 'bootstrap-jwt': text }).masks).toContain(TOKEN);
  });

  it.each([
    ['a token', TOKEN, []],
    ['one with quotes in it', 'not-"yet"-known', []],
    ['JSON', `{"token":"${TOKEN}","type":"short"}`, [TOKEN]],
  ])('are those of %s and of nothing else', (_, text, within) => {
    const expected = [text, ...within].flatMap(formsOf);
    expect(new Set(loadOnly({ 'bootstrap-jwt': text }).masks)).toEqual(new Set(expected));
  });
});

describe('what is too short to be a credential', () => {
  it.each(['bootstrap-jwt', 'password'])('is not masked, white space around it or not: %s', (input) => {
    expect(loadOnly({ [input]: '   abc  \n   ' }).masks).toEqual([]);
  });
});

describe('a pasted token', () => {
  it.each([
    ['bootstrap-jwt', ACCESS_JWT],
    ['refresh-token', REFRESH_JWT],
  ])('in %s is trimmed, and masked both ways', (input, token) => {
    const raw = `\t ${token}\r\n`;
    const { credential, masks } = credentialOf({ [input]: raw });
    expect('token' in credential && credential.token.expose()).toBe(token);
    expect(masks).toEqual(expect.arrayContaining([raw, token, Buffer.from(token).toString('base64')]));
  });

  it('in github-token is trimmed, and masked both ways', () => {
    const { loaded, masks } = load({ 'github-token': ` ${GITHUB_TOKEN}\n` });
    expect(loaded.ok && loaded.value.githubToken.expose()).toBe(GITHUB_TOKEN);
    expect(masks).toEqual(expect.arrayContaining([` ${GITHUB_TOKEN}\n`, GITHUB_TOKEN]));
  });

  const inputs = [
    ['bootstrap-jwt', ACCESS_JWT],
    ['refresh-token', REFRESH_JWT],
    ['github-token', GITHUB_TOKEN],
  ] as const;
  const around = [
    [(token: string) => `"${token}"`, 'is in quotes'],
    [(token: string) => `'${token}`, 'is in quotes'],
    [(token: string) => `${token}"`, 'is in quotes'],
    [(token: string) => `\`${token}\``, 'is in quotes'],
    [(token: string) => `Bearer ${token}`, 'begins with the name of an authorization scheme, like `Bearer`'],
    [(token: string) => `bearer  ${token}`, 'begins with the name of an authorization scheme, like `Bearer`'],
    [(token: string) => `token ${token}`, 'begins with the name of an authorization scheme, like `Bearer`'],
    [
      (token: string) => `Authorization: Bearer ${token}`,
      'begins with the name of an authorization scheme, like `Bearer`',
    ],
    [(token: string) => `MUTX_TOKEN=${token}`, 'begins with a name and an equals sign'],
    [(token: string) => `export token=${token}`, 'begins with a name and an equals sign'],
    [(token: string) => `export  token=${token}`, 'begins with a name and an equals sign'],
    [(token: string) => JSON.stringify({ some: { token } }), 'holds JSON, not a token'],
    [(token: string) => `{ ${token}`, 'holds JSON, not a token'],
    [
      (token: string) => `Authorization : Bearer ${token}`,
      'begins with the name of an authorization scheme, like `Bearer`',
    ],
    [
      (token: string) => `authorization:token ${token}`,
      'begins with the name of an authorization scheme, like `Bearer`',
    ],
    [
      (token: string) => `my bearer ${token}`,
      'holds white space, a line break or a character that no token has',
    ],
    [(token: string) => `see ${token}`, 'holds white space, a line break or a character that no token has'],
    [(token: string) => `${token}\u200b`, 'holds white space, a line break or a character that no token has'],
    [
      (token: string) => `${token}\n${token}x`,
      'holds white space, a line break or a character that no token has',
    ],
    [
      (token: string) => `\${{ secrets.X }}${token}`,
      'holds a literal `${{`: the expression was not evaluated',
    ],
  ] as const;

  it.each(
    inputs.flatMap(([input, token]) => around.map(([wrap, message]) => [input, wrap(token), message, token])),
  )('%s: %j %s', (input, text, message, token) => {
    const base: Record<string, string> =
      input === 'github-token' ? { 'bootstrap-jwt': ACCESS_JWT } : { 'github-token': GITHUB_TOKEN };
    const { loaded, masks, secrets } = loadOnly({ ...base, [input]: text });
    const problems = toldInFull(loaded.ok ? [] : loaded.problems);
    expect(problems.map((problem) => `${problem.input} ${problem.message}`)).toEqual([`${input} ${message}`]);
    expect(masks).toContain(text);
    expect(masks).toContain(token);
    expect(secrets.holds(JSON.stringify(loaded))).toBe(false);
  });

  it.each([
    ['***', 'is the `***` that a log shows in place of a credential'],
    ['secrets.MUTX_JWT', 'is the text of an expression, not its value'],
    ['steps.login.outputs.token', 'is the text of an expression, not its value'],
    [`\${{ secrets.MUTX_JWT }}`, 'holds a literal `${{`: the expression was not evaluated'],
    ['${{ secrets.MUTX_JWT', 'holds a literal `${{`: the expression was not evaluated'],
  ])('that is none but %s, is told in every input', (text, message) => {
    for (const input of ['bootstrap-jwt', 'refresh-token', 'password', 'github-token']) {
      const others: Record<string, string> = {
        ...(input === 'github-token' ? { 'bootstrap-jwt': ACCESS_JWT } : WRITER),
        ...(input === 'password' ? { email: 'bot@example.com' } : {}),
      };
      const { loaded } = loadOnly({ ...others, [input]: text });
      const problems = toldInFull(loaded.ok ? [] : loaded.problems);
      expect(problems.map((problem) => `${problem.input} ${problem.message}`)).toEqual([
        `${input} ${message}`,
      ]);
    }
  });

  it.each(['$MUTX_TOKEN', `\${MUTX_TOKEN}`, '$(cat token)', `\${!token@}`])(
    'that is none but a shell’s %s, is told; a password may look like that',
    (text) => {
      expect(problemsWith({ 'bootstrap-jwt': text }).told).toEqual([
        'bootstrap-jwt is the name of a shell variable, not its value',
      ]);
      expect(problemsWith({ email: 'bot@example.com', password: text }).told).toEqual([]);
    },
  );

  it.each(['c2VjcmV0LXRva2Vu==', 'c2VjcmV0LXRva2VuMQ=', 'c2VjcmV0LXRva2Vu'])(
    'may end as base64 does: %s',
    (text) => {
      expect(problemsWith({ 'bootstrap-jwt': text }).told).toEqual([]);
    },
  );

  it.each(['with-$TOKEN', '$TOKEN-and-more', 'c2Vj/cmV0=dG9r'])(
    'may have something of a shell or an assignment in it: %s',
    (text) => {
      expect(problemsWith({ 'bootstrap-jwt': text }).told).toEqual([]);
    },
  );

  it('is told when it is too short to be one, and does not black out words', () => {
    const { told, masks } = problemsWith({ 'bootstrap-jwt': 'key' });
    expect(told).toEqual(['bootstrap-jwt is too short to be a credential']);
    expect(masks).not.toContain('key');
  });

  it.each(['1234567', 'hunter2', ' hunter2  ', 'a'])(
    'is no password when it is as short as %j',
    (password) => {
      const { problems, told, masks } = problemsWith({ email: 'bot@example.com', password });
      expect(told).toEqual([
        'password is too short to be masked: its 7 or fewer characters would black out other words of the log',
      ]);
      // Somebody may have mistyped it, and somebody may have such a password.
      expect(problems[0]?.fix).toMatch(/^copy the password again, whole; if .* at least 8 characters$/u);
      expect(masks).not.toContain(password.trim());
      expect(inspect(problems)).not.toContain(password.trim() === 'a' ? "'a'" : password.trim());
    },
  );

  it.each(['word****', '****word', '*** and ***', 'env.local of mine'])(
    'is a password though it has something of a mask or an expression: %s',
    (password) => {
      const { credential } = credentialOf({ email: 'bot@example.com', password });
      expect(credential.kind === 'password' && credential.password.expose()).toBe(password);
    },
  );

  it('is what it is though it has something of the other service’s prefix', () => {
    for (const token of ['x-ghp_short-of-one', 'github_pat_too.short']) {
      expect(credentialOf({ 'bootstrap-jwt': token }).credential.kind).toBe('opaque');
    }
    const { loaded } = load({ 'github-token': 'mutx_live_short' });
    expect(loaded.ok && loaded.value.githubToken.expose()).toBe('mutx_live_short');
  });

  it('is a password from eight characters on', () => {
    const { credential, masks } = credentialOf({ email: 'bot@example.com', password: '12345678' });
    expect(credential.kind).toBe('password');
    expect(masks).toContain('12345678');
  });

  it('is not sent to the other service', () => {
    const githubTokens = [
      GITHUB_TOKEN,
      `ghp_${'A'.repeat(36)}`,
      `ghs_${'b'.repeat(36)}`,
      `gho_${'1'.repeat(36)}`,
      `ghs_15368_${jwt({ iss: 'ghs' })}`,
      // Even where its claims are those of MUTX.
      `ghs_15368_${ACCESS_JWT}`,
      `ghs_15368_${REFRESH_JWT}`,
    ];
    for (const token of [...githubTokens, `Bearer ${GITHUB_TOKEN}`]) {
      for (const input of ['bootstrap-jwt', 'refresh-token', 'password']) {
        const email: Record<string, string> = input === 'password' ? { email: 'bot@example.com' } : {};
        expect(problemsWith({ ...email, [input]: token }).told).toEqual([
          `${input} holds a GitHub token, which is not MUTX's to see`,
        ]);
      }
    }
    for (const token of [ACCESS_JWT, REFRESH_JWT, API_KEY, `Bearer ${ACCESS_JWT}`, `x-${API_KEY}`]) {
      expect(problemsOf({ 'github-token': token }).map(({ message }) => message)).toEqual([
        "holds a credential of MUTX, which is not GitHub's to see",
      ]);
    }
  });

  it('of another kind is not exchanged', () => {
    expect(problemsWith({ 'refresh-token': ACCESS_JWT }).told).toEqual([
      'refresh-token holds an access JWT, not a refresh JWT',
    ]);
    expect(problemsWith({ 'refresh-token': API_KEY }).told).toEqual([
      'refresh-token holds an API key, not a refresh JWT',
    ]);
  });
});

describe('the GitHub token', () => {
  it.each(['ghs_', 'ghp_', 'gho_', 'github_pat_', ''])(
    'may begin with "%s": only GitHub can say what it may',
    (start) => {
      const token = `${start}${'0123456789abcdef'.repeat(3)}`;
      expect(loadedFrom({ 'github-token': token }).githubToken.expose()).toBe(token);
    },
  );

  it('may be a JWT that is not one of MUTX', () => {
    const token = jwt({ iss: 'app' });
    expect(loadedFrom({ 'github-token': token }).githubToken.expose()).toBe(token);
  });

  it('is needed for a dry run too', () => {
    const { loaded } = loadOnly({ 'bootstrap-jwt': ACCESS_JWT, 'dry-run': 'true' });
    expect(!loaded.ok && loaded.problems.map(({ input }) => input)).toEqual(['github-token']);
  });
});
