import { describe, expect, it } from 'vitest';
import { INPUT_NAMES, inputsOf, VERBS } from '../../src/config/table.ts';
import { unknownInputs, unknownText } from '../../src/config/unknown.ts';
import { API_KEY, load, loadedFrom, loadOnly, PASSWORD } from './given.ts';

describe('an input that this action does not have', () => {
  it.each([
    ['secret_name', 'secret-name'],
    ['secretname', 'secret-name'],
    ['Secret-Names', 'secret-name'],
    ['secret name', 'secret-name'],
    ['expires_in_days', 'expires-in-days'],
    ['expire-in-day', 'expires-in-days'],
    ['target', 'targets'],
    ['mail', 'email'],
    ['e-mail', 'email'],
    ['dryrun', 'dry-run'],
    ['bootstrapjwt', 'bootstrap-jwt'],
    ['github_token', 'github-token'],
    ['grace-periode', 'grace-period'],
    ['renewbefor', 'renew-before'],
    ['enviroment', 'environment'],
    ['selected-repositorys', 'selected-repositories'],
  ])('%s: did you mean %s?', (name, meant) => {
    expect(loadedFrom({ [name]: 'x' }).warnings).toEqual([
      `\`${name.toLowerCase()}\` is not an input of this action and was ignored: did you mean \`${meant}\`?`,
    ]);
  });

  it('means none where three letters differ, at the beginning or elsewhere', () => {
    for (const name of ['xyz-name', 'key-nxyz']) {
      expect(loadedFrom({ [name]: 'x' }).warnings).toEqual([
        `\`${name}\` is not an input of this action and was ignored`,
      ]);
    }
  });

  it.each([
    ['env-name', 'ephemeral'],
    ['quota-wait', 'ephemeral'],
    ['sweep', 'ephemeral'],
    ['sweep-after', 'ephemeral'],
    ['key-ids', 'revoke'],
    ['max-age', 'audit'],
    ['expiring-within', 'audit'],
    ['unused-for', 'audit'],
    ['require-expiry', 'audit'],
    ['fail-on', 'audit'],
  ])('%s belongs to %s', (name, action) => {
    expect(loadedFrom({ [name]: 'x' }).warnings).toEqual([
      `\`${name}\` is an input of mutx/api-key-action/${action}, not of this action, and was ignored`,
    ]);
  });

  it('may belong to several others', () => {
    const [unknown] = unknownInputs({ 'INPUT_DRY-RUN': 'true' }, 'ephemeral').map(unknownText);
    expect(unknown).toBe(
      '`dry-run` is an input of mutx/api-key-action and of mutx/api-key-action/revoke, not of this action, and was ignored',
    );
  });

  it.each(['colour', 'token', 'x', '', 'secret-store', 'prefix'])('%j is nobody’s', (name) => {
    expect(loadedFrom({ [name]: 'x' }).warnings).toEqual([
      `\`${name}\` is not an input of this action and was ignored`,
    ]);
  });

  it('is told on one bounded line, whatever its name', () => {
    const { warnings } = loadedFrom({ [`a\n::error::${'b'.repeat(500)}\u202e`]: 'x' });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^`a ::error::b+…` is not an input of this action and was ignored$/);
    expect(warnings[0]?.length).toBeLessThan(200);
  });

  it('is told also where the inputs are not usable', () => {
    const { loaded } = loadOnly({ secretname: 'X' });
    expect(loaded.ok).toBe(false);
    expect(loaded.warnings).toHaveLength(1);
  });

  it('has its credential masked under a mistyped name, and under a foreign one where it looks like one', () => {
    expect(load({ 'bootstrap-jwd': 'an-unmistakable-token' }).masks).toContain('an-unmistakable-token');
    expect(load({ passwort: PASSWORD }).masks).toContain(PASSWORD);
    expect(load({ colour: `is ${API_KEY}!` }).masks).toContain(API_KEY);
    expect(load({ colour: 'an-unmistakable-token' }).masks).not.toContain('an-unmistakable-token');
  });

  it('is not looked for among other variables', () => {
    expect(unknownInputs({ PATH: '/bin', INPUTS: 'x', input_x: 'y', GITHUB_INPUT_X: 'z' }, 'rotate')).toEqual(
      [],
    );
  });

  it('may be unset and still be there', () => {
    expect(unknownInputs({ INPUT_COLOUR: undefined }, 'rotate').map(unknownText)).toHaveLength(1);
    expect(load({}, { INPUT_COLOUR: undefined }).loaded.warnings).toHaveLength(1);
  });
});

describe('the table', () => {
  it('has every input of the interface for each action', () => {
    expect(inputsOf('rotate').toSorted()).toEqual([
      'api-url',
      'bootstrap-jwt',
      'create-environment',
      'dry-run',
      'email',
      'environment',
      'expires-in-days',
      'github-token',
      'grace-period',
      'key-name',
      'max-revocations',
      'on-quota',
      'password',
      'refresh-token',
      'refresh-token-secret',
      'renew-before',
      'secret-name',
      'selected-repositories',
      'targets',
      'verify',
      'visibility',
    ]);
    const session = ['bootstrap-jwt', 'email', 'password', 'api-url'];
    const refreshing = [...session, 'refresh-token', 'refresh-token-secret', 'github-token'];
    expect(inputsOf('ephemeral').toSorted()).toEqual(
      [
        ...session,
        'env-name',
        'expires-in-days',
        'key-name',
        'quota-wait',
        'sweep',
        'sweep-after',
        'verify',
      ].toSorted(),
    );
    expect(inputsOf('revoke').toSorted()).toEqual(
      [
        ...refreshing,
        'dry-run',
        'if-none',
        'key-ids',
        'key-name',
        'max-revocations',
        'not-before',
      ].toSorted(),
    );
    expect(inputsOf('audit').toSorted()).toEqual(
      [
        ...refreshing,
        'expiring-within',
        'fail-on',
        'key-name',
        'max-age',
        'require-expiry',
        'targets',
        'unused-for',
      ].toSorted(),
    );
  });

  it('has no input that no action takes', () => {
    const taken = new Set(VERBS.flatMap((verb) => inputsOf(verb)));
    expect(INPUT_NAMES.filter((name) => !taken.has(name))).toEqual([]);
  });
});
