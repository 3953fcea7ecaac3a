import { describe, expect, it } from 'vitest';
import { matricesOf } from '../../../src/config/fleet/matrix.ts';
import { SecretRegistry } from '../../../src/secrets/registry.ts';
import { ACCESS_JWT, API_KEY, GITHUB_TOKEN } from '../given.ts';
import { load, problemsIn } from './fleet-file.ts';

// Holds invariants 14 and 33 of docs/threat-model.md.

const GOOD = `# yaml-language-server: $schema=schema/mutx-keys.schema.json
defaults:
  expires-in-days: 14
  renew-before: 5d
keys:
  - key-name: web
    targets:
      - acme/web            # the site
      - acme/web@production as API_KEY
      - dependabot:org:acme
    visibility: selected
    selected-repositories: [web, 42]
    grace-period: 6h
  - targets: acme/api
    secret-name: token
    renew-before: 0
    verify: false
    on-quota: wait
    max-revocations: 0
    create-environment: true
`;

describe('a fleet', () => {
  it('is read with the names and the grammar of the action', () => {
    const loaded = load(GOOD);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const [web, api] = loaded.keys;
    expect(web?.targets.map(({ label, secretName }) => `${label} ${secretName}`)).toEqual([
      'acme/web MUTX_API_KEY',
      'acme/web@production API_KEY',
      'dependabot:org:acme MUTX_API_KEY',
    ]);
    expect(web?.audience).toEqual({ visibility: 'selected', selectedRepositories: ['web', '42'] });
    expect(web?.settings).toMatchObject({
      keyName: 'web',
      expiresInDays: 14,
      renewBefore: 5 * 86_400_000,
      gracePeriod: 6 * 3_600_000,
      onQuota: 'fail',
      maxRevocations: 5,
      verify: true,
    });
    expect(api?.line).toBe(14);
    expect(api?.createEnvironment).toBe(true);
    expect(api?.settings).toMatchObject({
      keyName: 'gha/acme/api/TOKEN',
      renewBefore: 0,
      onQuota: 'wait',
      maxRevocations: 0,
      verify: false,
    });
  });

  it('becomes a matrix with what was said, and an id in place of the name', () => {
    const loaded = load(GOOD);
    if (!loaded.ok) throw new Error('it has problems');
    expect(matricesOf(loaded.keys)).toEqual([
      {
        include: [
          {
            id: expect.stringMatching(/^[0-9a-f]{16}$/u) as string,
            index: '0',
            'key-name': 'web',
            targets: 'acme/web\nacme/web@production as API_KEY\ndependabot:org:acme',
            visibility: 'selected',
            'selected-repositories': 'web\n42',
            'expires-in-days': '14',
            'renew-before': '5d',
            'grace-period': '6h',
          },
          {
            id: expect.stringMatching(/^[0-9a-f]{16}$/u) as string,
            index: '1',
            'key-name': 'gha/acme/api/TOKEN',
            targets: 'acme/api',
            'secret-name': 'token',
            'expires-in-days': '14',
            'renew-before': '0',
            'on-quota': 'wait',
            'create-environment': 'true',
            'max-revocations': '0',
            verify: 'false',
          },
        ],
      },
    ]);
  });

  it.each([
    [1, [1]],
    [256, [256]],
    [257, [256, 1]],
    [600, [256, 256, 88]],
  ])('of %i keys makes matrices of %j jobs', (count, sizes) => {
    const keys = Array.from(
      { length: count },
      (_, index) => `- {key-name: k${index}, targets: [a/r${index}]}`,
    );
    const loaded = load(`keys:\n${keys.join('\n')}\n`);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems[0]));
    const matrices = matricesOf(loaded.keys);
    expect(matrices.map(({ include }) => include.length)).toEqual(sizes);
    const ids = new Set(matrices.flatMap(({ include }) => include.map(({ id }) => id)));
    expect(ids.size).toBe(count);
  });
});

describe('what is wrong with a fleet', () => {
  it('is told all at once, each with its line', () => {
    const text = `defaults:
  expires-in-days: 1e2
  renew_before: 7d
keys:
  - key-name: one
    targets:
      - acme/web
      - acme/we b
    on-quota: never
  - key-name: one
    target: acme/api
  - key-name: two
    targets: [ACME/Web]
    verify: maybe
`;
    expect(problemsIn(text)).toMatchInlineSnapshot(`
      [
        "2: \`expires-in-days\` is not a whole number from 1 to 365 (given: \`1e2\`); it takes a whole number from 1 to 365. set \`expires-in-days\` to one of the values allowed, or leave it out",
        "3: \`renew_before\` is not known here. did you mean \`renew-before\`?",
        "8: \`targets\` does not name a repository as \`owner/repo\` (given: \`acme/we b\`); it takes one target a line: \`owner/repo\`, \`owner/repo@environment\` or \`org:name\`, with a store (\`dependabot:\`, \`codespaces:\`, \`agents:\`) before it and \` as OTHER_NAME\` after it where wanted. correct it; see the grammar of \`targets\` in the README",
        "9: \`on-quota\` is none of its values (given: \`never\`); it takes \`fail\`, \`wait\`, \`replace\`. set \`on-quota\` to one of the values allowed, or leave it out",
        "10: the key has no \`targets\`. name at least one target",
        "10: the key name \`one\` is taken by the key of line 5. give each key a name of its own: each rotation revokes all older keys of its name",
        "11: \`target\` is not known here. did you mean \`targets\`?",
        "13: the secret MUTX_API_KEY of \`ACME/Web\` belongs to the key of line 5 (its target of line 7). let one key have it, or give the secret another name with \` as OTHER_NAME\`: two keys would overwrite each other",
        "14: \`verify\` is not a boolean (given: \`maybe\`); it takes \`true\` or \`false\`. set \`verify\` to one of the values allowed, or leave it out",
      ]
    `);
  });

  it('about a default is told once, however many keys have it', () => {
    const keys = ['a', 'b', 'c'].map((name) => `- {key-name: ${name}, targets: [x/${name}]}`).join('\n');
    expect(problemsIn(`defaults: {grace-period: soon}\nkeys:\n${keys}\n`)).toHaveLength(1);
  });

  it.each([
    ['an empty file', '', /^1: the file is empty/u],
    ['comments only', '# nothing\n', /^1: the file is empty/u],
    ['a list', '- a\n', /^1: the file is not a mapping/u],
    ['no keys', 'defaults: {}\n', /^1: there is no `keys`/u],
    ['keys that are no list', 'keys: {a: 1}\n', /^1: `keys` is not a list/u],
    ['an entry that is no mapping', 'keys:\n  - acme/web\n', /^2: an entry of `keys` is not a mapping/u],
    [
      'a near miss',
      'keys:\n- targets: [a/b]\n  expire-in-days: 3\n',
      /^3: .*did you mean `expires-in-days`/u,
    ],
    [
      'a name twice',
      'keys:\n- targets: [a/b]\n  targets: [a/c]\n',
      /^3: `targets` stands here a second time, after line 2/u,
    ],
    ['two documents', 'keys: [{targets: [a/b]}]\n---\nkeys: []\n', /^[23]: a second YAML document/u],
    ['broken YAML', 'keys: [\n', /the YAML cannot be read/u],
    [
      'an entry that is indented too little',
      'keys:\n  - key-name: web\n   targets: a/b\n',
      /^3: the YAML cannot be read: Sequence item without - indicator\. see this line and the one before it: .*`- key-name: web`/u,
    ],
    ['a tab', 'keys:\n\t- targets: a/b\n', /^2: the YAML cannot be read: .*\. indent with spaces$/u],
    ['an open quote', 'keys:\n- targets: "a/b\n', /\. close the quote/u],
    ['what YAML reserves', 'keys:\n- key-name: @web\n', /^2: .*\. put the value in quotes$/u],
    [
      'what cannot be an escape',
      'keys:\n- key-name: "\\q"\n',
      /^2: .*\. see this line and the one before it, and/u,
    ],
    ['a list for one value', 'keys:\n- targets: [a/b]\n  verify: [true]\n', /^3: `verify` is a list/u],
    ['a mapping for a value', 'keys:\n- targets: {a: b}\n', /^2: `targets` holds a mapping/u],
    ['an empty value', 'keys:\n- targets: [a/b]\n  key-name:\n', /^3: `key-name` is empty/u],
    [
      'an item of two lines',
      'keys:\n- targets: ["a/b\\na/c"]\n',
      /^2: an item of `targets` is not one line/u,
    ],
    ['a name that is a list', 'keys:\n- ? [a]\n  : b\n  targets: [a/b]\n', /^2: a name is no plain text/u],
    [
      'a shorthand of the action',
      'keys:\n- environment: production\n',
      /^2: `environment` is not taken here.*targets/u,
    ],
    [
      'what belongs to the step',
      'keys:\n- targets: [a/b]\n  dry-run: true\n',
      /^3: `dry-run` is not a setting of a key/u,
    ],
    ['no name for two targets', 'keys:\n- targets: [a/b, a/c]\n', /^2: `key-name` is needed/u],
    [
      "a key's own as a default",
      'defaults: {key-name: x}\nkeys: [{targets: [a/b]}]\n',
      /^1: `key-name` is each key's own/u,
    ],
  ])('%s', (_what, text, problem) => {
    expect(problemsIn(text).join('\n')).toMatch(problem);
  });

  it('a line that the parser stumbles over three times, once', () => {
    const text = 'keys:\n  - key-name: web\n    targets: a/b\n  key-name: b\n    targets: a/c\n';
    expect(problemsIn(text)).toEqual([expect.stringMatching(/^4: the YAML cannot be read/u)]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('the name %s', (name) => {
    const text = `keys:\n- targets: [a/b]\n  ${name}: {polluted: true}\n${name}: 1\n`;
    expect(problemsIn(text).filter((line) => line.includes(`\`${name}\``)).length).toBeGreaterThanOrEqual(2);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('an alias, an anchor or a tag, so that no bomb is ever set off', () => {
    const bomb = ['a: &a [x, x, x]', 'b: &b [*a, *a, *a]', 'c: [*b, *b, *b]', 'keys: !!set {x}'].join('\n');
    const problems = problemsIn(`${bomb}\n`);
    expect(problems.join('\n')).toMatch(/^1: an anchor is not taken here/mu);
    expect(problems.join('\n')).toMatch(/^2: an alias is not taken here/mu);
    expect(problems.join('\n')).toMatch(/^4: a tag is not taken here/mu);
  });

  it('more than a mebibyte, before it is parsed', () => {
    expect(problemsIn(`# ${'x'.repeat(1024 * 1024)}\n`)).toEqual([
      expect.stringMatching(/larger than 1 MiB/u),
    ]);
  });

  it('more targets than GitHub lets one rotation write', () => {
    const targets = Array.from({ length: 501 }, (_, index) => `a/r${index}`).join(', ');
    expect(problemsIn(`keys:\n- key-name: x\n  targets: [${targets}]\n`)).toEqual([
      expect.stringMatching(/^3: the key has 501 targets, and 500 is the limit/u),
    ]);
  });

  it('more keys than there are jobs for', () => {
    const keys = Array.from(
      { length: 2_561 },
      (_, index) => `- {key-name: k${index}, targets: [a/r${index}]}`,
    );
    expect(problemsIn(`keys:\n${keys.join('\n')}\n`)).toEqual([
      expect.stringMatching(/^2562: there are 2561 keys, and 2560 is the limit/u),
    ]);
  });
});

describe('two keys', () => {
  it('cannot have a name in common', () => {
    expect(problemsIn('keys:\n- {key-name: a, targets: [a/b]}\n- {key-name: a, targets: [a/c]}\n')).toEqual([
      expect.stringMatching(/^3: the key name `a` is taken by the key of line 2/u),
    ]);
  });

  it('cannot have a secret in common, however it is spelt', () => {
    const text =
      'keys:\n- key-name: a\n  targets: [a/b]\n- key-name: b\n  targets:\n  - x/y\n  - actions:A/B as mutx_api_key\n';
    expect(problemsIn(text)).toEqual([
      expect.stringMatching(/^7: the secret MUTX_API_KEY of `A\/B` belongs to the key of line 2/u),
    ]);
  });

  it('can have secrets of other names, or other stores, in one repository', () => {
    const text =
      'keys:\n- {key-name: a, targets: [a/b]}\n- {key-name: b, targets: [a/b as OTHER, dependabot:a/b]}\n';
    expect(problemsIn(text)).toEqual([]);
  });
});

describe('a credential in the file', () => {
  it.each([
    ['an API key', API_KEY],
    ['a JWT', ACCESS_JWT],
    ['a GitHub token', GITHUB_TOKEN],
  ])('%s is refused wherever it stands, masked and not printed', (_what, credential) => {
    for (const text of [
      `# ${credential}\nkeys: [{targets: [a/b]}]\n`,
      `keys:\n- targets: [a/b]\n  key-name: ${credential}\n`,
      `keys:\n- targets: [a/b]\n  ${credential}: x\n`,
      `keys:\n- targets: ["${credential}"]\n`,
      `keys: [{targets: [a/b]}]\nx: !<${credential}> y\n`,
    ]) {
      const masks: string[] = [];
      const loaded = load(text, new SecretRegistry((mask) => masks.push(mask)));
      expect(loaded.ok).toBe(false);
      expect(JSON.stringify(loaded)).not.toContain(credential);
      expect(JSON.stringify(loaded)).toContain('credential');
      expect(masks).toContain(credential);
    }
  });

  it('under the name of one is refused, whatever it looks like', () => {
    const problems = problemsIn('keys:\n- targets: [a/b]\n  password: hunter2\n  Bootstrap-JWT: x\n');
    expect(problems).toEqual([
      expect.stringMatching(/^3: `password` is a credential, and this file must not hold any/u),
      expect.stringMatching(/^4: `Bootstrap-JWT` is a credential/u),
    ]);
    expect(problems.join('\n')).not.toContain('hunter2');
  });
});
