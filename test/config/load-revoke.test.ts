import { describe, expect, it } from 'vitest';
import { loadRevokeInputs } from '../../src/config/load/revoke.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { ACCESS_JWT, API_KEY, GITHUB_TOKEN, REFRESH_JWT, toldInFull, variables } from './given.ts';

const ID = '3f1d2c4b-0a5e-4c1d-9e2f-7b6a5c4d3e2f';
const OTHER = '0A5E3F1D-2C4B-4C1D-9E2F-7B6A5C4D3E2F';

function load(inputs: Readonly<Record<string, string>>) {
  const env = variables({ 'bootstrap-jwt': ACCESS_JWT, ...inputs });
  return loadRevokeInputs(env, new SecretRegistry(() => {}));
}

function requestOf(inputs: Readonly<Record<string, string>>) {
  const loaded = load(inputs);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, undefined, 2));
  return loaded.value.request;
}

function problemsOf(inputs: Readonly<Record<string, string>>) {
  const loaded = load(inputs);
  return loaded.ok ? [] : toldInFull(loaded.problems);
}

it('of a name that no key has can be a failure or not, and nothing else', () => {
  const of = (ifNone: string) => ({ 'key-name': 'a', 'if-none': ifNone });
  expect(requestOf(of(''))).toMatchObject({ ifNone: 'fail' });
  expect(requestOf(of('ignore'))).toMatchObject({ ifNone: 'ignore' });
  expect(problemsOf(of('maybe'))).toMatchObject([{ input: 'if-none', given: 'maybe' }]);
});

describe('the instant before which nothing goes', () => {
  it.each([
    ['2026-11-23T21:14:05Z', Date.UTC(2026, 10, 23, 21, 14, 5)],
    ['2026-11-23T21:14:05.250Z', Date.UTC(2026, 10, 23, 21, 14, 5, 250)],
    ['', undefined],
  ])('%j', (text, notBefore) => {
    expect(requestOf({ 'key-ids': '[]', 'not-before': text })).toMatchObject({ notBefore });
  });

  it.each([
    '2026-11-23T21:14:05',
    '2026-11-23',
    '2026-13-23T21:14:05Z',
    '2026-11-23T21:14:05+01:00',
    '6h',
    '0',
  ])('is not %s', (text) => {
    expect(problemsOf({ 'key-ids': '[]', 'not-before': text })).toMatchObject([
      { input: 'not-before', message: 'is not an instant' },
    ]);
  });
});

describe('the inputs of a revocation', () => {
  it('have the defaults of the interface, and need no token for GitHub', () => {
    expect(load({ 'key-ids': ID })).toMatchObject({
      ok: true,
      warnings: [],
      value: {
        githubToken: undefined,
        refreshTokenSecret: undefined,
        request: { selection: { by: 'ids', ids: [ID] }, maxRevocations: 5, dryRun: false },
      },
    });
  });

  it.each([
    ['a JSON array', `["${ID}", "${OTHER}"]`, [ID, OTHER]],
    ['an array over several lines', `\n[\n "${ID}"\n]\n`, [ID]],
    ['an empty array', '[]', []],
    ['separated by commas', `${ID}, ${OTHER},`, [ID, OTHER]],
    ['separated by lines', `${ID}\r\n\r\n ${OTHER} \n`, [ID, OTHER]],
    ['an id twice', `${ID},${ID}`, [ID]],
    ['an id twice, in both cases', `${ID},${OTHER},${ID.toUpperCase()}`, [ID, OTHER]],
  ])('ids as %s', (_what, text, ids) => {
    expect(requestOf({ 'key-ids': text }).selection).toEqual({ by: 'ids', ids });
  });

  it('a name, exactly as it is', () => {
    const name = "gha/Acme/web/API's key, [1]";
    expect(requestOf({ 'key-name': ` ${name} ` }).selection).toEqual({ by: 'name', name });
  });

  it('the rest as given', () => {
    expect(requestOf({ 'key-ids': ID, 'max-revocations': '0', 'dry-run': 'true' })).toMatchObject({
      maxRevocations: 0,
      dryRun: true,
    });
  });

  it.each([
    ['neither ids nor a name', {}, 'key-ids', 'nothing says which keys to revoke'],
    ['both', { 'key-ids': '[]', 'key-name': 'laptop' }, 'key-ids', 'together with `key-name`'],
    ['JSON that breaks off', { 'key-ids': '["a"' }, 'key-ids', 'is not a list of ids'],
    ['JSON that holds no texts', { 'key-ids': '[1]' }, 'key-ids', 'is not a list of ids'],
    ['commas only', { 'key-ids': ' , ' }, 'key-ids', 'is not a list of ids'],
    ['a name', { 'key-ids': 'laptop' }, 'key-ids', 'cannot be the id of a key'],
    ['half an id', { 'key-ids': ID.slice(0, -1) }, 'key-ids', 'cannot be the id of a key'],
    ['a path', { 'key-ids': '../agents' }, 'key-ids', 'cannot be the id of a key'],
    ['an object', { 'key-ids': '{"id":"x"}' }, 'key-ids', 'cannot be the id of a key'],
    ['a key itself as id', { 'key-ids': API_KEY }, 'key-ids', 'looks like a credential'],
    ['a key itself as name', { 'key-name': API_KEY }, 'key-name', 'looks like a credential'],
    ['a name of two lines', { 'key-name': 'a\nb' }, 'key-name', 'line break'],
    ['a name too long', { 'key-name': 'x'.repeat(256) }, 'key-name', 'longer than the 255'],
  ])('%s: an error that says so, and never a credential', (_what, inputs, input, message) => {
    const problems = problemsOf(inputs);
    expect(problems).toMatchObject([{ input, message: expect.stringContaining(message) }]);
    expect(JSON.stringify(problems)).not.toContain(API_KEY);
  });

  it('tells every id that cannot be one, and not those that can', () => {
    const problems = problemsOf({ 'key-ids': `laptop, ${ID}, ${ID}0` });
    expect(problems.map(({ given }) => given)).toEqual(['laptop', `${ID}0`]);
  });

  it('without a credential: told together with the others', () => {
    const problems = problemsOf({ 'bootstrap-jwt': '', 'key-ids': '[1]' });
    expect(problems.map(({ input }) => input)).toEqual([undefined, 'key-ids']);
  });

  it('a refresh token needs a token for GitHub, and is warned about in the wrong input', () => {
    expect(problemsOf({ 'bootstrap-jwt': REFRESH_JWT, 'key-ids': ID })).toMatchObject([
      { input: 'github-token' },
    ]);
    expect(load({ 'bootstrap-jwt': REFRESH_JWT, 'key-ids': ID, 'github-token': GITHUB_TOKEN })).toMatchObject(
      {
        ok: true,
        warnings: [expect.stringContaining('good for a single use')],
      },
    );
    expect(load({ 'key-ids': ID, 'refresh-token-secret': 'OTHER' })).toMatchObject({
      warnings: ['`refresh-token-secret` has no effect without a refresh token'],
    });
  });
});
