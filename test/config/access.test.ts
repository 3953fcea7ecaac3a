import { describe, expect, it } from 'vitest';
import { readAccess, WHY_NO_REPOSITORY } from '../../src/config/load/access.ts';
import { InputReader } from '../../src/config/reader.ts';
import type { Verb } from '../../src/config/table.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { ACCESS_JWT, GITHUB_TOKEN, PASSWORD, problemsOf, REFRESH_JWT, toldInFull } from './given.ts';

/** What all actions read alike, and where they differ in it. */
const ACCOUNT = { INPUT_EMAIL: 'bot@example.com', INPUT_PASSWORD: PASSWORD };

function accessOf(verb: Verb, given: NodeJS.ProcessEnv) {
  const env = { GITHUB_ACTIONS: 'true', ...given };
  const secrets = new SecretRegistry(() => {});
  const reader = new InputReader(env, secrets, verb);
  const access = readAccess(reader, env, secrets);
  const problems = toldInFull(reader.problems).map(({ input, message }) => `${input} ${message}`);
  return { ...access, problems, allowed: reader.problems[0]?.allowed };
}

describe('the token that writes secrets', () => {
  it.each(['revoke', 'audit'] as const)('is needed by %s for a refresh token only', (verb) => {
    expect(accessOf(verb, ACCOUNT)).toMatchObject({ problems: [], githubToken: undefined });
    const env = { 'INPUT_REFRESH-TOKEN': REFRESH_JWT, GITHUB_REPOSITORY: 'acme/web' };
    expect(accessOf(verb, env).problems).toEqual([
      'github-token is empty, but the successor of the refresh token has to be stored as a secret: it is not set, or the secret or variable it is filled from does not exist or is not given to this job',
    ]);
    const { problems, githubToken } = accessOf(verb, { ...env, 'INPUT_GITHUB-TOKEN': GITHUB_TOKEN });
    expect([problems, githubToken?.expose()]).toEqual([[], GITHUB_TOKEN]);
  });
});

describe('a key for one job', () => {
  it('takes no refresh token, which jobs side by side would spend on each other', () => {
    expect(accessOf('ephemeral', { 'INPUT_BOOTSTRAP-JWT': REFRESH_JWT })).toMatchObject({
      credential: undefined,
      problems: [
        'bootstrap-jwt holds a refresh JWT, which is good for a single use and cannot serve jobs that run side by side',
      ],
    });
    expect(accessOf('ephemeral', { 'INPUT_BOOTSTRAP-JWT': ACCESS_JWT }).problems).toEqual([]);
  });

  it('has a refresh token masked that was given all the same', () => {
    const masks: string[] = [];
    const secrets = new SecretRegistry((mask) => masks.push(mask));
    const env = { 'INPUT_REFRESH-TOKEN': 'of-no-known-shape' };
    expect(new InputReader(env, secrets, 'ephemeral').raw('refresh-token')).toBe('');
    expect(masks).toContain('of-no-known-shape');
  });

  it('is not offered one either', () => {
    expect(accessOf('ephemeral', {}).allowed).toBe('`email` and `password`, or `bootstrap-jwt`');
    expect(accessOf('audit', {}).allowed).toBe('`email` and `password`, `refresh-token`, or `bootstrap-jwt`');
  });
});

describe('the repository of this run', () => {
  it('is missed once, however many ask for it', () => {
    const given = { 'bootstrap-jwt': '', 'refresh-token': REFRESH_JWT };
    expect(problemsOf(given, { GITHUB_REPOSITORY: '' })).toEqual([
      {
        input: 'GITHUB_REPOSITORY',
        message: 'does not name the repository that this is about',
        allowed: '`owner/repo`',
        fix: 'at the command line give `--repository owner/repo`, or set the variable; in GitHub Actions the runner sets it',
      },
    ]);
  });

  it('is missed with the reason that the command line found', () => {
    const env = { GITHUB_REPOSITORY: '', [WHY_NO_REPOSITORY]: 'the `origin` of this clone is a path' };
    const [problem] = problemsOf({ 'bootstrap-jwt': '', 'refresh-token': REFRESH_JWT }, env);
    expect(problem?.message).toBe('is not known: the `origin` of this clone is a path');
  });

  it('is nobody’s business where nothing is stored there', () => {
    expect(accessOf('audit', ACCOUNT).problems).toEqual([]);
  });
});
