import { describe, expect, it } from 'vitest';
import { loadAuditInputs } from '../../src/config/load/audit.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { ACCESS_JWT, GITHUB_TOKEN, REFRESH_JWT, toldInFull, variables } from './given.ts';

const DAY = 86_400_000;

function load(inputs: Readonly<Record<string, string>>) {
  const env = variables({ 'bootstrap-jwt': ACCESS_JWT, ...inputs });
  return loadAuditInputs(env, new SecretRegistry(() => {}));
}

function problemsOf(inputs: Readonly<Record<string, string>>) {
  const loaded = load(inputs);
  return loaded.ok ? [] : toldInFull(loaded.problems);
}

describe('the inputs of an audit', () => {
  it('have the defaults of the interface, and need no token for GitHub', () => {
    expect(load({})).toMatchObject({
      ok: true,
      warnings: [],
      value: {
        githubToken: undefined,
        keyName: undefined,
        targets: [],
        policy: { maxAge: 90 * DAY, expiringWithin: 7 * DAY, unusedFor: 0, requireExpiry: true },
        failOn: 'error',
      },
    });
  });

  it('are taken as they are given', () => {
    const inputs = {
      'max-age': '0',
      'expiring-within': '0',
      'unused-for': '30d',
      'require-expiry': 'false',
      'fail-on': 'none',
    };
    expect(load(inputs)).toMatchObject({
      value: {
        policy: { maxAge: 0, expiringWithin: 0, unusedFor: 30 * DAY, requireExpiry: false },
        failOn: 'none',
      },
    });
  });

  it('targets belong to the keys of their default names, as the rotation makes them', () => {
    const loaded = load({ targets: 'Acme/Web\nacme/api@prod as OTHER', 'github-token': GITHUB_TOKEN });
    expect(loaded).toMatchObject({
      value: {
        targets: [
          { target: { label: 'Acme/Web', secretName: 'MUTX_API_KEY' }, keyName: 'gha/acme/web/MUTX_API_KEY' },
          { target: { label: 'acme/api@prod' }, keyName: 'gha/acme/api@prod/OTHER' },
        ],
      },
    });
  });

  it('targets belong to the keys of the name that is given', () => {
    const inputs = { targets: 'acme/web\nacme/api', 'key-name': 'fleet', 'github-token': GITHUB_TOKEN };
    expect(load(inputs)).toMatchObject({
      value: { keyName: 'fleet', targets: [{ keyName: 'fleet' }, { keyName: 'fleet' }] },
    });
  });

  it.each([
    ['targets without a token', { targets: 'acme/web' }, 'github-token', 'with a token: it is not set, or'],
    ['targets without a token', { targets: 'acme/web', 'github-token': ' ' }, 'github-token', 'with a token'],
    ['comments as targets', { targets: '# x', 'github-token': GITHUB_TOKEN }, 'targets', 'comments only'],
    ['a name of two lines', { 'key-name': 'a\nb' }, 'key-name', 'line break'],
    ['an unknown level', { 'fail-on': 'notice' }, 'fail-on', 'none of its values'],
    ['an age that is none', { 'max-age': '90' }, 'max-age', 'is not a duration'],
    ['a time that is none', { 'expiring-within': '-1d' }, 'expiring-within', 'is not a duration'],
    ['a use that is none', { 'unused-for': 'long' }, 'unused-for', 'is not a duration'],
    ['no credential', { 'bootstrap-jwt': '' }, undefined, 'no MUTX credential'],
    [
      'a refresh token without a token for GitHub',
      { 'bootstrap-jwt': REFRESH_JWT },
      'github-token',
      'successor',
    ],
  ])('%s: an error that says so', (_what, inputs, input, message) => {
    expect(problemsOf(inputs)).toMatchObject([{ input, message: expect.stringContaining(message) }]);
  });

  it('a refresh token in the wrong input is warned about', () => {
    expect(load({ 'bootstrap-jwt': REFRESH_JWT, 'github-token': GITHUB_TOKEN })).toMatchObject({
      ok: true,
      warnings: [expect.stringContaining('good for a single use')],
    });
  });
});
