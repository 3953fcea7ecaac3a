import { describe, expect, it } from 'vitest';
import { loadAuditInputs } from '../../src/config/load/audit.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { GITHUB_TOKEN, loadOnly, variables } from './given.ts';

const WITHHELD = expect.stringContaining('holds a credential that was given in another input') as string;

type Inputs = Readonly<Record<string, string>>;

function account(password: string): Inputs {
  return { email: 'ci@acme.example', password, 'github-token': GITHUB_TOKEN };
}

/** Where an output would be withheld, the run is refused before anything is called. */
describe('a password that is part of what is handed on', () => {
  it.each<[what: string, password: string, input: string, inputs: Inputs]>([
    ['the name of the key', 'production', 'key-name', { 'key-name': 'web in production' }],
    ['an environment', 'production', 'environment', { environment: 'production' }],
    ['a target', 'production', 'targets', { targets: 'acme/web@production' }],
    ['this repository', 'Acme/Web', 'targets', {}],
    ['the default name alone', 'gha/acme/web', 'key-name', {}],
    ['the name of the secret', 'MUTX_API_KEY', 'targets', {}],
    ['a name in JSON', String.raw`"quoted\"`, 'key-name', { 'key-name': String.raw`a "quoted\" name` }],
    [
      'the repositories of a new secret',
      'web-shop',
      'selected-repositories',
      { targets: 'org:acme', visibility: 'selected', 'selected-repositories': 'web-shop' },
    ],
  ])('is a problem of a rotation: %s', (_what, password, input, inputs) => {
    const { loaded } = loadOnly({ ...account(password), ...inputs });
    expect(loaded.ok ? [] : loaded.problems).toEqual([expect.objectContaining({ input, message: WITHHELD })]);
    expect(JSON.stringify(loaded.ok || loaded.problems)).not.toContain(password);
  });

  it.each<[what: string, password: string, input: string, inputs: Inputs]>([
    ['the name of the keys', 'production', 'key-name', { 'key-name': 'in production', targets: 'acme/web' }],
    ['a target', 'production', 'targets', { targets: 'acme/web@production' }],
    ['a default name', 'gha/acme/web', 'targets', { targets: 'Acme/Web' }],
  ])('is a problem of an audit: %s', (_what, password, input, inputs) => {
    const env = variables({ ...account(password), ...inputs });
    const loaded = loadAuditInputs(env, new SecretRegistry(() => {}));
    expect(loaded.ok ? [] : loaded.problems).toEqual([expect.objectContaining({ input, message: WITHHELD })]);
  });
});
