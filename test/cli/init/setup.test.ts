import { describe, expect, it } from 'vitest';
import { type InitOptions, setupOf } from '../../../src/cli/init/inputs.ts';
import { SecretRegistry } from '../../../src/secrets/registry.ts';

const OPTIONS: InitOptions = {
  folder: '/nowhere/at/all',
  workflow: '.github/workflows/rotate.yml',
  secretsEnvironment: 'mutx-rotation',
  ref: 'a'.repeat(40),
  version: '1.2.3',
  canConfirm: true,
  confirm: () => Promise.resolve(true),
};

function setup(env: NodeJS.ProcessEnv, options: Partial<InitOptions> = {}) {
  const given = {
    GITHUB_REPOSITORY: 'acme/web',
    INPUT_EMAIL: 'ci@example.com',
    INPUT_PASSWORD: 'correct horse battery',
    'INPUT_GITHUB-TOKEN': `github_pat_${'a'.repeat(40)}`,
    ...env,
  };
  return setupOf({ ...OPTIONS, ...options }, { env: given, secrets: new SecretRegistry(() => {}) });
}

describe('what is to be set up', () => {
  it("makes a note of the token of GitHub's command line, which may do too much", () => {
    expect(setup({}).setup?.notes).toEqual([]);
    const { notes } = setup({ 'INPUT_GITHUB-TOKEN': `gho_${'a'.repeat(36)}` }).setup ?? { notes: [] };
    expect(notes).toEqual([
      expect.stringMatching(/^the token that becomes SECRETS_WRITER_TOKEN is that of/u),
    ]);
  });

  it.each([
    [
      'v1',
      '0.1.0',
      /^the workflow uses mutx\/api-key-action@v1, and this is 0\.1\.0: the tag comes with the first release/u,
    ],
    ['v1', '1.0.0-rc.1', /and this is 1\.0\.0-rc\.1: the tag comes with the first release/u],
    [
      'v1',
      '1.2.3',
      /^the workflow uses mutx\/api-key-action@v1, a tag that moves with every release; to pin it by commit/u,
    ],
  ])('makes a note of the tag %s, in version %s', (ref, version, words) => {
    const { setup: made } = setup({}, { ref, version });
    expect(made?.notes).toEqual([expect.stringMatching(words)]);
    expect(made?.notes.join()).toMatch(/`--ref`: https:\/\/\S+\/SECURITY\.md#verify$/u);
    expect(made?.text).toContain(`- uses: mutx/api-key-action@${ref}\n`);
  });

  it.each(['v1.2.3', '0123456789abcdef0123456789abcdef01234567'])(
    'has nothing to note where the workflow names the action by %s, which does not move',
    (ref) => {
      const { setup: made } = setup({}, { ref, version: '0.1.0' });
      expect(made?.notes).toEqual([]);
      expect(made?.text).toContain(`- uses: mutx/api-key-action@${ref}\n`);
    },
  );

  it.each(['', 'main', 'v1@x', '0123456', 'v1\n- run: x', 'A'.repeat(40)])(
    'refuses to name the action by %j',
    (ref) => {
      expect(setup({}, { ref }).problems.map(({ input }) => input)).toEqual(['--ref']);
    },
  );

  it("makes a note of an `api-url` that GitHub's runners cannot reach", () => {
    const { notes, text } = setup({ 'INPUT_API-URL': 'http://127.0.0.1:4000' }).setup ?? { notes: [] };
    expect(notes).toEqual([
      expect.stringMatching(
        /^`api-url` is http:\/\/127\.0\.0\.1:4000\/, which means this machine or its own network/u,
      ),
    ]);
    expect(text).toContain('127.0.0.1:4000');
    expect(setup({ 'INPUT_API-URL': 'https://mutx.example.com' }).setup?.notes).toEqual([]);
  });

  it('keeps the credentials in an environment, where one is named', () => {
    const { secrets = [] } = setup({}, { secretsEnvironment: 'ops' }).setup ?? {};
    expect(secrets.map(({ target: { label, secretName } }) => `${label} ${secretName}`)).toEqual([
      'acme/web@ops MUTX_EMAIL',
      'acme/web@ops MUTX_PASSWORD',
      'acme/web@ops SECRETS_WRITER_TOKEN',
    ]);
  });

  it.each([
    [{}, 'https://github.com'],
    [{ GITHUB_SERVER_URL: 'https://ghe.example/' }, 'https://ghe.example'],
    [{ GITHUB_API_URL: 'https://ghe.example:8443/api/v3' }, 'https://ghe.example:8443'],
    [{ GITHUB_API_URL: 'https://api.acme.ghe.com' }, 'https://acme.ghe.com'],
    [{ GITHUB_API_URL: 'https://api.github.com' }, 'https://github.com'],
  ])('says on the right server where the branches of the environment are limited: %o', (env, server) => {
    const { whoReads, withoutPermission } = setup(env).setup ?? {};
    expect(whoReads).toMatch(new RegExp(`: ${server}/acme/web/settings/environments$`, 'u'));
    expect(withoutPermission).toContain(`create it at ${server}/acme/web/settings/environments, `);
  });

  it('cannot be known without a repository', () => {
    const { setup: none, problems } = setup({ GITHUB_REPOSITORY: '' });
    expect(none).toBeUndefined();
    expect(problems.map(({ input }) => input)).toEqual(['GITHUB_REPOSITORY']);
  });

  it('takes over no credential into the workflow', () => {
    const { text = '' } = setup({ 'INPUT_DRY-RUN': 'false', 'INPUT_KEY-NAME': 'mine' }).setup ?? {};
    expect(text).toContain('key-name: mine');
    for (const secret of [
      'ci@example.com',
      'correct horse',
      'github_pat_',
      'dry-run',
      'create-environment',
    ]) {
      expect(text).not.toContain(secret);
    }
  });
});
