import { describe, expect, it } from 'vitest';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { clock } from '../../src/verbs/clock.ts';
import { type InitOptions, setupOf } from '../../src/verbs/init-inputs.ts';

const OPTIONS: InitOptions = {
  folder: '/nowhere/at/all',
  workflow: '.github/workflows/rotate.yml',
  secretsEnvironment: undefined,
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
  return setupOf({ ...OPTIONS, ...options }, { env: given, secrets: new SecretRegistry(() => {}), clock });
}

describe('what is to be set up', () => {
  it("makes a note of the token of GitHub's command line, which may do too much", () => {
    expect(setup({}).setup?.notes).toEqual([]);
    const { notes } = setup({ 'INPUT_GITHUB-TOKEN': `gho_${'a'.repeat(36)}` }).setup ?? { notes: [] };
    expect(notes).toEqual([
      expect.stringMatching(/^the token that becomes SECRETS_WRITER_TOKEN is that of/u),
    ]);
  });

  it('keeps the credentials in an environment, where one is named', () => {
    const { secrets = [] } = setup({}, { secretsEnvironment: 'ops' }).setup ?? {};
    expect(secrets.map(({ target: { label, secretName } }) => `${label} ${secretName}`)).toEqual([
      'acme/web@ops MUTX_EMAIL',
      'acme/web@ops MUTX_PASSWORD',
      'acme/web@ops SECRETS_WRITER_TOKEN',
    ]);
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
