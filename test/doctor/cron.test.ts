import { describe, expect, it } from 'vitest';
import { longestGapInDays } from '../../src/doctor/cron.ts';

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
    [['0 0 * * 7'], 7],
    [['0 0 * * 1-5'], 3],
    [['0 0 * * 2/2'], 3],
    [['0 0 30 2 *'], Number.POSITIVE_INFINITY],
    [[], Number.POSITIVE_INFINITY],
    [['0 0 * *'], undefined],
    [['0 0 * * * *'], undefined],
    [['0 0 * * monday'], undefined],
    [['0 0 32 * *'], undefined],
    [['0 0 5-1 * *'], undefined],
    [['0 0 * * */0'], undefined],
    [['@weekly'], undefined],
  ])('of %j is %s', (crons, days) => {
    expect(longestGapInDays(crons)).toBe(days);
  });
});
