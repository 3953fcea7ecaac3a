import { describe, expect, it } from 'vitest';
import { parseBoolean, parseDuration, parseInteger } from '../../src/config/kinds.ts';
import { anyCharacter } from '../any-character.ts';
import { fc } from '../property.ts';

describe('durations', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['90s', 90_000],
    ['15m', 900_000],
    ['6h', 21_600_000],
    ['7d', 604_800_000],
    ['999999d', 86_399_913_600_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    '7',
    '00',
    '07d',
    '7D',
    '7 d',
    ' 7d',
    '7d ',
    '-7d',
    '+7d',
    '1.5h',
    '1h30m',
    '7days',
    '7w',
    'd',
    '1e3s',
    'P7D',
    '1000000s',
    '٧d',
    '7d\n',
    '0x10s',
    'NaN',
    'Infinity',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('reads every number of every unit as that many of it', () => {
    const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    fc.assert(
      fc.property(fc.nat(999_999), fc.constantFrom('s', 'm', 'h', 'd'), (amount, unit) => {
        expect(parseDuration(`${amount}${unit}`)).toBe(amount * units[unit]);
      }),
    );
  });

  it('takes arbitrary text without throwing, and gives whole milliseconds or nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        const value = parseDuration(text);
        expect(value === undefined || (Number.isSafeInteger(value) && value >= 0)).toBe(true);
      }),
    );
  });
});

describe('booleans', () => {
  it.each(['true', 'True', 'TRUE'])('%s is true', (text) => expect(parseBoolean(text)).toBe(true));
  it.each(['false', 'False', 'FALSE'])('%s is false', (text) => expect(parseBoolean(text)).toBe(false));
  it.each(['', 'yes', 'no', 'on', '1', '0', 'tRUE', 'true ', ' true', 'truefalse', 'falsey', 'y', 'true\n'])(
    '%j is neither',
    (text) => expect(parseBoolean(text)).toBeUndefined(),
  );
});

describe('whole numbers', () => {
  const range = { min: 1, max: 365 };

  it.each([
    ['1', 1],
    ['30', 30],
    ['365', 365],
  ])('%s is one', (text, value) => {
    expect(parseInteger(text, range)).toBe(value);
  });

  it.each([
    '',
    '0',
    '366',
    '-1',
    '+1',
    '1.0',
    '1e2',
    '0x1f',
    '030',
    '30 ',
    '3 0',
    '３０',
    '1000000000',
    'thirty',
  ])('%j is none from 1 to 365', (text) => expect(parseInteger(text, range)).toBeUndefined());

  it('reads back what was written', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), (value) => {
        expect(parseInteger(String(value), { min: 0, max: 999_999_999 })).toBe(value);
      }),
    );
  });
});
