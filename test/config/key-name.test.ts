import { describe, expect, it } from 'vitest';
import {
  defaultKeyName,
  perMachinePrefix,
  perRunName,
  perRunPrefix,
  randomDigits,
  targetOfDefaultName,
} from '../../src/config/key-name.ts';
import {
  identityOf,
  isEnvironment,
  isRepository,
  parseTarget,
  type Target,
} from '../../src/config/targets.ts';
import { isPerRunName } from '../../src/ephemeral/sweep.ts';
import { fc } from '../property.ts';

function target(line: string): Target {
  const parsed = parseTarget(line, 'mutx_api_key');
  if (!parsed.ok) throw new Error(`${line} ${parsed.message}`);
  return parsed.value;
}

describe('the name of a key nobody named', () => {
  it.each([
    ['Acme/Web', 'github.com', 'gha/acme/web/MUTX_API_KEY'],
    ['Acme/Web', 'GitHub.com', 'gha/acme/web/MUTX_API_KEY'],
    ['Acme/Web as other', 'github.com', 'gha/acme/web/OTHER'],
    ['Acme/Web@production', 'github.com', 'gha/acme/web@production/MUTX_API_KEY'],
    ['Acme/Web@EU/West 1', 'github.com', 'gha/acme/web@eu/west 1/MUTX_API_KEY'],
    ['org:Acme', 'github.com', 'gha/acme/MUTX_API_KEY'],
    ['dependabot:Acme/Web', 'github.com', 'gha/acme/web/dependabot:MUTX_API_KEY'],
    ['agents:org:Acme', 'github.com', 'gha/acme/agents:MUTX_API_KEY'],
    [
      'codespaces:Acme/Web',
      'ghe.Example.com:8443',
      'ghe.example.com:8443/gha/acme/web/codespaces:MUTX_API_KEY',
    ],
    ['Acme/Web@prod', 'acme.ghe.com', 'acme.ghe.com/gha/acme/web@prod/MUTX_API_KEY'],
    ['org:Acme', 'acme.ghe.com', 'acme.ghe.com/gha/acme/MUTX_API_KEY'],
  ])('for %s on %s is %s', (line, host, name) => {
    expect(defaultKeyName(target(line), host)).toBe(name);
  });

  it('has its longest part cut and hashed where it would be longer than 255', () => {
    const name = defaultKeyName(target(`acme/web@${'e'.repeat(255)}`), 'github.com');
    expect(name).toHaveLength(255);
    expect(name).toMatch(/^gha\/acme\/web@e{212}~[0-9a-f]{16}\/MUTX_API_KEY$/);
  });

  it('has the first of its longest parts cut, now and in every later version', () => {
    const line = `${'o'.repeat(100)}/${'r'.repeat(100)}@${'e'.repeat(100)}`;
    expect(defaultKeyName(target(line), 'github.com')).toMatch(
      /^gha\/o{20}~[0-9a-f]{16}\/r{82}~[0-9a-f]{16}@e{100}\/MUTX_API_KEY$/,
    );
  });

  it('is 255 characters where that is exactly enough, uncut', () => {
    const frame = 'gha/acme/web@/MUTX_API_KEY'.length;
    const name = defaultKeyName(target(`acme/web@${'e'.repeat(255 - frame)}`), 'github.com');
    expect(name).toBe(`gha/acme/web@${'e'.repeat(255 - frame)}/MUTX_API_KEY`);
  });

  it('has several parts cut where one is not enough', () => {
    const line = `${'o'.repeat(100)}/${'r'.repeat(100)}@${'e'.repeat(255)} as ${'S'.repeat(300)}`;
    const name = defaultKeyName(target(line), `${'h'.repeat(240)}.example`);
    expect(name.length).toBeLessThanOrEqual(255);
    expect(name).toMatch(
      /^h{20}~[0-9a-f]{16}\/gha\/o+~[0-9a-f]{16}\/r+~[0-9a-f]{16}@e{20}~[0-9a-f]{16}\/S{20}~[0-9a-f]{16}$/,
    );
  });

  it('is never cut within a character', () => {
    for (const length of [120, 121]) {
      const name = defaultKeyName(target(`acme/we@x${'💥'.repeat(length)}`), 'github.com');
      expect(name.isWellFormed()).toBe(true);
    }
    const odd = defaultKeyName(target(`acme/web@${'💥'.repeat(127)}`), 'github.com');
    const even = defaultKeyName(target(`acme/webb@${'💥'.repeat(127)}`), 'github.com');
    expect([odd, even].every((name) => name.isWellFormed())).toBe(true);
  });

  const owner = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/);
  const repo = fc.stringMatching(/^[A-Za-z0-9._-]{1,100}$/).filter(isRepository);
  const secret = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,200}$/).filter((name) => !name.startsWith('GITHUB_'));
  const environment = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 120 })
    .filter((name) => isEnvironment(name) && name === name.trim());
  const store = fc.constantFrom('', 'dependabot:', 'codespaces:', 'agents:');
  const anyTarget = fc
    .oneof(
      fc.tuple(store, owner, repo).map(([prefix, org, name]) => `${prefix}${org}/${name}`),
      fc.tuple(owner, repo, environment).map(([org, name, env]) => `${org}/${name}@${env}`),
      fc.tuple(store, owner).map(([prefix, org]) => `${prefix}org:${org}`),
    )
    .chain((place) => secret.map((name) => target(`${place} as ${name}`)));
  const host = fc.constantFrom('github.com', 'ghe.example.com', 'acme.ghe.com', `${'h'.repeat(200)}.example`);

  it('is at most 255 characters, the same for every spelling and another for every other target', () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(anyTarget, host, (one, where) => {
        const name = defaultKeyName(one, where);
        expect(name.length).toBeLessThanOrEqual(255);
        const subject = `${identityOf(one)} on ${where}`;
        expect(seen.get(name) ?? subject).toBe(subject);
        seen.set(name, subject);
      }),
      { numRuns: 3_000 },
    );
  });

  it('tells apart places that look alike', () => {
    const lines = [
      'a/b',
      'a/b@c',
      'a/b@c/d',
      'org:a',
      'org:b',
      'org:gha',
      'gha/a',
      'a/b as C',
      'dependabot:a/b',
      'agents:a/b',
      'a/b@dependabot:x',
      'a/b@x/dependabot:y',
      'b/a',
      'a-b/c',
      'a/b-c',
      'dependabot:org:a',
    ];
    const names = lines.flatMap((line) => [
      defaultKeyName(target(line), 'github.com'),
      defaultKeyName(target(line), 'ghe.example.com'),
    ]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the name of a key for one run', () => {
  const RUN = { run: '7', attempt: '2', job: 'build', random: '0123456789ab' };
  const end = `/run/${'9'.repeat(20)}.${'9'.repeat(6)}/${'j'.repeat(20)}~0123456789abcdef/0123456789ab`;
  const LONGEST = 255 - end.length;

  it.each([
    ['github.com', 'gha/acme/web/run/'],
    ['ghe.Example.com:8443', 'ghe.example.com:8443/gha/acme/web/run/'],
  ])('begins with its repository: on %s', (host, prefix) => {
    const prefixed = perRunPrefix({ owner: 'Acme', repo: 'Web' }, host);
    expect(prefixed).toBe(prefix);
    expect(perRunName(prefixed, RUN)).toBe(`${prefix}7.2/build/0123456789ab`);
  });

  it('leaves the longest end its place, and no more', () => {
    const longest = 'r'.repeat(LONGEST - 'gha/acme/'.length);
    expect(perRunPrefix({ owner: 'acme', repo: longest }, 'github.com')).toBe(`gha/acme/${longest}/run/`);
    const cut = perRunPrefix({ owner: 'acme', repo: `${longest}r` }, 'github.com');
    expect(cut).toMatch(/^gha\/acme\/r+~[0-9a-f]{16}\/run\/$/);
    expect(cut).toHaveLength(LONGEST + '/run/'.length);
    const machine = 'h'.repeat(LONGEST - 'exec/'.length);
    expect(perMachinePrefix(machine)).toBe(`exec/${machine}/run/`);
    expect(perMachinePrefix(`${machine}h`)).toMatch(/^exec\/h+~[0-9a-f]{16}\/run\/$/);
  });

  it('has its job cut where it would be longer than 255', () => {
    const most = 255 - 'gha/a/b/run/7.2//0123456789ab'.length;
    const named = (job: string) => perRunName('gha/a/b/run/', { ...RUN, job });
    expect(named('j'.repeat(most))).toBe(`gha/a/b/run/7.2/${'j'.repeat(most)}/0123456789ab`);
    const cut = named('j'.repeat(most + 1));
    expect(cut).toHaveLength(255);
    expect(cut).toMatch(/^gha\/a\/b\/run\/7\.2\/j+~[0-9a-f]{16}\/0123456789ab$/);
  });

  it('ends in digits that nobody else has', () => {
    expect(randomDigits()).toMatch(/^[0-9a-f]{12}$/);
    expect(randomDigits()).not.toBe(randomDigits());
  });
});

describe('the name of a key that a machine makes for itself', () => {
  it.each([
    ['Build-7.example.com', 'exec/build-7.example.com/run/'],
    ['my mac/☃', 'exec/my-mac--/run/'],
    ['', 'exec/localhost/run/'],
  ])('begins with its host name: %j', (hostname, prefix) => {
    expect(perMachinePrefix(hostname)).toBe(prefix);
  });

  it('fits, however long the host name, and is known again by a sweep', () => {
    const prefix = perMachinePrefix('h'.repeat(300));
    const name = perRunName(prefix, {
      run: '9'.repeat(20),
      attempt: '9'.repeat(6),
      job: 'j'.repeat(100),
      random: randomDigits(),
    });
    expect(name.length).toBeLessThanOrEqual(255);
    expect(isPerRunName(name, prefix)).toBe(true);
    expect(isPerRunName(name, perMachinePrefix('another'))).toBe(false);
  });
});

describe('the target that a name is the default of', () => {
  it.each([
    ['acme/web as KEY', 'github.com'],
    ['acme/web@production as KEY', 'github.com'],
    ['org:acme as KEY', 'github.com'],
    ['dependabot:acme/web as KEY', 'github.com'],
    ['acme/web as KEY', 'ghe.example.com:8443'],
  ])('is found again: %s on %s', (line, host) => {
    const place = target(line);
    const found = targetOfDefaultName(defaultKeyName(place, host), host);
    expect(found && identityOf(found)).toBe(identityOf(place));
  });

  it.each([
    ['nightly', 'github.com'],
    ['gha/acme/web/run/4242.1/test/0123456789ab', 'github.com'],
    ['gha/ACME/web/KEY', 'github.com'],
    ['gha/acme/web/KEY', 'ghe.example.com'],
    ['gha/acme/-/../KEY', 'github.com'],
    [`gha/acme/${'w'.repeat(200)}/KEY`, 'github.com'],
  ])('is none for %s on %s', (name, host) => {
    expect(targetOfDefaultName(name, host)).toBeUndefined();
  });
});
