import { describe, expect, it } from 'vitest';
import { loadPlanInputs } from '../../../src/config/fleet/load-plan.ts';
import { SecretRegistry } from '../../../src/secrets/registry.ts';
import { ACCESS_JWT, API_KEY, GITHUB_TOKEN } from '../given.ts';

// Holds invariant 33 of docs/threat-model.md.

const ENOUGH = { 'bootstrap-jwt': ACCESS_JWT, 'github-token': GITHUB_TOKEN };
const FILES = new Map([
  ['mutx-keys.yml', 'keys: [{targets: [acme/web]}]\n'],
  ['other.yml', 'keys: [{targets: [acme/other], secret-name: "9"}, {target: x}]\n'],
]);

function loaded(inputs: Readonly<Record<string, string>>, repository = 'acme/keys', forJobs = false) {
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const env = { GITHUB_REPOSITORY: repository, ...Object.fromEntries(given) } as NodeJS.ProcessEnv;
  const readText = (path: string) => FILES.get(path);
  return loadPlanInputs(env, new SecretRegistry(() => {}), { readText, mostTargets: 500, forJobs });
}

function namesIn(inputs: Readonly<Record<string, string>>): readonly string[] | undefined {
  const result = loaded(inputs);
  return result.ok ? result.value.keys.map(({ settings }) => settings.keyName) : undefined;
}

function problemsIn(
  inputs: Readonly<Record<string, string>>,
  repository?: string,
  forJobs?: boolean,
): string {
  const result = loaded(inputs, repository, forJobs);
  const problems = result.ok ? [] : result.problems;
  return problems.map(({ input = '', message }) => `${input}: ${message}`).join('\n');
}

describe('the inputs of plan', () => {
  it('name the file, or its usual name is taken', () => {
    expect(namesIn(ENOUGH)).toEqual(['gha/acme/web/MUTX_API_KEY']);
    expect(problemsIn({ ...ENOUGH, 'fleet-file': 'none.yml' })).toBe(
      'fleet-file: names a file that cannot be read',
    );
  });

  it('and the file they name are told of together', () => {
    const problems = problemsIn({ 'fleet-file': 'other.yml', 'api-url': 'http://example.com' });
    expect(problems).toMatch(/no MUTX credential was given/u);
    expect(problems).toMatch(/^github-token: is empty/mu);
    expect(problems).toMatch(/^api-url: is not https/mu);
    expect(problems).toMatch(/^: other\.yml:1: `secret-name` is not a name/mu);
    expect(problems).toMatch(/^: other\.yml:1: `target` is not known here/mu);
  });

  it('lead to the line of the file, where that is in the repository', () => {
    const places = (file: string) => {
      FILES.set(file, 'keys:\n  - targets: [acme/other]\n    secret-name: "9"\n');
      const result = loaded({ ...ENOUGH, 'fleet-file': file });
      return result.ok ? [] : result.problems.map(({ at }) => at);
    };
    expect(places('keys/fleet.yml')).toEqual([{ file: 'keys/fleet.yml', line: 3 }]);
    expect(places('./fleet.yml')).toEqual([{ file: 'fleet.yml', line: 3 }]);
    for (const elsewhere of ['/tmp/fleet.yml', '../fleet.yml', 'C:\\fleet.yml']) {
      expect(places(elsewhere)).toEqual([undefined]);
    }
  });

  it('warn of a key whose name is that of another target, which is left out', () => {
    FILES.set(
      'left-out.yml',
      'keys:\n  - key-name: gha/acme/web/MUTX_API_KEY\n    targets: [dependabot:acme/web]\n',
    );
    const result = loaded({ ...ENOUGH, 'fleet-file': 'left-out.yml' });
    expect(result.warnings).toEqual([
      expect.stringMatching(/^left-out\.yml:2: `key-name` is the default name of the key in acme\/web /u),
    ]);
  });

  it('take one key in place of the file: what is empty, or no setting of a key, is left out', () => {
    const given = { 'fleet-file': '', 'failure-issue': true, 'renew-before': '', verify: 'false' };
    const result = loaded({ ...ENOUGH, key: JSON.stringify({ ...given, 'max-revocations': 0 }) });
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    const [key] = result.value.keys;
    expect(key?.targets.map(({ label }) => label)).toEqual(['acme/keys']);
    expect(key?.settings).toMatchObject({ renewBefore: undefined, verify: false, maxRevocations: 0 });
    expect(Object.fromEntries(key?.given ?? [])).toEqual({ verify: 'false', 'max-revocations': '0' });
  });

  it.each(['[', '7', '"text"', 'null'])('say that %s is no key', (key) => {
    expect(problemsIn({ ...ENOUGH, key })).toBe('key: is not a JSON object');
  });

  it('say what is wrong with the key, and with what its default is made of', () => {
    expect(problemsIn({ ...ENOUGH, key: '{"grace-period": "a while"}' }, '')).toMatch(
      /^GITHUB_REPOSITORY: [^\n]+\n: the key: `grace-period` is not a duration/u,
    );
  });

  it('refuse a key that holds a credential, and do not print it', () => {
    const problems = problemsIn({ ...ENOUGH, key: JSON.stringify({ 'key-name': API_KEY }) });
    expect(problems).toBe('key: holds what looks like a credential');
  });

  const ACCOUNT = { email: 'ci@acme.example', password: 'production', 'github-token': GITHUB_TOKEN };
  const named = (name: string) => ({ ...ACCOUNT, key: JSON.stringify({ 'key-name': name }) });

  it('hold no name of which the runner would drop the matrices: one with the e-mail address of the account', () => {
    const problem = problemsIn(named(`keys of ${ACCOUNT.email}`), undefined, true);
    expect(problem).toContain('holds the e-mail address of the account, which is a secret of this job');
    expect(problem).toContain('the key');
    expect(problemsIn(named('keys of ci'), undefined, true)).toBe('');
    // Nothing is dropped in a shell.
    expect(problemsIn(named(`keys of ${ACCOUNT.email}`))).toBe('');
  });

  it.each([
    ['a key name', { 'key-name': 'web in production' }],
    ['an environment', { targets: ['acme/web@production'] }],
    ['a default name', { targets: ['acme/Production'], 'secret-name': 'TOKEN' }],
    ['a secret', { 'secret-name': 'AN_UPPERCASE_SECRET', 'key-name': 'web' }],
    [
      'a repository of an audience',
      {
        targets: ['org:acme'],
        visibility: 'selected',
        'selected-repositories': ['production'],
      },
    ],
  ])('hold no credential that would be withheld from the outputs: in %s', (_where, entry) => {
    const password = 'secret-name' in entry && 'key-name' in entry ? 'AN_UPPERCASE_SECRET' : 'production';
    const problem = problemsIn({ ...ACCOUNT, password, key: JSON.stringify(entry) });
    expect(problem).toContain('holds a credential that was given in another input');
  });
});
