import { describe, expect, it } from 'vitest';
import {
  identityOf,
  isEnvironment,
  isOwner,
  isRepository,
  parseSecretName,
  parseTarget,
  type Target,
  targetLines,
} from '../../src/config/targets.ts';
import { anyCharacter } from '../any-character.ts';
import { fc } from '../property.ts';

function target(line: string): Target {
  const parsed = parseTarget(line, 'MUTX_API_KEY');
  if (!parsed.ok) throw new Error(`${line} ${parsed.message}`);
  return parsed.value;
}

const KEY = { secretName: 'MUTX_API_KEY' };
const repository = { kind: 'repository', store: 'actions', owner: 'Acme', repo: 'web', ...KEY };
const environment = { ...repository, kind: 'environment' };
const organisation = { kind: 'organisation', store: 'actions', org: 'Acme', ...KEY };

describe('a target', () => {
  it.each([
    ['Acme/web', { ...repository, label: 'Acme/web' }],
    ['actions:Acme/web', { ...repository, label: 'Acme/web' }],
    ['dependabot:Acme/web', { ...repository, store: 'dependabot', label: 'dependabot:Acme/web' }],
    ['codespaces:Acme/web', { ...repository, store: 'codespaces', label: 'codespaces:Acme/web' }],
    ['agents:Acme/web', { ...repository, store: 'agents', label: 'agents:Acme/web' }],
    ['Dependabot : Acme/web', { ...repository, store: 'dependabot', label: 'dependabot:Acme/web' }],
    ['Acme/web as other_name', { ...repository, secretName: 'OTHER_NAME', label: 'Acme/web' }],
    ['Acme/web  AS  OTHER', { ...repository, secretName: 'OTHER', label: 'Acme/web' }],
    ['Acme/.github', { ...repository, repo: '.github', label: 'Acme/.github' }],
    ['octo_acme/a.b-c_d', { ...repository, owner: 'octo_acme', repo: 'a.b-c_d', label: 'octo_acme/a.b-c_d' }],
    ['Acme/web@production', { ...environment, environment: 'production', label: 'Acme/web@production' }],
    ['actions:Acme/web@prod', { ...environment, environment: 'prod', label: 'Acme/web@prod' }],
    ['Acme/web @ prod', { ...environment, environment: 'prod', label: 'Acme/web@prod' }],
    ['Acme/web@eu/west 1', { ...environment, environment: 'eu/west 1', label: 'Acme/web@eu/west 1' }],
    ['Acme/web@100%', { ...environment, environment: '100%', label: 'Acme/web@100%' }],
    [
      'Acme/web@Prüfung 試験',
      { ...environment, environment: 'Prüfung 試験', label: 'Acme/web@Prüfung 試験' },
    ],
    ['Acme/web@a@b:c', { ...environment, environment: 'a@b:c', label: 'Acme/web@a@b:c' }],
    [
      'Acme/web@same as before as KEY',
      { ...environment, environment: 'same as before', secretName: 'KEY', label: 'Acme/web@same as before' },
    ],
    ['org:Acme', { ...organisation, label: 'org:Acme' }],
    ['ORG: Acme', { ...organisation, label: 'org:Acme' }],
    ['dependabot:org:Acme', { ...organisation, store: 'dependabot', label: 'dependabot:org:Acme' }],
    ['agents:org:Acme as K', { ...organisation, store: 'agents', secretName: 'K', label: 'agents:org:Acme' }],
  ])('%s', (line, expected) => {
    expect(target(line)).toEqual(expected);
  });

  it.each([
    ['Acme', 'does not name a repository as `owner/repo`'],
    ['Acme/web:x', 'does not name a repository as `owner/repo`'],
    ['myorg:Acme', 'begins with neither `org:` nor a store that GitHub has'],
    ['Acme/', 'does not name a repository as `owner/repo`'],
    ['/web', 'does not name a repository as `owner/repo`'],
    ['Acme/web/x', 'does not name a repository as `owner/repo`'],
    ['Acme/..', 'does not name a repository as `owner/repo`'],
    ['Acme/.', 'does not name a repository as `owner/repo`'],
    ['../web', 'does not name a repository as `owner/repo`'],
    ['-acme/web', 'does not name a repository as `owner/repo`'],
    ['Ac me/web', 'does not name a repository as `owner/repo`'],
    ['Acme/we b', 'does not name a repository as `owner/repo`'],
    ['Acme/web?x', 'does not name a repository as `owner/repo`'],
    ['Acme/%2e%2e', 'does not name a repository as `owner/repo`'],
    ['Acme/wéb', 'does not name a repository as `owner/repo`'],
    [`Acme/${'r'.repeat(101)}`, 'does not name a repository as `owner/repo`'],
    [`${'o'.repeat(101)}/web`, 'does not name a repository as `owner/repo`'],
    ['@prod', 'does not name a repository as `owner/repo`'],
    ['dependabot:', 'does not name a repository as `owner/repo`'],
    ['Acme/web as', 'ends in ` as`, without a name after it'],
    ['Acme/web as A B', 'does not name a repository as `owner/repo`'],
    ['https://github.com/Acme/web', 'begins with neither `org:` nor a store that GitHub has'],
    ['npm:Acme/web', 'begins with neither `org:` nor a store that GitHub has'],
    ['agents:dependabot:Acme/web', 'begins with neither `org:` nor a store that GitHub has'],
    ['org:', 'does not name an organisation after `org:`'],
    ['org:Acme/web', 'does not name an organisation after `org:`'],
    ['org:Acme@prod', 'does not name an organisation after `org:`'],
    ['org:agents:Acme', 'does not name an organisation after `org:`'],
    ['dependabot:Acme/web@prod', 'names an environment, and those have Actions secrets only'],
    ['codespaces:Acme/web@prod', 'names an environment, and those have Actions secrets only'],
    ['agents:Acme/web@prod', 'names an environment, and those have Actions secrets only'],
    ['Acme/web@', 'does not name an environment that GitHub allows'],
    ['Acme/web@..', 'does not name an environment that GitHub allows'],
    ['Acme/web@a\u0007b', 'does not name an environment that GitHub allows'],
    ['Acme/web@\ud800', 'does not name an environment that GitHub allows'],
    [`Acme/web@${'e'.repeat(256)}`, 'does not name an environment that GitHub allows'],
    ['Acme/web as 1KEY', 'names a secret that GitHub does not allow'],
    ['Acme/web as GITHUB_KEY', 'names a secret that GitHub does not allow'],
    ['Acme/web as github_key', 'names a secret that GitHub does not allow'],
    ['Acme/web as MY-KEY', 'names a secret that GitHub does not allow'],
    ['Acme/web as ſECRET', 'names a secret that GitHub does not allow'],
  ])('%j is none: it %s', (line, message) => {
    expect(parseTarget(line, 'MUTX_API_KEY')).toEqual({ ok: false, message });
  });

  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/);
  const repo = fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/).filter(isRepository);
  const secretName = fc
    .stringMatching(/^[A-Z_][A-Z0-9_]{0,20}$/)
    .filter((text) => !text.startsWith('GITHUB_'));
  const store = fc.constantFrom('', 'actions:', 'dependabot:', 'codespaces:', 'agents:');
  const place = fc.oneof(
    fc.record({ store, owner: name, repo }).map((given) => `${given.store}${given.owner}/${given.repo}`),
    fc.record({ store, org: name }).map((given) => `${given.store}org:${given.org}`),
    fc
      .record({ owner: name, repo, env: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }) })
      .filter(({ env }) => isEnvironment(env) && env.trim() === env && !/(^|\s)#/.test(env))
      .map((given) => `${given.owner}/${given.repo}@${given.env}`),
  );

  it('written from what was read is read as the same', () => {
    fc.assert(
      fc.property(place, secretName, (where, secret) => {
        const read = target(`${where} as ${secret}`);
        expect(target(`${read.label} as ${read.secretName}`)).toEqual(read);
        expect(targetLines(`# x\n  ${read.label} as ${secret} # ${where}\r\n`)).toEqual([
          `${read.label} as ${secret}`,
        ]);
      }),
    );
  });

  it('is the same in any case mix, and another for another place, store or secret', () => {
    // Not the same in lower case, though in upper case.
    expect(identityOf(target('a/b@straße'))).not.toBe(identityOf(target('a/b@strasse')));
    expect(identityOf(target('org:Acme   as KEY'))).toBe(identityOf(target('org:acme as key')));
    expect(identityOf(target('acme/WEB@PROD as key'))).toBe(
      identityOf(target('actions:Acme/web@prod as KEY')),
    );
    const others = ['a/b', 'a/b as X', 'dependabot:a/b', 'a/b@c', 'org:a', 'agents:org:a', 'a/b@c as X'];
    expect(new Set(others.map((line) => identityOf(target(line)))).size).toBe(others.length);
  });

  it('of arbitrary text is a checked one or a problem, never an exception', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: anyCharacter }),
          fc.string({ unit: fc.constantFrom(...'ab/@:. #as%é\n') }),
        ),
        (line) => {
          const parsed = parseTarget(line, 'KEY');
          if (!parsed.ok) return;
          const found = parsed.value;
          if (found.kind === 'organisation') expect(isOwner(found.org)).toBe(true);
          else expect(isOwner(found.owner) && isRepository(found.repo)).toBe(true);
          if (found.kind === 'environment') expect(isEnvironment(found.environment)).toBe(true);
          expect(parseSecretName(found.secretName)).toBe(found.secretName);
        },
      ),
    );
  });
});

describe('the lines of targets', () => {
  it.each([
    ['', []],
    ['a/b', ['a/b']],
    ['a/b\nc/d\r\ne/f\rg/h', ['a/b', 'c/d', 'e/f', 'g/h']],
    ['# all of it\n\n   \na/b   # here\n\t# not\n', ['a/b']],
    ['a/b@#1', ['a/b@#1']],
    ['a/b@c#d', ['a/b@c#d']],
    ['a/b@c #d', ['a/b@c']],
    ['#a/b', []],
  ])('%j', (text, lines) => {
    expect(targetLines(text)).toEqual(lines);
  });
});

describe('a secret name', () => {
  it.each([
    ['key', 'KEY'],
    ['_K9', '_K9'],
    ['MyKey_1', 'MYKEY_1'],
    ['GITHUB', 'GITHUB'],
    ['X_GITHUB_', 'X_GITHUB_'],
  ])('%s is %s', (text, name) => expect(parseSecretName(text)).toBe(name));
  it.each(['', '9K', 'GITHUB_', 'GitHub_Token', 'A B', 'A-B', 'A.B', 'Ä', 'KEY\n'])('%j is none', (text) =>
    expect(parseSecretName(text)).toBeUndefined(),
  );
});

it('a secret may be called AS', () => {
  expect(parseTarget('acme/web as AS', 'KEY')).toMatchObject({ ok: true, value: { secretName: 'AS' } });
});
