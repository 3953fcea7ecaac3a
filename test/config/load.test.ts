import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { inputsOf, specOf } from '../../src/config/table.ts';
import {
  ACCESS_JWT,
  API_KEY,
  ENOUGH,
  GITHUB_TOKEN,
  load,
  loadedFrom,
  loadOnly,
  PASSWORD,
  problemsOf,
  REFRESH_JWT,
  toldInFull,
} from './given.ts';

describe('the inputs of a rotation', () => {
  it('have the defaults of the interface', () => {
    const { settings, targets, apiUrl, githubApiUrl, audience, createEnvironment, warnings } = loadedFrom();
    expect(settings).toEqual({
      keyName: 'gha/acme/web/MUTX_API_KEY',
      nameOfTarget: true,
      expiresInDays: 30,
      renewBefore: undefined,
      gracePeriod: 0,
      onQuota: 'fail',
      maxRevocations: 5,
      verify: true,
      dryRun: false,
      concurrency: 4,
    });
    expect(targets.map(({ label, secretName }) => [label, secretName])).toEqual([
      ['Acme/Web', 'MUTX_API_KEY'],
    ]);
    expect(apiUrl.href).toBe('https://api.mutx.dev/');
    expect(githubApiUrl.href).toBe('https://api.github.com/');
    expect(audience).toEqual({ visibility: undefined, selectedRepositories: [] });
    expect(createEnvironment).toBe(false);
    expect(warnings).toEqual([]);
  });

  it('are the same when the runner hands over every default and every empty string', () => {
    const defaults = Object.fromEntries(
      inputsOf('rotate').map((name) => [name, specOf(name).verbs.rotate?.default ?? '']),
    );
    expect(inspect(loadedFrom({ ...defaults, ...ENOUGH }), { depth: 9 })).toBe(
      inspect(loadedFrom(), { depth: 9 }),
    );
    const empty = Object.fromEntries(inputsOf('rotate').map((name) => [name, ' ']));
    expect(inspect(loadedFrom({ ...empty, ...ENOUGH }), { depth: 9 })).toBe(
      inspect(loadedFrom(), { depth: 9 }),
    );
  });

  it('with an API key as the credential: `on-quota: replace` could revoke it, and is refused', () => {
    const replace = { 'on-quota': 'replace' };
    expect(problemsOf({ ...ENOUGH, ...replace, 'bootstrap-jwt': API_KEY })).toEqual([
      {
        input: 'on-quota',
        message: expect.stringContaining('the very API key in `bootstrap-jwt`'),
        given: 'replace',
        allowed: expect.stringContaining('wait'),
        fix: expect.stringContaining('set `on-quota` to `fail` or `wait`'),
      },
    ]);
    expect(problemsOf({ ...ENOUGH, ...replace })).toEqual([]);
    expect(problemsOf({ ...ENOUGH, 'on-quota': 'wait', 'bootstrap-jwt': API_KEY })).toEqual([]);
  });

  it('take repositories of the one organisation among other targets', () => {
    const given = { targets: 'org:Acme\nOther/web', 'key-name': 'k', visibility: 'selected' };
    const { audience } = loadedFrom({ ...given, 'selected-repositories': 'Acme/web' });
    expect(audience.selectedRepositories).toEqual(['Acme/web']);
    expect(problemsOf({ visibility: 'selected', 'selected-repositories': 'a/b/c' })).toHaveLength(1);
  });

  it('take a name of the key as long as MUTX takes it, in characters', () => {
    for (const name of ['k'.repeat(255), '🔑'.repeat(255)]) {
      expect(loadedFrom({ 'key-name': name }).settings.keyName).toBe(name);
    }
  });

  it('are taken as they are given', () => {
    const { settings, apiUrl, createEnvironment } = loadedFrom({
      'api-url': 'http://127.0.0.1:8080/mutx/',
      'key-name': ' our key ',
      'expires-in-days': '365',
      'renew-before': '7d',
      'grace-period': '6h',
      'on-quota': 'replace',
      'max-revocations': '0',
      verify: 'False',
      'dry-run': 'TRUE',
      'create-environment': 'true',
    });
    expect(settings).toEqual({
      keyName: 'our key',
      nameOfTarget: false,
      expiresInDays: 365,
      renewBefore: 604_800_000,
      gracePeriod: 21_600_000,
      onQuota: 'replace',
      maxRevocations: 0,
      verify: false,
      dryRun: true,
      concurrency: 4,
    });
    expect(apiUrl.href).toBe('http://127.0.0.1:8080/mutx');
    expect(createEnvironment).toBe(true);
  });

  it('take the servers from the runner', () => {
    const { githubApiUrl, settings } = loadedFrom(
      {},
      { GITHUB_API_URL: 'https://ghe.example.com/api/v3', GITHUB_SERVER_URL: 'https://ghe.example.com' },
    );
    expect(githubApiUrl.href).toBe('https://ghe.example.com/api/v3');
    expect(settings.keyName).toBe('ghe.example.com/gha/acme/web/MUTX_API_KEY');
    expect(loadedFrom({}, { GITHUB_API_URL: '' }).githubApiUrl.href).toBe('https://api.github.com/');
  });

  it('store in an environment of this repository by its shorthand', () => {
    const { targets, settings } = loadedFrom({ environment: 'EU/West', 'secret-name': 'key' });
    expect(targets).toEqual([
      {
        kind: 'environment',
        store: 'actions',
        owner: 'Acme',
        repo: 'Web',
        environment: 'EU/West',
        secretName: 'KEY',
        label: 'Acme/Web@EU/West',
      },
    ]);
    expect(settings.keyName).toBe('gha/acme/web@eu/west/KEY');
  });

  it('store in every target once, in the order given, as first written', () => {
    const { targets, settings } = loadedFrom({
      targets: [
        '# everywhere',
        'Acme/Web   # here',
        'acme/WEB as mutx_api_key',
        'org:Acme as SHARED',
        'Acme/Web@Prod',
        'actions:acme/web@prod',
        'acme/web as OTHER',
      ].join('\n'),
      'key-name': 'acme everywhere',
    });
    expect(targets.map(({ label, secretName }) => `${label} as ${secretName}`)).toEqual([
      'Acme/Web as MUTX_API_KEY',
      'org:Acme as SHARED',
      'Acme/Web@Prod as MUTX_API_KEY',
      'acme/web as OTHER',
    ]);
    expect(settings.keyName).toBe('acme everywhere');
  });

  it('need no key-name for one target, however often it is listed', () => {
    expect(loadedFrom({ targets: 'org:Acme\norg:acme' }).settings.keyName).toBe('gha/acme/MUTX_API_KEY');
  });

  it('take an audience for organisation secrets', () => {
    const chosen = { targets: 'org:Acme', visibility: 'selected' };
    const { audience } = loadedFrom({ ...chosen, 'selected-repositories': 'web, 1296269\nACME/api\n\n,web' });
    expect(audience).toEqual({
      visibility: 'selected',
      selectedRepositories: ['web', '1296269', 'ACME/api'],
    });
    expect(loadedFrom({ ...chosen, visibility: 'private' }).audience.visibility).toBe('private');
  });

  it('say where a refresh token’s successor goes', () => {
    const successor = (text: string) => {
      const { loaded } = loadOnly({
        'github-token': GITHUB_TOKEN,
        'refresh-token': REFRESH_JWT,
        'refresh-token-secret': text,
      });
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
      const { label, secretName } = loaded.value.refreshTokenSecret ?? {};
      return `${label} as ${secretName}`;
    };
    expect(successor('')).toBe('Acme/Web as MUTX_REFRESH_TOKEN');
    expect(successor('my_token')).toBe('Acme/Web as MY_TOKEN');
    expect(successor('acme/ops@mutx as TOKEN')).toBe('acme/ops@mutx as TOKEN');
    expect(successor('acme/ops@mutx')).toBe('acme/ops@mutx as MUTX_REFRESH_TOKEN');
  });
});

describe('a warning', () => {
  const warnings = (inputs: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) =>
    loadedFrom(inputs, env).warnings;

  it('tells of renewing too late or always', () => {
    expect(warnings({ 'renew-before': '0' })[0]).toContain('only once it has expired');
    expect(warnings({ 'renew-before': '30d' })[0]).toContain('every run rotates');
    expect(warnings({ 'renew-before': '29d' })).toEqual([]);
    expect(warnings({ 'renew-before': '719h' })).toEqual([]);
    const dead = expect.stringContaining('so the stored key expires first, and is dead until the next run');
    expect(warnings({ 'grace-period': '30d' })).toEqual([dead]);
    expect(warnings({ 'grace-period': '30d', 'renew-before': '7d' })).toEqual([dead]);
    expect(warnings({ 'grace-period': '29d' })).toEqual([]);
  });

  it('tells of inputs without effect', () => {
    expect(warnings({ 'refresh-token-secret': 'OTHER' })).toEqual([
      '`refresh-token-secret` has no effect without a refresh token',
    ]);
    expect(warnings({ 'refresh-token-secret': ' MUTX_REFRESH_TOKEN ' })).toEqual([]);
    expect(warnings({ visibility: 'all' })).toEqual([
      '`visibility` has no effect: no target is an organisation secret',
    ]);
    expect(warnings({ visibility: 'all', targets: 'org:Acme' })).toEqual([]);
  });

  it('tells that a grace period leaves organisation secrets to another job', () => {
    expect(warnings({ 'grace-period': '6h', targets: 'org:Acme' })[0]).toContain('superseded-key-ids');
    const mixed = { targets: 'org:Acme\nAcme/web', 'key-name': 'k' };
    expect(warnings({ 'grace-period': '6h', ...mixed })[0]).toContain('superseded-key-ids');
    expect(warnings({ 'grace-period': '6h' })).toEqual([]);
  });

  it('tells of pull_request_target', () => {
    expect(warnings({}, { GITHUB_EVENT_NAME: 'pull_request_target' })[0]).toContain('anybody who can open');
  });
});

describe('credentials', () => {
  it('are masked before anything that is wrong is put into words', () => {
    const seen: string[] = [];
    const inputs = {
      'bootstrap-jwt': `"${ACCESS_JWT}"`,
      'github-token': GITHUB_TOKEN,
      targets: GITHUB_TOKEN,
    };
    const { loaded, masks } = loadOnly(inputs);
    seen.push(...masks);
    expect(seen).toEqual(expect.arrayContaining([`"${ACCESS_JWT}"`, ACCESS_JWT, GITHUB_TOKEN]));
    expect(inspect(loaded, { depth: 9 })).not.toContain(GITHUB_TOKEN.slice(0, 30));
  });

  it('that were put where they would be printed are masked and not printed', () => {
    for (const input of [
      'secret-name',
      'targets',
      'key-name',
      'environment',
      'api-url',
      'email',
      'on-quota',
    ]) {
      for (const token of [API_KEY, ACCESS_JWT, GITHUB_TOKEN]) {
        const password = input === 'email' ? { password: PASSWORD, 'bootstrap-jwt': '' } : {};
        const { loaded, masks } = load({ [input]: `x ${token}`, ...password });
        const problems = toldInFull(loaded.ok ? [] : loaded.problems);
        expect(problems.map((problem) => `${problem.input} ${problem.message}`)).toEqual([
          `${input} holds what looks like a credential`,
        ]);
        expect(masks).toContain(token);
        expect(JSON.stringify(loaded)).not.toContain(token);
      }
    }
  });

  it('that turn up in another input are withheld from what was given', () => {
    const problems = problemsOf({ 'bootstrap-jwt': 'super-secret-value', 'on-quota': 'super-secret-value' });
    expect(problems).toEqual([
      expect.objectContaining({ input: 'on-quota', given: '(withheld: the text holds a credential)' }),
    ]);
  });
});

describe('loading', () => {
  it('reads nothing from the process itself', () => {
    process.env['INPUT_KEY-NAME'] = 'from the process';
    try {
      expect(loadedFrom().settings.keyName).toBe('gha/acme/web/MUTX_API_KEY');
    } finally {
      delete process.env['INPUT_KEY-NAME'];
    }
  });
});
