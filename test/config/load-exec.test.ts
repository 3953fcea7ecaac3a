import { describe, expect, it } from 'vitest';
import { loadExecInputs } from '../../src/config/load/exec.ts';
import { isPerRunName } from '../../src/ephemeral/sweep.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { ACCESS_JWT, NOW, toldInFull } from './given.ts';

const MACHINE = { hostname: 'Laptop', now: NOW };

function load(env: NodeJS.ProcessEnv = {}) {
  const given = { 'INPUT_BOOTSTRAP-JWT': ACCESS_JWT, ...env };
  return loadExecInputs(given, new SecretRegistry(() => {}), MACHINE);
}

function settingsOf(env?: NodeJS.ProcessEnv) {
  const loaded = load(env);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.value.settings;
}

function messages(env: NodeJS.ProcessEnv): readonly string[] {
  const loaded = load(env);
  return loaded.ok ? [] : toldInFull(loaded.problems).map(({ input, message }) => `${input} ${message}`);
}

describe('the inputs of exec', () => {
  const START = String(NOW / 1_000);

  it.each([
    ['a machine alone', {}, 'exec/laptop/run/', `${START}.1/exec/`],
    ['a repository', { GITHUB_REPOSITORY: 'Acme/Web' }, 'gha/acme/web/run/', `${START}.1/exec/`],
    [
      'a run of it',
      {
        GITHUB_REPOSITORY: 'Acme/Web',
        GITHUB_RUN_ID: '7',
        GITHUB_RUN_ATTEMPT: '2',
        GITHUB_JOB: 'build',
        GITHUB_SERVER_URL: 'https://ghe.example.com',
      },
      'ghe.example.com/gha/acme/web/run/',
      '7.2/build/',
    ],
  ])('name the key by %s, in the form that the sweep knows', (_, env, prefix, end) => {
    const { keyName, unique, sweep } = settingsOf(env);
    expect(keyName.startsWith(prefix + end)).toBe(true);
    expect(unique).toBe(true);
    expect(sweep).toEqual({ prefix, after: undefined });
    expect(isPerRunName(keyName, prefix)).toBe(true);
    expect(settingsOf(env).keyName).not.toBe(keyName);
  });

  it('are told about all at once where they cannot be used', () => {
    expect(
      messages({
        'INPUT_BOOTSTRAP-JWT': '',
        'INPUT_ENV-NAME': '',
        MUTX_REFRESH_TOKEN: 'x',
        GITHUB_REPOSITORY: 'nothing',
        GITHUB_RUN_ID: 'seven',
      }).map((line) => line.split(' ').slice(0, 2).join(' ')),
    ).toEqual([
      'undefined no',
      'GITHUB_REPOSITORY does',
      'GITHUB_RUN_ID is',
      'GITHUB_RUN_ATTEMPT is',
      'GITHUB_JOB is',
      'env-name is',
      'MUTX_REFRESH_TOKEN holds',
    ]);
  });

  it('ignore a refresh token beside another credential, and need no run where the name is given', () => {
    expect(settingsOf({ MUTX_REFRESH_TOKEN: 'x' }).unique).toBe(true);
    const named = { 'INPUT_KEY-NAME': 'mine', INPUT_SWEEP: 'false', GITHUB_RUN_ID: 'seven' };
    expect(settingsOf(named)).toMatchObject({ keyName: 'mine', unique: false, sweep: undefined });
  });

  it('are what else an action is given, and are warned about alike', () => {
    const given = { 'INPUT_ENV-NAME': 'DEPLOY_KEY', 'INPUT_SWEEP-AFTER': '5h' };
    const loaded = load(given);
    expect(loaded).toMatchObject({
      ok: true,
      value: { credential: { kind: 'access-jwt' }, envName: 'DEPLOY_KEY' },
      warnings: [expect.stringContaining('`sweep-after` is shorter')],
    });
    expect(loaded.ok && loaded.value.apiUrl.href).toBe('https://api.mutx.dev/');
    expect(load()).toMatchObject({ value: { envName: 'MUTX_API_KEY' }, warnings: [] });
  });

  it('name no repository that is not one, and no run without all that a runner says of it', () => {
    expect(settingsOf({ GITHUB_REPOSITORY: '', GITHUB_RUN_ID: '' }).sweep?.prefix).toBe('exec/laptop/run/');
    expect(messages({ GITHUB_RUN_ID: '7' })).toHaveLength(2);
  });

  it('take a start for its whole seconds', () => {
    const machine = { hostname: 'a', now: 1_999 };
    const loaded = loadExecInputs(
      { 'INPUT_BOOTSTRAP-JWT': ACCESS_JWT },
      new SecretRegistry(() => {}),
      machine,
    );
    expect(loaded.ok && loaded.value.settings.keyName).toMatch(/^exec\/a\/run\/1\.1\/exec\/[0-9a-f]{12}$/);
  });

  it('are refused whole where anything is wrong, with the credential that is there', () => {
    expect(load({ 'INPUT_ENV-NAME': '' })).toMatchObject({
      ok: false,
      credential: { kind: 'access-jwt' },
      problems: [{ input: 'env-name' }],
    });
    expect(load({ INPUT_VERIFY: '2' })).toMatchObject({ ok: false, problems: [{ input: 'verify' }] });
    expect(load({ 'INPUT_BOOTSTRAP-JWT': '' })).toMatchObject({
      ok: false,
      problems: [{ input: undefined }],
    });
  });
});
