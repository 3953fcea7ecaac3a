import { isValidCron } from '@actions/workflow-parser/model/converter/cron';
import { describe, expect, it } from 'vitest';
import { cronComplaint, longestGapInDays } from '../../../src/cli/doctor/checks/cron.ts';
import { fc } from '../../property.ts';

describe('the longest time between two scheduled days', () => {
  it.each([
    [['17 4 * * 1'], 7],
    [['17 4 * * MON,thu'], 4],
    [['0 0 * * 1', '0 0 * * 4'], 4],
    [['*/15 * * * *'], 1],
    [['0 0 1 * *'], 31],
    [['0 0 31 * *'], 61],
    [['0 0 */10 * *'], 10],
    [['0 0 * JAN *'], 336],
    [['0 0 1 1 1'], 341],
    [['0 0 * * 1-5'], 3],
    [['0 0 * * 2/2'], 3],
    [['59 23 * * 0', '0 0 * * 1'], 6],
    [['0 0 30 2 *'], Number.POSITIVE_INFINITY],
    [['0 0 29 2 *'], Number.POSITIVE_INFINITY],
    [[], Number.POSITIVE_INFINITY],
  ])('of %j is %s', (crons, days) => {
    expect(longestGapInDays(crons)).toBe(days);
  });
});

describe('a schedule that GitHub does not take', () => {
  it.each([
    ['0 24 * * *', ' as its hour, and GitHub takes '],
    ['61 0 * * *', ' as its minute, and GitHub takes '],
    ['H H * * *', ' as its minute, and GitHub takes '],
    ['0 0 * * 7', 'has `7` as its day of the week, and GitHub takes 0 to 6 or SUN to SAT'],
    ['0 0 32 * *', ' as its day of the month, and GitHub takes '],
    ['0 0 * 13 *', ' as its month, and GitHub takes '],
    ['0 0 * * monday', ' as its day of the week, and GitHub takes '],
    ['0 0 5-1 * *', ' as its day of the month, and GitHub takes '],
    ['0 0 * * */0', ' as its day of the week, and GitHub takes '],
    ['0 0 L * *', ' as its day of the month, and GitHub takes '],
    ['0 0 * * 1#2', ' as its day of the week, and GitHub takes '],
    ['0 0 ? * *', ' as its day of the month, and GitHub takes '],
    ['0 0 * *', 'has 4 fields, and GitHub takes five'],
    ['0 0 0 * * *', 'has 6 fields, and GitHub takes five'],
    ['@weekly', 'has one field, and GitHub takes five'],
    ['', 'has one field, and GitHub takes five'],
  ])('%s', (cron, why) => {
    expect(isValidCron(cron)).toBe(false);
    expect(cronComplaint(cron)).toContain(why);
  });

  it('is what GitHub\u2019s own parser does not take', () => {
    const atom = fc.oneof(
      fc.integer({ min: 0, max: 70 }).map(String),
      fc.constantFrom('*', 'MON', 'sun', 'JAN', 'dec', 'H', 'L', '?', '', '1#2', '-1'),
    );
    const part = fc.oneof(
      atom,
      fc.tuple(atom, atom).map((two) => two.join('-')),
      fc.tuple(atom, fc.integer({ min: 0, max: 70 })).map((two) => two.join('/')),
    );
    const field = fc.oneof(
      part,
      fc.array(part, { minLength: 1, maxLength: 3 }).map((all) => all.join(',')),
    );
    const cron = fc.array(field, { minLength: 4, maxLength: 6 }).map((all) => all.join(' '));
    fc.assert(
      fc.property(cron, (text) => {
        const complaint = cronComplaint(text);
        expect(complaint === undefined, `${text}: ${complaint}`).toBe(isValidCron(text));
        if (complaint === undefined) expect(longestGapInDays([text])).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });
});
