import { describe, expect, it } from 'vitest';
import { loadEphemeralCredential, loadEphemeralInputs } from '../../src/config/load/ephemeral.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { ACCESS_JWT, API_KEY, PASSWORD, REFRESH_JWT, toldInFull } from './given.ts';

// Holds invariant 19 of docs/threat-model.md.

const RUN = {
  GITHUB_REPOSITORY: 'Acme/Web',
  GITHUB_RUN_ID: '4242',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_JOB: 'Test-all',
};

function load(inputs: Readonly<Record<string, string>> = {}, env: NodeJS.ProcessEnv = {}) {
  const variables = Object.entries({ 'bootstrap-jwt': ACCESS_JWT, ...inputs }).map(
    ([name, value]) => [`INPUT_${name.toUpperCase()}`, value] as const,
  );
  return loadEphemeralInputs(
    { ...RUN, ...Object.fromEntries(variables), ...env },
    new SecretRegistry(() => {}),
  );
}

function loaded(...given: Parameters<typeof load>) {
  const result = load(...given);
  if (!result.ok) throw new Error(JSON.stringify(result.problems, undefined, 2));
  return { ...result.value, warnings: result.warnings };
}

function problems(...given: Parameters<typeof load>) {
  const result = load(...given);
  return result.ok ? [] : toldInFull(result.problems);
}

describe('the inputs of a key for one job', () => {
  it.each([
    [
      { 'key-name': 'gha/acme/web/MUTX_API_KEY' },
      [/^`key-name` is one of the names that this action derives/u],
    ],
    [{ 'key-name': 'ghe.example.com/gha/acme/web/MUTX_API_KEY' }, [/^`key-name` is one of the names/u]],
    [{ 'key-name': 'nightly' }, []],
    [{ 'sweep-after': '1h' }, [/^`sweep-after` is shorter than the 6 hours/u]],
    [{ 'sweep-after': '6h' }, []],
    [{}, []],
  ])(
    'are warned about where the key would be taken for one of another run or rotation: %j',
    (inputs, says) => {
      const { warnings } = loaded(inputs);
      expect(warnings).toHaveLength(says.length);
      for (const one of says) expect(warnings[0]).toMatch(one);
    },
  );

  it('are refused where a name or an address holds the password: they go where no credential may be', () => {
    const given = { 'bootstrap-jwt': '', email: 'a@example.com', password: 'acme-web' };
    const says = (input: string) => [
      { input, message: expect.stringContaining('holds a credential that was given') },
    ];
    expect(problems({ ...given, 'key-name': 'for acme-web' })).toMatchObject(says('key-name'));
    expect(problems(given, { GITHUB_REPOSITORY: 'acme-web/app' })).toMatchObject(says('key-name'));
    expect(problems({ ...given, 'api-url': 'https://acme-web.example' })).toMatchObject(says('api-url'));
    expect(problems(given)).toEqual([]);
  });

  it('have the defaults of the interface', () => {
    const { settings, envName, apiUrl, githubToken, refreshTokenSecret, warnings } = loaded();
    expect(settings).toMatchObject({
      unique: true,
      expiresInDays: 1,
      quotaWait: 120_000,
      verify: true,
      sweep: { prefix: 'gha/acme/web/run/', after: undefined },
    });
    expect(settings.keyName).toMatch(/^gha\/acme\/web\/run\/4242\.2\/Test-all\/[0-9a-f]{12}$/u);
    expect({ envName, githubToken, refreshTokenSecret, warnings }).toEqual({
      envName: 'MUTX_API_KEY',
      githubToken: undefined,
      refreshTokenSecret: undefined,
      warnings: [],
    });
    expect(apiUrl.href).toBe('https://api.mutx.dev/');
  });

  it('are taken as they are given', () => {
    const { settings, envName } = loaded({
      'key-name': 'my key',
      'expires-in-days': '3',
      'quota-wait': '0',
      verify: 'false',
      'sweep-after': '12h',
      'env-name': 'DEPLOY_KEY',
    });
    expect(settings).toEqual({
      keyName: 'my key',
      unique: false,
      expiresInDays: 3,
      quotaWait: 0,
      verify: false,
      sweep: { prefix: 'gha/acme/web/run/', after: 43_200_000 },
    });
    expect(envName).toBe('DEPLOY_KEY');
  });

  it('give each step a name of its own', () => {
    expect(loaded().settings.keyName).not.toBe(loaded().settings.keyName);
  });

  it.each([
    ['ghe.example.com', 'https://ghe.Example.com', 'ghe.example.com/gha/acme/web/run/'],
    ['github.com', 'https://github.com', 'gha/acme/web/run/'],
  ])('sweep the names of this host only: %s', (_, url, prefix) => {
    expect(loaded({}, { GITHUB_SERVER_URL: url }).settings.sweep?.prefix).toBe(prefix);
  });

  it('sweep nothing with `sweep: false`', () => {
    expect(loaded({ sweep: 'false' }).settings.sweep).toBeUndefined();
  });

  it('need nothing of the run where the key has a name and nothing is swept', () => {
    const none = { GITHUB_REPOSITORY: '', GITHUB_RUN_ID: '', GITHUB_RUN_ATTEMPT: '', GITHUB_JOB: '' };
    expect(loaded({ 'key-name': 'mine', sweep: 'false' }, none).settings.keyName).toBe('mine');
    expect(problems({ 'key-name': 'mine' }, none).map(({ input }) => input)).toEqual(['GITHUB_REPOSITORY']);
    expect(problems({}, none).map(({ input }) => input)).toEqual([
      'GITHUB_REPOSITORY',
      'GITHUB_RUN_ID',
      'GITHUB_RUN_ATTEMPT',
      'GITHUB_JOB',
    ]);
  });

  it.each([
    ...['1/2', '0', '-7', 'x7', '7x', '9'.repeat(21)].map((text) => ['GITHUB_RUN_ID', text] as const),
    ...['01', '1.', '.1', '9'.repeat(7)].map((text) => ['GITHUB_RUN_ATTEMPT', text] as const),
    ...['a/b', '7a', '-a', ' a', 'a ', 'ä'].map((text) => ['GITHUB_JOB', text] as const),
  ])('take nothing into a name that would not be known again: %s=%j', (variable, text) => {
    expect(problems({}, { [variable]: text })).toMatchObject([
      { input: variable, message: expect.stringContaining("not what the key's default name is made of") },
    ]);
  });

  it.each([
    ['1', '1', '_'],
    ['9'.repeat(20), '9'.repeat(6), 'a-'],
    ['10', '10', 'Z_9'],
  ])('take whatever a runner may say: run %s, attempt %s, job %s', (run, attempt, job) => {
    const env = { GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt, GITHUB_JOB: job };
    expect(loaded({}, env).settings.keyName).toMatch(
      new RegExp(`^gha/acme/web/run/${run}\\.${attempt}/${job}/[0-9a-f]{12}$`),
    );
  });

  it('do not need to name the run where a variable is missing altogether', () => {
    const env = { ...RUN, 'INPUT_BOOTSTRAP-JWT': ACCESS_JWT, GITHUB_JOB: undefined };
    const result = loadEphemeralInputs(env, new SecretRegistry(() => {}));
    expect(result.ok ? [] : result.problems).toMatchObject([{ input: 'GITHUB_JOB' }]);
  });

  it('take no refresh token, which is good for a single use', () => {
    expect(problems({ 'bootstrap-jwt': REFRESH_JWT })).toMatchObject([{ input: 'bootstrap-jwt' }]);
  });

  it('are all told of at once, nothing hidden by the first', () => {
    const wrong = {
      'quota-wait': 'soon',
      'env-name': '1X',
      'key-name': 'a\nb',
      'expires-in-days': '0',
      verify: '1',
    };
    const told = problems({ ...wrong, sweep: 'maybe', 'sweep-after': '1y' }).map(({ input }) => input);
    const all = ['env-name', 'expires-in-days', 'key-name', 'quota-wait', 'sweep', 'sweep-after', 'verify'];
    expect(new Set(told)).toEqual(new Set(all));
    expect(told).toHaveLength(all.length);
  });

  it('say that jobs may still be running when keys are swept so early', () => {
    expect(loaded({ 'sweep-after': '5h' }).warnings).toEqual([
      '`sweep-after` is shorter than the 6 hours that a job may run: keys of jobs that are still running would be swept',
    ]);
    expect(loaded({ 'sweep-after': '6h' }).warnings).toEqual([]);
    expect(loaded({ 'sweep-after': '5h', sweep: 'false' }).warnings).toEqual([]);
  });
});

describe('`env-name`', () => {
  it.each(['', ' '])('is not exported where it is empty on purpose: %j', (text) => {
    expect(loaded({ 'env-name': text }).envName).toBeUndefined();
  });

  it.each(['_', 'a9', 'MY_GITHUB_TOKEN', 'CIRCLE', 'MY_PATH', 'INPUTS'])('is any other: %s', (name) => {
    expect(loaded({ 'env-name': name }).envName).toBe(name);
  });

  it.each([
    '1X',
    'A-B',
    'A B',
    'Ä',
    'A=B',
    'A\nB',
    'GITHUB_TOKEN',
    'runner_temp',
    'PATH',
    'NODE_OPTIONS',
    'CI',
    'INPUT_X',
  ])('is a problem where no variable may be called so: %j', (text) => {
    expect(problems({ 'env-name': text })).toMatchObject([
      { input: 'env-name', given: text.replace('\n', ' ') },
    ]);
  });

  it('is told once where it holds a credential, and not shown', () => {
    const [problem, ...more] = problems({ 'env-name': API_KEY });
    expect(problem?.message).toContain('looks like a credential');
    expect(more).toEqual([]);
    expect(JSON.stringify(problem)).not.toContain(API_KEY);
  });
});

describe('the credential in the post step', () => {
  const read = (env: NodeJS.ProcessEnv) => loadEphemeralCredential(env, new SecretRegistry(() => {}));

  it('is whatever is there', () => {
    expect(read({ 'INPUT_BOOTSTRAP-JWT': ACCESS_JWT })?.kind).toBe('access-jwt');
    expect(read({ INPUT_EMAIL: 'a@example.com', INPUT_PASSWORD: PASSWORD })?.kind).toBe('password');
  });

  it('is none where there are no inputs, or those of another action', () => {
    expect(read({})).toBeUndefined();
    expect(read({ INPUT_PATH: 'dist', INPUT_PASSWORD: PASSWORD })).toBeUndefined();
  });
});
