import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { perRunName, perRunPrefix, randomDigits } from '../../../src/config/key-name.ts';
import { isRepository } from '../../../src/config/targets.ts';
import { isPerRunName, leftBehind } from '../../../src/ephemeral/sweep.ts';
import { DAY, key, MINUTE, START } from '../../rotation/records.ts';

// Holds invariant 18 of docs/threat-model.md.

const PREFIX = 'gha/acme/web/run/';
const OWN = `${PREFIX}4242.1/test/0123456789ab`;

/** As near as it gets, and somebody else's. */
const NEAR_MISSES = [
  'gha/acme/web/MUTX_API_KEY',
  'gha/acme/web@run/MUTX_API_KEY',
  'gha/acme/web@run/4242.1/test/0123456789ab',
  'gha/acme/web-2/run/4242.1/test/0123456789ab',
  'gha/acme/webb/run/4242.1/test/0123456789ab',
  'gha/acme2/web/run/4242.1/test/0123456789ab',
  'gha/Acme/web/run/4242.1/test/0123456789ab',
  'ghe.example.com/gha/acme/web/run/4242.1/test/0123456789ab',
  ` ${OWN}`,
  `${OWN} `,
  `${OWN}\n`,
  `${OWN}c`,
  `${OWN}/x`,
  `x/${OWN}`,
  OWN.toUpperCase(),
  OWN.slice(0, -1),
  `${PREFIX}4242.1/test/0123456789aB`,
  `${PREFIX}4242.1/test/0123456789ag`,
  `${PREFIX}4242.1//0123456789ab`,
  `${PREFIX}4242.1/a/b/0123456789ab`,
  `${PREFIX}4242.1/te st/0123456789ab`,
  `${PREFIX}4242.1/test~0123/0123456789ab`,
  `${PREFIX}4242/test/0123456789ab`,
  `${PREFIX}4242.0/test/0123456789ab`,
  `${PREFIX}0.1/test/0123456789ab`,
  `${PREFIX}-1.1/test/0123456789ab`,
  `${PREFIX}4242.1.1/test/0123456789ab`,
  `${PREFIX}run/4242.1/test/0123456789ab`,
  PREFIX,
  'gha/acme/web/run',
];

const digits = (most: number) => fc.stringMatching(new RegExp(`^[1-9]\\d{0,${most - 1}}$`, 'u'));
const job = fc.stringMatching(/^[A-Za-z_][\w-]{0,150}$/u);
const owner = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/u);
const repo = fc.stringMatching(/^[A-Za-z0-9._-]{1,100}$/u).filter(isRepository);
const host = fc.constantFrom('github.com', 'GHE.example.com:8443', `${'h'.repeat(240)}.example`);
const place = fc.record({ owner, repo, host });
const perRun = fc.record({
  run: digits(20),
  attempt: digits(6),
  job,
  random: fc.stringMatching(/^[0-9a-f]{12}$/u),
});
const prefixOf = (one: { owner: string; repo: string; host: string }) => perRunPrefix(one, one.host);

/** The same question, asked without any of the code in question. */
function readsAsOwn(name: string): boolean {
  const [gha, own, web, run, number = '', work = '', random = '', ...rest] = name.split('/');
  if (gha !== 'gha' || own !== 'acme' || web !== 'web' || run !== 'run' || rest.length > 0) return false;
  const [id = '', attempt = '', ...more] = number.split('.');
  const isCount = (text: string, most: number) =>
    text.length <= most && String(BigInt(`0${text.replace(/\D/gu, '')}`)) === text;
  if (more.length > 0 || !isCount(id, 20) || !isCount(attempt, 6) || id === '0' || attempt === '0')
    return false;
  const [title = '', hash, ...others] = work.split('~');
  const isHex = (text: string, length: number) =>
    text.length === length && [...text].every((one) => '0123456789abcdef'.includes(one));
  if (others.length > 0 || (hash !== undefined && !isHex(hash, 16)) || !isHex(random, 12)) return false;
  const letters = [...title];
  const isLetter = (one: string) => /[a-z_]/iu.test(one) && one.charCodeAt(0) < 128;
  return (
    letters.length > 0 &&
    isLetter(letters[0] ?? '') &&
    letters.every((one) => isLetter(one) || '0123456789-'.includes(one))
  );
}

describe('whose a name is', () => {
  it.each(NEAR_MISSES)('this one is not: %j', (name) => {
    expect(isPerRunName(name, PREFIX)).toBe(false);
  });

  it("every name that is made is at most 255 characters, and its repository's own", () => {
    fc.assert(
      fc.property(place, perRun, (where, run) => {
        const prefix = prefixOf(where);
        const name = perRunName(prefix, run);
        expect(name.length).toBeLessThanOrEqual(255);
        expect(isPerRunName(name, prefix)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('no name of another repository or host is ever taken for one', () => {
    fc.assert(
      fc.property(place, place, perRun, (one, other, run) => {
        const [mine, theirs] = [prefixOf(one), prefixOf(other)];
        fc.pre(mine !== theirs);
        expect(isPerRunName(perRunName(theirs, run), mine)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it('whatever is changed in a name, the answer is that of a reading of its parts', () => {
    fc.assert(
      fc.property(
        perRun,
        fc.nat(),
        fc.nat(3),
        fc.constantFrom('', '/', '~', '.', '0', 'a', 'G', ' ', '\n'),
        (...row) => {
          const [run, at, removed, by] = row;
          const name = perRunName(PREFIX, run);
          const cut = at % name.length;
          const changed = name.slice(0, cut) + by + name.slice(cut + removed);
          expect(isPerRunName(changed, PREFIX)).toBe(readsAsOwn(changed));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('two steps have different names', () => {
    const names = Array.from({ length: 100 }, () =>
      perRunName(PREFIX, { run: '1', attempt: '1', job: 'test', random: randomDigits() }),
    );
    expect(new Set(names).size).toBe(100);
  });
});

describe('what may be swept', () => {
  const settings = { prefix: PREFIX, after: 6 * 3_600_000 };
  it.each([
    ['expired by more than a minute', key('k', { name: OWN, expiresIn: -MINUTE - 1 }), 'expired'],
    ['expired within a minute', key('k', { name: OWN, expiresIn: -MINUTE, age: 0 }), undefined],
    ['expires this very moment', key('k', { name: OWN, expiresIn: 0, age: 0 }), undefined],
    ['old', key('k', { name: OWN, age: settings.after + MINUTE + 1 }), 'old'],
    [
      'not quite old, as far as two clocks tell',
      key('k', { name: OWN, age: settings.after + MINUTE }),
      undefined,
    ],
    ['old, and never expires', key('k', { name: OWN, expiresIn: 'never', age: DAY }), 'old'],
    ['expired, and revoked already', key('k', { name: OWN, expiresIn: -1, active: false }), undefined],
    ['expired, of another name', key('k', { name: 'gha/acme/web/MUTX_API_KEY', expiresIn: -1 }), undefined],
  ])('%s', (_, record, expected) => {
    expect(leftBehind(record, settings, START)).toBe(expected);
  });

  it('is only what has expired, unless `sweep-after` is set', () => {
    const never = key('k', { name: OWN, expiresIn: 'never', age: 300 * DAY });
    expect(leftBehind(never, { prefix: PREFIX, after: undefined }, START)).toBeUndefined();
  });
});
