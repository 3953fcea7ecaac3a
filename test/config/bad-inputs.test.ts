import { describe, expect, it } from 'vitest';
import { BAD } from './bad.ts';
import { problemsOf } from './given.ts';

// Holds invariants 4 and 27 of docs/threat-model.md.

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
        message: 'does not name the repository that this is about',
        ...(text === '' ? {} : { given: text }),
        allowed: '`owner/repo`',
        fix: 'at the command line give `--repository owner/repo`, or set the variable; in GitHub Actions the runner sets it',
      },
    ]);
    expect(problemsOf({}, { GITHUB_REPOSITORY: undefined })).toEqual(
      problemsOf({}, { GITHUB_REPOSITORY: '' }),
    );
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
